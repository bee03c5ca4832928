//! Keys and signatures: strong enough for the years the certificate lasts.

use super::{ALL, Outcome, Rule, Subject, refuse};
use crate::trust::certificate::{Curve, PublicKey};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "key.size",
        clause: "CA/Browser Forum BR §6.1.5; RGS annex B1",
        applies_to: ALL,
        check: size,
    },
    Rule {
        code: "key.exponent",
        clause: "CA/Browser Forum BR §6.1.6; RGS annex B1",
        applies_to: ALL,
        check: exponent,
    },
    Rule {
        code: "signature.algorithm",
        clause: "CA/Browser Forum BR §7.1.3.2; RGS annex B1",
        applies_to: ALL,
        check: signature,
    },
];

/// The keys that serve, in words.
pub(in crate::trust) const SIZES: &str =
    "RSA of 2048 to 8192 bits, a multiple of 8, or P-256 or P-384";

/// Whether a key is large enough and of a kind that serves.
pub(in crate::trust) fn is_large_enough(key: &PublicKey) -> bool {
    match key {
        PublicKey::Rsa { bits, .. } => (2048..=8192).contains(bits) && bits % 8 == 0,
        PublicKey::Ec(Curve::P256 | Curve::P384) => true,
        PublicKey::Ec(Curve::P521) | PublicKey::Other(_) => false,
    }
}

fn size(subject: &Subject<'_>) -> Outcome {
    let key = &subject.certificate.key;
    if is_large_enough(key) {
        return Outcome::Pass;
    }
    refuse(key.to_string(), SIZES)
}

fn exponent(subject: &Subject<'_>) -> Outcome {
    match subject.certificate.key {
        PublicKey::Rsa {
            exponent: Some(exponent),
            ..
        } if exponent < 65_537 || exponent % 2 == 0 => {
            refuse(exponent.to_string(), "an odd exponent from 65537 to 2^64")
        }
        PublicKey::Rsa { exponent: None, .. } => {
            refuse("more than 64 bits", "an odd exponent from 65537 to 2^64")
        }
        PublicKey::Rsa { .. } | PublicKey::Ec(_) | PublicKey::Other(_) => Outcome::Pass,
    }
}

/// SHA-256, SHA-384 and SHA-512 with RSA (PKCS #1, PSS) and ECDSA.
const SIGNATURES: &[&str] = &[
    "1.2.840.113549.1.1.11",
    "1.2.840.113549.1.1.12",
    "1.2.840.113549.1.1.13",
    "1.2.840.113549.1.1.10",
    "1.2.840.10045.4.3.2",
    "1.2.840.10045.4.3.3",
    "1.2.840.10045.4.3.4",
];

fn signature(subject: &Subject<'_>) -> Outcome {
    let oid = subject.certificate.signature_algorithm.as_str();
    if SIGNATURES.contains(&oid) {
        return Outcome::Pass;
    }
    refuse(oid, "RSA or ECDSA with SHA-256, SHA-384 or SHA-512")
}
