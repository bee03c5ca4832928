//! Our own authorities and the requests for certificates that they issue. Nothing here knows X.509.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::certificate::RevocationReason;
use super::digest::Digest;

/// What an authority of ours does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorityKind {
    /// Certifies the others; its key is offline.
    Root,
    /// Issues certificates of gateways.
    Issuing,
}

impl AuthorityKind {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Issuing => "issuing",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Root, Self::Issuing]
            .into_iter()
            .find(|it| it.as_str() == name)
    }
}

/// One of our authorities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityRecord {
    /// Number of the record.
    pub id: i64,
    /// Its name in addresses: lower-case letters, digits and hyphens.
    pub name: String,
    /// What it does.
    pub kind: AuthorityKind,
    /// Its certificate, DER.
    pub der: Vec<u8>,
    /// SHA-256 of that.
    pub sha256: Digest,
    /// SHA-256 of its key (`SubjectPublicKeyInfo`).
    pub spki_sha256: Digest,
    /// Last second of its validity, UTC.
    pub not_after: OffsetDateTime,
    /// When it was made known, UTC.
    pub created_at: OffsetDateTime,
}

/// How a certificate of ours stands, as its revocation list and its responder tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuedStatus {
    /// Nothing is said against it.
    Good,
    /// `certificateHold`, since then.
    OnHold(OffsetDateTime),
    /// Revoked, since then, for this.
    Revoked(OffsetDateTime, RevocationReason),
}

/// A certificate that an authority of ours issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// Number of its record.
    pub id: i64,
    /// Its serial number: the bytes of the positive integer, most significant first.
    pub serial: Vec<u8>,
    /// How it stands.
    pub status: IssuedStatus,
    /// Last second of its validity, UTC.
    pub not_after: OffsetDateTime,
}

/// Where a request for a certificate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Waits to be approved.
    Submitted,
    /// Its certificate was issued.
    Issued,
    /// Somebody refused it.
    Refused,
}

impl RequestState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Submitted, Self::Issued, Self::Refused];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Issued => "issued",
            Self::Refused => "refused",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}
