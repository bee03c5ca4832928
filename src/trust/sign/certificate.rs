//! The certificate beside a signing key: its RSA public key, and whether a signature is of that key.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use time::OffsetDateTime;
use x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

/// What is signed when a key is opened, to see that it fits its certificate; no list begins so.
pub(super) const TRIAL: &[u8] = b"annuaire: a trial of the signing key, nothing more";

/// The smallest modulus, in bits (RGS annex B1 for uses until the end of 2030).
const LEAST_BITS: usize = 2048;

/// Why a certificate is not one of a signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignerCertificateError {
    /// Not one X.509 certificate, whole and alone.
    #[error("it is not one DER certificate, whole and alone")]
    Malformed,
    /// Not an RSA key, as the published format wants it.
    #[error("its key is not an RSA key")]
    NotRsa,
    /// A short RSA key.
    #[error("its RSA key has {bits} bits, fewer than 2048")]
    Short {
        /// The modulus' size.
        bits: usize,
    },
}

/// A signer's certificate, read far enough to check signatures. Whether it should be trusted is for
/// whoever pins it; its lint and path are elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerCertificate {
    der: Vec<u8>,
    public_key: Vec<u8>,
    valid_from: OffsetDateTime,
    valid_until: OffsetDateTime,
}

impl SignerCertificate {
    /// Reads a DER certificate with an RSA key of 2048 bits or more.
    pub fn parse(der: &[u8]) -> Result<Self, SignerCertificateError> {
        let Ok((&[], certificate)) = X509Certificate::from_der(der) else {
            return Err(SignerCertificateError::Malformed);
        };
        let spki = certificate.public_key();
        if spki.algorithm.algorithm != OID_PKCS1_RSAENCRYPTION {
            return Err(SignerCertificateError::NotRsa);
        }
        let public_key = spki.subject_public_key.data.to_vec();
        let Ok(PublicKey::RSA(parsed)) = spki.parsed() else {
            return Err(SignerCertificateError::NotRsa);
        };
        let bits = bits(parsed.modulus);
        if bits < LEAST_BITS {
            return Err(SignerCertificateError::Short { bits });
        }
        Ok(Self {
            der: der.to_vec(),
            public_key,
            valid_from: certificate.validity().not_before.to_datetime(),
            valid_until: certificate.validity().not_after.to_datetime(),
        })
    }

    /// The certificate, DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its key as `RSAPublicKey`, DER (RFC 8017 §A.1.1).
    pub(in crate::trust) fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// The moments between which it is valid, both included (RFC 5280 §4.1.2.5).
    pub const fn validity(&self) -> (OffsetDateTime, OffsetDateTime) {
        (self.valid_from, self.valid_until)
    }

    /// Whether its key made this `RSASSA-PKCS1-v1_5` signature with SHA-256.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public_key)
            .verify(message, signature)
            .is_ok()
    }

    /// Whether the key that signs so is this certificate's: asked once, when a key is opened.
    pub(super) fn is_of<E>(
        &self,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<bool, E> {
        Ok(self.verifies(TRIAL, &sign(TRIAL)?))
    }
}

/// How many bits an unsigned big-endian number has.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    match number.get(zeros..) {
        Some(significant @ [first, ..]) => {
            let unused = (0..8).take_while(|place| first & (0x80 >> place) == 0);
            significant.len() * 8 - unused.count()
        }
        _ => 0,
    }
}
