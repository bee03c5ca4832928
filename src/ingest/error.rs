//! Why an import did not happen; nothing was changed, or it is said that this cannot be known.

use std::path::PathBuf;

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

impl ImportError {
    /// The same in one sentence that anyone may read: of the paths that were given only their last
    /// component, and nothing that the database said.
    pub(super) fn outline(&self, given: &[PathBuf]) -> String {
        match self {
            Self::Storage(error) => format!("nothing was changed: {}", error.outline()),
            Self::Task(_) => "nothing was changed: a task of the import ended early".to_owned(),
            Self::Input(_)
            | Self::Read(_)
            | Self::Digest { .. }
            | Self::NoSourceTime { .. }
            | Self::Busy
            | Self::Uncertain { .. } => without_paths(self.to_string(), given),
        }
    }
}

fn without_paths(text: String, given: &[PathBuf]) -> String {
    // The longest first: one may begin as another.
    let mut given: Vec<&PathBuf> = given.iter().collect();
    given.sort_by_key(|path| std::cmp::Reverse(path.as_os_str().len()));
    given.into_iter().fold(text, |text, path| {
        let parent = path.parent().unwrap_or(path).display().to_string();
        // The current directory and the root tell nothing.
        match parent.trim_end_matches('/') {
            "" => text,
            parent => text.replace(&format!("{parent}/"), ""),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::StorageError;

    #[test]
    fn anyone_may_read_the_outline() {
        let given = [
            "/srv/in",
            "/srv/in/day/a.zip",
            "b.zip",
            "../c.zip",
            "/d.zip",
        ]
        .map(PathBuf::from);
        let digest = |file: &str| ImportError::Digest {
            file: file.to_owned(),
            error: std::io::ErrorKind::NotFound.into(),
        };
        for (error, outline) in [
            (digest("/srv/in/day/a.zip"), "a.zip: entity not found"),
            (digest("/srv/in/x/y.txt"), "in/x/y.txt: entity not found"),
            (digest("b.zip"), "b.zip: entity not found"),
            (digest("../c.zip"), "c.zip: entity not found"),
            (digest("/d.zip"), "/d.zip: entity not found"),
            (
                StorageError::Unavailable(sqlx::Error::Protocol("at 192.0.2.1".to_owned())).into(),
                "nothing was changed: the database does not answer",
            ),
        ] {
            assert_eq!(error.outline(&given), outline);
        }
    }
}
