//! Conformance campaigns: one at a time for an operator, each with what it covered and what it saw.

use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::campaign::{Campaign, CampaignReport};
use crate::domain::mail_domain::MailDomainName;

/// First key of the advisory locks of running campaigns ("camp" in ASCII); the second is the operator.
const LOCK: i32 = 0x6361_6d70;

/// Why a campaign has no report whose process died.
pub const INTERRUPTED: &str = "interrupted: the process ended before the campaign did";

/// Campaigns of an operator read at once at most.
const LISTED: i64 = 100;

/// The right to probe an operator's gateways, held until dropped or the process dies.
#[derive(Debug)]
pub struct CampaignLock {
    connection: PoolConnection<Postgres>,
    operator: i32,
}

impl CampaignLock {
    /// Takes the right; `None` where a campaign of this operator runs, on whichever node.
    pub async fn try_take(pool: &PgPool, operator: i64) -> Result<Option<Self>, StorageError> {
        // Two operators whose numbers are the same in their lower half wait for one another: no harm.
        let operator = i32::try_from(operator & i64::from(i32::MAX)).unwrap_or_default();
        let mut connection = pool.acquire().await?;
        // This connection is closed, never given back: the lock must end with it.
        connection.close_on_drop();
        let taken = sqlx::query_scalar!(
            r#"select pg_try_advisory_lock($1, $2) as "taken!""#,
            LOCK,
            operator,
        )
        .fetch_one(&mut *connection)
        .await?;
        Ok(taken.then_some(Self {
            connection,
            operator,
        }))
    }

    /// The connection that holds it.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Gives the right back. Closing the connection alone would leave it held until the server notices.
    pub async fn release(mut self) -> Result<(), StorageError> {
        sqlx::query_scalar!("select pg_advisory_unlock($1, $2)", LOCK, self.operator)
            .fetch_one(&mut *self.connection)
            .await?;
        Ok(())
    }
}

/// A campaign that begins.
#[derive(Debug)]
pub struct Beginning<'a> {
    /// Whose gateways are probed.
    pub operator: i64,
    /// Its mail domains.
    pub mail_domains: &'a [MailDomainName],
    /// Numbers of the certificates that its gateways may present.
    pub certificates: &'a [i64],
    /// Name of who starts it.
    pub by: &'a str,
    /// When.
    pub at: OffsetDateTime,
}

/// Registers a beginning campaign and gives its number.
pub async fn begin(
    truth: &mut PgConnection,
    beginning: &Beginning<'_>,
) -> Result<i64, StorageError> {
    let mail_domains: Vec<String> = beginning
        .mail_domains
        .iter()
        .map(ToString::to_string)
        .collect();
    Ok(sqlx::query_scalar!(
        "insert into campaign (operator_id, mail_domains, certificates, started_by, started_at)
        values ($1, $2, $3, $4, $5)
        returning id",
        beginning.operator,
        &mail_domains,
        beginning.certificates,
        beginning.by,
        beginning.at,
    )
    .fetch_one(truth)
    .await?)
}

/// Registers what a campaign saw, or why it saw nothing; false where it was closed before, and stays so.
pub async fn finish(
    truth: &mut PgConnection,
    id: i64,
    at: OffsetDateTime,
    outcome: Result<&CampaignReport, &str>,
) -> Result<bool, StorageError> {
    let (green, report, problem) = match outcome {
        Ok(report) => {
            let json =
                serde_json::to_value(report).map_err(|error| StorageError::Inconsistent {
                    table: "campaign",
                    key: id.to_string(),
                    problem: error.to_string(),
                })?;
            (report.is_green(), Some(json), None)
        }
        Err(problem) => (false, None, Some(problem)),
    };
    let done = sqlx::query!(
        "update campaign
        set
            finished_at = $2,
            green = $3,
            report = $4,
            problem = $5
        where id = $1 and finished_at is null",
        id,
        at,
        green,
        report,
        problem,
    )
    .execute(truth)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Operators with a campaign that has not ended, whether or not anyone still runs it.
pub async fn unfinished(truth: &mut PgConnection) -> Result<Vec<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select distinct operator_id from campaign where finished_at is null order by operator_id"
    )
    .fetch_all(truth)
    .await?)
}

/// Closes campaigns of an operator that a dead process left running; only the holder of the lock may
/// say so. Gives their numbers.
pub async fn close_interrupted(
    truth: &mut PgConnection,
    operator: i64,
    at: OffsetDateTime,
) -> Result<Vec<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "update campaign
        set
            finished_at = $2,
            green = false,
            problem = $3
        where operator_id = $1 and finished_at is null
        returning id",
        operator,
        at,
        INTERRUPTED,
    )
    .fetch_all(truth)
    .await?)
}

/// Certificates of an operator that its gateways may present: pending or active ones whose bytes are
/// known; numbers and DER.
pub async fn presentable(
    truth: &mut PgConnection,
    operator: i64,
) -> Result<Vec<(i64, Vec<u8>)>, StorageError> {
    let rows = sqlx::query!(
        r#"select
            id,
            der as "der!"
        from certificate
        where operator_id = $1 and state in ('pending', 'active') and der is not null
        order by id"#,
        operator,
    )
    .fetch_all(truth)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.der)).collect())
}

/// The campaign of this number.
pub async fn find(truth: &mut PgConnection, id: i64) -> Result<Option<Campaign>, StorageError> {
    Ok(read(truth, Some(id), None, 1).await?.pop())
}

/// The newest campaign of an operator.
pub async fn newest(
    truth: &mut PgConnection,
    operator: i64,
) -> Result<Option<Campaign>, StorageError> {
    Ok(read(truth, None, Some(operator), 1).await?.pop())
}

/// Campaigns of an operator, the newest first.
pub async fn of_operator(
    truth: &mut PgConnection,
    operator: i64,
) -> Result<Vec<Campaign>, StorageError> {
    read(truth, None, Some(operator), LISTED).await
}

async fn read(
    truth: &mut PgConnection,
    id: Option<i64>,
    operator: Option<i64>,
    limit: i64,
) -> Result<Vec<Campaign>, StorageError> {
    let rows = sqlx::query!(
        "select
            id,
            operator_id,
            mail_domains,
            certificates,
            started_by,
            started_at,
            finished_at,
            green,
            report,
            problem
        from campaign
        where ($1::bigint is null or id = $1)
        and ($2::bigint is null or operator_id = $2)
        order by id desc
        limit $3",
        id,
        operator,
        limit,
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter()
        .map(|row| {
            let inconsistent = |problem: String| StorageError::Inconsistent {
                table: "campaign",
                key: row.id.to_string(),
                problem,
            };
            let mail_domains = row
                .mail_domains
                .iter()
                .map(|name| MailDomainName::parse(name))
                .collect::<Result<_, _>>()
                .map_err(|error| inconsistent(error.to_string()))?;
            let report = row
                .report
                .map(serde_json::from_value)
                .transpose()
                .map_err(|error| inconsistent(format!("its report cannot be read: {error}")))?;
            Ok(Campaign {
                id: row.id,
                operator: row.operator_id,
                mail_domains,
                certificates: row.certificates,
                started_by: row.started_by,
                started_at: row.started_at,
                finished_at: row.finished_at,
                green: row.green,
                report,
                problem: row.problem,
            })
        })
        .collect()
}
