//! When a certificate serves.

use time::Duration;

use super::{ALL, LEAVES, Outcome, Rule, Subject, refuse, warn};
use crate::domain::calendar::rfc3339;
use crate::domain::certificate::CertificatePurpose;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "validity.order",
        clause: "RFC 5280 §4.1.2.5",
        applies_to: ALL,
        check: order,
    },
    Rule {
        code: "validity.expired",
        clause: "RFC 5280 §6.1.3 (a)(2)",
        applies_to: ALL,
        check: expired,
    },
    Rule {
        code: "validity.not_yet",
        clause: "RFC 5280 §6.1.3 (a)(2)",
        applies_to: ALL,
        check: not_yet,
    },
    Rule {
        code: "validity.length",
        clause: "the trust space's rules for operators' certificates",
        applies_to: LEAVES,
        check: length,
    },
];

/// 39 months: three years and a season to change.
const LONGEST: Duration = Duration::days(1187);

fn order(subject: &Subject<'_>) -> Outcome {
    let certificate = subject.certificate;
    if certificate.not_before < certificate.not_after {
        return Outcome::Pass;
    }
    refuse(
        format!(
            "{} to {}",
            rfc3339(certificate.not_before),
            rfc3339(certificate.not_after)
        ),
        "an end after the beginning",
    )
}

/// The last second belongs to the certificate, whole.
fn expired(subject: &Subject<'_>) -> Outcome {
    if subject.at < subject.certificate.not_after + Duration::SECOND {
        return Outcome::Pass;
    }
    refuse(
        format!("an end at {}", rfc3339(subject.certificate.not_after)),
        "an end in the future",
    )
}

/// A certificate may be registered ahead of its first day; nothing can be anchored in one.
fn not_yet(subject: &Subject<'_>) -> Outcome {
    if subject.certificate.not_before <= subject.at {
        return Outcome::Pass;
    }
    let found = format!("a beginning at {}", rfc3339(subject.certificate.not_before));
    let expected = "a beginning in the past";
    match subject.purpose {
        CertificatePurpose::Anchor | CertificatePurpose::IssuingAuthority => {
            refuse(found, expected)
        }
        CertificatePurpose::Gateway
        | CertificatePurpose::SmtpServer
        | CertificatePurpose::SmtpClient
        | CertificatePurpose::ListSigner => warn(found, expected),
    }
}

fn length(subject: &Subject<'_>) -> Outcome {
    let length = subject.certificate.not_after - subject.certificate.not_before;
    if length <= LONGEST {
        return Outcome::Pass;
    }
    warn(
        format!("{} days", length.whole_days()),
        "at most 39 months (1187 days)",
    )
}
