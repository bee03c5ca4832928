//! What an import did, or would do, as people and programs read it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::PrimitiveDateTime;

use crate::domain::import::{ImportState, Source};

// Published times are local, without an offset.
time::serde::format_description!(
    local,
    PrimitiveDateTime,
    "[year]-[month]-[day]T[hour]:[minute]:[second]"
);

/// The whole report of one import.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Number of the import.
    pub import: i64,
    /// What it brought.
    pub source: Source,
    /// How it ended.
    pub state: ImportState,
    /// One sentence on the outcome.
    pub message: String,
    /// When the publisher made the newest of the files.
    #[serde(with = "local")]
    pub source_time: PrimitiveDateTime,
    /// What was read.
    pub files: Vec<FileReport>,
    /// What was found beside them and left alone.
    #[serde(default)]
    pub ignored: Vec<IgnoredFile>,
    /// What it changes, by table, in the order of the model.
    pub entities: BTreeMap<String, EntityReport>,
    /// Rows that could not be used, by code, over all files.
    pub rejected: BTreeMap<String, u64>,
    /// Labels of codes that are new or changed.
    pub labels_changed: u64,
    /// Documents that every node reads again.
    pub documents_touched: i64,
    /// Position in the change feed that holds the import; absent where nothing was applied.
    pub feed_position: Option<i64>,
    /// Seconds spent, by phase.
    pub seconds: BTreeMap<String, f64>,
}

/// One file, as it was read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FileReport {
    /// Name, as published.
    pub name: String,
    /// Format, by the stem of its published name.
    pub format: String,
    /// SHA-256 of the uncompressed bytes.
    pub sha256: String,
    /// Uncompressed size.
    pub bytes: u64,
    /// When the publisher made it.
    #[serde(with = "local::option")]
    pub source_time: Option<PrimitiveDateTime>,
    /// Whether the name was a published one, or the header alone told the format.
    pub recognised_by: String,
    /// Columns of its header.
    pub columns: usize,
    /// Columns this version knows and the file lacks.
    pub missing_columns: Vec<String>,
    /// Columns of its header that this version does not know.
    #[serde(default)]
    pub unknown_columns: Vec<String>,
    /// `utf-8`, or `windows-1252` where the file was not UTF-8.
    pub encoding: String,
    /// Rows read, the header not counted.
    pub rows: u64,
    /// Rows that could not be used, by code.
    pub rejected: BTreeMap<String, u64>,
    /// The first of them, in the order of the file.
    #[serde(default)]
    pub reject_examples: Vec<RejectExample>,
    /// Usable rows equal to an earlier one in every published column.
    #[serde(default)]
    pub duplicate_rows: u64,
}

/// Where a row stands that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectExample {
    /// Line in the file, the header being line 1.
    pub line: u64,
    /// Why, as a stable code.
    pub code: String,
}

/// Something that was found beside the files and left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoredFile {
    /// File, or archive member.
    pub name: String,
    /// Why it was left alone.
    pub reason: String,
}

/// What an import does to one table.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EntityReport {
    /// Open rows before.
    pub before: i64,
    /// New rows, and closed ones that came back.
    pub added: i64,
    /// Rows with another content.
    pub changed: i64,
    /// Rows that vanished from the files and are closed with the files' date.
    pub removed: i64,
    /// Rows that stay as they are.
    pub unchanged: i64,
    /// Rows that repeat a key with another content; one was kept.
    pub conflicting: u64,
    /// Rows equal to another in every published column.
    pub copies: i64,
    /// Rows that carry each flag of quality.
    pub flagged: BTreeMap<String, u64>,
    /// The first keys that carry each flag, in the order of the file; of a role or an attachment, its
    /// owner.
    #[serde(default)]
    pub flagged_examples: BTreeMap<String, Vec<String>>,
    /// The first keys of each kind of change.
    pub examples: BTreeMap<String, Vec<String>>,
}
