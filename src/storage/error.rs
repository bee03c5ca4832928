//! What can go wrong with the database, told apart by what a caller can do about it.

use crate::domain::error::{DATABASE_UNAVAILABLE, Failure, INTERNAL, TRUST_LIST_BUSY};

/// A failure of the database or of what it holds.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database cannot be reached, or went away in the middle.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// The disk of the database is full (SQLSTATE 53100).
    #[error("the disk of the database is full: {0}")]
    DiskFull(#[source] sqlx::Error),
    /// The database refused a statement.
    #[error("the database refused a statement: {0}")]
    Statement(#[source] sqlx::Error),
    /// A row of the database breaks an invariant of the domain.
    ///
    /// The message holds no key: that may be the address or the number of a person.
    #[error("a row of table {table} is inconsistent: {problem}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The key of the row.
        key: String,
        /// What is wrong with it, without a value of a person.
        problem: String,
    },
    /// The connection that held the right to import was lost, and another import began.
    #[error("the right to import was lost with a connection, and another import began")]
    Superseded,
    /// Somebody else holds the right to add a list or to change keys, and did not give it back in time.
    #[error("another list is being published, or a signing key is changing")]
    ListsHeld,
    /// The schema cannot be brought up to date.
    #[error("the schema cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl StorageError {
    /// What happened in one sentence that anyone may read: no address of the database, none of its
    /// words, no key of a row.
    pub fn outline(&self) -> String {
        match self {
            Self::Unavailable(_) => "the database does not answer".to_owned(),
            Self::DiskFull(_) => "the disk of the database is full".to_owned(),
            Self::Statement(_) => "the database refused a statement".to_owned(),
            Self::Inconsistent { table, .. } => format!("a row of table {table} is inconsistent"),
            Self::Superseded | Self::ListsHeld => self.to_string(),
            Self::Migration(_) => "the schema cannot be brought up to date".to_owned(),
        }
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            sqlx::Error::Database(refusal) => match refusal.code().as_deref() {
                // 57P01-57P05: shut down, crashed, cannot connect now; 08xxx: connection exceptions
                Some(code) if code.starts_with("57P0") || code.starts_with("08") => {
                    Self::Unavailable(error)
                }
                Some("53100") => Self::DiskFull(error),
                _ => Self::Statement(error),
            },
            _ => Self::Statement(error),
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        match error {
            // Callers read this detail: addresses and users of the database are not for them.
            StorageError::Unavailable(_) => {
                Self::new(&DATABASE_UNAVAILABLE, "Ask again in a moment.")
            }
            StorageError::ListsHeld => Self::new(
                &TRUST_LIST_BUSY,
                "A signing device may take its time; nothing was changed.",
            ),
            StorageError::DiskFull(_)
            | StorageError::Statement(_)
            | StorageError::Superseded
            | StorageError::Inconsistent { .. }
            | StorageError::Migration(_) => Self::new(&INTERNAL, error.to_string()),
        }
    }
}
