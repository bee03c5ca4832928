//! Why bytes are not taken as a certificate, in words for the one who sent them.

use super::name::InvalidName;

/// Why bytes are not one certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCertificate {
    /// Larger than is looked at.
    #[error("a certificate of {bytes} bytes: {limit} are allowed")]
    TooLarge {
        /// Its bytes.
        bytes: usize,
        /// The most that is looked at.
        limit: usize,
    },
    /// Not the DER encoding of an X.509 certificate.
    #[error("not an X.509 certificate in DER")]
    NotDer,
    /// Something follows the certificate.
    #[error("{0} bytes follow the certificate")]
    TrailingBytes(usize),
    /// What is signed names another algorithm than the signature (RFC 5280 §4.1.1.2).
    #[error("its two signature algorithms differ (RFC 5280 §4.1.1.2)")]
    SignatureAlgorithms,
    /// The subject cannot be read.
    #[error("its subject {0}")]
    Subject(InvalidName),
    /// The issuer cannot be read.
    #[error("its issuer {0}")]
    Issuer(InvalidName),
    /// An extension that every reader must understand is malformed.
    #[error("its extension {0} is malformed")]
    Extension(String),
}

/// Why an upload is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// Larger than is looked at.
    #[error("a file of {bytes} bytes: {limit} are allowed")]
    TooLarge {
        /// Its bytes.
        bytes: usize,
        /// The most that is looked at.
        limit: usize,
    },
    /// Nothing in it.
    #[error("this file is empty")]
    Empty,
    /// Neither of the two formats.
    #[error("this file is neither a certificate in DER nor in PEM")]
    NoCertificate,
    /// More certificates than are looked at.
    #[error("this file holds more than {0} certificates")]
    TooMany(usize),
    /// It holds a private key; whoever sent it must be told.
    #[error(
        "this file holds a private key: never send it; send the certificate only, and replace a key that left its owner"
    )]
    PrivateKey,
    /// A PEM block that is something else, or cannot be read.
    #[error("block {number} of this file: {reason}")]
    Block {
        /// Which block, from 1.
        number: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// One of its certificates cannot be read.
    #[error("certificate {number} of this file: {reason}")]
    Certificate {
        /// Which certificate, from 1.
        number: usize,
        /// What is wrong with it.
        reason: InvalidCertificate,
    },
}
