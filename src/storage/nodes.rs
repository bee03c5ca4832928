//! Nodes, how far each of them is, and when each took up which change of the trust space.

use sqlx::PgConnection;
use sqlx::postgres::{PgListener, PgPool};
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::node::{Acknowledgement, NodeRecord};

/// The channel that tells of every acknowledgement.
const CHANNEL: &str = "annuaire_acknowledgement";

/// Writes how far a node is.
pub async fn note(truth: &mut PgConnection, node: &NodeRecord) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into node (name, started_at, epoch, confirmed_at)
        values ($1, $2, $3, $4)
        on conflict (name) do update set
            started_at = excluded.started_at,
            epoch = excluded.epoch,
            confirmed_at = excluded.confirmed_at",
        node.name,
        node.started_at,
        node.epoch,
        node.confirmed_at,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// Writes that a node that is noted decides by an epoch from now on, and wakes who waits for that.
pub async fn acknowledge(
    truth: &mut PgConnection,
    node: &str,
    epoch: i64,
    at: OffsetDateTime,
) -> Result<(), StorageError> {
    sqlx::query!(
        "with acknowledged as (
            insert into node_acknowledgement (node, epoch, at)
            values ($1, $2, $3)
            on conflict do nothing
        )
        select pg_notify($4, '')",
        node,
        epoch,
        at,
        CHANNEL,
    )
    .fetch_one(truth)
    .await?;
    Ok(())
}

/// Every node, by name.
pub async fn list(truth: &mut PgConnection) -> Result<Vec<NodeRecord>, StorageError> {
    Ok(sqlx::query_as!(
        NodeRecord,
        "select
            name,
            started_at,
            epoch,
            confirmed_at
        from node
        order by name"
    )
    .fetch_all(truth)
    .await?)
}

/// When each node first decided by this epoch or a later one, by name; not those that do not yet.
pub async fn acknowledgements(
    truth: &mut PgConnection,
    epoch: i64,
) -> Result<Vec<Acknowledgement>, StorageError> {
    Ok(sqlx::query_as!(
        Acknowledgement,
        r#"select
            node,
            min(at) as "at!"
        from node_acknowledgement
        where epoch >= $1
        group by node
        order by node"#,
        epoch,
    )
    .fetch_all(truth)
    .await?)
}

/// Forgets acknowledgements of before a moment, and nodes that were not seen since.
pub async fn forget(truth: &mut PgConnection, before: OffsetDateTime) -> Result<(), StorageError> {
    sqlx::query!("delete from node_acknowledgement where at < $1", before)
        .execute(&mut *truth)
        .await?;
    sqlx::query!("delete from node where confirmed_at < $1", before)
        .execute(truth)
        .await?;
    Ok(())
}

/// Listens for acknowledgements.
pub async fn listen(pool: &PgPool) -> Result<PgListener, StorageError> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
