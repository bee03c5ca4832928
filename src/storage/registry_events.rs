//! The history of the trust space: added to, never changed (a trigger of the database refuses).

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{StorageError, changes};
use crate::domain::mail_domain::MailDomainName;
use crate::domain::registry_event::{EventFilter, RecordedEvent};

/// Something that happens in the transaction that makes it happen.
#[derive(Clone, Debug)]
pub struct RegistryEvent {
    /// When, UTC.
    pub at: OffsetDateTime,
    /// Name of an administrator, or `schedule`.
    pub actor: String,
    /// Names of the others who agreed.
    pub approved_by: Vec<String>,
    /// What was done, such as `operator.moved`.
    pub action: &'static str,
    /// The operator it is about.
    pub operator: Option<i64>,
    /// The certificate it is about.
    pub certificate: Option<i64>,
    /// The mail domain it is about.
    pub mail_domain: Option<MailDomainName>,
    /// The state before.
    pub from_state: Option<&'static str>,
    /// The state after.
    pub to_state: Option<&'static str>,
    /// Why, in the words of who asked.
    pub reason: String,
    /// References of documents, an array.
    pub documents: serde_json::Value,
    /// What else is worth keeping, an object.
    pub detail: serde_json::Value,
}

impl RegistryEvent {
    /// An event about nothing in particular yet; fill the rest by struct update.
    pub fn new(at: OffsetDateTime, actor: String, action: &'static str) -> Self {
        Self {
            at,
            actor,
            approved_by: Vec::new(),
            action,
            operator: None,
            certificate: None,
            mail_domain: None,
            from_state: None,
            to_state: None,
            reason: String::new(),
            documents: serde_json::Value::Array(Vec::new()),
            detail: serde_json::Value::Object(serde_json::Map::new()),
        }
    }
}

/// Writes an event and gives its number.
pub async fn append(truth: &mut PgConnection, event: &RegistryEvent) -> Result<i64, StorageError> {
    changes::act_at(truth, event.at).await?;
    let id = sqlx::query_scalar!(
        "insert into registry_event (
            at,
            actor,
            approved_by,
            action,
            operator_id,
            certificate_id,
            mail_domain,
            from_state,
            to_state,
            reason,
            documents,
            detail
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        returning id",
        event.at,
        event.actor,
        &event.approved_by,
        event.action,
        event.operator,
        event.certificate,
        event.mail_domain.as_ref().map(MailDomainName::as_str),
        event.from_state,
        event.to_state,
        event.reason,
        event.documents,
        event.detail,
    )
    .fetch_one(truth)
    .await?;
    Ok(id)
}

/// Events after a number, in the order of history.
pub async fn list(
    truth: &mut PgConnection,
    filter: EventFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<RecordedEvent>, StorageError> {
    let rows = sqlx::query!(
        "select
            id,
            at,
            actor,
            approved_by,
            action,
            operator_id,
            certificate_id,
            mail_domain,
            from_state,
            to_state,
            reason,
            documents,
            detail
        from registry_event
        where id > $1
        and ($2::bigint is null or operator_id = $2)
        and ($3::bigint is null or certificate_id = $3)
        order by id
        limit $4",
        after,
        filter.operator,
        filter.certificate,
        limit,
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter()
        .map(|row| {
            let mail_domain = row
                .mail_domain
                .map(|name| MailDomainName::parse(&name))
                .transpose()
                .map_err(|error| StorageError::Inconsistent {
                    table: "registry_event",
                    key: row.id.to_string(),
                    problem: error.to_string(),
                })?;
            Ok(RecordedEvent {
                id: row.id,
                at: row.at,
                actor: row.actor,
                approved_by: row.approved_by,
                action: row.action,
                operator: row.operator_id,
                certificate: row.certificate_id,
                mail_domain,
                from_state: row.from_state,
                to_state: row.to_state,
                reason: row.reason,
                documents: row.documents,
                detail: row.detail,
            })
        })
        .collect()
}
