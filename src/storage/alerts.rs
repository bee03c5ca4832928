//! Alerts that were raised when something failed and stay open until it is mended. What can be read
//! from the state of things (an end that comes near) is not stored: it is asked of the state.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::alert::AlertCode;

/// An open alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaisedAlert {
    /// What it is about.
    pub code: AlertCode,
    /// What it concerns; empty: the trust space.
    pub subject: String,
    /// What happened last.
    pub detail: String,
    /// When it happened first.
    pub raised_at: OffsetDateTime,
}

/// Raises an alert; one that is open already only learns the newest detail. Says whether it is new.
pub async fn raise(
    truth: &mut PgConnection,
    code: AlertCode,
    subject: &str,
    detail: &str,
    at: OffsetDateTime,
) -> Result<bool, StorageError> {
    let is_new = sqlx::query_scalar!(
        r#"insert into alert (code, subject, detail, raised_at)
        values ($1, $2, $3, $4)
        on conflict (code, subject) where cleared_at is null
        do update set detail = excluded.detail
        returning xmax = 0 as "is_new!""#,
        code.as_str(),
        subject,
        detail.replace('\0', "\u{fffd}"),
        at,
    )
    .fetch_one(truth)
    .await?;
    Ok(is_new)
}

/// Closes an alert; says whether it was open.
pub async fn clear(
    truth: &mut PgConnection,
    code: AlertCode,
    subject: &str,
    at: OffsetDateTime,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update alert set cleared_at = $3
        where code = $1 and subject = $2 and cleared_at is null",
        code.as_str(),
        subject,
        at,
    )
    .execute(truth)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Those that are open, the oldest first.
pub async fn open(truth: &mut PgConnection) -> Result<Vec<RaisedAlert>, StorageError> {
    let rows = sqlx::query!(
        "select
            id,
            code,
            subject,
            detail,
            raised_at
        from alert
        where cleared_at is null
        order by id"
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(RaisedAlert {
                code: AlertCode::from_name(&row.code).ok_or_else(|| {
                    StorageError::Inconsistent {
                        table: "alert",
                        key: row.id.to_string(),
                        problem: format!("unknown code {:?}", row.code),
                    }
                })?,
                subject: row.subject,
                detail: row.detail,
                raised_at: row.raised_at,
            })
        })
        .collect()
}
