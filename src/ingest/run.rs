//! One import from beginning to end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use annuaire_importers::{Input, Limits, SourceFile};
use sqlx::{PgConnection, PgPool};
use time::PrimitiveDateTime;

use super::compare::{compare, scope};
use super::describe::{describe, register};
use super::observe::{Event, Observer};
use super::report::{FileReport, Report};
use super::stage::{Staged, rejected, stage};
use super::{GatePolicy, ImportError, Refusal};
use crate::domain::clock::Clock;
use crate::domain::import::{ImportState, Source};
use crate::storage::imports::{self, ImportFile, ImportLock, Outcome};
use crate::storage::merge::{self, Difference};
use crate::storage::{Entity, StorageError, bulk, changes, codes};

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
enum Ended {
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
/// [`Refused`](ImportState::Refused). An error means that nothing was changed.
pub async fn run(
    pool: &PgPool,
    request: ImportRequest,
    clock: &dyn Clock,
    observer: Arc<dyn Observer>,
) -> Result<Report, ImportError> {
    let expected = match request.source {
        Source::Rpps => annuaire_importers::Source::Rpps,
        Source::Mssante => annuaire_importers::Source::Mssante,
    };
    let input = Input::discover(&request.paths, expected, request.limits)?;
    let mut import = Import {
        seconds: Phases::new(),
        request,
        clock,
        observer,
    };
    let files = import.hash(input.files()).await?;
    let lock = import.lock(pool).await?;
    let result = import.with_lock(pool, &input, files).await;
    lock.release().await?;
    result
}

struct Import<'a> {
    request: ImportRequest,
    clock: &'a dyn Clock,
    observer: Arc<dyn Observer>,
    seconds: Phases,
}

/// Time spent by phase.
struct Phases {
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

    fn end(&mut self, phase: &str) {
        let elapsed = self.since.elapsed();
        self.spent.insert(phase.to_owned(), elapsed.as_secs_f64());
        self.since = Instant::now();
    }
}

impl Import<'_> {
    async fn hash(&mut self, sources: &[SourceFile]) -> Result<Vec<FileReport>, ImportError> {
        let mut files = Vec::with_capacity(sources.len());
        for source in sources {
            let source = source.clone();
            let observer = Arc::clone(&self.observer);
            let given = self.request.source_time;
            let file = tokio::task::spawn_blocking(move || describe(&source, given, &*observer))
                .await
                .map_err(|error| ImportError::Task(error.to_string()))??;
            files.push(file);
        }
        self.seconds.end("hash");
        Ok(files)
    }

    async fn lock(&mut self, pool: &PgPool) -> Result<ImportLock, ImportError> {
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
        pool: &PgPool,
        input: &Input,
        files: Vec<FileReport>,
    ) -> Result<Report, ImportError> {
        let mut connection = pool.acquire().await.map_err(StorageError::from)?;
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
        match result {
            Ok(()) if report.state == ImportState::Applied => Ok(report),
            Ok(()) => {
                self.close(&mut connection, &mut report).await?;
                Ok(report)
            }
            Err(Ended::Refused(refusal)) => {
                report.state = ImportState::Refused;
                report.message = format!("refused, nothing was changed: {refusal}");
                self.close(&mut connection, &mut report).await?;
                Ok(report)
            }
            Err(Ended::Failed(error)) => {
                report.state = ImportState::Failed;
                report.message = error.to_string();
                // The database may be what failed: the next import then closes this one as
                // interrupted, and the first failure is the one to tell.
                if let Err(unwritten) = self.close(&mut connection, &mut report).await {
                    tracing::warn!(import.id = report.import, error = %unwritten, "the outcome of an import is not written");
                }
                Err(error)
            }
        }
    }

    /// Writes the outcome where it is not written together with what was applied.
    async fn close(
        &mut self,
        connection: &mut PgConnection,
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
        pool: &PgPool,
        connection: &mut PgConnection,
        input: &Input,
        report: &mut Report,
    ) -> Result<(), Ended> {
        if self.is_already_applied(connection, &report.files).await? {
            report.state = ImportState::AlreadyApplied;
            "these very files are applied already: nothing to do".clone_into(&mut report.message);
            return Ok(());
        }
        self.check_age(connection, &report.files).await?;
        bulk::empty_staging(connection).await?;
        let staged = stage(
            pool,
            report.files.clone(),
            input.files().to_vec(),
            Arc::clone(&self.observer),
        )
        .await?;
        self.seconds.end("read_and_stage");
        report.files.clone_from(&staged.files);
        report.rejected = rejected(&report.files);
        imports::keep_rejects(connection, report.import, &staged.rejects).await?;
        self.settle(connection, input, &staged, report).await?;
        bulk::empty_staging(connection).await?;
        Ok(())
    }

    /// Whether each file is, byte for byte, the one of its format that was applied last.
    async fn is_already_applied(
        &self,
        connection: &mut PgConnection,
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
        connection: &mut PgConnection,
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

    /// Compares, gates and applies in one transaction; the report and the feed are part of it.
    async fn settle(
        &mut self,
        connection: &mut PgConnection,
        input: &Input,
        staged: &Staged,
        report: &mut Report,
    ) -> Result<(), Ended> {
        use sqlx::Connection as _;
        let mut transaction = connection.begin().await.map_err(StorageError::from)?;
        let (entities, origins) = scope(input.files());
        let mut differences: Vec<(&'static Entity, Difference)> = Vec::new();
        for entity in entities {
            self.observer.observe(Event::Comparing {
                entity: entity.name,
            });
            let (difference, described) =
                compare(&mut transaction, entity, &origins, staged).await?;
            differences.push((entity, difference));
            report.entities.insert(entity.name.to_owned(), described);
        }
        self.seconds.end("compare");
        self.request.gate.check_removals(&differences)?;
        if self.request.mode == Mode::DryRun {
            report.state = ImportState::DryRun;
            "compared and, as asked, not applied".clone_into(&mut report.message);
            return Ok(());
        }
        self.apply(&mut transaction, &differences, staged, report)
            .await?;
        transaction.commit().await.map_err(StorageError::from)?;
        Ok(())
    }

    async fn apply(
        &mut self,
        connection: &mut PgConnection,
        differences: &[(&'static Entity, Difference)],
        staged: &Staged,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        let closed_on = report.source_time.date();
        for (entity, _) in differences {
            self.observer.observe(Event::Applying {
                entity: entity.name,
            });
            merge::apply(connection, entity, report.import, closed_on).await?;
        }
        report.labels_changed = codes::upsert(connection, &staged.summary.labels.winners()).await?;
        let entities: Vec<&Entity> = differences.iter().map(|(entity, _)| *entity).collect();
        report.documents_touched = merge::touch(connection, &entities).await?;
        report.state = ImportState::Applied;
        report.message = match report.documents_touched {
            0 => "applied: nothing had changed".to_owned(),
            touched => format!("applied: {touched} documents changed"),
        };
        let position = changes::append_touched(connection, report.import).await?;
        report.feed_position = Some(position.0);
        self.seconds.end("apply");
        self.close(connection, report).await?;
        Ok(())
    }
}

fn total_rejected(report: &Report) -> i64 {
    i64::try_from(report.rejected.values().sum::<u64>()).unwrap_or(i64::MAX)
}
