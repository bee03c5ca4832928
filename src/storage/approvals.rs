//! Acts that wait for a second administrator, and who agreed to them.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::act::Act;
use crate::domain::approval::{Approval, ApprovalState, Impact};
use crate::domain::ground::Ground;

/// Approvals read at once at most; those that wait are few.
const LISTED: i64 = 1_000;

/// An act as it is asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    /// What is to be done.
    pub act: &'a Act,
    /// Where its subject stands, where it rests on that.
    pub ground: Option<&'a Ground>,
    /// Why.
    pub reason: &'a str,
    /// What it would change.
    pub impact: &'a Impact,
    /// Name of who asks.
    pub by: &'a str,
    /// When.
    pub at: OffsetDateTime,
    /// When it lapses.
    pub expires_at: OffsetDateTime,
}

/// How an approval ends.
#[derive(Debug)]
pub struct Settlement<'a> {
    /// The state it ends in.
    pub state: ApprovalState,
    /// Name of who ends it.
    pub by: &'a str,
    /// When.
    pub at: OffsetDateTime,
    /// The reason of a refusal, the failure of an execution.
    pub why: Option<&'a str>,
    /// Epoch of the trust space from which nodes decide by it, where it was executed.
    pub epoch: Option<i64>,
}

fn written<T: serde::Serialize>(
    table: &'static str,
    value: &T,
) -> Result<serde_json::Value, StorageError> {
    serde_json::to_value(value).map_err(|error| StorageError::Inconsistent {
        table,
        key: String::new(),
        problem: error.to_string(),
    })
}

/// An act as it is kept.
pub(super) fn act_to_json(
    table: &'static str,
    act: &Act,
) -> Result<serde_json::Value, StorageError> {
    written(table, act)
}

/// An act that was kept.
pub(super) fn act_from_json(
    table: &'static str,
    id: i64,
    act: serde_json::Value,
) -> Result<Act, StorageError> {
    serde_json::from_value(act).map_err(|error| StorageError::Inconsistent {
        table,
        key: id.to_string(),
        problem: format!("its act cannot be read: {error}"),
    })
}

/// A ground that was kept.
pub(super) fn ground(state: Option<String>, since: Option<OffsetDateTime>) -> Option<Ground> {
    let (state, since) = state.zip(since)?;
    Some(Ground { state, since })
}

/// Registers an act that waits, without any agreement yet; `None` where the same act waits already.
pub async fn add(truth: &mut PgConnection, asked: &Asked<'_>) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "insert into approval (
            act,
            ground_state,
            ground_since,
            reason,
            impact,
            requested_by,
            requested_at,
            expires_at,
            state
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, 'pending')
        on conflict (md5(act::text)) where state = 'pending' do nothing
        returning id",
        act_to_json("approval", asked.act)?,
        asked.ground.map(|ground| ground.state.as_str()),
        asked.ground.map(|ground| ground.since),
        asked.reason,
        written("approval", asked.impact)?,
        asked.by,
        asked.at,
        asked.expires_at,
    )
    .fetch_optional(truth)
    .await?)
}

/// The approval that the same act waits for.
pub async fn pending_same(
    truth: &mut PgConnection,
    act: &Act,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select id from approval where act = $1 and state = 'pending'",
        act_to_json("approval", act)?,
    )
    .fetch_optional(truth)
    .await?)
}

/// The approval of this number.
pub async fn find(truth: &mut PgConnection, id: i64) -> Result<Option<Approval>, StorageError> {
    Ok(read(truth, Some(id), None).await?.pop())
}

/// The same, kept as it is until the transaction ends: who comes second waits, then sees the outcome.
pub async fn hold(truth: &mut PgConnection, id: i64) -> Result<Option<Approval>, StorageError> {
    sqlx::query!("select from approval where id = $1 for update", id)
        .fetch_optional(&mut *truth)
        .await?;
    find(truth, id).await
}

/// Approvals in a state, or all; the newest first.
pub async fn list(
    truth: &mut PgConnection,
    state: Option<ApprovalState>,
) -> Result<Vec<Approval>, StorageError> {
    read(truth, None, state).await
}

async fn read(
    truth: &mut PgConnection,
    id: Option<i64>,
    state: Option<ApprovalState>,
) -> Result<Vec<Approval>, StorageError> {
    let rows = sqlx::query_file!(
        "src/storage/sql/approvals.sql",
        id,
        state.map(ApprovalState::as_str),
        LISTED,
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter()
        .map(|row| {
            let inconsistent = |problem: String| StorageError::Inconsistent {
                table: "approval",
                key: row.id.to_string(),
                problem,
            };
            Ok(Approval {
                act: act_from_json("approval", row.id, row.act)?,
                impact: serde_json::from_value(row.impact)
                    .map_err(|error| inconsistent(format!("its impact cannot be read: {error}")))?,
                state: ApprovalState::from_name(&row.state)
                    .ok_or_else(|| inconsistent(format!("unknown state {:?}", row.state)))?,
                ground: ground(row.ground_state, row.ground_since),
                id: row.id,
                reason: row.reason,
                requested_by: row.requested_by,
                requested_at: row.requested_at,
                expires_at: row.expires_at,
                agreed_by: row.agreed_by,
                settled_by: row.settled_by,
                settled_at: row.settled_at,
                settled_why: row.settled_why,
                epoch: row.epoch,
            })
        })
        .collect()
}

/// Registers that an administrator agrees; false where they did before.
pub async fn vote(
    truth: &mut PgConnection,
    id: i64,
    administrator: i64,
    at: OffsetDateTime,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "insert into approval_vote (approval_id, administrator_id, at)
        values ($1, $2, $3)
        on conflict do nothing",
        id,
        administrator,
        at,
    )
    .execute(truth)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Names of those whose agreement counts: administrators still, in the order they agreed.
///
/// They stay administrators until the transaction ends.
pub async fn counted_votes(truth: &mut PgConnection, id: i64) -> Result<Vec<String>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select administrator.name
        from approval_vote
        join administrator on administrator.id = approval_vote.administrator_id
        where approval_vote.approval_id = $1
        and administrator.disabled_at is null
        and administrator.role = 'administrator'
        order by approval_vote.at, approval_vote.administrator_id
        for share of administrator",
        id,
    )
    .fetch_all(truth)
    .await?)
}

/// Ends an approval; its row is held.
pub async fn settle(
    truth: &mut PgConnection,
    id: i64,
    end: &Settlement<'_>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update approval
        set
            state = $2,
            settled_by = $3,
            settled_at = $4,
            settled_why = $5,
            epoch = $6
        where id = $1 and state = 'pending'",
        id,
        end.state.as_str(),
        end.by,
        end.at,
        end.why,
        end.epoch,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// Approvals whose time is over, held, with their acts where these can be read.
pub async fn hold_lapsed(
    truth: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<Vec<(i64, Option<Act>)>, StorageError> {
    let rows = sqlx::query!(
        "select
            id,
            act
        from approval
        where state = 'pending' and expires_at <= $1
        order by id
        for update",
        now,
    )
    .fetch_all(truth)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, serde_json::from_value(row.act).ok()))
        .collect())
}
