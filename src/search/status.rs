//! How far a node follows the truth, for those who watch it.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use crate::domain::feed::{DocumentKind, FeedPosition};
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
    /// Documents that were found inconsistent in the truth since this process began, and are left
    /// out as long as they are.
    pub left_out: u64,
    /// Why the last attempt failed, in one sentence that anyone may read; cleared by one that
    /// succeeds.
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
pub(super) struct StatusBoard(Mutex<Board>);

#[derive(Debug, Default)]
struct Board {
    status: FollowerStatus,
    left_out: BTreeSet<(DocumentKind, String)>,
}

impl StatusBoard {
    pub(super) fn read(&self, position: Option<FeedPosition>) -> FollowerStatus {
        let board = self.lock();
        FollowerStatus {
            position,
            left_out: u64::try_from(board.left_out.len()).unwrap_or(u64::MAX),
            ..board.status.clone()
        }
    }

    /// The truth answered.
    pub(super) fn answered(&self, head: FeedPosition, imports: Vec<ImportSummary>) {
        let status = &mut self.lock().status;
        status.connected = true;
        status.head = Some(head);
        status.imports = imports;
    }

    /// Everything up to the head is served.
    pub(super) fn up_to_date(&self, at: OffsetDateTime) {
        let status = &mut self.lock().status;
        status.checked_at = Some(at);
        status.last_error = None;
    }

    /// An attempt failed; `connected` says whether the database was there.
    pub(super) fn failed(&self, connected: bool, error: String) {
        let status = &mut self.lock().status;
        status.connected = connected;
        status.rebuild = None;
        status.last_error = Some(error);
    }

    /// A rebuild goes on, or is over.
    pub(super) fn rebuilding(&self, progress: Option<RebuildProgress>) {
        self.lock().status.rebuild = progress;
    }

    /// Of the documents that were read, these cannot be used; those that could not before and are
    /// not named now can be again, or are gone.
    pub(super) fn left_out(&self, kind: DocumentKind, read: &[String], unusable: Vec<String>) {
        let mut board = self.lock();
        if !board.left_out.is_empty() {
            for key in read {
                board.left_out.remove(&(kind, key.clone()));
            }
        }
        let unusable = unusable.into_iter().map(|key| (kind, key));
        board.left_out.extend(unusable);
    }

    /// Everything is read anew.
    pub(super) fn none_left_out(&self) {
        self.lock().left_out.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
