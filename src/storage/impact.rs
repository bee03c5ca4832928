//! What hangs on a record of the trust space, counted from the registry and the directory.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::certificate::CertificateState;

/// Of what the count is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// All certificates of an operator.
    Operator(i64),
    /// One certificate.
    Certificate(i64),
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Bindings: entries of the list, where the operator is in it.
    pub entries: u64,
    /// Mail domains of these bindings.
    pub mail_domains: u64,
    /// Published mailboxes in these mail domains.
    pub mailboxes: u64,
}

fn counted(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// What hangs on a subject through its certificates in these states; with a moment, through those that
/// are within their dates at it.
pub async fn of(
    truth: &mut PgConnection,
    subject: Subject,
    states: &[CertificateState],
    at: Option<OffsetDateTime>,
) -> Result<Touched, StorageError> {
    let (operator, certificate) = match subject {
        Subject::Operator(id) => (Some(id), None),
        Subject::Certificate(id) => (None, Some(id)),
    };
    let states: Vec<String> = states
        .iter()
        .map(|state| state.as_str().to_owned())
        .collect();
    let row = sqlx::query_file!(
        "src/storage/sql/touched_entries.sql",
        operator,
        certificate,
        &states,
        at,
    )
    .fetch_one(truth)
    .await?;
    Ok(Touched {
        entries: counted(row.entries),
        mail_domains: counted(row.mail_domains),
        mailboxes: counted(row.mailboxes),
    })
}

/// Entries that a list of this moment would have.
pub async fn entries(truth: &mut PgConnection, at: OffsetDateTime) -> Result<u64, StorageError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "entries!"
        from binding
        join certificate on certificate.id = binding.certificate_id
        join operator on operator.id = certificate.operator_id
        join mail_domain_operator
            on mail_domain_operator.mail_domain = binding.mail_domain
            and mail_domain_operator.operator_id = certificate.operator_id
        where operator.state = 'active'
        and certificate.state = 'active'
        and (
            certificate.not_after is null
            or $1 between certificate.not_before and certificate.not_after
        )"#,
        at,
    )
    .fetch_one(truth)
    .await?;
    Ok(counted(count))
}

/// The operator of a certificate, and where the certificate stands.
pub async fn certificate(
    truth: &mut PgConnection,
    id: i64,
) -> Result<Option<(i64, CertificateState)>, StorageError> {
    let row = sqlx::query!(
        "select operator_id, state from certificate where id = $1",
        id
    )
    .fetch_optional(truth)
    .await?;
    row.map(|row| {
        let state =
            CertificateState::from_name(&row.state).ok_or_else(|| StorageError::Inconsistent {
                table: "certificate",
                key: id.to_string(),
                problem: format!("unknown state {:?}", row.state),
            })?;
        Ok((row.operator_id, state))
    })
    .transpose()
}
