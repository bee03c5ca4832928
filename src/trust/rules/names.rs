//! Whom a certificate names: an operator the registry can know, hosts that can be looked up.

use super::{ALL, NAMED, Outcome, Rule, SERVERS, Subject, refuse, warn};
use crate::domain::ids::StructureNationalId;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "name.issuer",
        clause: "RFC 5280 §4.1.2.4",
        applies_to: ALL,
        check: issuer,
    },
    Rule {
        code: "name.subject",
        clause: "RFC 5280 §4.1.2.6",
        applies_to: ALL,
        check: subject_name,
    },
    Rule {
        code: "name.common_name",
        clause: "the list's form of DNCertificatOperateur",
        applies_to: NAMED,
        check: common_name,
    },
    Rule {
        code: "name.structure",
        clause: "the list's form of DNCertificatOperateur; TRE_G07",
        applies_to: NAMED,
        check: structure,
    },
    Rule {
        code: "name.structure_key",
        clause: "ISO/IEC 7812-1 annex B",
        applies_to: NAMED,
        check: structure_key,
    },
    Rule {
        code: "name.hosts",
        clause: "RFC 9525 §2; RFC 5280 §4.2.1.6",
        applies_to: SERVERS,
        check: hosts,
    },
    Rule {
        code: "name.host_form",
        clause: "RFC 5280 §4.2.1.6; RFC 1034 §3.5",
        applies_to: ALL,
        check: host_form,
    },
    Rule {
        code: "name.wildcard",
        clause: "RFC 9525 §6.3",
        applies_to: SERVERS,
        check: wildcard,
    },
];

/// The values of one type of attribute in the subject.
fn values<'a>(subject: &Subject<'a>, kind: &'a str) -> Vec<&'a str> {
    let attributes = subject.certificate.subject.rdns().iter().flatten();
    attributes
        .filter(|attribute| attribute.kind == kind)
        .map(|attribute| attribute.value.as_str())
        .collect()
}

fn issuer(subject: &Subject<'_>) -> Outcome {
    if subject.certificate.issuer.rdns().is_empty() {
        return refuse("an empty issuer", "the name of who signed it");
    }
    Outcome::Pass
}

/// An empty subject would be allowed beside a critical alternative name; here it names nobody.
fn subject_name(subject: &Subject<'_>) -> Outcome {
    if subject.certificate.subject.rdns().is_empty() {
        return refuse("an empty subject", "the name of whom it is for");
    }
    Outcome::Pass
}

fn common_name(subject: &Subject<'_>) -> Outcome {
    match *values(subject, "CN") {
        [name] if !name.trim().is_empty() => Outcome::Pass,
        ref names => refuse(listed(names), "one common name (CN)"),
    }
}

/// `1` and a FINESS number, `3` and a SIRET number.
fn structure_id(unit: &str) -> Option<StructureNationalId> {
    let id = StructureNationalId::parse(unit).ok()?;
    let is_whole = id.as_str() == unit && !unit.bytes().any(|byte| byte.is_ascii_lowercase());
    (is_whole && (id.finess().is_some() || id.siret().is_some())).then_some(id)
}

fn structure(subject: &Subject<'_>) -> Outcome {
    match *values(subject, "OU") {
        [unit] if structure_id(unit).is_some() => Outcome::Pass,
        ref units => refuse(
            listed(units),
            "one OU with the structure's number: 1 and a FINESS, or 3 and a SIRET",
        ),
    }
}

fn structure_key(subject: &Subject<'_>) -> Outcome {
    for unit in values(subject, "OU") {
        let Some(id) = structure_id(unit) else {
            continue;
        };
        let is_valid = id.finess().is_none_or(|it| it.has_valid_key())
            && id.siret().is_none_or(|it| it.has_valid_key());
        if !is_valid {
            return warn(unit, "a number whose last digit is its check key");
        }
    }
    Outcome::Pass
}

fn hosts(subject: &Subject<'_>) -> Outcome {
    if subject.certificate.extensions.dns_names().next().is_some() {
        return Outcome::Pass;
    }
    refuse(
        "no dNSName among the alternative names",
        "the host's name as a dNSName; the common name does not count",
    )
}

/// Letters, digits and hyphens, with at most a wildcard as the whole first label.
fn is_host(name: &str) -> bool {
    let labels = name.strip_prefix("*.").unwrap_or(name);
    name.len() <= 253
        && labels.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

fn host_form(subject: &Subject<'_>) -> Outcome {
    let names = subject.certificate.extensions.dns_names();
    match names.into_iter().find(|name| !is_host(name)) {
        None => Outcome::Pass,
        Some(name) => refuse(
            format!("{name:?}"),
            "host names of letters, digits, hyphens and dots",
        ),
    }
}

fn wildcard(subject: &Subject<'_>) -> Outcome {
    let mut names = subject.certificate.extensions.dns_names();
    match names.find(|name| name.starts_with("*.")) {
        None => Outcome::Pass,
        Some(name) => warn(name, "the names of the hosts, without a wildcard"),
    }
}

/// What there is of something that should be there once.
fn listed(values: &[&str]) -> String {
    match values {
        [] => "none".to_owned(),
        values => format!("{values:?}"),
    }
}
