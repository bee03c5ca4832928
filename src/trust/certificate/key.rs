//! The public key of a certificate, as far as rules ask about it.

use x509_parser::public_key::PublicKey as Parsed;
use x509_parser::x509::SubjectPublicKeyInfo;

/// A named curve (RFC 5480 §2.1.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// secp256r1.
    P256,
    /// secp384r1.
    P384,
    /// secp521r1.
    P521,
}

/// The key a certificate is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA.
    Rsa {
        /// Bits of the modulus, leading zeroes left out.
        bits: u32,
        /// The public exponent; none when it does not fit in 64 bits.
        exponent: Option<u64>,
    },
    /// A point on a named curve.
    Ec(Curve),
    /// Anything else: the object identifier of the algorithm, in dots.
    Other(String),
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rsa { bits, .. } => write!(f, "RSA of {bits} bits"),
            Self::Ec(Curve::P256) => f.write_str("P-256"),
            Self::Ec(Curve::P384) => f.write_str("P-384"),
            Self::Ec(Curve::P521) => f.write_str("P-521"),
            Self::Other(oid) => write!(f, "a key of algorithm {oid}"),
        }
    }
}

const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";

const CURVES: &[(&str, Curve)] = &[
    ("1.2.840.10045.3.1.7", Curve::P256),
    ("1.3.132.0.34", Curve::P384),
    ("1.3.132.0.35", Curve::P521),
];

pub(in crate::trust) fn read(spki: &SubjectPublicKeyInfo<'_>) -> PublicKey {
    let algorithm = spki.algorithm.algorithm.to_id_string();
    if let Ok(Parsed::RSA(rsa)) = spki.parsed() {
        return PublicKey::Rsa {
            bits: bits(rsa.modulus),
            exponent: exponent(rsa.exponent),
        };
    }
    let curve = spki
        .algorithm
        .parameters
        .as_ref()
        .and_then(|it| it.as_oid().ok());
    match curve.map(|oid| oid.to_id_string()) {
        Some(curve) if algorithm == EC_PUBLIC_KEY => {
            CURVES.iter().find(|(oid, _)| *oid == curve).map_or(
                PublicKey::Other(format!("{algorithm} on {curve}")),
                |(_, it)| PublicKey::Ec(*it),
            )
        }
        _ => PublicKey::Other(algorithm),
    }
}

/// Bits of an unsigned number, most significant byte first.
fn bits(number: &[u8]) -> u32 {
    let mut bytes = number.iter().skip_while(|byte| **byte == 0);
    let Some(first) = bytes.next() else { return 0 };
    let rest = u32::try_from(bytes.count()).unwrap_or(u32::MAX);
    rest.saturating_mul(8)
        .saturating_add(8 - first.leading_zeros())
}

fn exponent(number: &[u8]) -> Option<u64> {
    (bits(number) <= u64::BITS).then(|| {
        number
            .iter()
            .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeroes_are_no_bits() {
        for (number, length) in [
            (&[][..], 0),
            (&[0, 0], 0),
            (&[1], 1),
            (&[0, 0xff], 8),
            (&[0x7f, 0], 15),
            (&[0, 0x80, 0, 0], 24),
        ] {
            assert_eq!(bits(number), length, "{number:?}");
        }
        assert_eq!(exponent(&[1, 0, 1]), Some(65_537));
        assert_eq!(exponent(&[0, 1, 0, 0, 0, 0, 0, 0, 0]), Some(1 << 56));
        assert_eq!(exponent(&[1; 9]), None);
    }
}
