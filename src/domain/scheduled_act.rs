//! An act whose time has yet to come, or how it ended.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::act::Act;
use super::ground::Ground;

/// Where a scheduled act stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduledState {
    /// Its time has yet to come.
    Waiting,
    /// Done when its time came.
    Done,
    /// An administrator took it back.
    Cancelled,
    /// It was no longer possible when its time came.
    Failed,
}

impl ScheduledState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Done, Self::Cancelled, Self::Failed];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// An act with a time of its own, agreed to by as many as it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledAct {
    /// Number.
    pub id: i64,
    /// What is to be done.
    pub act: Act,
    /// Where its subject stood when it was asked for, where it rests on that.
    pub ground: Option<Ground>,
    /// Why, in the words of who asked.
    pub reason: String,
    /// Name of who asked.
    pub requested_by: String,
    /// Names of the others who agreed.
    pub approved_by: Vec<String>,
    /// When its time comes, UTC.
    pub due_at: OffsetDateTime,
    /// Where it stands.
    pub state: ScheduledState,
    /// When it ended, UTC.
    pub settled_at: Option<OffsetDateTime>,
    /// Why it was cancelled, or what failed.
    pub settled_why: Option<String>,
}
