//! Acts whose time has yet to come.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use super::approvals::{act_from_json, act_to_json, ground};
use crate::domain::act::Act;
use crate::domain::ground::Ground;
use crate::domain::scheduled_act::{ScheduledAct, ScheduledState};

/// Key of the advisory lock of the one node that does what is due ("schedule" in ASCII).
const LOCK: i64 = 0x7363_6865_6475_6c65;

/// Scheduled acts read at once at most.
const LISTED: i64 = 1_000;

/// An act that is agreed to and waits for its time.
#[derive(Debug)]
pub struct Agreed<'a> {
    /// What is to be done.
    pub act: &'a Act,
    /// Where its subject stood when it was asked for, where it rests on that.
    pub ground: Option<&'a Ground>,
    /// Why.
    pub reason: &'a str,
    /// Name of who asked.
    pub by: &'a str,
    /// Names of the others who agreed.
    pub approved_by: &'a [String],
    /// When its time comes.
    pub due_at: OffsetDateTime,
    /// Now.
    pub at: OffsetDateTime,
}

struct Row {
    id: i64,
    act: serde_json::Value,
    ground_state: Option<String>,
    ground_since: Option<OffsetDateTime>,
    reason: String,
    requested_by: String,
    approved_by: Vec<String>,
    due_at: OffsetDateTime,
    state: String,
    settled_at: Option<OffsetDateTime>,
    settled_why: Option<String>,
}

impl TryFrom<Row> for ScheduledAct {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        Ok(Self {
            act: act_from_json("scheduled_act", row.id, row.act)?,
            state: ScheduledState::from_name(&row.state).ok_or_else(|| {
                StorageError::Inconsistent {
                    table: "scheduled_act",
                    key: row.id.to_string(),
                    problem: format!("unknown state {:?}", row.state),
                }
            })?,
            ground: ground(row.ground_state, row.ground_since),
            id: row.id,
            reason: row.reason,
            requested_by: row.requested_by,
            approved_by: row.approved_by,
            due_at: row.due_at,
            settled_at: row.settled_at,
            settled_why: row.settled_why,
        })
    }
}

/// Registers an act for its time and gives the number.
pub async fn add(truth: &mut PgConnection, agreed: &Agreed<'_>) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        "insert into scheduled_act (
            act,
            ground_state,
            ground_since,
            reason,
            requested_by,
            approved_by,
            due_at,
            agreed_at,
            state
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting')
        returning id",
        act_to_json("scheduled_act", agreed.act)?,
        agreed.ground.map(|ground| ground.state.as_str()),
        agreed.ground.map(|ground| ground.since),
        agreed.reason,
        agreed.by,
        agreed.approved_by,
        agreed.due_at,
        agreed.at,
    )
    .fetch_one(truth)
    .await?)
}

/// Scheduled acts, those that wait first by their time, then the others, the newest first.
pub async fn list(truth: &mut PgConnection) -> Result<Vec<ScheduledAct>, StorageError> {
    sqlx::query_as!(
        Row,
        "select
            id,
            act,
            ground_state,
            ground_since,
            reason,
            requested_by,
            approved_by,
            due_at,
            state,
            settled_at,
            settled_why
        from scheduled_act
        order by settled_at desc nulls first, due_at, id
        limit $1",
        LISTED,
    )
    .fetch_all(truth)
    .await?
    .into_iter()
    .map(ScheduledAct::try_from)
    .collect()
}

/// The scheduled act of this number, kept as it is until the transaction ends.
pub async fn hold(truth: &mut PgConnection, id: i64) -> Result<Option<ScheduledAct>, StorageError> {
    sqlx::query_as!(
        Row,
        "select
            id,
            act,
            ground_state,
            ground_since,
            reason,
            requested_by,
            approved_by,
            due_at,
            state,
            settled_at,
            settled_why
        from scheduled_act
        where id = $1
        for update",
        id,
    )
    .fetch_optional(truth)
    .await?
    .map(ScheduledAct::try_from)
    .transpose()
}

/// The right to do what is due, until the transaction ends: one node does it, so that acts happen in
/// the order of their times. False where another has it.
pub async fn take_turn(truth: &mut PgConnection) -> Result<bool, StorageError> {
    Ok(
        sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "taken!""#, LOCK)
            .fetch_one(truth)
            .await?,
    )
}

/// The number of the act that is due first, held; these numbers, and one that someone cancels right
/// now, are passed over.
pub async fn hold_due(
    truth: &mut PgConnection,
    now: OffsetDateTime,
    passed_over: &[i64],
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select id
        from scheduled_act
        where state = 'waiting' and due_at <= $1 and id <> all ($2)
        order by due_at, id
        limit 1
        for update skip locked",
        now,
        passed_over,
    )
    .fetch_optional(truth)
    .await?)
}

/// Ends a scheduled act; its row is held.
pub async fn settle(
    truth: &mut PgConnection,
    id: i64,
    state: ScheduledState,
    at: OffsetDateTime,
    why: Option<&str>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update scheduled_act
        set
            state = $2,
            settled_at = $3,
            settled_why = $4
        where id = $1 and state = 'waiting'",
        id,
        state.as_str(),
        at,
        why,
    )
    .execute(truth)
    .await?;
    Ok(())
}
