//! Keys that sign the list, wherever they live.

mod certificate;
pub(in crate::trust) mod files;
mod pem;
mod pkcs11;
mod public_key;
#[cfg(test)]
pub(crate) mod testing;
mod worker;

pub use certificate::{SignerCertificate, SignerCertificateError};
pub use pem::PemSigner;
pub use pkcs11::{CertificateSource, PATIENCE, Pin, Pkcs11Key, Pkcs11Signer};

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key or its certificate cannot be read or used.
    #[error("the signing key {key} cannot be used: {problem}")]
    Unusable {
        /// Which key, as configured: a path or a token and label, never a secret.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The key and the certificate do not belong together.
    #[error("the signing key {key} does not belong to its certificate")]
    Mismatch {
        /// Which key.
        key: String,
    },
    /// The key's device does not answer, or refuses.
    #[error("the device of the signing key {key} failed: {problem}")]
    Device {
        /// Which key.
        key: String,
        /// What it said.
        problem: String,
    },
}

/// An RSA key and its certificate, able to sign as `RSASSA-PKCS1-v1_5` with SHA-256 (RFC 8017 §8.2):
/// the one algorithm of the published list and, as `RS256`, of its side-car.
pub trait Signer: Send + Sync {
    /// The certificate whose key this is, DER.
    fn certificate(&self) -> &[u8];

    /// Signs a message; blocks while a device works.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}
