//! One import from beginning to end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use annuaire_importers::{Input, Limits, SourceFile};
use time::PrimitiveDateTime;

use super::describe::{describe, register};
use super::observe::{Event, Observer};
use super::report::{FileReport, Report};
use super::stage::{rejected, stage};
use super::{GatePolicy, ImportError, Refusal};
use crate::domain::clock::Clock;
use crate::domain::import::{ImportState, Source};
use crate::storage::imports::{self, ImportFile, ImportLock, Outcome};
use crate::storage::{Connection, Pool, StorageError, acquire, bulk};

/// What to import, and how.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// Zips as published, directories, or single files.
    pub paths: Vec<PathBuf>,
    /// What they hold.
    pub source: Source,
    /// When they were published, where their names do not say.
    pub source_time: Option<PrimitiveDateTime>,
    /// Whether to apply.
    pub mode: Mode,
    /// What the gate may refuse.
    pub gate: GatePolicy,
    /// What to do while another import runs.
    pub waiting: Waiting,
    /// Bounds of what is read.
    pub limits: Limits,
}

/// Whether an import changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Apply what passes the gate.
    Apply,
    /// Stop before applying.
    DryRun,
}

/// What to do while another import runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Say so and end.
    Refuse,
    /// Wait for it to end.
    Wait,
}

/// Why an import ended before it was applied.
pub(super) enum Ended {
    Refused(Refusal),
    Failed(ImportError),
}

impl From<Refusal> for Ended {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ImportError> for Ended {
    fn from(error: ImportError) -> Self {
        Self::Failed(error)
    }
}

impl From<StorageError> for Ended {
    fn from(error: StorageError) -> Self {
        Self::Failed(error.into())
    }
}

/// Imports, and reports; what the gate refuses is reported too, in state
/// [`Refused`](ImportState::Refused). An error means that nothing was changed, but for
/// [`ImportError::Uncertain`]; it stands in the register of imports where the database can be reached.
pub async fn run(
    pool: &Pool,
    request: ImportRequest,
    clock: &dyn Clock,
    observer: Arc<dyn Observer>,
) -> Result<Report, ImportError> {
    let mut import = Import {
        seconds: Phases::new(),
        request,
        clock,
        observer,
    };
    let (input, files) = match import.look_at_files().await {
        Ok(found) => found,
        Err(error) => {
            import.record_failure(pool, &error).await;
            return Err(error);
        }
    };
    let lock = import.lock(pool).await?;
    let result = import.with_lock(pool, &input, files).await;
    if let Err(error) = lock.release().await {
        // The lock ends with its connection all the same; the outcome of the import stands.
        tracing::warn!(%error, "the import lock was lost before the import ended");
    }
    result
}

pub(super) struct Import<'a> {
    pub(super) request: ImportRequest,
    clock: &'a dyn Clock,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) seconds: Phases,
}

/// Time spent by phase.
pub(super) struct Phases {
    spent: BTreeMap<String, f64>,
    since: Instant,
}

impl Phases {
    fn new() -> Self {
        Self {
            spent: BTreeMap::new(),
            since: Instant::now(),
        }
    }

    pub(super) fn end(&mut self, phase: &str) {
        let elapsed = self.since.elapsed();
        self.spent.insert(phase.to_owned(), elapsed.as_secs_f64());
        self.since = Instant::now();
    }
}

impl Import<'_> {
    /// Finds the files and reads each once for its digest, before anything is asked of the database.
    async fn look_at_files(&mut self) -> Result<(Input, Vec<FileReport>), ImportError> {
        let expected = match self.request.source {
            Source::Rpps => annuaire_importers::Source::Rpps,
            Source::Mssante => annuaire_importers::Source::Mssante,
        };
        let input = Input::discover(&self.request.paths, expected, self.request.limits)?;
        let mut files = Vec::with_capacity(input.files().len());
        for source in input.files() {
            let source: SourceFile = source.clone();
            let observer = Arc::clone(&self.observer);
            let given = self.request.source_time;
            let file = tokio::task::spawn_blocking(move || describe(&source, given, &*observer))
                .await
                .map_err(|error| ImportError::Task(error.to_string()))??;
            files.push(file);
        }
        self.seconds.end("hash");
        Ok((input, files))
    }

    /// Best effort: who asked for the import is told of the files, not of this.
    async fn record_failure(&self, pool: &Pool, failure: &ImportError) {
        let (source, now) = (self.request.source, self.clock.now());
        let message = failure.to_string();
        let recorded = async {
            let mut connection = acquire(pool).await?;
            imports::record_failure(&mut connection, source, &message, now).await
        };
        if let Err(error) = recorded.await {
            tracing::warn!(%error, "a failed import could not be registered");
        }
    }

    async fn lock(&mut self, pool: &Pool) -> Result<ImportLock, ImportError> {
        let mut told = false;
        let mut lock = loop {
            match (ImportLock::try_take(pool).await?, self.request.waiting) {
                (Some(lock), _) => break lock,
                (None, Waiting::Refuse) => return Err(ImportError::Busy),
                (None, Waiting::Wait) => {}
            }
            if !std::mem::replace(&mut told, true) {
                self.observer.observe(Event::Waiting);
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        };
        lock.close_interrupted(self.clock.now()).await?;
        self.seconds.end("wait");
        Ok(lock)
    }

    async fn with_lock(
        &mut self,
        pool: &Pool,
        input: &Input,
        files: Vec<FileReport>,
    ) -> Result<Report, ImportError> {
        let mut connection = acquire(pool).await?;
        let registered: Vec<ImportFile> = files.iter().map(register).collect();
        let source_time = files.iter().filter_map(|file| file.source_time).max();
        let id = imports::begin(
            &mut connection,
            self.request.source,
            &registered,
            source_time,
            self.clock.now(),
        )
        .await?;
        let mut report = Report {
            import: id,
            source: self.request.source,
            state: ImportState::Running,
            message: String::new(),
            source_time: source_time.unwrap_or(PrimitiveDateTime::MIN),
            files,
            entities: BTreeMap::new(),
            rejected: BTreeMap::new(),
            labels_changed: 0,
            documents_touched: 0,
            feed_position: None,
            seconds: BTreeMap::new(),
        };
        let result = self
            .proceed(pool, &mut connection, input, &mut report)
            .await;
        match &result {
            Ok(()) => {}
            Err(Ended::Refused(refusal)) => {
                report.state = ImportState::Refused;
                report.message = format!("refused, nothing was changed: {refusal}");
            }
            Err(Ended::Failed(error)) => {
                report.state = ImportState::Failed;
                report.message = error.to_string();
            }
        }
        // What was staged goes with every outcome, and with an applied import in its own
        // transaction: on a full disk its room is what is wanted.
        if report.state != ImportState::Applied
            && let Err(error) = bulk::empty_staging_of(&mut connection, id).await
        {
            tracing::warn!(import.id = id, %error, "what was staged is left for the next import to remove");
        }
        match (report.state, result) {
            (ImportState::Applied, Ok(())) => {}
            (_, Ok(()) | Err(Ended::Refused(_))) => {
                self.close(&mut connection, &mut report).await?;
            }
            (_, Err(Ended::Failed(error))) => {
                // The database may be what failed: the next import then closes this one as
                // interrupted, and the first failure is the one to tell.
                if let Err(unwritten) = self.close(&mut connection, &mut report).await {
                    tracing::warn!(import.id = id, error = %unwritten, "the outcome of an import is not written");
                }
                return Err(error);
            }
        }
        Ok(report)
    }

    /// Writes the outcome where it is not written together with what was applied.
    pub(super) async fn close(
        &mut self,
        connection: &mut Connection,
        report: &mut Report,
    ) -> Result<(), StorageError> {
        report.seconds.clone_from(&self.seconds.spent);
        let json = serde_json::to_value(&*report).unwrap_or_default();
        imports::finish(
            connection,
            report.import,
            &Outcome {
                state: report.state,
                at: self.clock.now(),
                rejected: total_rejected(report),
                message: &report.message,
                report: &json,
            },
        )
        .await
    }

    async fn proceed(
        &mut self,
        pool: &Pool,
        connection: &mut Connection,
        input: &Input,
        report: &mut Report,
    ) -> Result<(), Ended> {
        if self.is_already_applied(connection, &report.files).await? {
            report.state = ImportState::AlreadyApplied;
            "these very files are applied already: nothing to do".clone_into(&mut report.message);
            return Ok(());
        }
        self.check_age(connection, &report.files).await?;
        bulk::empty_staging_of(connection, report.import).await?;
        let staged = stage(
            pool,
            report.import,
            report.files.clone(),
            input.files().to_vec(),
            Arc::clone(&self.observer),
        )
        .await?;
        self.seconds.end("read_and_stage");
        report.files.clone_from(&staged.files);
        report.rejected = rejected(&report.files);
        imports::keep_rejects(connection, report.import, &staged.rejects).await?;
        self.settle(connection, input, &staged, report).await
    }

    /// Whether each file is, byte for byte, the one of its format that was applied last.
    async fn is_already_applied(
        &self,
        connection: &mut Connection,
        files: &[FileReport],
    ) -> Result<bool, ImportError> {
        for file in files {
            let last = imports::last_applied(connection, &file.format).await?;
            if last.is_none_or(|last| last.sha256 != file.sha256) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn check_age(
        &self,
        connection: &mut Connection,
        files: &[FileReport],
    ) -> Result<(), Ended> {
        for file in files {
            let last = imports::last_applied(connection, &file.format).await?;
            let published = file.source_time.ok_or_else(|| ImportError::NoSourceTime {
                file: file.name.clone(),
            })?;
            let last = last
                .as_ref()
                .and_then(|last| Some((last.name.as_str(), last.source_time?)));
            self.request.gate.check_age((&file.name, published), last)?;
        }
        Ok(())
    }
}

fn total_rejected(report: &Report) -> i64 {
    i64::try_from(report.rejected.values().sum::<u64>()).unwrap_or(i64::MAX)
}
