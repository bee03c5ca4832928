//! Why an import did not happen; nothing was changed, or it is said that this cannot be known.

use annuaire_importers::{InputError, ReadError};

use crate::storage::StorageError;

/// An import that ended without being applied.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The files cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A file broke off or is damaged inside.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file cannot be read to compute its digest.
    #[error("{file}: {error}")]
    Digest {
        /// The file.
        file: String,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// No time of publication is known.
    #[error(
        "the name of {file} does not say when it was published: add --source-time, such as --source-time 2026-01-31T03:00"
    )]
    NoSourceTime {
        /// The file.
        file: String,
    },
    /// Another import holds the lock.
    #[error("another import is running: wait for it to end, or use --wait")]
    Busy,
    /// The database failed.
    #[error("nothing was changed: {0}")]
    Storage(#[from] StorageError),
    /// The connection broke while the import was being committed.
    #[error(
        "the connection broke while import {import} was being committed: run it again, which says whether it was applied"
    )]
    Uncertain {
        /// Number of the import.
        import: i64,
    },
    /// A part of the program stopped without saying why.
    #[error("nothing was changed: a task of the import ended early ({0})")]
    Task(String),
}
