//! The change feed as a value: where a reader stands, and which documents changed.

use serde::{Deserialize, Serialize};

/// Position in the change feed: every change numbered up to and including this one has been seen.
///
/// Numbers are given under one lock in commit order, so there are no gaps to wait for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct FeedPosition(pub i64);

impl std::fmt::Display for FeedPosition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The kinds of document a node keeps in its read model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A person with roles, organisations and mailboxes; keyed by national identifier.
    Practitioner,
    /// A structure with its mailboxes; keyed by organisation identifier.
    Organization,
    /// A mailbox with its attachments; keyed by address.
    Mailbox,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Practitioner, Self::Organization, Self::Mailbox];

    /// The name stored in the feed and shown in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Practitioner => "practitioner",
            Self::Organization => "organization",
            Self::Mailbox => "mailbox",
        }
    }

    /// The kind of this stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Documents to be read again: what each holds now is in the truth, absence included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The change's number.
    pub position: FeedPosition,
    /// What kind of documents changed.
    pub kind: DocumentKind,
    /// Their keys, at most a thousand per change.
    pub keys: Vec<String>,
}
