//! What is told of an import to those who only look: source, files, times, outcome and figures.

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, PrimitiveDateTime};

/// A family of published files that is imported as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The three files of the open extract of professionals (RPPS).
    Rpps,
    /// The extract of secure mailboxes (MSSanté).
    Mssante,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 2] = [Self::Rpps, Self::Mssante];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rpps => "rpps",
            Self::Mssante => "mssante",
        }
    }

    /// The source of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Reading, staging or comparing.
    Running,
    /// The gate refused it; nothing was changed.
    Refused,
    /// Compared and deliberately not applied.
    DryRun,
    /// Applied, wholly.
    Applied,
    /// The very same files were applied before; nothing was changed.
    AlreadyApplied,
    /// Failed or was interrupted; nothing was changed.
    Failed,
}

impl ImportState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Running,
        Self::Refused,
        Self::DryRun,
        Self::Applied,
        Self::AlreadyApplied,
        Self::Failed,
    ];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Refused => "refused",
            Self::DryRun => "dry_run",
            Self::Applied => "applied",
            Self::AlreadyApplied => "already_applied",
            Self::Failed => "failed",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// One import, as `/v1/status` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSummary {
    /// Its number.
    pub id: i64,
    /// What it brought.
    pub source: Source,
    /// Where it stands.
    pub state: ImportState,
    /// Names of the files.
    pub files: Vec<String>,
    /// When the publisher made the files: local time of the publisher, from the file name.
    pub source_time: Option<PrimitiveDateTime>,
    /// When it began, UTC.
    pub started_at: OffsetDateTime,
    /// When it ended, UTC.
    pub finished_at: Option<OffsetDateTime>,
    /// Rows that could not be used.
    pub rejected: i64,
    /// One sentence on the outcome.
    pub message: String,
}
