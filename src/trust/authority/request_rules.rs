//! What a request must be like for a gateway's certificate to come of it: rules on what it asks for, and
//! then the rules of certificates on the certificate that would be issued.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
use time::{Duration, OffsetDateTime};

use super::error::AuthorityError;
use super::issue::{Order, draft, findings};
use super::request::CertificateRequest;
use super::serial::Serial;
use super::subject::in_list_order;
use super::weak_key::weakness;
use crate::trust::certificate::oid::{
    ALTERNATIVE_NAMES, BASIC_CONSTRAINTS, CLIENT_AUTH, EXTENDED_USAGE, KEY_USAGE, SERVER_AUTH,
    SUBJECT_KEY,
};
use crate::trust::certificate::{AlternativeName, KeyUsage};
use crate::trust::rules::{Finding, Outcome, refuse, warn};

/// One rule on a request.
struct RequestRule {
    code: &'static str,
    clause: &'static str,
    check: fn(&CertificateRequest) -> Outcome,
}

const PROFILE: &str = "the profile of gateways' certificates";

const RULES: &[RequestRule] = &[
    RequestRule {
        code: "request.authority",
        clause: "RFC 5280 §4.2.1.9, §4.2.1.3",
        check: authority,
    },
    RequestRule {
        code: "request.weak_key",
        clause: "CA/Browser Forum BR §6.1.1.3, §6.1.6",
        check: weak_key,
    },
    RequestRule {
        code: "request.extended_usage",
        clause: PROFILE,
        check: extended_usage,
    },
    RequestRule {
        code: "request.subject",
        clause: "the list's form of DNCertificatOperateur",
        check: subject,
    },
    RequestRule {
        code: "request.key_usage",
        clause: PROFILE,
        check: key_usage,
    },
    RequestRule {
        code: "request.names",
        clause: PROFILE,
        check: names,
    },
    RequestRule {
        code: "request.extensions",
        clause: PROFILE,
        check: extensions,
    },
    RequestRule {
        code: "request.attributes",
        clause: "RFC 2986 §4.1",
        check: attributes,
    },
];

/// What is said where no certificate can be written at all.
const WRITABLE: RequestRule = RequestRule {
    code: "request.writable",
    clause: PROFILE,
    check: |_| Outcome::Pass,
};

/// All that there is to say of a request at this moment, refusals first.
///
/// The certificate that would be issued for its subject (in the list's order) and its hosts is judged
/// with the rest; whoever issues may order another subject and other hosts, and is told again.
pub fn lint_request(request: &CertificateRequest, at: OffsetDateTime) -> Vec<Finding> {
    let said = RULES.iter().map(|rule| (rule, (rule.check)(request)));
    let mut found: Vec<_> = said.filter_map(|(rule, it)| finding(rule, it)).collect();
    match judge_draft(request, at) {
        Ok(of_certificate) => found.extend(of_certificate),
        // A rule above has said it.
        Err(AuthorityError::Subject(_)) => {}
        Err(error) => {
            let outcome = refuse(error.to_string(), "a request that a certificate can answer");
            found.extend(finding(&WRITABLE, outcome));
        }
    }
    found.sort_by_key(|finding| finding.severity);
    found
}

fn finding(rule: &RequestRule, outcome: Outcome) -> Option<Finding> {
    match outcome {
        Outcome::Pass => None,
        Outcome::Breach {
            severity,
            found,
            expected,
        } => Some(Finding {
            rule: rule.code.to_owned(),
            clause: rule.clause.to_owned(),
            severity,
            found,
            expected: expected.to_owned(),
        }),
    }
}

/// What the rules of certificates say of the one that would be issued. Who issues it, when and until
/// when is not the request's to say: an authority of no name is as good as any.
fn judge_draft(
    request: &CertificateRequest,
    at: OffsetDateTime,
) -> Result<Vec<Finding>, AuthorityError> {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "whichever authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let authority = params.self_signed(&KeyPair::generate()?)?;
    let subject = in_list_order(&request.subject)?;
    let order = Order {
        request,
        subject: &subject,
        hosts: &request.hosts(),
        not_before: at,
        not_after: at + Duration::DAY,
        serial: Serial::from_chance(Default::default()),
        crl_url: "http://registry.invalid/crl",
        ocsp_url: "http://registry.invalid/ocsp",
    };
    Ok(findings(&draft(&order, authority.der())?, at))
}

fn authority(request: &CertificateRequest) -> Outcome {
    let asked = &request.extensions;
    let expected = "a gateway's certificate, which signs no others";
    if asked.basic_constraints.is_some_and(|it| it.is_authority) {
        return refuse("basicConstraints with cA true", expected);
    }
    match &asked.key_usages {
        Some(usages) if usages.allow(KeyUsage::KeyCertSign) || usages.allow(KeyUsage::CrlSign) => {
            refuse(usages.to_string(), expected)
        }
        Some(_) | None => Outcome::Pass,
    }
}

fn weak_key(request: &CertificateRequest) -> Outcome {
    match weakness(request.spki()) {
        Some(weakness) => refuse(weakness.to_string(), "a new key, made by a sound program"),
        None => Outcome::Pass,
    }
}

fn extended_usage(request: &CertificateRequest) -> Outcome {
    let asked = request.extensions.extended_key_usages.iter().flatten();
    let foreign: Vec<_> = asked
        .filter(|it| !matches!(it.as_str(), SERVER_AUTH | CLIENT_AUTH))
        .map(String::as_str)
        .collect();
    if foreign.is_empty() {
        return Outcome::Pass;
    }
    refuse(foreign.join(" "), "serverAuth and clientAuth alone")
}

fn subject(request: &CertificateRequest) -> Outcome {
    match in_list_order(&request.subject) {
        Ok(ordered) if ordered == request.subject => Outcome::Pass,
        Ok(_) => warn(
            request.subject.to_string(),
            "a subject in the order C, ST, L, O, OU, CN: it is certified in that order",
        ),
        Err(unfit) => refuse(unfit.to_string(), "a subject as the list writes them"),
    }
}

fn key_usage(request: &CertificateRequest) -> Outcome {
    match &request.extensions.key_usages {
        Some(usages) if !usages.allow(KeyUsage::DigitalSignature) => {
            warn(usages.to_string(), "digitalSignature: it is certified")
        }
        Some(_) | None => Outcome::Pass,
    }
}

fn names(request: &CertificateRequest) -> Outcome {
    let asked = &request.extensions.alternative_names;
    let is_host = |name: &AlternativeName| matches!(name, AlternativeName::Dns(_));
    if asked.iter().all(is_host) {
        return Outcome::Pass;
    }
    warn(
        "alternative names that are no names of hosts",
        "dNSName: others are not certified",
    )
}

/// What a request may ask for that has a rule of its own, or is there anyway.
const KNOWN: &[&str] = &[
    ALTERNATIVE_NAMES,
    BASIC_CONSTRAINTS,
    EXTENDED_USAGE,
    KEY_USAGE,
    SUBJECT_KEY,
];

fn extensions(request: &CertificateRequest) -> Outcome {
    let mut asked = request.extensions.present.iter();
    match asked.find(|it| !KNOWN.contains(&it.oid.as_str())) {
        Some(extension) => warn(
            extension.oid.as_str(),
            "no extensions but those of the profile: others are not certified",
        ),
        None => Outcome::Pass,
    }
}

fn attributes(request: &CertificateRequest) -> Outcome {
    match request.unknown_attributes.as_slice() {
        [] => Outcome::Pass,
        unknown => warn(
            unknown.join(" "),
            "extensionRequest alone: other attributes are not looked at",
        ),
    }
}
