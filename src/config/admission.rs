//! `[admission]`: how this node decides who is let in, and how long it may without news.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a node decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Admission {
    /// What this node is called among the nodes; the machine's name and the port where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// How long a node decides on after it last saw the registry; then it refuses everybody.
    #[serde(with = "humantime_serde")]
    pub lease: Duration,
    /// How old the list may be.
    #[serde(with = "humantime_serde")]
    pub list_max_age: Duration,
    /// How far clocks may differ, and how far this one may go back.
    #[serde(with = "humantime_serde")]
    pub clock_skew: Duration,
    /// How long word of a revocation is believed after it says it is over.
    #[serde(with = "humantime_serde")]
    pub stale_revocation_grace: Duration,
    /// Decisions kept.
    pub cached_decisions: NonZeroUsize,
}

impl Default for Admission {
    fn default() -> Self {
        Self {
            node: None,
            lease: Duration::from_mins(1),
            list_max_age: Duration::from_hours(72),
            clock_skew: Duration::from_mins(2),
            stale_revocation_grace: Duration::ZERO,
            cached_decisions: NonZeroUsize::MIN.saturating_add(9_999),
        }
    }
}
