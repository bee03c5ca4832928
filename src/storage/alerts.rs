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

/// An active certificate whose end comes near.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndingCertificate {
    /// Number of the certificate.
    pub id: i64,
    /// Its subject, as the list writes it.
    pub dn: String,
    /// Last second of its validity.
    pub not_after: OffsetDateTime,
    /// Entries of the list behind which it stands.
    pub entries: i64,
    /// Another active certificate of its operator that ends later and stands behind all its mail
    /// domains.
    pub successor: Option<i64>,
}

/// Active certificates that end before a moment, or have ended, the nearest end first.
pub async fn ending_certificates(
    truth: &mut PgConnection,
    now: OffsetDateTime,
    before: OffsetDateTime,
) -> Result<Vec<EndingCertificate>, StorageError> {
    Ok(sqlx::query_file_as!(
        EndingCertificate,
        "src/storage/sql/ending_certificates.sql",
        now,
        before,
    )
    .fetch_all(truth)
    .await?)
}

/// Active operators without any certificate in force, and since when they are active.
pub async fn operators_without_certificate(
    truth: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<Vec<(i64, OffsetDateTime)>, StorageError> {
    let rows = sqlx::query!(
        "select
            id,
            state_since
        from operator
        where state = 'active'
        and not exists (
            select
            from certificate
            where certificate.operator_id = operator.id
            and certificate.state = 'active'
            and coalesce(certificate.not_before <= $1 and certificate.not_after >= $1, true)
        )
        order by id",
        now,
    )
    .fetch_all(truth)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, row.state_since))
        .collect())
}

/// An act that waits for a second administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingApproval {
    /// Number of the approval.
    pub id: i64,
    /// When it was asked for.
    pub requested_at: OffsetDateTime,
    /// When it lapses.
    pub expires_at: OffsetDateTime,
    /// Whether it is the publication of a list.
    pub publishes: bool,
}

/// Acts that wait for a second administrator and have not lapsed.
pub async fn waiting_approvals(
    truth: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<Vec<WaitingApproval>, StorageError> {
    Ok(sqlx::query_as!(
        WaitingApproval,
        r#"select
            id,
            requested_at,
            expires_at,
            (act ->> 'act') is not distinct from 'publish_trust_list' as "publishes!"
        from approval
        where state = 'pending' and expires_at > $1
        order by id"#,
        now,
    )
    .fetch_all(truth)
    .await?)
}

/// The certificate of a key that signs now, or will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerInUse {
    /// Number of the signer.
    pub id: i64,
    /// Its certificate.
    pub der: Vec<u8>,
    /// Whether it waits to take over.
    pub is_next: bool,
}

/// The signers whose certificates must not end: the current one, and the next one where there is.
pub async fn signers_in_use(truth: &mut PgConnection) -> Result<Vec<SignerInUse>, StorageError> {
    Ok(sqlx::query_as!(
        SignerInUse,
        r#"select
            id,
            der,
            state = 'next' as "is_next!"
        from list_signer
        where state in ('current', 'next')
        order by id"#
    )
    .fetch_all(truth)
    .await?)
}

/// The newest list, as far as its age goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewestList {
    /// Its number.
    pub sequence: i64,
    /// When it was made.
    pub generated_at: OffsetDateTime,
    /// When a newer one should be there.
    pub next_update: OffsetDateTime,
    /// How many entries it has.
    pub entries: i64,
}

/// The newest list; `None` before the first.
pub async fn newest_list(truth: &mut PgConnection) -> Result<Option<NewestList>, StorageError> {
    Ok(sqlx::query_as!(
        NewestList,
        "select
            sequence,
            generated_at,
            next_update,
            entries
        from trust_list
        order by sequence desc
        limit 1"
    )
    .fetch_optional(truth)
    .await?)
}

/// How many certificates are in each state.
pub async fn certificates_by_state(
    truth: &mut PgConnection,
) -> Result<Vec<(String, i64)>, StorageError> {
    let rows = sqlx::query!(
        r#"select state, count(*) as "count!" from certificate group by state order by state"#
    )
    .fetch_all(truth)
    .await?;
    Ok(rows.into_iter().map(|row| (row.state, row.count)).collect())
}
