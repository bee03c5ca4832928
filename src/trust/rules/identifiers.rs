//! Key identifiers: which of an authority's keys signed, so that paths and revocation lists are found.

use super::{ALL, AUTHORITIES, LEAVES, Outcome, Rule, Subject, refuse, warn};
use crate::domain::certificate::CertificatePurpose;
use crate::trust::certificate::oid::{AUTHORITY_KEY, SUBJECT_KEY};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "identifier.authority",
        clause: "RFC 5280 §4.2.1.1",
        applies_to: ALL,
        check: authority,
    },
    Rule {
        code: "identifier.root",
        clause: "CA/Browser Forum BR §7.1.2.1.3",
        applies_to: AUTHORITIES,
        check: root,
    },
    Rule {
        code: "identifier.subject",
        clause: "RFC 5280 §4.2.1.2",
        applies_to: AUTHORITIES,
        check: authority_subject,
    },
    Rule {
        code: "identifier.leaf_subject",
        clause: "RFC 5280 §4.2.1.2",
        applies_to: LEAVES,
        check: leaf_subject,
    },
    Rule {
        code: "identifier.critical",
        clause: "RFC 5280 §4.2.1.1, §4.2.1.2",
        applies_to: ALL,
        check: critical,
    },
];

/// Only a root that signed itself may do without: there is nothing to look for.
fn authority(subject: &Subject<'_>) -> Outcome {
    let certificate = subject.certificate;
    let is_root = subject.purpose == CertificatePurpose::Anchor && certificate.is_self_issued;
    let expected = "authorityKeyIdentifier with a keyIdentifier";
    match &certificate.extensions.authority_key {
        None if is_root => Outcome::Pass,
        None => refuse("no authorityKeyIdentifier", expected),
        Some(authority) if authority.key.is_none() => refuse("no keyIdentifier", expected),
        Some(_) => Outcome::Pass,
    }
}

fn root(subject: &Subject<'_>) -> Outcome {
    let certificate = subject.certificate;
    let Some(authority) = &certificate.extensions.authority_key else {
        return Outcome::Pass;
    };
    if subject.purpose != CertificatePurpose::Anchor || !certificate.is_self_issued {
        return Outcome::Pass;
    }
    if authority.names_certificate {
        return refuse(
            "an authorityKeyIdentifier with issuer or serial number",
            "a keyIdentifier alone",
        );
    }
    if authority.key != certificate.extensions.subject_key {
        return refuse(
            "another key than its own",
            "its own key: a root signs itself",
        );
    }
    Outcome::Pass
}

fn authority_subject(subject: &Subject<'_>) -> Outcome {
    if subject.certificate.extensions.subject_key.is_some() {
        return Outcome::Pass;
    }
    refuse("no subjectKeyIdentifier", "subjectKeyIdentifier")
}

fn leaf_subject(subject: &Subject<'_>) -> Outcome {
    if subject.certificate.extensions.subject_key.is_some() {
        return Outcome::Pass;
    }
    warn("no subjectKeyIdentifier", "subjectKeyIdentifier")
}

fn critical(subject: &Subject<'_>) -> Outcome {
    for (oid, found) in [
        (AUTHORITY_KEY, "a critical authorityKeyIdentifier"),
        (SUBJECT_KEY, "a critical subjectKeyIdentifier"),
    ] {
        let extension = subject.certificate.extensions.find(oid);
        if extension.is_some_and(|extension| extension.is_critical) {
            return refuse(found, "key identifiers that are not critical");
        }
    }
    Outcome::Pass
}
