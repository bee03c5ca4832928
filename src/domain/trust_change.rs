//! What is told to whoever follows the trust space: each change, and that nothing changed since.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::admission::ListUsed;
use super::calendar;

/// One change of the trust space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustChange {
    /// Position in the feed.
    pub epoch: i64,
    /// When it was decided, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Why, as an action of history, such as `operator.moved`; empty where it was not kept.
    pub reason: String,
    /// What changed, such as `operator:7`, `certificate:12`, `mail_domain:x.mssante.fr`, `list:42`.
    pub changed: Vec<String>,
    /// The list that the node which tells of it decides by.
    pub list: Option<ListUsed>,
}

/// A node knows the present: who follows it may go on, as long as it has a lease of its own from then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alive {
    /// The epoch that it decides by: the newest one at `confirmed_at`.
    pub epoch: i64,
    /// When the change of that epoch was made, UTC: another moment means another history.
    #[serde(with = "calendar::moment")]
    pub epoch_at: Option<OffsetDateTime>,
    /// When it last saw the registry, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub confirmed_at: OffsetDateTime,
    /// How long ago that was when this was written, in milliseconds: no clocks need agree for it.
    pub age_ms: u64,
    /// The list that it decides by.
    pub list: Option<ListUsed>,
}
