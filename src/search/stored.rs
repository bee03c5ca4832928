//! An index on disk as a snapshot: what a commit says of itself, and the checks before it serves.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tantivy::{Index, ReloadPolicy, Searcher, TantivyDocument};
use xxhash_rust::xxh3::xxh3_64;

use super::error::SearchError;
use super::mailboxes::MailboxTable;
use super::schema::{self, Fields};
use super::snapshot::{self, Snapshot};
use crate::domain::code::{CodeLabels, CodeSystem};
use crate::domain::feed::FeedPosition;

/// Labels of codes as the extracts spell them.
pub type PublishedLabels = Vec<(CodeSystem, String, String)>;

/// The term of the one document that holds the labels.
pub(super) const LABELS: &str = "labels";

/// What a commit says of itself, as its payload.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Commit {
    /// [`schema::VERSION`] of the program that wrote it.
    pub(super) version: u32,
    /// The last change it holds.
    pub(super) position: FeedPosition,
    /// When the index was begun, in seconds since 1970: tells apart two indexes of one number.
    pub(super) begun_at: i64,
}

impl Commit {
    pub(super) fn encode(&self) -> Result<String, SearchError> {
        serde_json::to_string(self).map_err(|error| SearchError::Corrupt(error.to_string()))
    }

    /// Reads the last commit of an index and refuses that of another version.
    pub(super) fn read(index: &Index) -> Result<Self, SearchError> {
        let payload = index.load_metas()?.payload.unwrap_or_default();
        let commit: Self = serde_json::from_str(&payload)
            .map_err(|error| SearchError::Corrupt(format!("its commit cannot be read: {error}")))?;
        if commit.version == schema::VERSION {
            Ok(commit)
        } else {
            Err(SearchError::Corrupt(format!(
                "it was written in version {}, and this program reads version {}",
                commit.version,
                schema::VERSION
            )))
        }
    }
}

/// Opens an index that an earlier process left, checking every file.
pub(super) fn open(path: &Path, number: u64) -> Result<Snapshot, SearchError> {
    let index = Index::open_in_dir(path)?;
    Commit::read(&index)?;
    let (expected, fields) = schema::build();
    if index.schema() != expected {
        return Err(SearchError::Corrupt("its fields are not ours".to_owned()));
    }
    let damaged = index.validate_checksum()?;
    if let Some(file) = damaged.iter().min() {
        return Err(SearchError::Corrupt(format!(
            "{} is damaged",
            file.display()
        )));
    }
    let searcher = searcher(&index)?;
    let table = MailboxTable::load(&searcher, &fields)?;
    snapshot(&index, searcher, fields, table, number)
}

/// The last commit of an index, with the exact table that goes with it.
pub(super) fn snapshot(
    index: &Index,
    searcher: Searcher,
    fields: Fields,
    table: MailboxTable,
    number: u64,
) -> Result<Snapshot, SearchError> {
    let commit = Commit::read(index)?;
    let opstamp = index.load_metas()?.opstamp;
    let identity = format!("{number}/{opstamp}/{}", commit.encode()?);
    let generation = xxh3_64(identity.as_bytes());
    let labels = labels(&searcher, &fields)?;
    Snapshot::new(searcher, fields, table, labels, commit.position, generation)
}

/// A searcher of the last commit. No thread watches the index: we know when it changes.
pub(super) fn searcher(index: &Index) -> Result<Searcher, SearchError> {
    let reader = index
        .reader_builder()
        .reload_policy(ReloadPolicy::Manual)
        .try_into()?;
    Ok(reader.searcher())
}

/// The document that holds the labels, so that they change with everything else.
pub(super) fn labels_document(
    labels: &PublishedLabels,
    fields: &Fields,
) -> Result<TantivyDocument, SearchError> {
    let named: Vec<(&str, &str, &str)> = labels
        .iter()
        .map(|(system, code, label)| (system.name(), code.as_str(), label.as_str()))
        .collect();
    let body = postcard::to_stdvec(&named)
        .map_err(|error| SearchError::Corrupt(format!("labels cannot be stored: {error}")))?;
    let mut document = TantivyDocument::new();
    document.add_text(fields.id, LABELS);
    document.add_u64(fields.order, 0);
    document.add_u64(fields.key, 0);
    document.add_bytes(fields.body, &body);
    Ok(document)
}

fn labels(searcher: &Searcher, fields: &Fields) -> Result<CodeLabels, SearchError> {
    let address = snapshot::find(searcher, fields, LABELS)?
        .ok_or_else(|| SearchError::Corrupt("it holds no labels".to_owned()))?;
    let named: Vec<(String, String, String)> = snapshot::read(searcher, fields, address)?;
    Ok(CodeLabels::with_published(named.iter().filter_map(
        |(system, code, label)| {
            Some((
                CodeSystem::from_name(system)?,
                code.as_str(),
                label.as_str(),
            ))
        },
    )))
}
