//! Certificates as JSON shows them.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::mirror;
use crate::domain::certificate::{CertificateState, RevocationReason};
use crate::domain::certificate_record::{CertificateContent, CertificateRecord};

mirror! {
    /// Where a certificate stands.
    CertificateStateView of CertificateState as CertificateState, "snake_case" {
        /// Accepted by the rules, not yet in use.
        Pending,
        /// In use.
        Active,
        /// On hold.
        Suspended,
        /// Taken back for good.
        Revoked,
        /// Past its last day.
        Expired,
        /// Replaced by another one.
        Superseded,
    }
}

/// A certificate of an operator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Certificate)]
pub(in crate::api::v1) struct CertificateView {
    /// Number of the record.
    id: i64,
    /// Number of its operator.
    operator: i64,
    /// Its subject, as the list writes it.
    dn: String,
    /// Where it stands.
    state: CertificateStateView,
    /// Since when, UTC.
    #[serde(with = "time::serde::rfc3339")]
    state_since: OffsetDateTime,
    /// Why it was revoked, as RFC 5280 §5.3.1 names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    revocation_reason: Option<&'static str>,
    /// What it says; absent where a list alone told of its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<ContentView>,
    /// What the rules warned of when it was registered.
    #[schema(value_type = Vec<Object>)]
    findings: serde_json::Value,
    /// When it was registered, UTC.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// What the bytes of a certificate say.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateContent)]
struct ContentView {
    /// SHA-256 of its bytes, hexadecimal.
    sha256: String,
    /// SHA-256 of its key, hexadecimal.
    spki_sha256: String,
    /// Who signed it.
    issuer: String,
    /// Its serial number, hexadecimal.
    serial: String,
    /// First second of its validity, UTC.
    #[serde(with = "time::serde::rfc3339")]
    not_before: OffsetDateTime,
    /// Last second of its validity, UTC.
    #[serde(with = "time::serde::rfc3339")]
    not_after: OffsetDateTime,
}

impl From<CertificateContent> for ContentView {
    fn from(content: CertificateContent) -> Self {
        Self {
            sha256: content.sha256,
            spki_sha256: content.spki_sha256,
            issuer: content.issuer_dn,
            serial: content.serial,
            not_before: content.not_before,
            not_after: content.not_after,
        }
    }
}

impl From<CertificateRecord> for CertificateView {
    fn from(record: CertificateRecord) -> Self {
        Self {
            id: record.id,
            operator: record.operator,
            dn: record.dn.to_string(),
            state: record.state.into(),
            state_since: record.state_since,
            revocation_reason: record.revocation_reason.map(RevocationReason::as_str),
            content: record.content.map(Into::into),
            findings: record.findings,
            created_at: record.created_at,
        }
    }
}
