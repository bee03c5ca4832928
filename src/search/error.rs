//! What can go wrong in the read model.

use std::path::PathBuf;

use crate::storage::StorageError;

/// A failure of the read model or of the feed it follows.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The cursor belongs to another search.
    #[error("the cursor belongs to another search")]
    CursorMismatch,
    /// The index engine failed.
    #[error("the index failed: {0}")]
    Index(#[from] tantivy::TantivyError),
    /// What the index holds cannot be read by this version of the program.
    #[error("the index cannot be used: {0}")]
    Corrupt(String),
    /// A file of the index directory cannot be read or written.
    #[error("{path}: {source}")]
    Files {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process writes this index directory.
    #[error("another process uses the index directory {0}")]
    Locked(PathBuf),
    /// Nothing is loaded yet, so there is nothing to change.
    #[error("there is no index to change yet")]
    Empty,
    /// The truth could not be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The database went away while the feed was followed.
    #[error("the database does not answer")]
    Disconnected,
    /// A task of the read model was stopped from outside or panicked.
    #[error("a task of the read model ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
    /// The work was asked to stop.
    #[error("the work was asked to stop")]
    Cancelled,
}

impl SearchError {
    /// What happened in one sentence that anyone may read: no path, no key, no word of the database.
    pub fn outline(&self) -> String {
        match self {
            Self::Storage(error) => error.outline(),
            Self::Disconnected => "the database does not answer".to_owned(),
            Self::Index(_) => "the index failed".to_owned(),
            Self::Corrupt(_) => "the index cannot be used".to_owned(),
            Self::Files { .. } => "a file of the index cannot be read or written".to_owned(),
            Self::Locked(_) => "another process uses the index".to_owned(),
            Self::CursorMismatch | Self::Empty | Self::Task(_) | Self::Cancelled => {
                "the read model failed".to_owned()
            }
        }
    }

    pub(super) fn files(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Files { path, source }
    }
}
