//! The public half of an RSA key that has no certificate yet, as a device tells it.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use yasna::models::ObjectIdentifier;

/// `rsaEncryption` (RFC 8017 §A.1).
const RSA_ENCRYPTION: &[u64] = &[1, 2, 840, 113_549, 1, 1, 1];

/// An RSA public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RsaPublicKey(Vec<u8>);

impl RsaPublicKey {
    /// `RSAPublicKey`, DER, from modulus and exponent: positive numbers, most significant octet first.
    pub(super) fn encode(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
        yasna::construct_der(|writer| {
            writer.write_sequence(|numbers| {
                numbers.next().write_bigint_bytes(modulus, true);
                numbers.next().write_bigint_bytes(exponent, true);
            });
        })
    }

    /// A key from its encoding as `RSAPublicKey` (RFC 8017 §A.1.1).
    pub(super) const fn new(der: Vec<u8>) -> Self {
        Self(der)
    }

    /// Whether this key made the `RSASSA-PKCS1-v1_5` signature with SHA-256.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.0)
            .verify(message, signature)
            .is_ok()
    }

    /// `SubjectPublicKeyInfo`, DER (RFC 5280 §4.1.2.7).
    pub(super) fn spki(&self) -> Vec<u8> {
        yasna::construct_der(|writer| {
            writer.write_sequence(|info| {
                info.next().write_sequence(|algorithm| {
                    algorithm
                        .next()
                        .write_oid(&ObjectIdentifier::from_slice(RSA_ENCRYPTION));
                    algorithm.next().write_null();
                });
                info.next()
                    .write_bitvec_bytes(&self.0, self.0.len().saturating_mul(8));
            });
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::sign::Signer as _;
    use crate::trust::sign::testing::{Identity, openssl};

    #[test]
    fn a_key_of_its_numbers_is_written_as_openssl_writes_it() {
        let identity = Identity::first();
        let text = openssl(identity.dir(), "rsa -in key.pem -noout -modulus");
        let modulus = text.trim().strip_prefix("Modulus=").unwrap();
        let key = RsaPublicKey::encode(&hex::decode(modulus).unwrap(), &[1, 0, 1]);
        let key = RsaPublicKey::new(key);
        openssl(
            identity.dir(),
            "rsa -in key.pem -pubout -outform DER -out public.der",
        );
        let expected = std::fs::read(identity.dir().join("public.der")).unwrap();
        assert_eq!(key.spki(), expected);
        let signature = identity.signer().sign(b"liste").unwrap();
        assert!(key.verifies(b"liste", &signature));
        assert!(!key.verifies(b"Liste", &signature));
    }
}
