//! How the service fares: whether it can answer, on which data, how old they are.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use crate::domain::clock::Clock;
use crate::domain::error::Failure;
use crate::domain::feed::{DocumentKind, FeedPosition};
use crate::domain::import::{ImportState, ImportSummary, Source};
use crate::search::ReadModel;
use crate::telemetry::metrics::ReadModelReading;

/// Looks after the read model; cheap to clone.
#[derive(Clone)]
pub struct Health {
    model: ReadModel,
    clock: Arc<dyn Clock>,
}

/// How the service fares at one moment.
#[derive(Clone, Debug)]
pub struct Status {
    /// Whether look-ups are answered.
    pub ready: bool,
    /// Whether the database answers.
    pub connected: bool,
    /// The last change of the feed that answers rest on.
    pub position: Option<FeedPosition>,
    /// The last change of the feed that is known.
    pub head: Option<FeedPosition>,
    /// When answers were last known to hold everything, UTC.
    pub complete_at: Option<OffsetDateTime>,
    /// How long ago that was.
    pub age: Option<Duration>,
    /// Documents that can be found, once a snapshot is loaded.
    pub documents: Option<Documents>,
    /// Documents written and to be written, while the index is rebuilt.
    pub rebuild: Option<(u64, u64)>,
    /// Documents that are left out since they are inconsistent in the truth.
    pub left_out: u64,
    /// Why the truth is not followed, in one sentence that anyone may read; `None` while it is.
    pub last_error: Option<String>,
    /// Imports, the latest first.
    pub imports: Vec<ImportSummary>,
}

/// Documents that can be found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Documents {
    /// Professionals.
    pub practitioners: u64,
    /// Organisations.
    pub organizations: u64,
    /// Mailboxes.
    pub mailboxes: u64,
}

impl Status {
    /// How many changes are known and not yet held.
    pub fn lag(&self) -> Option<i64> {
        Some(self.head?.0.saturating_sub(self.position?.0).max(0))
    }

    /// The last applied import of each source.
    pub fn sources(&self) -> Vec<(Source, Option<&ImportSummary>)> {
        Source::ALL
            .into_iter()
            .map(|source| {
                let applied = self
                    .imports
                    .iter()
                    .filter(|import| {
                        import.source == source && import.state == ImportState::Applied
                    })
                    .max_by_key(|import| import.id);
                (source, applied)
            })
            .collect()
    }

    /// The same, as it is measured.
    pub fn reading(&self) -> ReadModelReading {
        ReadModelReading {
            connected: self.connected,
            position: self.position,
            head: self.head,
            age: self.age,
            documents: self.documents.map_or_else(Vec::new, |documents| {
                vec![
                    (DocumentKind::Practitioner, documents.practitioners),
                    (DocumentKind::Organization, documents.organizations),
                    (DocumentKind::Mailbox, documents.mailboxes),
                ]
            }),
            rebuild: self.rebuild,
            left_out: self.left_out,
        }
    }
}

impl Health {
    /// Health of this read model.
    pub const fn new(model: ReadModel, clock: Arc<dyn Clock>) -> Self {
        Self { model, clock }
    }

    /// Whether look-ups are answered: a snapshot is loaded, however old.
    pub fn ready(&self) -> Result<(), Failure> {
        super::loaded(&self.model).map(drop)
    }

    /// How the service fares now; the truth is not asked.
    pub fn status(&self) -> Status {
        let snapshot = self.model.current();
        let follower = self.model.status();
        let documents = snapshot.as_ref().map(|snapshot| {
            let counts = snapshot.counts();
            Documents {
                practitioners: counts.practitioners,
                organizations: counts.organizations,
                mailboxes: counts.mailboxes,
            }
        });
        Status {
            ready: snapshot.is_some(),
            connected: follower.connected,
            position: snapshot.as_ref().map(|snapshot| snapshot.position()),
            head: follower.head,
            complete_at: follower.checked_at,
            age: follower
                .checked_at
                .map(|at| Duration::try_from(self.clock.now() - at).unwrap_or_default()),
            documents,
            rebuild: follower
                .rebuild
                .map(|progress| (progress.done, progress.total)),
            left_out: follower.left_out,
            last_error: follower.last_error,
            imports: follower.imports,
        }
    }
}
