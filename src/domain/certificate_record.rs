//! A certificate of an operator as the registry keeps it: who owns it, where it stands, what it says.

use time::OffsetDateTime;

use super::certificate::{CertificateState, RevocationReason};
use super::distinguished_name::OperatorDn;
use super::mail_domain::MailDomainName;

/// A registered certificate, or a name that a list told of.
#[derive(Clone, Debug, PartialEq)]
pub struct CertificateRecord {
    /// Number of the record.
    pub id: i64,
    /// Number of its operator.
    pub operator: i64,
    /// Its subject, as the list writes it.
    pub dn: OperatorDn,
    /// What its bytes say; none where it is known by its name alone, from a list.
    pub content: Option<CertificateContent>,
    /// Where it stands.
    pub state: CertificateState,
    /// Since when, UTC.
    pub state_since: OffsetDateTime,
    /// Why it was revoked, where it was.
    pub revocation_reason: Option<RevocationReason>,
    /// What the rules warned of when it was registered: an array of findings.
    pub findings: serde_json::Value,
    /// When it was registered, UTC.
    pub created_at: OffsetDateTime,
}

/// What the bytes of a certificate say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateContent {
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// SHA-256 of its key (`SubjectPublicKeyInfo`), lower-case hexadecimal.
    pub spki_sha256: String,
    /// Who signed it.
    pub issuer_dn: String,
    /// Its serial number, lower-case hexadecimal.
    pub serial: String,
    /// First second of its validity, UTC.
    pub not_before: OffsetDateTime,
    /// Last second of its validity, UTC.
    pub not_after: OffsetDateTime,
}

impl CertificateContent {
    /// Whether the certificate is in its time (RFC 5280 §4.1.2.5: both ends included).
    pub fn is_valid_at(&self, at: OffsetDateTime) -> bool {
        self.not_before <= at && at <= self.not_after
    }
}

/// A certificate with what stands behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct CertificateDetail {
    /// The record.
    pub record: CertificateRecord,
    /// Mail domains that are bound to it, in the order of the alphabet.
    pub mail_domains: Vec<MailDomainName>,
    /// The certificate and what was sent with it, DER, the certificate first; empty where it is
    /// known by its name alone.
    pub chain: Vec<Vec<u8>>,
}

/// Which certificates are asked for; all conditions hold at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CertificateFilter {
    /// Of this operator.
    pub operator: Option<i64>,
    /// In this state.
    pub state: Option<CertificateState>,
    /// Whose last second comes within so many days, or has passed.
    pub expiring_within_days: Option<u16>,
}
