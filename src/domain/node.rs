//! Nodes that decide who is let in: how far each of them is, and when it took up a change.

use std::time::Duration;

use time::OffsetDateTime;

/// What is kept of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRecord {
    /// Its name.
    pub name: String,
    /// When it began, UTC.
    pub started_at: OffsetDateTime,
    /// Epoch of the trust space that it decides by.
    pub epoch: i64,
    /// When it last saw the registry.
    pub confirmed_at: OffsetDateTime,
}

/// How a node fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeState {
    /// It decides by the newest epoch.
    Current,
    /// It decides by an older one.
    Behind,
    /// It did not see the registry for longer than its lease: it refuses everybody, or is no more.
    Silent,
}

impl NodeState {
    /// The shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Behind => "behind",
            Self::Silent => "silent",
        }
    }
}

impl NodeRecord {
    /// How it fares, as the newest epoch and the lease say.
    pub fn state(&self, newest: i64, lease: Duration, now: OffsetDateTime) -> NodeState {
        if now - self.confirmed_at > lease {
            NodeState::Silent
        } else if self.epoch < newest {
            NodeState::Behind
        } else {
            NodeState::Current
        }
    }
}

/// When a node took up a change, or a later one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Name of the node.
    pub node: String,
    /// When, UTC.
    pub at: OffsetDateTime,
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn silence_comes_before_lateness() {
        let at = datetime!(2026-11-22 10:00 UTC);
        let node = NodeRecord {
            name: "a".to_owned(),
            started_at: at,
            epoch: 7,
            confirmed_at: at,
        };
        let lease = Duration::from_mins(1);
        let state = |newest, seconds| node.state(newest, lease, at + Duration::from_secs(seconds));
        assert_eq!(state(7, 60), NodeState::Current);
        assert_eq!(state(8, 60), NodeState::Behind);
        assert_eq!(state(7, 61), NodeState::Silent);
        assert_eq!(state(8, 61), NodeState::Silent);
    }
}
