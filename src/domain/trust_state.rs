//! What nodes decide by, as of one moment: who may stand where, and what authorities said of their
//! certificates. The signed list is not in it: this can only take away from what the list lets in.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::base64_text;
use super::calendar;
use super::certificate::{CertificateState, RevocationReason};
use super::mail_domain::MailDomainName;
use super::onboarding::OperatorState;

/// The registry's state and the evidence about revocation, at one epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustState {
    /// Position in the feed of the last change it holds.
    pub epoch: i64,
    /// When that change was made, UTC: what tells it from another one that has its place in a registry which
    /// was put back. None before the first, and where the past is told.
    #[serde(with = "calendar::moment")]
    pub epoch_at: Option<OffsetDateTime>,
    /// The moment it tells of, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Number of the list in force then; none before the first.
    pub list: Option<i64>,
    /// Operators, by number.
    pub operators: Vec<OperatorStanding>,
    /// Certificates, by number.
    pub certificates: Vec<CertificateStanding>,
    /// Which certificate stands behind which mail domain of its operator, sorted.
    pub bindings: Vec<Binding>,
    /// When the next change that is decided already comes into force; none is waiting where absent.
    #[serde(with = "calendar::moment")]
    pub next_change_at: Option<OffsetDateTime>,
    /// Revocation lists, one or more of an issuer.
    pub revocation_lists: Vec<Evidence>,
    /// Answers of responders of other authorities.
    pub ocsp_answers: Vec<Evidence>,
}

/// Where an operator stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorStanding {
    /// Its number.
    pub id: i64,
    /// Its legal name.
    pub name: String,
    /// Its state.
    pub state: OperatorState,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// Where a certificate stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateStanding {
    /// Its number.
    pub id: i64,
    /// Number of its operator.
    pub operator: i64,
    /// Its subject, as the list writes it.
    pub dn: String,
    /// Its bytes and those of the chain it was registered with, DER, itself first; empty where it is
    /// known by its name alone.
    #[serde(with = "base64_text::several")]
    pub chain: Vec<Vec<u8>>,
    /// Its state.
    pub state: CertificateState,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// Why it was revoked, where it was.
    pub revocation_reason: Option<RevocationReason>,
    /// Name of the authority of ours that issued it; none: somebody else's.
    pub authority: Option<String>,
}

/// A certificate behind a mail domain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The mail domain.
    pub mail_domain: MailDomainName,
    /// Number of the certificate.
    pub certificate: i64,
}

/// What an authority signed about revocation, as fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The bytes, DER.
    #[serde(with = "base64_text")]
    pub der: Vec<u8>,
    /// Where they come from: `own`, `upload` or an address.
    pub source: String,
    /// When they were fetched.
    #[serde(with = "time::serde::rfc3339")]
    pub fetched_at: OffsetDateTime,
}
