//! Who may sign certificates, and for which names.

use super::{ALL, AUTHORITIES, LEAVES, Outcome, Rule, Subject, refuse};
use crate::trust::certificate::oid::{BASIC_CONSTRAINTS, NAME_CONSTRAINTS, POLICY_CONSTRAINTS};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "constraints.authority",
        clause: "RFC 5280 §4.2.1.9",
        applies_to: AUTHORITIES,
        check: authority,
    },
    Rule {
        code: "constraints.leaf",
        clause: "RFC 5280 §4.2.1.9",
        applies_to: LEAVES,
        check: leaf,
    },
    Rule {
        code: "constraints.names_in_leaf",
        clause: "RFC 5280 §4.2.1.10",
        applies_to: LEAVES,
        check: names_in_leaf,
    },
    Rule {
        code: "constraints.names",
        clause: "RFC 5280 §4.2.1.10",
        applies_to: AUTHORITIES,
        check: names,
    },
    Rule {
        code: "constraints.critical",
        clause: "RFC 5280 §4.2.1.10, §4.2.1.11",
        applies_to: ALL,
        check: critical,
    },
];

fn authority(subject: &Subject<'_>) -> Outcome {
    let extensions = &subject.certificate.extensions;
    let expected = "critical basicConstraints with cA true";
    match (
        extensions.basic_constraints,
        extensions.find(BASIC_CONSTRAINTS),
    ) {
        (Some(constraints), _) if !constraints.is_authority => refuse("cA false", expected),
        (Some(_), Some(extension)) if !extension.is_critical => refuse("not critical", expected),
        (Some(_), _) => Outcome::Pass,
        (None, _) => refuse("no basicConstraints", expected),
    }
}

fn leaf(subject: &Subject<'_>) -> Outcome {
    match subject.certificate.extensions.basic_constraints {
        Some(constraints) if constraints.is_authority => {
            refuse("cA true", "a certificate that is no authority's")
        }
        Some(_) | None => Outcome::Pass,
    }
}

fn names_in_leaf(subject: &Subject<'_>) -> Outcome {
    match subject.certificate.extensions.find(NAME_CONSTRAINTS) {
        Some(_) => refuse("nameConstraints", "nameConstraints in authorities only"),
        None => Outcome::Pass,
    }
}

/// Constraints without a name read as a limit and are none.
fn names(subject: &Subject<'_>) -> Outcome {
    match subject.certificate.extensions.constrained_names {
        Some(0) => refuse(
            "nameConstraints with no name",
            "names that are permitted or excluded",
        ),
        Some(_) | None => Outcome::Pass,
    }
}

fn critical(subject: &Subject<'_>) -> Outcome {
    for (oid, name) in [
        (NAME_CONSTRAINTS, "nameConstraints that are not critical"),
        (
            POLICY_CONSTRAINTS,
            "policyConstraints that are not critical",
        ),
    ] {
        let extension = subject.certificate.extensions.find(oid);
        if extension.is_some_and(|extension| !extension.is_critical) {
            return refuse(name, "constraints that no reader may ignore");
        }
    }
    Outcome::Pass
}
