//! Extensions as such: none twice, none critical that we do not process.

use super::{ALL, Outcome, Rule, Subject, refuse};
use crate::trust::certificate::oid::{
    ALTERNATIVE_NAMES, AUTHORITY_KEY, BASIC_CONSTRAINTS, EXTENDED_USAGE, KEY_USAGE,
    NAME_CONSTRAINTS, SUBJECT_KEY,
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "extension.repeated",
        clause: "RFC 5280 §4.2",
        applies_to: ALL,
        check: repeated,
    },
    Rule {
        code: "extension.critical",
        clause: "RFC 5280 §4.2, §6.1.4 (o), §6.1.5 (f)",
        applies_to: ALL,
        check: critical,
    },
];

fn repeated(subject: &Subject<'_>) -> Outcome {
    let mut seen = std::collections::BTreeSet::new();
    let present = &subject.certificate.extensions.present;
    match present.iter().find(|it| !seen.insert(&it.oid)) {
        Some(extension) => refuse(
            format!("{} more than once", extension.oid),
            "every extension once",
        ),
        None => Outcome::Pass,
    }
}

/// Key usage, alternative names, basic constraints, name constraints, extended key usage: what
/// these rules and the path process. Identifiers have a rule of their own.
const PROCESSED: &[&str] = &[
    SUBJECT_KEY,
    KEY_USAGE,
    ALTERNATIVE_NAMES,
    BASIC_CONSTRAINTS,
    NAME_CONSTRAINTS,
    AUTHORITY_KEY,
    EXTENDED_USAGE,
];

fn critical(subject: &Subject<'_>) -> Outcome {
    let mut present = subject.certificate.extensions.present.iter();
    match present.find(|it| it.is_critical && !PROCESSED.contains(&it.oid.as_str())) {
        Some(extension) => refuse(
            format!("critical {}", extension.oid),
            "no critical extension but those this registry processes",
        ),
        None => Outcome::Pass,
    }
}
