//! Why bytes are not taken as a revocation list, and why a list is not of an issuer.

use crate::trust::certificate::InvalidName;

/// Why bytes are not one revocation list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRevocationList {
    /// Larger than is looked at.
    #[error("a revocation list of {bytes} bytes: {limit} are allowed")]
    TooLarge {
        /// Its bytes.
        bytes: usize,
        /// The most that is looked at.
        limit: usize,
    },
    /// Not the DER encoding of an X.509 revocation list.
    #[error("not an X.509 revocation list of version 2 in DER")]
    NotDer,
    /// What is signed names another algorithm than the signature.
    #[error("its two signature algorithms differ (RFC 5280 §5.1.1.2)")]
    SignatureAlgorithms,
    /// Its issuer cannot be read.
    #[error("its issuer {0}")]
    Issuer(InvalidName),
    /// It names no issuer.
    #[error("it names no issuer (RFC 5280 §5.1.2.3)")]
    NoIssuer,
    /// It does not say when the next one comes.
    #[error("it does not say when the next one comes (RFC 5280 §5.1.2.5)")]
    NoNextUpdate,
    /// It ends before it begins.
    #[error("the next one comes no later than this one (RFC 5280 §5.1.2.5)")]
    Times,
    /// An extension that every list has is not there.
    #[error("it has no {0}")]
    Missing(&'static str),
    /// An extension is critical that must not be.
    #[error("its {0} is critical")]
    Critical(&'static str),
    /// An extension stands twice.
    #[error("its extension {0} stands twice")]
    Repeated(String),
    /// An extension must be understood and is not.
    #[error("its critical extension {0} is not known")]
    Unknown(String),
    /// An extension is malformed.
    #[error("its {0} is malformed")]
    Malformed(&'static str),
    /// It is of a kind that is not used here.
    #[error("it is {0}, which is not taken")]
    Kind(&'static str),
    /// An entry cannot be read or must not be there.
    #[error("its entry for the serial number {serial} {problem}")]
    Entry {
        /// The serial number, capital hexadecimal digits.
        serial: String,
        /// What is wrong.
        problem: &'static str,
    },
}

/// Why a list is not by the holder of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotItsIssuer {
    /// The names differ.
    #[error("it names another issuer")]
    Name,
    /// The certificate is not for signing lists.
    #[error("its issuer may not sign revocation lists: its keyUsage has no cRLSign")]
    Usage,
    /// It names another key.
    #[error("it names another key than its issuer's (RFC 5280 §5.2.1)")]
    Key,
    /// The signature does not hold.
    #[error("its signature is not its issuer's")]
    Signature,
}
