//! The change feed: appended to in the writer's transaction, read without gaps.

use sqlx::PgConnection;
use sqlx::postgres::{PgListener, PgPool};
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::feed::{Change, DocumentKind, FeedPosition};
use crate::domain::trust_change::TrustChange;

/// The channel that wakes readers at each commit.
pub const CHANNEL: &str = "annuaire_change";

/// Keys in one change at most.
const KEYS_PER_CHANGE: i32 = 1_000;

/// The position of the last change that this connection's snapshot sees.
pub async fn head(connection: &mut PgConnection) -> Result<FeedPosition, StorageError> {
    let position = sqlx::query_scalar!("select position from feed_head")
        .fetch_one(connection)
        .await?;
    Ok(FeedPosition(position))
}

/// Changes of documents after a position, in order; those of the trust space are not among them.
pub async fn since(
    connection: &mut PgConnection,
    after: FeedPosition,
    limit: i64,
) -> Result<Vec<Change>, StorageError> {
    let rows = sqlx::query!(
        "select
            position,
            kind,
            keys
        from feed
        where position > $1
            and kind <> 'trust'
        order by position
        limit $2",
        after.0,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind =
                DocumentKind::from_name(&row.kind).ok_or_else(|| StorageError::Inconsistent {
                    table: "feed",
                    key: row.position.to_string(),
                    problem: format!("unknown kind {:?}", row.kind),
                })?;
            Ok(Change {
                position: FeedPosition(row.position),
                kind,
                keys: row.keys,
            })
        })
        .collect()
}

/// How many keys of documents stand in the feed after a position.
pub async fn pending_keys(
    connection: &mut PgConnection,
    after: FeedPosition,
) -> Result<i64, StorageError> {
    let keys = sqlx::query_scalar!(
        r#"select
            coalesce(sum(cardinality(keys)), 0)::bigint as "keys!"
        from feed
        where position > $1
            and kind <> 'trust'"#,
        after.0,
    )
    .fetch_one(connection)
    .await?;
    Ok(keys)
}

/// The newest change of the trust space, and what this connection's snapshot has at another position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustHead {
    /// Position of the newest change; 0 before the first.
    pub epoch: i64,
    /// When it was made; none before the first.
    pub at: Option<OffsetDateTime>,
    /// When the change at the position that was asked for was made; none where there is none.
    pub known_at: Option<OffsetDateTime>,
}

/// The newest change of the trust space, and when the one at a known position was made: a truth that was
/// put back is told by it.
pub async fn trust_head(
    connection: &mut PgConnection,
    known: i64,
) -> Result<TrustHead, StorageError> {
    let row = sqlx::query!(
        r#"select
            newest.position as "position?",
            newest.at as "at?",
            (select at from feed where kind = 'trust' and position = $1) as known_at
        from (select) as one
        left join lateral (
            select position, at
            from feed
            where kind = 'trust'
            order by position desc
            limit 1
        ) newest on true"#,
        known,
    )
    .fetch_one(connection)
    .await?;
    Ok(TrustHead {
        epoch: row.position.unwrap_or_default(),
        at: row.at,
        known_at: row.known_at,
    })
}

/// The newest changes of the trust space after an epoch, at most so many, in order; which list a node
/// decides by is not among what they know.
pub async fn trust_since(
    connection: &mut PgConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<TrustChange>, StorageError> {
    let rows = sqlx::query!(
        "select
            position,
            at,
            reason,
            keys
        from feed
        where kind = 'trust' and position > $1
        order by position desc
        limit $2",
        after,
        limit,
    )
    .fetch_all(connection)
    .await?;
    let changes = rows.into_iter().rev().map(|row| TrustChange {
        epoch: row.position,
        at: row.at,
        reason: row.reason.unwrap_or_default(),
        changed: row.keys,
        list: None,
    });
    Ok(changes.collect())
}

/// Tells the database when this transaction acts: history and the feed are written with that moment,
/// until the transaction ends.
pub async fn act_at(connection: &mut PgConnection, at: OffsetDateTime) -> Result<(), StorageError> {
    sqlx::query_scalar!(
        "select set_config('annuaire.acting_at', $1::timestamptz::text, true)",
        at,
    )
    .fetch_one(connection)
    .await?;
    Ok(())
}

/// Listens for commits that append to the feed or move an import.
pub async fn listen(pool: &PgPool) -> Result<PgListener, StorageError> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Appends what the temporary table `touched (kind, key)` holds, as the writer's last statement.
///
/// Locks the head of the feed until the transaction ends, so that positions follow commits. Where
/// nothing is touched one empty change tells readers that labels or imports moved.
pub async fn append_touched(
    connection: &mut PgConnection,
    import_id: i64,
) -> Result<FeedPosition, StorageError> {
    let position = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "with head as (select position from feed_head for update),
        batches as (
            select kind, array_agg(key order by key) as keys
            from (
                select kind, key, (row_number() over (partition by kind order by key) - 1) / {KEYS_PER_CHANGE} as batch
                from touched
            ) numbered
            group by kind, batch
            union all
            select 'practitioner', '{{}}' where not exists (select from touched)
        ),
        appended as (
            insert into feed (position, kind, keys, import_id)
            select head.position + row_number() over (order by kind, keys), kind, keys, $1
            from batches, head
            returning position
        )
        update feed_head set position = (select max(position) from appended) returning position"
    )))
    .bind(import_id)
    .fetch_one(&mut *connection)
    .await?;
    wake(connection).await?;
    Ok(FeedPosition(position))
}

/// Appends that these records of the trust space changed, as the writer's last statement; keys are a
/// kind and a number or name, such as `operator:7`; the reason is an action of history, such as
/// `operator.moved`.
///
/// Locks the head of the feed until the transaction ends, as [`append_touched`] does.
pub async fn append_trust(
    connection: &mut PgConnection,
    reason: &str,
    keys: &[String],
) -> Result<FeedPosition, StorageError> {
    let position = sqlx::query_scalar!(
        r#"with head as (select position from feed_head for update),
        batches as (
            select
                (ordinality - 1) / $2 + 1 as batch,
                array_agg(key order by ordinality) as keys
            from unnest($1::text[]) with ordinality as listed (key, ordinality)
            group by 1
            union all
            select 1, '{}' where cardinality($1::text[]) = 0
        ),
        appended as (
            insert into feed (position, kind, keys, reason)
            select head.position + batch, 'trust', keys, $3
            from batches, head
            returning position
        )
        update feed_head
        set position = (select max(position) from appended)
        returning position"#,
        keys,
        i64::from(KEYS_PER_CHANGE),
        reason,
    )
    .fetch_one(&mut *connection)
    .await?;
    wake(connection).await?;
    Ok(FeedPosition(position))
}

/// Wakes every reader once the transaction commits.
pub async fn wake(connection: &mut PgConnection) -> Result<(), StorageError> {
    sqlx::query!("select pg_notify('annuaire_change', '')")
        .execute(connection)
        .await?;
    Ok(())
}
