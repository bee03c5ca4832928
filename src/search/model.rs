//! The read model of a node: the snapshot that serves, and how a new one takes its place.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::directory::{self, IndexRoot};
use super::document::Document;
use super::error::SearchError;
use super::snapshot::{Counts, Snapshot};
use super::status::{FollowerStatus, StatusBoard};
use super::stored::{self, PublishedLabels};
use super::writer::Writer;
use crate::domain::clock::Clock;
use crate::domain::feed::{DocumentKind, FeedPosition};

/// How the read model works.
#[derive(Clone, Debug)]
pub struct SearchOptions {
    /// Memory of the index writer, in bytes, all threads together; less than 15 MB for each is
    /// taken as that, the least the index engine works with.
    pub writer_memory: usize,
    /// Threads of the index writer.
    pub writer_threads: usize,
    /// Longest time between two looks at the feed, in case a wake-up got lost.
    pub poll_interval: Duration,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self {
            writer_memory: 80 << 20,
            writer_threads: 1,
            poll_interval: Duration::from_secs(1),
        }
    }
}

/// A handle on the read model; clones share it.
#[derive(Clone)]
pub struct ReadModel {
    inner: Arc<Inner>,
}

struct Inner {
    root: IndexRoot,
    options: SearchOptions,
    clock: Arc<dyn Clock>,
    current: ArcSwapOption<Snapshot>,
    /// Number of the index that serves; locked while one takes another's place.
    number: Mutex<Option<u64>>,
    status: StatusBoard,
}

impl std::fmt::Debug for ReadModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadModel")
            .field("current", &self.current())
            .finish_non_exhaustive()
    }
}

impl ReadModel {
    /// Opens a directory for this process alone and serves at once what a complete index there
    /// holds. An index that is damaged or of another version is thrown away.
    pub fn open(
        dir: &Path,
        options: SearchOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SearchError> {
        let root = IndexRoot::lock(dir)?;
        let mut kept = None;
        let mut snapshot = None;
        if let Some(number) = root.current() {
            match stored::open(&root.path(number), number) {
                Ok(opened) => {
                    kept = Some(number);
                    snapshot = Some(Arc::new(opened));
                }
                Err(error) => {
                    tracing::warn!(index.number = number, %error, "index thrown away");
                }
            }
        }
        root.remove_all_but(kept)?;
        let inner = Inner {
            root,
            options,
            clock,
            current: ArcSwapOption::new(snapshot),
            number: Mutex::new(kept),
            status: StatusBoard::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The snapshot that serves; `None` until the first is there. Hold it for one request.
    pub fn current(&self) -> Option<Arc<Snapshot>> {
        self.inner.current.load_full()
    }

    /// How far the node follows the truth.
    pub fn status(&self) -> FollowerStatus {
        let position = self.current().map(|snapshot| snapshot.position());
        self.inner.status.read(position)
    }

    /// Begins a new index beside the serving one. Blocks, as all that writes does.
    pub fn rebuild(&self) -> Result<Rebuild, SearchError> {
        let kept = *self.number();
        self.inner.root.remove_all_but(kept)?;
        let (number, path) = self.inner.root.make_next()?;
        let begun_at = self.inner.clock.now().unix_timestamp();
        Ok(Rebuild {
            writer: Writer::create(&path, number, begun_at, &self.inner.options)?,
            model: self.clone(),
            number,
        })
    }

    /// Begins to change the serving index in place.
    pub fn update(&self) -> Result<Update, SearchError> {
        let number = *self.number();
        let (Some(snapshot), Some(number)) = (self.current(), number) else {
            return Err(SearchError::Empty);
        };
        Ok(Update {
            writer: Writer::reopen(&snapshot, number, &self.inner.options)?,
            model: self.clone(),
        })
    }

    pub(super) fn options(&self) -> &SearchOptions {
        &self.inner.options
    }

    pub(super) fn board(&self) -> &StatusBoard {
        &self.inner.status
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    fn number(&self) -> MutexGuard<'_, Option<u64>> {
        self.inner
            .number
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn install(&self, snapshot: Snapshot) {
        self.inner.current.store(Some(Arc::new(snapshot)));
    }
}

/// A new index that takes the place of the serving one when it is finished; dropped before, it
/// leaves nothing but a directory that the next one removes.
pub struct Rebuild {
    writer: Writer,
    model: ReadModel,
    number: u64,
}

impl Rebuild {
    /// Adds a document; keys come once each.
    pub fn add(&mut self, document: &Document) -> Result<(), SearchError> {
        self.writer.add(document)
    }

    /// Merges, switches, and removes the index that served before.
    pub fn finish(
        self,
        position: FeedPosition,
        labels: &PublishedLabels,
    ) -> Result<(), SearchError> {
        let Self {
            mut writer,
            model,
            number,
        } = self;
        let snapshot = writer.commit_merged(position, labels)?;
        let mut serving = model.number();
        model.inner.root.switch_to(number)?;
        *serving = Some(number);
        model.install(snapshot);
        model.inner.root.remove_all_but(Some(number))
    }
}

/// Changes to the serving index, unseen until they are committed and lost when this is dropped.
pub struct Update {
    writer: Writer,
    model: ReadModel,
}

impl Update {
    /// Adds a document or replaces the one with its key.
    pub fn replace(&mut self, document: &Document) -> Result<(), SearchError> {
        self.writer.remove(document.kind(), document.key());
        self.writer.add(document)
    }

    /// Takes a document out, if it is there.
    pub fn remove(&mut self, kind: DocumentKind, key: &str) {
        self.writer.remove(kind, key);
    }

    /// Commits, and serves the new state at once; more changes may follow.
    pub fn commit(
        &mut self,
        position: FeedPosition,
        labels: &PublishedLabels,
    ) -> Result<(), SearchError> {
        let snapshot = self.writer.commit(position, labels)?;
        self.model.install(snapshot);
        Ok(())
    }
}

/// What lies in an index directory, told without locking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexSummary {
    /// The directory of the serving index.
    pub path: PathBuf,
    /// The last change it holds.
    pub position: FeedPosition,
    /// Its documents.
    pub counts: Counts,
}

/// Looks at the serving index of a directory, in use or not; `None` where there is none.
pub fn inspect(dir: &Path) -> Result<Option<IndexSummary>, SearchError> {
    let Some(number) = directory::current(dir) else {
        return Ok(None);
    };
    let path = dir.join(number.to_string());
    let snapshot = stored::open(&path, number)?;
    Ok(Some(IndexSummary {
        path,
        position: snapshot.position(),
        counts: snapshot.counts(),
    }))
}
