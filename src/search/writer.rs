//! Writing an index: whole beside the serving one, or in place. Everything here blocks.

use std::path::Path;

use tantivy::indexer::NoMergePolicy;
use tantivy::{Index, IndexSettings, IndexWriter, TantivyDocument, Term};

use super::document::Document;
use super::error::SearchError;
use super::mailboxes::{MailboxTable, Recipient};
use super::merging::FewSegments;
use super::model::SearchOptions;
use super::schema::{self, Fields};
use super::snapshot::Snapshot;
use super::stored::{self, Commit, LABELS, PublishedLabels};
use super::terms;
use crate::domain::feed::{DocumentKind, FeedPosition};

/// Bytes of documents compressed together: reading one document unpacks as much. Four times less
/// than tantivy's own choice, for an index a tenth larger.
const STORE_BLOCK: usize = 4 << 10;

/// Bytes without which tantivy refuses to open a writer thread.
const LEAST_MEMORY: usize = 15_000_000;

/// An index being written, with the exact table that will go with it.
pub(super) struct Writer {
    index: IndexWriter,
    fields: Fields,
    table: MailboxTable,
    number: u64,
    begun_at: i64,
}

impl Writer {
    /// A new index in an empty directory.
    pub(super) fn create(
        path: &Path,
        number: u64,
        begun_at: i64,
        options: &SearchOptions,
    ) -> Result<Self, SearchError> {
        let (schema, fields) = schema::build();
        let index = Index::builder()
            .schema(schema)
            .settings(IndexSettings {
                docstore_blocksize: STORE_BLOCK,
                ..IndexSettings::default()
            })
            .create_in_dir(path)?;
        let writer = open(&index, options)?;
        // merged once, at the end: merging on the way would write everything twice
        writer.set_merge_policy(Box::new(NoMergePolicy));
        Ok(Self {
            index: writer,
            fields,
            table: MailboxTable::default(),
            number,
            begun_at,
        })
    }

    /// The index that serves, to be changed in place.
    pub(super) fn reopen(
        snapshot: &Snapshot,
        number: u64,
        options: &SearchOptions,
    ) -> Result<Self, SearchError> {
        let index = snapshot.searcher().index();
        let writer = open(index, options)?;
        writer.set_merge_policy(Box::new(FewSegments));
        Ok(Self {
            begun_at: Commit::read(index)?.begun_at,
            index: writer,
            fields: schema::build().1,
            table: snapshot.table().clone(),
            number,
        })
    }

    /// Adds a document whose key is not in the index.
    pub(super) fn add(&mut self, document: &Document) -> Result<(), SearchError> {
        match (document.indexed(&self.fields)?, document) {
            (None, _) => {}
            (Some(indexed), Document::Mailbox(mailbox)) => {
                self.table
                    .put(mailbox.address.as_str(), Recipient::of(mailbox));
                self.index.add_document(indexed)?;
            }
            (Some(indexed), Document::Practitioner(_) | Document::Organization(_)) => {
                self.index.add_document(indexed)?;
            }
        }
        Ok(())
    }

    /// Takes a document out, if it is there.
    pub(super) fn remove(&mut self, kind: DocumentKind, key: &str) {
        self.delete(&terms::id(kind, key));
        match kind {
            DocumentKind::Mailbox => self.table.remove(key),
            DocumentKind::Practitioner | DocumentKind::Organization => {}
        }
    }

    /// Commits what was written with the position it brings the index to.
    pub(super) fn commit(
        &mut self,
        position: FeedPosition,
        labels: &PublishedLabels,
    ) -> Result<Snapshot, SearchError> {
        self.save(position, labels)?;
        self.snapshot()
    }

    /// The same, in one segment.
    pub(super) fn commit_merged(
        &mut self,
        position: FeedPosition,
        labels: &PublishedLabels,
    ) -> Result<Snapshot, SearchError> {
        self.save(position, labels)?;
        let segments = self.index.index().searchable_segment_ids()?;
        if segments.len() > 1 {
            self.index.merge(&segments).wait()?;
            self.index.garbage_collect_files().wait()?;
        }
        self.snapshot()
    }

    fn save(
        &mut self,
        position: FeedPosition,
        labels: &PublishedLabels,
    ) -> Result<(), SearchError> {
        let labels: TantivyDocument = stored::labels_document(labels, &self.fields)?;
        self.delete(LABELS);
        self.index.add_document(labels)?;
        let payload = Commit {
            version: schema::VERSION,
            position,
            begun_at: self.begun_at,
        }
        .encode()?;
        let mut commit = self.index.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit()?;
        Ok(())
    }

    fn snapshot(&self) -> Result<Snapshot, SearchError> {
        let index = self.index.index();
        let searcher = stored::searcher(index)?;
        stored::snapshot(
            index,
            searcher,
            self.fields,
            self.table.clone(),
            self.number,
        )
    }

    fn delete(&self, id: &str) {
        self.index
            .delete_term(Term::from_field_text(self.fields.id, id));
    }
}

fn open(index: &Index, options: &SearchOptions) -> Result<IndexWriter, SearchError> {
    let threads = options.writer_threads.max(1);
    let memory = options.writer_memory.max(threads * LEAST_MEMORY);
    Ok(index.writer_with_num_threads(threads, memory)?)
}
