//! What happened in the trust space, as history tells it: who, when, why, from where to where.

use time::OffsetDateTime;

use super::mail_domain::MailDomainName;

/// Which part of history is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventFilter {
    /// Of this operator alone.
    pub operator: Option<i64>,
    /// Of this certificate alone.
    pub certificate: Option<i64>,
}

/// One thing that happened; never changed afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedEvent {
    /// Number, in the order of history.
    pub id: i64,
    /// When, UTC.
    pub at: OffsetDateTime,
    /// Name of an administrator, or `schedule`.
    pub actor: String,
    /// Names of the others who agreed.
    pub approved_by: Vec<String>,
    /// What was done, such as `operator.moved`.
    pub action: String,
    /// The operator it is about.
    pub operator: Option<i64>,
    /// The certificate it is about.
    pub certificate: Option<i64>,
    /// The mail domain it is about.
    pub mail_domain: Option<MailDomainName>,
    /// The state before.
    pub from_state: Option<String>,
    /// The state after.
    pub to_state: Option<String>,
    /// Why, in the words of who asked.
    pub reason: String,
    /// References of documents: an array of
    /// [`DocumentReference`](super::onboarding::DocumentReference).
    pub documents: serde_json::Value,
    /// What else is worth keeping, by action: an object.
    pub detail: serde_json::Value,
}
