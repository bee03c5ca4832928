//! Version and serial number: what a revocation list can name.

use super::{ALL, Outcome, Rule, Subject, refuse, warn};
use crate::domain::certificate::CertificatePurpose;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "version",
        clause: "RFC 5280 §4.1.2.1",
        applies_to: ALL,
        check: version,
    },
    Rule {
        code: "serial.positive",
        clause: "RFC 5280 §4.1.2.2",
        applies_to: ALL,
        check: positive,
    },
    Rule {
        code: "serial.length",
        clause: "RFC 5280 §4.1.2.2",
        applies_to: ALL,
        check: length,
    },
];

fn version(subject: &Subject<'_>) -> Outcome {
    match subject.certificate.version {
        3 => Outcome::Pass,
        version => refuse(version.to_string(), "version 3"),
    }
}

/// Roots of good name have the number 0; as nobody revokes a root by its number, it does no harm.
fn positive(subject: &Subject<'_>) -> Outcome {
    let serial = &subject.certificate.serial;
    let is_negative = serial.first().is_none_or(|byte| byte & 0x80 != 0);
    if !is_negative && serial.iter().any(|byte| *byte != 0) {
        return Outcome::Pass;
    }
    let (found, expected) = (subject.certificate.serial_hex(), "a number above zero");
    match subject.purpose {
        CertificatePurpose::Anchor => warn(found, expected),
        CertificatePurpose::Gateway
        | CertificatePurpose::SmtpServer
        | CertificatePurpose::SmtpClient
        | CertificatePurpose::ListSigner
        | CertificatePurpose::IssuingAuthority => refuse(found, expected),
    }
}

fn length(subject: &Subject<'_>) -> Outcome {
    match subject.certificate.serial.len() {
        1..=20 => Outcome::Pass,
        octets => refuse(format!("{octets} octets"), "at most 20 octets"),
    }
}
