//! Reading the files on one thread while each entity is copied on a connection of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::storage::Pool;
use annuaire_importers::{
    FileFormat, InputError, ReadError, Records, Reject, Row, Rows, SourceFile, Table,
};
use tokio::task::JoinSet;

use super::lane::{Closed, Seen};
use super::observe::{Event, Observer};
use super::report::{FileReport, RejectExample};
use super::seen::SeenRows;
use super::stager::{LaneEnd, Stager, StagerSummary};
use super::{ImportError, map_activity, map_correspondence, map_diploma, map_skill};
use crate::storage::bulk::copy_chunks;
use crate::storage::imports::{REJECTS_KEPT, StoredReject};

/// Rows between two signs of progress.
const ROWS_PER_EVENT: u64 = 8_192;

/// Rejected rows shown in the report of a file.
const EXAMPLES: usize = 20;

/// Why a mapper did not stage a row.
#[derive(Debug)]
pub(super) enum Unusable {
    /// The row cannot be used: code and detail of a reject.
    Row(&'static str, String),
    /// Staging itself is over; the COPY tells why.
    Closed,
}

impl From<Closed> for Unusable {
    fn from(Closed: Closed) -> Self {
        Self::Closed
    }
}

/// What was read and staged.
#[derive(Debug)]
pub(super) struct Staged {
    pub(super) files: Vec<FileReport>,
    pub(super) rejects: Vec<StoredReject>,
    pub(super) summary: StagerSummary,
}

/// Why reading ended early.
#[derive(Debug, thiserror::Error)]
enum Interrupted {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the copying end is gone")]
    Closed,
}

/// Reads every file and stages its rows.
pub(super) async fn stage(
    pool: &Pool,
    import_id: i64,
    files: Vec<FileReport>,
    sources: Vec<SourceFile>,
    observer: Arc<dyn Observer>,
) -> Result<Staged, ImportError> {
    let (stager, ends) = Stager::new();
    let mut copies = JoinSet::new();
    for LaneEnd { entity, chunks } in ends {
        let pool = pool.clone();
        copies.spawn(async move { copy_chunks(&pool, entity, import_id, chunks).await });
    }
    let reading =
        tokio::task::spawn_blocking(move || read_all(&sources, files, stager, &*observer));
    let read = reading
        .await
        .map_err(|error| ImportError::Task(error.to_string()));
    // All are waited for, so that none still writes when the import is over.
    let mut failed = None;
    while let Some(joined) = copies.join_next().await {
        let finished = joined
            .map_err(|error| ImportError::Task(error.to_string()))
            .and_then(|copied| copied.map_err(ImportError::Storage));
        failed = failed.or(finished.err());
    }
    // A failed COPY closes its lane and so ends the reading: its reason comes first.
    if let Some(error) = failed {
        return Err(error);
    }
    read?.map_err(|interrupted| match interrupted {
        Interrupted::Input(error) => ImportError::Input(error),
        Interrupted::Read(error) => ImportError::Read(error),
        Interrupted::Closed => ImportError::Task("staging was closed".to_owned()),
    })
}

fn read_all(
    sources: &[SourceFile],
    mut files: Vec<FileReport>,
    mut stager: Stager,
    observer: &dyn Observer,
) -> Result<Staged, Interrupted> {
    let mut rejects = Vec::new();
    for (source, report) in sources.iter().zip(&mut files) {
        read(source, report, &mut stager, &mut rejects, observer)?;
        stager.end_file();
    }
    let summary = stager.finish().map_err(|Closed| Interrupted::Closed)?;
    Ok(Staged {
        files,
        rejects,
        summary,
    })
}

fn read(
    source: &SourceFile,
    report: &mut FileReport,
    stager: &mut Stager,
    rejects: &mut Vec<StoredReject>,
    observer: &dyn Observer,
) -> Result<(), Interrupted> {
    let file = source.open()?;
    report.columns = file.column_count();
    file.encoding().as_str().clone_into(&mut report.encoding);
    report.missing_columns = file
        .missing_optional()
        .iter()
        .map(|c| (*c).to_owned())
        .collect();
    report.unknown_columns = file.unknown_columns().to_vec();
    let mut reader = Reader {
        source,
        report,
        stager,
        rejects,
        observer,
        seen: SeenRows::default(),
    };
    match file.records() {
        Records::PersonActivity(mut rows) => reader.each(&mut rows, |row, seen, to| {
            let seen = seen.note(&row.fields());
            (seen, map_activity::stage(&row, seen, to))
        }),
        Records::Skill(mut rows) => reader.each(&mut rows, |row, seen, to| {
            (seen.note(&row.fields()), map_skill::stage(&row, to))
        }),
        Records::Diploma(mut rows) => reader.each(&mut rows, |row, seen, to| {
            (seen.note(&row.fields()), map_diploma::stage(&row, to))
        }),
        Records::Correspondence(mut rows) => reader.each(&mut rows, |row, seen, to| {
            let seen = seen.note(&row.fields());
            (seen, map_correspondence::stage(&row, seen, to))
        }),
    }
}

struct Reader<'a> {
    source: &'a SourceFile,
    report: &'a mut FileReport,
    stager: &'a mut Stager,
    rejects: &'a mut Vec<StoredReject>,
    observer: &'a dyn Observer,
    seen: SeenRows,
}

impl Reader<'_> {
    fn each<T: Table>(
        &mut self,
        rows: &mut Rows<T>,
        stage: impl Fn(T::Record<'_>, &mut SeenRows, &mut Stager) -> (Seen, Result<(), Unusable>),
    ) -> Result<(), Interrupted> {
        loop {
            if self.report.rows.is_multiple_of(ROWS_PER_EVENT) {
                self.tell(rows.file().bytes_read());
            }
            let Some(row) = rows.next_row()? else { break };
            self.report.rows += 1;
            match row {
                Row::Record { line, record } => {
                    let (seen, staged) = stage(record, &mut self.seen, self.stager);
                    match staged {
                        Ok(()) => {
                            self.report.duplicate_rows += u64::from(seen == Seen::Again);
                        }
                        Err(Unusable::Row(code, detail)) => self.reject(line, code, detail),
                        Err(Unusable::Closed) => return Err(Interrupted::Closed),
                    }
                }
                Row::Reject(Reject {
                    line, code, detail, ..
                }) => {
                    self.reject(line, code.as_str(), detail);
                }
            }
        }
        self.tell(self.source.bytes);
        Ok(())
    }

    fn tell(&self, done: u64) {
        self.observer.observe(Event::Reading {
            file: &self.source.name,
            done,
            total: self.source.bytes,
        });
    }

    fn reject(&mut self, line: u64, code: &'static str, detail: String) {
        *self.report.rejected.entry(code.to_owned()).or_default() += 1;
        if self.report.reject_examples.len() < EXAMPLES {
            self.report.reject_examples.push(RejectExample {
                line,
                code: code.to_owned(),
            });
        }
        if self.rejects.len() < REJECTS_KEPT {
            self.rejects.push(StoredReject {
                file: self.source.name.clone(),
                line: i64::try_from(line).unwrap_or(i64::MAX),
                code: code.to_owned(),
                detail,
            });
        }
    }
}

/// The entities a file of this format is the truth of.
pub(super) const fn entities_of(format: FileFormat) -> &'static [&'static str] {
    match format {
        FileFormat::PersonActivity => &[
            "practitioner",
            "practice",
            "specialty",
            "organization",
            "role",
        ],
        FileFormat::Skill => &["specialty"],
        FileFormat::Diploma => &["diploma"],
        FileFormat::Correspondence => &["mailbox", "attachment"],
    }
}

/// The `origin` of the rows a file of this format is the truth of, in tables that tell origins apart.
pub(super) const fn origin_of(format: FileFormat) -> Option<&'static str> {
    match format {
        FileFormat::PersonActivity => Some("activity"),
        FileFormat::Skill => Some("skill"),
        FileFormat::Diploma | FileFormat::Correspondence => None,
    }
}

/// Figures of rejects by code, over all files.
pub(super) fn rejected(files: &[FileReport]) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for (code, count) in files.iter().flat_map(|file| &file.rejected) {
        *all.entry(code.clone()).or_default() += count;
    }
    all
}
