//! `annuaire import`: published files into the truth.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annuaire_importers::Limits;
use clap::{Args, Subcommand};
use time::PrimitiveDateTime;
use time::macros::format_description;

use super::progress::Bars;
use super::serve::stop_on_signal;
use super::{Exit, Failed, output, with_database};
use crate::config::Config;
use crate::domain::clock::SystemClock;
use crate::domain::import::{ImportState, Source};
use crate::ingest::{self, GatePolicy, ImportRequest, Mode, Report, Waiting};
use crate::storage::{Database, migrate};

/// Import published files.
#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// The extract of professionals (three files: `PS_LibreAcces_…`)
    Rpps(Files),
    /// The extract of secure mailboxes (`Extraction_Correspondance_MSSante_…`)
    Mailboxes(Files),
}

/// What every import takes.
///
/// Nothing is changed before everything was read and compared, and then all of it or nothing.
#[derive(Args, Debug)]
pub(super) struct Files {
    /// A zip as published, a directory, or single .txt files
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Write the rows that could not be used as CSV
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Read and compare, and stop before applying
    #[arg(long)]
    dry_run: bool,
    /// Apply even what the gate refuses: an older file, one that removes too much, one applied already
    #[arg(long)]
    force: bool,
    /// Wait for another import to end
    #[arg(long)]
    wait: bool,
    /// When the files were published, where their names do not say: 2026-01-31T03:00
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    source_time: Option<PrimitiveDateTime>,
}

fn parse_time(text: &str) -> Result<PrimitiveDateTime, String> {
    PrimitiveDateTime::parse(
        text,
        format_description!("[year]-[month]-[day]T[hour]:[minute]"),
    )
    .map_err(|_| "a time such as 2026-01-31T03:00 is expected".to_owned())
}

impl Import {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        crate::telemetry::log::init(&config.log)?;
        let (source, files) = match self {
            Self::Rpps(files) => (Source::Rpps, files),
            Self::Mailboxes(files) => (Source::Mssante, files),
        };
        let promised = files.promise()?;
        let import =
            async |database: &Database| files.import(promised, source, &config, database).await;
        with_database(&config, &stop_on_signal()?, import).await
    }
}

/// A file that is open before anything is done, so that what was done can be told.
struct Promised {
    path: PathBuf,
    file: File,
}

impl Promised {
    /// Opens it and empties it: what an earlier import wrote must not be taken for this one's.
    fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path)
            .map_err(|error| anyhow::anyhow!("{} cannot be written: {error}", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    fn write(mut self, text: &str) -> anyhow::Result<()> {
        self.file
            .write_all(text.as_bytes())
            .map_err(|error| anyhow::anyhow!("{}: {error}", self.path.display()))
    }
}

impl Files {
    /// The files for the report and for the rejected rows, opened.
    fn promise(&self) -> anyhow::Result<[Option<Promised>; 2]> {
        let open = |path: &Option<PathBuf>| path.as_deref().map(Promised::open).transpose();
        Ok([open(&self.report)?, open(&self.rejects)?])
    }

    async fn import(
        self,
        [report_file, rejects_file]: [Option<Promised>; 2],
        source: Source,
        config: &Config,
        database: &Database,
    ) -> Result<(), Failed> {
        migrate(&database.pool).await?;
        let bars = Arc::new(Bars::default());
        let request = ImportRequest {
            paths: self.paths,
            source,
            source_time: self.source_time,
            mode: if self.dry_run {
                Mode::DryRun
            } else {
                Mode::Apply
            },
            gate: if self.force {
                GatePolicy::Force
            } else {
                GatePolicy::Refuse {
                    max_removed_share: config.import.max_removed_share,
                }
            },
            waiting: if self.wait {
                Waiting::Wait
            } else {
                Waiting::Refuse
            },
            limits: Limits::default(),
        };
        let outcome = ingest::run(
            &database.pool,
            request,
            &SystemClock,
            Arc::<Bars>::clone(&bars),
        )
        .await;
        bars.end();
        let report = outcome?;
        if let Some(file) = report_file {
            let json = serde_json::to_string_pretty(&report)?;
            file.write(&format!("{json}\n"))?;
        }
        if let Some(file) = rejects_file {
            let mut connection = database.pool.acquire().await?;
            let csv = ingest::rejects_csv(&mut connection, report.import).await?;
            file.write(&csv.unwrap_or_default())?;
        }
        summarize(&report);
        match report.state {
            ImportState::Refused => Err(Failed::new(
                Exit::Refused,
                anyhow::anyhow!("if this is right, run it again with --force"),
            )),
            ImportState::Running
            | ImportState::DryRun
            | ImportState::Applied
            | ImportState::AlreadyApplied
            | ImportState::Failed => Ok(()),
        }
    }
}

/// The report as a table for people.
pub(super) fn summarize(report: &Report) {
    for file in &report.files {
        let rejected: u64 = file.rejected.values().sum();
        output::line(&format!(
            "{}: {} rows, {rejected} rejected, {}",
            file.name, file.rows, file.encoding
        ));
    }
    if !report.entities.is_empty() {
        output::line(&format!(
            "{:14} {:>10} {:>10} {:>10} {:>10} {:>10}",
            "", "added", "changed", "removed", "unchanged", "flagged"
        ));
    }
    for entity in crate::storage::ENTITIES {
        if let Some(found) = report.entities.get(entity.name) {
            let flagged: u64 = found.flagged.values().sum();
            output::line(&format!(
                "{:14} {:>10} {:>10} {:>10} {:>10} {flagged:>10}",
                entity.name, found.added, found.changed, found.removed, found.unchanged
            ));
        }
    }
    for (code, count) in &report.rejected {
        output::line(&format!(
            "rejected, {code}: {count} (GET /v1/imports/{}/rejects.csv)",
            report.import
        ));
    }
    output::line(&format!("import {}: {}", report.import, report.message));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_publication_is_read_or_explained() {
        assert!(parse_time("2026-01-31T03:00").is_ok());
        for text in ["", "2026-01-31", "2026-13-01T00:00", "31/01/2026"] {
            assert!(parse_time(text).unwrap_err().contains("2026-01-31T03:00"));
        }
    }
}
