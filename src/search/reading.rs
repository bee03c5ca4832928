//! Reads documents from the truth, leaving out those that it holds in no usable shape.
//!
//! One row that breaks an invariant must not keep a node from all the others.

use std::collections::HashSet;

use super::document::Document;
use super::error::SearchError;
use crate::domain::feed::DocumentKind;
use crate::storage::{Connection, StorageError, documents};

/// What was read for some keys.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The documents, each once.
    pub(super) documents: Vec<Document>,
    /// The keys of those that cannot be made.
    pub(super) unusable: Vec<String>,
}

/// The documents of these keys.
///
/// Where a row is inconsistent, the keys are halved until it is found: that costs reads, and only
/// where something is wrong.
pub(super) async fn read(
    truth: &mut Connection,
    kind: DocumentKind,
    keys: &[String],
) -> Result<Batch, SearchError> {
    let mut batch = Batch::default();
    let mut parts = vec![keys];
    while let Some(part) = parts.pop() {
        match (read_all(truth, kind, part).await, part) {
            (Ok(documents), _) => batch.documents.extend(documents),
            (Err(StorageError::Inconsistent { table, problem, .. }), [key]) => {
                tracing::warn!(
                    document.kind = kind.as_str(),
                    table,
                    problem,
                    "a document is left out"
                );
                tracing::debug!(document.key = key, "a document is left out");
                batch.unusable.push(key.clone());
            }
            (Err(StorageError::Inconsistent { .. }), [_, ..]) => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
            (Err(error), _) => return Err(error.into()),
        }
    }
    if !batch.unusable.is_empty() {
        // Two keys may give one document, and were perhaps read apart.
        let mut seen = HashSet::new();
        batch
            .documents
            .retain(|document| seen.insert(document.key().to_owned()));
    }
    Ok(batch)
}

async fn read_all(
    truth: &mut Connection,
    kind: DocumentKind,
    keys: &[String],
) -> Result<Vec<Document>, StorageError> {
    Ok(match kind {
        DocumentKind::Practitioner => {
            let people = documents::practitioners(truth, keys).await?;
            people.into_iter().map(Document::Practitioner).collect()
        }
        DocumentKind::Organization => {
            let structures = documents::organizations(truth, keys).await?;
            structures.into_iter().map(Document::Organization).collect()
        }
        DocumentKind::Mailbox => {
            let mailboxes = documents::mailboxes(truth, keys).await?;
            mailboxes.into_iter().map(Document::Mailbox).collect()
        }
    })
}
