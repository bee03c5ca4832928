//! Who may have signed a list, and when that must have been allowed. It must not know lists.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::error::ListError;
use super::signature::sha256;

/// A certificate that is known to be the list's signer's by other means than the list. Two are pinned
/// while one signer takes over from the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pin {
    /// The certificate, DER.
    Certificate(Vec<u8>),
    /// SHA-256 of the certificate's DER.
    Sha256([u8; 32]),
}

impl Pin {
    fn is_of(&self, certificate: &[u8], certificate_sha256: &[u8; 32]) -> bool {
        match self {
            Self::Certificate(pinned) => pinned == certificate,
            Self::Sha256(pinned) => pinned == certificate_sha256,
        }
    }
}

/// When the signer's certificate must be valid: now for the list that nodes use, the list's own
/// time for one of the archive, whose signer has expired since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyAt {
    /// The present, which is this.
    Now(OffsetDateTime),
    /// The time that the list states of itself.
    ListTime,
    /// Another time.
    At(OffsetDateTime),
}

impl VerifyAt {
    /// The time meant, for a list of this time.
    pub(super) fn of(self, generated_at: OffsetDateTime) -> OffsetDateTime {
        match self {
            Self::Now(at) | Self::At(at) => at,
            Self::ListTime => generated_at,
        }
    }

    /// Refuses a list that was generated after the time meant: taken, it would turn away every list until
    /// then as older than the last.
    pub(super) fn check_past(self, generated_at: OffsetDateTime) -> Result<(), ListError> {
        let at = self.of(generated_at);
        if generated_at <= at + CLOCK_TOLERANCE {
            Ok(())
        } else {
            Err(ListError::Future { generated_at, at })
        }
    }
}

/// By how much the clock of who reads may be behind that of who published.
const CLOCK_TOLERANCE: Duration = Duration::minutes(5);

/// A signer's certificate that is pinned.
pub(super) struct Signer<'a>(X509Certificate<'a>);

impl<'a> Signer<'a> {
    /// Reads a certificate that must be one of the pinned ones; nothing else is parsed.
    pub(super) fn pinned(certificate: &'a [u8], pins: &[Pin]) -> Result<Self, ListError> {
        let sha256 = sha256(&[certificate]);
        if !pins.iter().any(|pin| pin.is_of(certificate, &sha256)) {
            return Err(ListError::NotPinned { sha256 });
        }
        match X509Certificate::from_der(certificate) {
            Ok(([], parsed)) => Ok(Self(parsed)),
            Ok(_) | Err(_) => Err(ListError::SignerCertificate),
        }
    }

    /// Checks that the certificate's key signed a message.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), ListError> {
        let key = self.0.public_key();
        match key.parsed() {
            Ok(PublicKey::RSA(rsa)) if (2048..=8192).contains(&rsa.key_size()) => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key.subject_public_key.data)
                    .verify(message, signature)
                    .map_err(|_| ListError::Signature)
            }
            Ok(_) | Err(_) => Err(ListError::SignerKey),
        }
    }

    /// Checks that the certificate is valid at a time (RFC 5280 §4.1.2.5: both ends included).
    pub(super) fn check_valid(&self, at: OffsetDateTime) -> Result<(), ListError> {
        let not_before = self.0.validity().not_before.to_datetime();
        let not_after = self.0.validity().not_after.to_datetime();
        if (not_before..=not_after).contains(&at) {
            Ok(())
        } else {
            Err(ListError::SignerValidity {
                not_before,
                not_after,
                at,
            })
        }
    }
}
