//! Operators: their records, and what a step of their life rests on.

use sqlx::PgConnection;
use time::{Date, OffsetDateTime};

use super::{StorageError, changes};
use crate::domain::mail_domain::MailDomainName;
use crate::domain::onboarding::OperatorState;
use crate::domain::operator::{
    Operator, OperatorDraft, OperatorFilter, OperatorKind, RegisteredNumber,
};

struct OperatorRow {
    id: i64,
    legal_name: String,
    kind: Option<String>,
    number: Option<String>,
    responsible_contact: String,
    support_contact: String,
    state: String,
    state_since: OffsetDateTime,
    launch_on: Option<Date>,
    version: i64,
}

impl TryFrom<OperatorRow> for Operator {
    type Error = StorageError;

    fn try_from(row: OperatorRow) -> Result<Self, StorageError> {
        let inconsistent = |problem: String| StorageError::Inconsistent {
            table: "operator",
            key: row.id.to_string(),
            problem,
        };
        let kind = row
            .kind
            .map(|name| {
                OperatorKind::from_name(&name)
                    .ok_or_else(|| inconsistent(format!("unknown kind {name:?}")))
            })
            .transpose()?;
        let number = row
            .number
            .map(|number| {
                RegisteredNumber::parse(&number).map_err(|error| inconsistent(error.to_string()))
            })
            .transpose()?;
        let state = OperatorState::from_name(&row.state)
            .ok_or_else(|| inconsistent(format!("unknown state {:?}", row.state)))?;
        Ok(Self {
            id: row.id,
            legal_name: row.legal_name,
            kind,
            number,
            responsible_contact: row.responsible_contact,
            support_contact: row.support_contact,
            state,
            state_since: row.state_since,
            launch_on: row.launch_on,
            version: row.version,
        })
    }
}

/// Records a candidate and gives the number; `None` where another operator has the registered number.
pub async fn add(
    truth: &mut PgConnection,
    draft: &OperatorDraft,
    at: OffsetDateTime,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "insert into operator (
            legal_name,
            kind,
            number,
            responsible_contact,
            support_contact,
            state,
            state_since,
            created_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $7)
        on conflict (number) do nothing
        returning id",
        draft.legal_name,
        draft.kind.map(OperatorKind::as_str),
        draft.number.as_ref().map(ToString::to_string),
        draft.responsible_contact,
        draft.support_contact,
        OperatorState::Candidate.as_str(),
        at,
    )
    .fetch_optional(truth)
    .await?)
}

/// The operator of this number.
pub async fn find(truth: &mut PgConnection, id: i64) -> Result<Option<Operator>, StorageError> {
    sqlx::query_as!(
        OperatorRow,
        "select
            id,
            legal_name,
            kind,
            number,
            responsible_contact,
            support_contact,
            state,
            state_since,
            launch_on,
            version
        from operator
        where id = $1",
        id,
    )
    .fetch_optional(truth)
    .await?
    .map(Operator::try_from)
    .transpose()
}

/// The same, kept as it is until the transaction ends.
pub async fn hold(truth: &mut PgConnection, id: i64) -> Result<Option<Operator>, StorageError> {
    sqlx::query!("select from operator where id = $1 for update", id)
        .fetch_optional(&mut *truth)
        .await?;
    find(truth, id).await
}

/// The other operator that has this registered number.
pub async fn with_number(
    truth: &mut PgConnection,
    number: &RegisteredNumber,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select id from operator where number = $1",
        number.to_string(),
    )
    .fetch_optional(truth)
    .await?)
}

/// Operators after a number, in the order of their numbers.
pub async fn list(
    truth: &mut PgConnection,
    filter: &OperatorFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<Operator>, StorageError> {
    sqlx::query_as!(
        OperatorRow,
        "select
            id,
            legal_name,
            kind,
            number,
            responsible_contact,
            support_contact,
            state,
            state_since,
            launch_on,
            version
        from operator
        where id > $1
        and ($2::text is null or state = $2)
        and ($3::text is null or strpos(lower(legal_name), lower($3)) > 0 or number = $3)
        order by id
        limit $4",
        after,
        filter.state.map(OperatorState::as_str),
        filter.text,
        limit,
    )
    .fetch_all(truth)
    .await?
    .into_iter()
    .map(Operator::try_from)
    .collect()
}

/// Writes a record anew; its row is held, and nobody else has its number.
pub async fn amend(
    truth: &mut PgConnection,
    id: i64,
    draft: &OperatorDraft,
    at: OffsetDateTime,
) -> Result<(), StorageError> {
    changes::act_at(truth, at).await?;
    sqlx::query!(
        "update operator
        set
            legal_name = $2,
            kind = $3,
            number = $4,
            responsible_contact = $5,
            support_contact = $6,
            version = version + 1
        where id = $1",
        id,
        draft.legal_name,
        draft.kind.map(OperatorKind::as_str),
        draft.number.as_ref().map(ToString::to_string),
        draft.responsible_contact,
        draft.support_contact,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// Moves an operator to a state; its row is held.
pub async fn move_to(
    truth: &mut PgConnection,
    id: i64,
    state: OperatorState,
    launch_on: Option<Date>,
    at: OffsetDateTime,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update operator
        set
            state = $2,
            state_since = $3,
            launch_on = coalesce($4, launch_on),
            version = version + 1
        where id = $1",
        id,
        state.as_str(),
        at,
        launch_on,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// Numbers of an operator's certificates.
pub async fn certificates(truth: &mut PgConnection, id: i64) -> Result<Vec<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select id from certificate where operator_id = $1 order by id",
        id,
    )
    .fetch_all(truth)
    .await?)
}

/// Names of an operator's mail domains.
pub async fn mail_domains(
    truth: &mut PgConnection,
    id: i64,
) -> Result<Vec<MailDomainName>, StorageError> {
    let names = sqlx::query_scalar!(
        "select mail_domain from mail_domain_operator where operator_id = $1 order by mail_domain",
        id,
    )
    .fetch_all(truth)
    .await?;
    names
        .iter()
        .map(|name| MailDomainName::parse(name))
        .collect::<Result<_, _>>()
        .map_err(|error| StorageError::Inconsistent {
            table: "mail_domain_operator",
            key: id.to_string(),
            problem: error.to_string(),
        })
}
