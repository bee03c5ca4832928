//! `annuaire index`: this node's search index, when no node is running on it.

use std::sync::Arc;
use std::time::Duration;

use clap::Subcommand;

use super::progress::{Bars, Unit};
use super::serve::stop_on_signal;
use super::{Failed, output, with_database};
use crate::app;
use crate::config::Config;
use crate::domain::clock::SystemClock;
use crate::search;
use crate::storage::migrate;

/// Look after this node's search index.
#[derive(Debug, Subcommand)]
pub(super) enum Index {
    /// Make the index anew from the database. A running node does this by itself when it has to
    Rebuild,
    /// Say what the index holds
    Status,
}

impl Index {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        match self {
            Self::Status => status(&config),
            Self::Rebuild => rebuild(config).await,
        }
    }
}

fn status(config: &Config) -> Result<(), Failed> {
    let dir = config.index_dir();
    match search::inspect(&dir)? {
        None => output::line(&format!("no index in {}", dir.display())),
        Some(summary) => {
            output::line(&format!("index: {}", summary.path.display()));
            output::line(&format!("feed position: {}", summary.position));
            output::line(&format!("practitioners: {}", summary.counts.practitioners));
            output::line(&format!("organizations: {}", summary.counts.organizations));
            output::line(&format!("mailboxes: {}", summary.counts.mailboxes));
        }
    }
    Ok(())
}

async fn rebuild(config: Config) -> Result<(), Failed> {
    crate::telemetry::log::init(&config.log)?;
    let model = app::open_read_model(&config, Arc::new(SystemClock))?;
    let stop = stop_on_signal()?;
    with_database(&config, &stop, async |database| {
        migrate(&database.pool).await?;
        let rebuilding = search::rebuild(&model, &database.pool, &stop);
        tokio::pin!(rebuilding);
        let bars = Bars::default();
        let mut ticks = tokio::time::interval(Duration::from_millis(200));
        let result = loop {
            tokio::select! {
                done = &mut rebuilding => break done,
                _ = ticks.tick() => {
                    if let Some(progress) = model.status().rebuild {
                        bars.show("indexing", Unit::Steps, progress.done, progress.total);
                    }
                }
            }
        };
        bars.end();
        result?;
        Ok(())
    })
    .await?;
    status(&config)
}
