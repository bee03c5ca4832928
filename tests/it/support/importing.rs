//! Running an import as the program does, with a clock that stands still.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use annuaire::domain::clock::FixedClock;
use annuaire::domain::import::{ImportState, Source};
use annuaire::ingest::{
    self, Event, GatePolicy, ImportError, ImportRequest, Mode, Observer, Report, Silent, Waiting,
};
use annuaire_importers::Limits;
use sqlx::PgPool;
use time::macros::datetime;

/// When every test happens.
pub(crate) const NOW: FixedClock = FixedClock(datetime!(2026-02-01 12:00 UTC));

/// An import about to be run; by default it applies and the gate is the program's.
pub(crate) struct Import {
    pub(crate) request: ImportRequest,
    observer: Arc<dyn Observer>,
}

impl Import {
    pub(crate) fn rpps(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        Self::of(Source::Rpps, paths)
    }

    pub(crate) fn mailboxes(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        Self::of(Source::Mssante, paths)
    }

    fn of(source: Source, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        Self {
            request: ImportRequest {
                paths: paths.into_iter().collect(),
                source,
                source_time: None,
                mode: Mode::Apply,
                gate: GatePolicy::Refuse {
                    max_removed_share: 0.05,
                },
                waiting: Waiting::Refuse,
                limits: Limits::default(),
            },
            observer: Arc::new(Silent),
        }
    }

    pub(crate) fn force(mut self) -> Self {
        self.request.gate = GatePolicy::Force;
        self
    }

    pub(crate) fn dry_run(mut self) -> Self {
        self.request.mode = Mode::DryRun;
        self
    }

    pub(crate) fn wait(mut self) -> Self {
        self.request.waiting = Waiting::Wait;
        self
    }

    pub(crate) fn observed(mut self, observer: impl Observer) -> Self {
        self.observer = Arc::new(observer);
        self
    }

    pub(crate) async fn run(self, pool: &PgPool) -> Result<Report, ImportError> {
        ingest::run(pool, self.request, &NOW, self.observer).await
    }

    /// Runs an import that must be applied.
    pub(crate) async fn applied(self, pool: &PgPool) -> Report {
        let report = self.run(pool).await.unwrap();
        assert_eq!(report.state, ImportState::Applied, "{}", report.message);
        report
    }
}

/// Does something once, on a thread of its own, when an import comes to a point; the import waits meanwhile.
pub(crate) struct When {
    is_it: Box<IsIt>,
    act: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

type IsIt = dyn Fn(&Event<'_>) -> bool + Send + Sync;

impl When {
    pub(crate) fn new(
        is_it: impl Fn(&Event<'_>) -> bool + Send + Sync + 'static,
        act: impl FnOnce() + Send + 'static,
    ) -> Self {
        Self {
            is_it: Box::new(is_it),
            act: Mutex::new(Some(Box::new(act))),
        }
    }
}

impl Observer for When {
    fn observe(&self, event: Event<'_>) {
        if (self.is_it)(&event)
            && let Some(act) = self.act.lock().unwrap().take()
        {
            std::thread::spawn(act).join().unwrap();
        }
    }
}
