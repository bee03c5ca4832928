//! The side-car: what the published format has no place for, signed by the signer of the list.
//!
//! It says which version this is, what was before and when to expect the next, binds the bytes of the
//! XML and the head of the log, and announces signers before they sign. It knows digests of the list,
//! not the list.

mod jws;
mod rules;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::log::{LogEntry, TreeHead};
use crate::domain::digest::Digest;

pub use jws::{MetaError, sign, verify};
pub(in crate::trust) use rules::connects;
pub use rules::{BrokenRule, DigestOrNone, NotNext};

/// Its name beside the list.
pub const FILE_NAME: &str = "listeblanchemssante.meta.jws";

/// Its media type (RFC 7515 §9.2.1).
pub const MEDIA_TYPE: &str = "application/jose";

/// What is said of one version of the list.
///
/// All members are there, and no others: one that a reader does not know could change the meaning of
/// those it knows. Another layout would have another `typ`. Times are RFC 3339, UTC, whole seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListMeta {
    /// Who publishes, as a name or an address people know.
    pub issuer: String,
    /// The version's number, from 1 and without gaps.
    pub sequence: u64,
    /// `DateDeGeneration` of the list.
    #[serde(with = "time::serde::rfc3339")]
    pub generated_at: OffsetDateTime,
    /// When the next version is published at the latest.
    #[serde(with = "time::serde::rfc3339")]
    pub next_update: OffsetDateTime,
    /// The signed XML.
    pub xml: ListFile,
    /// The version before; `null` in the first alone.
    #[serde(deserialize_with = "Option::deserialize")]
    pub previous: Option<PreviousVersion>,
    /// The head of the log whose last leaf is this version.
    pub log: TreeHead,
    /// The signer of this version, and those that may sign the next ones.
    pub signers: Vec<SignerNotice>,
}

/// The bytes of the signed XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListFile {
    /// SHA-256 of the whole file.
    pub sha256: Digest,
    /// Its length.
    pub bytes: u64,
    /// How many entries the list has.
    pub entries: u64,
}

/// The version before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousVersion {
    /// Its number.
    pub sequence: u64,
    /// SHA-256 of its signed XML.
    pub sha256: Digest,
}

/// A signer, known by its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignerNotice {
    /// SHA-256 of its certificate, DER.
    pub sha256: Digest,
    /// Its part.
    pub status: SignerStatus,
    /// When it signed, or may sign, first.
    #[serde(with = "time::serde::rfc3339")]
    pub from: OffsetDateTime,
}

/// The part of a signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignerStatus {
    /// It signed this version.
    Current,
    /// It may sign from its moment on.
    Next,
}

impl ListMeta {
    /// This version as the log holds it.
    pub fn log_entry(&self) -> LogEntry {
        LogEntry {
            sequence: self.sequence,
            generated_at: self.generated_at,
            bytes: self.xml.bytes,
            sha256: self.xml.sha256,
            previous: self.previous.map(|previous| previous.sha256),
        }
    }

    /// SHA-256 of the certificate that signed this version, the list and this.
    pub fn current_signer(&self) -> Option<Digest> {
        let mut current = self.signers.iter();
        let current = current.find(|notice| notice.status == SignerStatus::Current)?;
        Some(current.sha256)
    }

    /// Whether the next version is overdue: this one may have been held back from the reader.
    pub fn is_overdue(&self, at: OffsetDateTime) -> bool {
        at > self.next_update
    }
}

#[cfg(test)]
mod tests;
