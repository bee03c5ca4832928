//! What happened, as JSON shows it.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::domain::registry_event::RecordedEvent;

/// One thing that happened in the trust space.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryEvent)]
pub(in crate::api::v1) struct EventView {
    /// Number, in the order of history.
    id: i64,
    /// When, UTC.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// Name of who did it: an administrator, or `schedule` for the registry itself.
    actor: String,
    /// Names of the others who agreed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    approved_by: Vec<String>,
    /// What was done.
    #[schema(example = "operator.moved")]
    action: String,
    /// The operator it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<i64>,
    /// The certificate it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<i64>,
    /// The mail domain it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_domain: Option<String>,
    /// The state before.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_state: Option<String>,
    /// The state after.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_state: Option<String>,
    /// Why, in the words of who asked.
    #[serde(skip_serializing_if = "String::is_empty")]
    reason: String,
    /// References of documents.
    #[schema(value_type = Vec<Object>)]
    documents: serde_json::Value,
    /// What else is known, by action.
    #[schema(value_type = Object)]
    detail: serde_json::Value,
}

impl From<RecordedEvent> for EventView {
    fn from(event: RecordedEvent) -> Self {
        Self {
            id: event.id,
            at: event.at,
            actor: event.actor,
            approved_by: event.approved_by,
            action: event.action,
            operator: event.operator,
            certificate: event.certificate,
            mail_domain: event.mail_domain.map(String::from),
            from_state: event.from_state,
            to_state: event.to_state,
            reason: event.reason,
            documents: event.documents,
            detail: event.detail,
        }
    }
}
