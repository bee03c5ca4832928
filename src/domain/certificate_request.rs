//! Requests for certificates that our own authorities issue, as the registry keeps them. Nothing here
//! knows PKCS #10.

use time::OffsetDateTime;

use super::authority::RequestState;
use super::digest::Digest;
use super::distinguished_name::OperatorDn;

/// A request, and how it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct CertificateRequestRecord {
    /// Number of the record.
    pub id: i64,
    /// Number of the operator that the certificate is for.
    pub operator: i64,
    /// Name of the authority that is to issue it.
    pub authority: String,
    /// The request as it was sent, DER.
    pub csr: Vec<u8>,
    /// SHA-256 of the key that is to be certified (`SubjectPublicKeyInfo`).
    pub spki_sha256: Digest,
    /// The subject that will be certified, as the list writes it.
    pub dn: OperatorDn,
    /// The host names that will be certified.
    pub hosts: Vec<String>,
    /// The certificate whose place it is to take; none: it stands beside others.
    pub renews: Option<i64>,
    /// What the rules warned of: an array of findings.
    pub findings: serde_json::Value,
    /// Where it stands.
    pub state: RequestState,
    /// Name of who sent it.
    pub requested_by: String,
    /// When, UTC.
    pub requested_at: OffsetDateTime,
    /// How it ended.
    pub settled: Option<Settled>,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Name of who settled it.
    pub by: String,
    /// When, UTC.
    pub at: OffsetDateTime,
    /// Why.
    pub why: String,
    /// Number of the certificate that was issued for it; none: it was refused.
    pub certificate: Option<i64>,
}

/// Which requests are asked for; all conditions hold at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Of this operator.
    pub operator: Option<i64>,
    /// In this state.
    pub state: Option<RequestState>,
}
