//! How far the nodes are that decide who is let in: who pressed the button sees when each took it up.

use std::collections::BTreeSet;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::{Instant, timeout_at};

use super::TrustSpace;
use crate::domain::error::Failure;
use crate::domain::node::{NodeRecord, NodeState};
use crate::storage::{StorageError, changes, nodes};

/// All nodes at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nodes {
    /// The newest epoch of the trust space.
    pub newest: i64,
    /// The epoch that acknowledgements are told of.
    pub asked: i64,
    /// When the change of that epoch was decided; none where there is no such change.
    pub decided_at: Option<OffsetDateTime>,
    /// Every node, by name.
    pub nodes: Vec<NodeProgress>,
}

/// How far a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeProgress {
    /// What is kept of it.
    pub record: NodeRecord,
    /// How it fares.
    pub state: NodeState,
    /// Since when it decides by the epoch that was asked about, or a later one; none where it does not
    /// yet.
    pub acknowledged_at: Option<OffsetDateTime>,
    /// How long after the decision that was.
    pub after: Option<Duration>,
}

impl Nodes {
    /// Whether every node that is alive decides by the epoch that was asked about.
    pub fn is_everywhere(&self) -> bool {
        self.nodes.iter().all(|node| match node.state {
            NodeState::Current | NodeState::Behind => node.acknowledged_at.is_some(),
            NodeState::Silent => true,
        })
    }
}

impl TrustSpace {
    /// Every node, and since when it decides by an epoch, or by the newest one. A node that was not
    /// heard of for longer than the lease is silent.
    pub async fn nodes(&self, lease: Duration, epoch: Option<i64>) -> Result<Nodes, Failure> {
        let mut truth = self.connection().await?;
        let asked = match epoch {
            Some(epoch) => epoch,
            None => changes::trust_head(&mut truth, 0).await?.epoch,
        };
        let head = changes::trust_head(&mut truth, asked).await?;
        let acknowledged = nodes::acknowledgements(&mut truth, asked).await?;
        let now = self.clock.now();
        let nodes = nodes::list(&mut truth).await?.into_iter().map(|record| {
            let found = acknowledged.iter().find(|it| it.node == record.name);
            let acknowledged_at = found.map(|it| it.at);
            let after = acknowledged_at.zip(head.known_at).map(|(at, decided_at)| {
                // Clocks of two machines may differ by more than it took.
                Duration::try_from(at - decided_at).unwrap_or_default()
            });
            NodeProgress {
                state: record.state(head.epoch, lease, now),
                record,
                acknowledged_at,
                after,
            }
        });
        Ok(Nodes {
            newest: head.epoch,
            asked,
            decided_at: head.known_at,
            nodes: nodes.collect(),
        })
    }

    /// Waits until every node that is alive decides by an epoch, no longer than `patience`; tells of
    /// each as soon as it does, and gives all as they are then.
    pub async fn nodes_at(
        &self,
        lease: Duration,
        epoch: i64,
        patience: Duration,
        mut tell: impl FnMut(&NodeProgress),
    ) -> Result<Nodes, Failure> {
        let deadline = Instant::now() + patience;
        // Before the first look: nothing is missed between.
        let mut wakes = nodes::listen(&self.pool).await?;
        let mut told = BTreeSet::new();
        loop {
            let nodes = self.nodes(lease, Some(epoch)).await?;
            for node in &nodes.nodes {
                if node.acknowledged_at.is_some() && told.insert(node.record.name.clone()) {
                    tell(node);
                }
            }
            if nodes.is_everywhere() || Instant::now() >= deadline {
                return Ok(nodes);
            }
            if let Ok(woken) = timeout_at(deadline, wakes.recv()).await {
                woken.map_err(StorageError::from)?;
            }
        }
    }
}
