//! An act that waits for a second administrator, and what it would change.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::act::Act;
use super::ground::Ground;

/// What an act would change, counted before it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// Mail domains that have entries of the act's subject.
    pub mail_domains: u64,
    /// Published mailboxes in these domains.
    pub mailboxes: u64,
    /// Entries of the list that come or go.
    pub entries: u64,
    /// Entries of the list as it stands.
    pub of_entries: u64,
    /// The same in one sentence, such as "this certificate stands behind 2,742 of 6,494 entries".
    pub sentence: String,
}

/// Where an approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalState {
    /// Waits for others.
    Pending,
    /// Agreed to and done.
    Executed,
    /// Agreed to; done when its time comes.
    Scheduled,
    /// Refused with a reason.
    Refused,
    /// Nobody settled it in time.
    Expired,
    /// Agreed to, and no longer possible.
    Failed,
}

impl ApprovalState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Executed,
        Self::Scheduled,
        Self::Refused,
        Self::Expired,
        Self::Failed,
    ];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Executed => "executed",
            Self::Scheduled => "scheduled",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// An act that waits, or how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Number.
    pub id: i64,
    /// What is to be done.
    pub act: Act,
    /// Where its subject stood when it was asked for, where it rests on that.
    pub ground: Option<Ground>,
    /// Why, in the words of who asked.
    pub reason: String,
    /// What it would change, counted when it was asked for.
    pub impact: Impact,
    /// Name of who asked.
    pub requested_by: String,
    /// When.
    pub requested_at: OffsetDateTime,
    /// When it lapses.
    pub expires_at: OffsetDateTime,
    /// Where it stands.
    pub state: ApprovalState,
    /// Names of those who agreed, in order; who asked is the first unless the registry itself did.
    pub agreed_by: Vec<String>,
    /// Name of who settled it.
    pub settled_by: Option<String>,
    /// When.
    pub settled_at: Option<OffsetDateTime>,
    /// Why it was refused, or what failed.
    pub settled_why: Option<String>,
    /// Epoch of the trust space from which nodes decide by it, once it was executed.
    pub epoch: Option<i64>,
}
