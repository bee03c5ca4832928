//! Follows the change feed: keeps the read model near the truth, and serving when the truth is away.
//!
//! Each catch-up reads in one database snapshot and ends in one switch, so that a reader sees every
//! commit of the truth whole or not at all.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::document::Document;
use super::error::SearchError;
use super::model::{ReadModel, Rebuild, Update};
use super::reading::read;
use super::status::RebuildProgress;
use crate::domain::feed::{DocumentKind, FeedPosition};
use crate::storage::{self, Connection, Pool, StorageError, changes, codes, documents, imports};

/// Documents read and indexed in one go.
const CHUNK: usize = 5_000;
/// Changes read in one go; each names a thousand keys at most.
const CHANGES: i64 = 500;
/// Pending keys below which the index is never rebuilt.
const FEW_KEYS: u64 = 20_000;
/// Imports kept for the status page.
const IMPORTS: i64 = 20;
/// A database that takes longer to say where its feed stands counts as away.
const PATIENCE: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Follows the feed until cancelled; a database that goes away is waited for.
pub async fn follow(
    model: ReadModel,
    pool: Pool,
    cancel: CancellationToken,
) -> Result<(), SearchError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut follower = Follower::new(&model, &pool, &cancel);
        let ended = follower.listen().await;
        if follower.caught_up {
            pause = FIRST_PAUSE;
        }
        match ended {
            Ok(()) | Err(SearchError::Cancelled) => return Ok(()),
            Err(error) => {
                tracing::warn!(%error, retry_in = ?pause, "the read model fell behind the truth");
                model
                    .board()
                    .failed(is_database_there(&error), error.outline());
            }
        }
        tokio::select! {
            () = cancel.cancelled() => return Ok(()),
            () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
        }
    }
}

/// Rebuilds the index from the truth as it is now, beside the one that serves.
pub async fn rebuild(
    model: &ReadModel,
    pool: &Pool,
    cancel: &CancellationToken,
) -> Result<FeedPosition, SearchError> {
    let mut truth = storage::begin_snapshot(pool).await?;
    let head = changes::head(&mut truth).await?;
    Follower::new(model, pool, cancel)
        .rebuild(&mut truth, head)
        .await?;
    Ok(head)
}

struct Follower<'a> {
    model: &'a ReadModel,
    pool: &'a Pool,
    cancel: &'a CancellationToken,
    /// Kept between updates; `None` before the first, and after a rebuild or a failure.
    update: Option<Update>,
    /// Whether everything was served at least once.
    caught_up: bool,
}

impl<'a> Follower<'a> {
    fn new(model: &'a ReadModel, pool: &'a Pool, cancel: &'a CancellationToken) -> Self {
        Self {
            model,
            pool,
            cancel,
            update: None,
            caught_up: false,
        }
    }

    async fn listen(&mut self) -> Result<(), SearchError> {
        let mut wakes = changes::listen(self.pool).await?;
        loop {
            self.catch_up().await?;
            tokio::select! {
                () = self.cancel.cancelled() => return Ok(()),
                wake = wakes.try_recv() => match wake.map_err(StorageError::from)? {
                    Some(_) => while wakes.next_buffered().is_some() {},
                    None => return Err(SearchError::Disconnected),
                },
                () = sleep(self.model.options().poll_interval) => {}
            }
        }
    }

    /// Serves what the feed held when this was called.
    async fn catch_up(&mut self) -> Result<(), SearchError> {
        let look = async {
            let mut truth = storage::begin_snapshot(self.pool).await?;
            let head = changes::head(&mut truth).await?;
            let imports = imports::recent(&mut truth, IMPORTS).await?;
            Ok::<_, SearchError>((truth, head, imports))
        };
        let (mut truth, head, imports) = timeout(PATIENCE, look)
            .await
            .map_err(|_| SearchError::Disconnected)??;
        self.model.board().answered(head, imports);
        let served = self.model.current();
        match served.map(|snapshot| (snapshot.position(), snapshot.counts())) {
            Some((position, _)) if position == head => {}
            Some((position, counts)) if position < head => {
                let pending = changes::pending_keys(&mut truth, position).await?;
                let pending = u64::try_from(pending).unwrap_or_default();
                if pending > FEW_KEYS.max(counts.documents() / 5) {
                    self.rebuild(&mut truth, head).await?;
                } else {
                    self.update(&mut truth, position, head).await?;
                }
            }
            // nothing is served yet, or the truth went back behind us: it is another one
            Some(_) | None => self.rebuild(&mut truth, head).await?,
        }
        self.caught_up = true;
        self.model.board().up_to_date(self.model.clock().now());
        Ok(())
    }

    async fn update(
        &mut self,
        truth: &mut Connection,
        from: FeedPosition,
        to: FeedPosition,
    ) -> Result<(), SearchError> {
        let labels = codes::labels(truth).await?;
        let changed = changed_keys(truth, from).await?;
        let kept = self.update.take();
        let model = self.model.clone();
        let mut work = spawn_blocking(move || match kept {
            Some(update) => Ok(update),
            None => model.update(),
        });
        let mut documents_changed = 0;
        for (kind, keys) in changed {
            let keys: Vec<String> = keys.into_iter().collect();
            for keys in keys.chunks(CHUNK) {
                self.check_cancelled()?;
                documents_changed += keys.len();
                let batch = read(truth, kind, keys).await?;
                self.model.board().left_out(kind, keys, batch.unusable);
                let keys = keys.to_vec();
                work = then(work, move |update: &mut Update| {
                    apply(update, kind, &keys, &batch.documents)
                })
                .await?;
            }
        }
        let work = then(work, move |update: &mut Update| update.commit(to, &labels)).await?;
        self.update = Some(work.await??);
        tracing::info!(feed.position = %to, documents = documents_changed, "read model updated");
        Ok(())
    }

    async fn rebuild(
        &mut self,
        truth: &mut Connection,
        head: FeedPosition,
    ) -> Result<(), SearchError> {
        let rebuilt = self.rebuild_beside(truth, head).await;
        self.model.board().rebuilding(None);
        rebuilt
    }

    async fn rebuild_beside(
        &mut self,
        truth: &mut Connection,
        head: FeedPosition,
    ) -> Result<(), SearchError> {
        let mut progress = RebuildProgress { done: 0, total: 0 };
        for kind in DocumentKind::ALL {
            let count = documents::count(truth, kind).await?;
            progress.total += u64::try_from(count).unwrap_or_default();
        }
        self.model.board().rebuilding(Some(progress));
        tracing::info!(documents = progress.total, "read model rebuild begun");
        self.model.board().none_left_out();
        let labels = codes::labels(truth).await?;
        let kept = self.update.take();
        let model = self.model.clone();
        let mut work = spawn_blocking(move || {
            drop(kept); // ends the merges of the index that is about to go
            model.rebuild()
        });
        for kind in DocumentKind::ALL {
            let mut after: Option<String> = None;
            let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
            loop {
                self.check_cancelled()?;
                let keys = documents::keys_after(truth, kind, after.as_deref(), limit).await?;
                let Some(last) = keys.last() else { break };
                after = Some(last.clone());
                let batch = read(truth, kind, &keys).await?;
                self.model.board().left_out(kind, &keys, batch.unusable);
                let mut documents = batch.documents;
                // A national identifier also gives the structures that carry it, whose own keys
                // come at their place.
                let keys: HashSet<String> = keys.into_iter().collect();
                documents.retain(|document| keys.contains(document.key()));
                progress.done += u64::try_from(documents.len()).unwrap_or_default();
                work = then(work, move |rebuild: &mut Rebuild| {
                    documents
                        .iter()
                        .try_for_each(|document| rebuild.add(document))
                })
                .await?;
                progress.total = progress.total.max(progress.done);
                self.model.board().rebuilding(Some(progress));
            }
        }
        let rebuild = work.await??;
        spawn_blocking(move || rebuild.finish(head, &labels)).await??;
        tracing::info!(feed.position = %head, documents = progress.done, "read model rebuilt");
        Ok(())
    }

    fn check_cancelled(&self) -> Result<(), SearchError> {
        if self.cancel.is_cancelled() {
            Err(SearchError::Cancelled)
        } else {
            Ok(())
        }
    }
}

/// What is on its way into the index, off the threads that serve requests.
type Work<W> = JoinHandle<Result<W, SearchError>>;

/// Waits for the step under way and begins the next, so that the database is read meanwhile.
async fn then<W: Send + 'static>(
    work: Work<W>,
    step: impl FnOnce(&mut W) -> Result<(), SearchError> + Send + 'static,
) -> Result<Work<W>, SearchError> {
    let mut writer = work.await??;
    Ok(spawn_blocking(move || {
        step(&mut writer)?;
        Ok(writer)
    }))
}

fn apply(
    update: &mut Update,
    kind: DocumentKind,
    keys: &[String],
    documents: &[Document],
) -> Result<(), SearchError> {
    let present: BTreeSet<&str> = documents.iter().map(Document::key).collect();
    for key in keys.iter().filter(|key| !present.contains(key.as_str())) {
        update.remove(kind, key);
    }
    documents
        .iter()
        .try_for_each(|document| update.replace(document))
}

/// The keys that changed after a position, each once.
async fn changed_keys(
    truth: &mut Connection,
    after: FeedPosition,
) -> Result<BTreeMap<DocumentKind, BTreeSet<String>>, SearchError> {
    let mut changed: BTreeMap<DocumentKind, BTreeSet<String>> = BTreeMap::new();
    let mut after = after;
    loop {
        let batch = changes::since(truth, after, CHANGES).await?;
        let Some(last) = batch.last() else {
            return Ok(changed);
        };
        after = last.position;
        for change in batch {
            changed.entry(change.kind).or_default().extend(change.keys);
        }
    }
}

/// Whether a failure leaves the database in reach.
fn is_database_there(error: &SearchError) -> bool {
    match error {
        SearchError::Disconnected | SearchError::Storage(StorageError::Unavailable(_)) => false,
        SearchError::Storage(
            StorageError::DiskFull(_)
            | StorageError::Statement(_)
            | StorageError::Superseded
            | StorageError::ListsHeld
            | StorageError::Inconsistent { .. }
            | StorageError::Migration(_),
        )
        | SearchError::CursorMismatch
        | SearchError::Index(_)
        | SearchError::Corrupt(_)
        | SearchError::Files { .. }
        | SearchError::Locked(_)
        | SearchError::Empty
        | SearchError::Task(_)
        | SearchError::Cancelled => true,
    }
}
