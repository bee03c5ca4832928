//! What is kept of imports in the truth: the rows that could not be used.

use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;

use crate::domain::error::{DATABASE_UNAVAILABLE, Failure, IMPORT_NOT_FOUND};

/// A row that could not be used: file, line from 1, stable code, and what was wrong.
pub type RejectedRow = (String, i64, String, String);

type Reading = Pin<Box<dyn Future<Output = Result<Option<Vec<RejectedRow>>, Failure>> + Send>>;

/// Reads of imports; cheap to clone.
#[derive(Clone)]
pub struct Imports {
    rejects: Arc<dyn Fn(i64) -> Reading + Send + Sync>,
}

impl Imports {
    /// Imports whose rejects are read by this function: the rows of an import in order, `None`
    /// where there is no such import. Its errors mean that the database does not answer.
    ///
    /// A function and not a pool, so that this layer need not know which database it is.
    pub fn new<R, F, E>(rejects: R) -> Self
    where
        R: Fn(i64) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Option<Vec<RejectedRow>>, E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        Self {
            rejects: Arc::new(move |import| {
                let reading = rejects(import);
                Box::pin(async move {
                    reading.await.map_err(|error| {
                        tracing::warn!(%error, "rejects of an import cannot be read");
                        Failure::new(
                            &DATABASE_UNAVAILABLE,
                            "Rejected rows are in the database, which does not answer now.",
                        )
                    })
                })
            }),
        }
    }

    /// The rejected rows of an import, in order.
    pub async fn rejects(&self, import: i64) -> Result<Vec<RejectedRow>, Failure> {
        (self.rejects)(import)
            .await?
            .ok_or_else(|| Failure::new(&IMPORT_NOT_FOUND, format!("There is no import {import}.")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Kind;

    #[tokio::test]
    async fn rejects_are_read_absent_or_out_of_reach() {
        let row = || {
            (
                "f.txt".to_owned(),
                2,
                "row.fields".to_owned(),
                "3".to_owned(),
            )
        };
        let imports = Imports::new(move |import| async move {
            match import {
                1 => Ok(Some(vec![row()])),
                2 => Ok(None),
                _ => Err("connection refused"),
            }
        });
        assert_eq!(imports.rejects(1).await.unwrap(), [row()]);
        assert_eq!(imports.rejects(2).await.unwrap_err().kind(), Kind::NotFound);
        let away = imports.rejects(3).await.unwrap_err();
        assert_eq!(away.kind(), Kind::Unavailable);
        assert!(!away.detail.contains("refused"));
    }
}
