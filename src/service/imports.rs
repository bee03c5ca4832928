//! What is kept of imports in the truth: the rows that could not be used.

use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;

use crate::domain::error::{DATABASE_UNAVAILABLE, Failure, IMPORT_NOT_FOUND};

type Rejects = Pin<Box<dyn Future<Output = Result<Option<String>, Failure>> + Send>>;

/// Reads of imports; cheap to clone.
#[derive(Clone)]
pub struct Imports {
    rejects: Arc<dyn Fn(i64) -> Rejects + Send + Sync>,
}

impl Imports {
    /// Imports whose rejects are read by this function: the CSV of an import, `None` where there is
    /// no such import. Its errors mean that the database does not answer.
    pub fn new<R, F, E>(rejects: R) -> Self
    where
        R: Fn(i64) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Option<String>, E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        Self {
            rejects: Arc::new(move |import| {
                let read = rejects(import);
                Box::pin(async move {
                    read.await.map_err(|error| {
                        tracing::warn!(error = %error, "rejects of an import cannot be read");
                        Failure::new(
                            &DATABASE_UNAVAILABLE,
                            "The rejects of an import are in the database, which does not answer now.",
                        )
                    })
                })
            }),
        }
    }

    /// The rejected rows of an import as CSV, header included.
    pub async fn rejects_csv(&self, import: i64) -> Result<String, Failure> {
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
        let imports = Imports::new(|import| async move {
            match import {
                1 => Ok(Some("file,line,code\n".to_owned())),
                2 => Ok(None),
                _ => Err("connection refused"),
            }
        });
        assert_eq!(imports.rejects_csv(1).await.unwrap(), "file,line,code\n");
        assert_eq!(
            imports.rejects_csv(2).await.unwrap_err().kind(),
            Kind::NotFound
        );
        let away = imports.rejects_csv(3).await.unwrap_err();
        assert_eq!(away.kind(), Kind::Unavailable);
        assert!(!away.detail.contains("refused"));
    }
}
