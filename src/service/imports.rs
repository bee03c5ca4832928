//! What is kept of imports in the truth: the rows that could not be used.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::domain::error::{Failure, IMPORT_NOT_FOUND};
use crate::storage::StorageError;

type Rejects = Pin<Box<dyn Future<Output = Result<Option<String>, StorageError>> + Send>>;

/// Reads of imports; cheap to clone.
#[derive(Clone)]
pub struct Imports {
    rejects: Arc<dyn Fn(i64) -> Rejects + Send + Sync>,
    /// Whose turn it is: rejects are many, wanted seldom and by few, and must not take the database
    /// and the memory from the others.
    turn: Arc<Mutex<()>>,
}

impl Imports {
    /// Imports whose rejects are read by this function: the CSV of an import, `None` where there is
    /// no such import.
    pub fn new<R, F>(rejects: R) -> Self
    where
        R: Fn(i64) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Option<String>, StorageError>> + Send + 'static,
    {
        Self {
            rejects: Arc::new(move |import| Box::pin(rejects(import))),
            turn: Arc::default(),
        }
    }

    /// The rejected rows of an import as CSV, header included; for one caller after the other.
    pub async fn rejects_csv(&self, import: i64) -> Result<String, Failure> {
        let _turn = self.turn.lock().await;
        (self.rejects)(import)
            .await?
            .ok_or_else(|| Failure::new(&IMPORT_NOT_FOUND, format!("There is no import {import}.")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Kind;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn rejects_are_read_absent_or_out_of_reach() {
        let imports = Imports::new(|import| async move {
            match import {
                1 => Ok(Some("file,line,code\n".to_owned())),
                2 => Ok(None),
                3 => Err(StorageError::Unavailable(sqlx::Error::PoolTimedOut)),
                _ => Err(StorageError::Statement(sqlx::Error::RowNotFound)),
            }
        });
        assert_eq!(imports.rejects_csv(1).await.unwrap(), "file,line,code\n");
        for (import, kind) in [
            (2, Kind::NotFound),
            (3, Kind::Unavailable),
            (4, Kind::Internal),
        ] {
            let failure = imports.rejects_csv(import).await.unwrap_err();
            assert_eq!(failure.kind(), kind, "{import}");
        }
    }

    #[tokio::test]
    async fn one_caller_is_answered_after_the_other() {
        let reading = Arc::new(AtomicU32::new(0));
        let readers = Arc::clone(&reading);
        let imports = Imports::new(move |_| {
            let reading = Arc::clone(&readers);
            async move {
                let others = reading.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                reading.fetch_sub(1, Ordering::SeqCst);
                Ok(Some(others.to_string()))
            }
        });
        let asked = tokio::join!(
            imports.rejects_csv(1),
            imports.rejects_csv(1),
            imports.rejects_csv(2)
        );
        for others in [asked.0, asked.1, asked.2] {
            assert_eq!(others.unwrap(), "0");
        }
    }
}
