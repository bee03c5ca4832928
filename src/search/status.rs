//! How far a node follows the truth, for those who watch it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use crate::domain::feed::FeedPosition;
use crate::domain::import::ImportSummary;

/// Where a node stands in the feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowerStatus {
    /// Whether the database answered last.
    pub connected: bool,
    /// The last change that is served; `None` until something is.
    pub position: Option<FeedPosition>,
    /// The last change of the truth, when it was last asked.
    pub head: Option<FeedPosition>,
    /// When the feed last said that everything it holds is served.
    pub checked_at: Option<OffsetDateTime>,
    /// The rebuild under way.
    pub rebuild: Option<RebuildProgress>,
    /// The latest imports, and the last applied one of each source.
    pub imports: Vec<ImportSummary>,
    /// Why the last attempt failed; cleared by one that succeeds.
    pub last_error: Option<String>,
}

/// How far a rebuild is, in documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebuildProgress {
    /// Documents indexed.
    pub done: u64,
    /// Documents there are, nearly.
    pub total: u64,
}

/// Where the follower writes what others read.
#[derive(Debug, Default)]
pub(super) struct StatusBoard(Mutex<FollowerStatus>);

impl StatusBoard {
    pub(super) fn read(&self, position: Option<FeedPosition>) -> FollowerStatus {
        let status = self.lock().clone();
        FollowerStatus { position, ..status }
    }

    /// The truth answered.
    pub(super) fn answered(&self, head: FeedPosition, imports: Vec<ImportSummary>) {
        let mut status = self.lock();
        status.connected = true;
        status.head = Some(head);
        status.imports = imports;
    }

    /// Everything up to the head is served.
    pub(super) fn up_to_date(&self, at: OffsetDateTime) {
        let mut status = self.lock();
        status.checked_at = Some(at);
        status.last_error = None;
    }

    /// An attempt failed; `connected` says whether the database was there.
    pub(super) fn failed(&self, connected: bool, error: String) {
        let mut status = self.lock();
        status.connected = connected;
        status.rebuild = None;
        status.last_error = Some(error);
    }

    /// A rebuild goes on, or is over.
    pub(super) fn rebuilding(&self, progress: Option<RebuildProgress>) {
        self.lock().rebuild = progress;
    }

    fn lock(&self) -> MutexGuard<'_, FollowerStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
