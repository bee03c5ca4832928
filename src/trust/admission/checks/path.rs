//! Whether a path leads to an anchor, fit for the role.

use time::OffsetDateTime;

use super::super::report::{Ended, Missed, held_until, skipped};
use super::NO_CHAIN;
use super::presented::Presented;
use crate::domain::admission::{Reason, Role};
use crate::trust::certificate::Certificate;
use crate::trust::chain::{Anchors, Path, check_path};

/// A path from the peer's certificate to an anchor that is fit for its role at a moment.
pub(in super::super) fn path(
    presented: Option<&Presented>,
    anchors: &Anchors,
    role: Role,
    at: OffsetDateTime,
) -> Ended<Path> {
    let Some(presented) = presented else {
        return skipped(NO_CHAIN);
    };
    let others: Vec<Certificate> = presented
        .others
        .iter()
        .map(|it| Certificate::clone(it))
        .collect();
    match check_path(&presented.leaf, &others, anchors, role.purpose(), at) {
        Ok(path) => {
            let names: Vec<&str> = path
                .certificates
                .iter()
                .map(|it| it.subject.as_str())
                .collect();
            let ends = path.certificates.iter().map(|it| it.not_after);
            let end = ends.min().unwrap_or(at);
            let found = names.join(" < ");
            held_until(path, end, found)
        }
        Err(error) => {
            let rules = error.findings.iter().map(|finding| finding.rule.as_str());
            let mut reasons: Vec<Reason> = rules.map(reason).collect();
            reasons.sort_unstable();
            reasons.dedup();
            Err(Missed::Failed(reasons, error.to_string()))
        }
    }
}

/// The reason that a broken rule is told as.
fn reason(rule: &str) -> Reason {
    match rule {
        "path.issuer" | "path.signature" => Reason::PathNone,
        "validity.not_yet" | "path.not_yet" => Reason::CertificateNotYetValid,
        "validity.expired" | "path.expired" => Reason::CertificateExpired,
        "extended_usage.role"
        | "extended_usage.any"
        | "extended_usage.empty"
        | "path.extended_usage" => Reason::CertificatePurpose,
        // Each rule that comes is told by its own code beside this one.
        _ => Reason::PathRule,
    }
}
