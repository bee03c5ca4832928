//! `annuaire demo`: a synthetic country, served, with questions to paste and their real answers.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use annuaire_importers::Limits;
use annuaire_importers::synthetic::Country;
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::import::summarize;
use super::progress::{Bars, Unit};
use super::serve::stop_on_signal;
use super::{Common, Exit, Failed, output, with_database};
use crate::app::Node;
use crate::config::Config;
use crate::config::revocation::Asking;
use crate::domain::clock::SystemClock;
use crate::domain::feed::DocumentKind;
use crate::domain::import::Source;
use crate::ingest::{self, GatePolicy, ImportRequest, Mode, Waiting};
use crate::storage::{Database, changes, documents, imports, migrate};

mod questions;
mod trust_space;

/// Where the demo listens.
#[derive(Clone, Copy)]
struct Addresses {
    /// For everybody.
    rest: SocketAddr,
    /// For operators.
    peers: Option<SocketAddr>,
}

/// The country every demo shows.
const SEED: u64 = 1;

/// Serve a synthetic country on a private database, and show what to ask it.
///
/// The first start generates and imports the country; the next ones find it. Ctrl-C stops it.
#[derive(Args, Debug)]
pub(super) struct Demo {
    /// How many professionals to generate at the first start
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    professionals: u32,
    /// Only say where the demo keeps its data
    #[arg(long = "where")]
    only_where: bool,
}

impl Demo {
    pub(super) async fn run(self, common: Common) -> Result<(), Failed> {
        let mut config = demo_config(&common)?;
        if self.only_where {
            output::line(&config.data_dir.to_string_lossy());
            return Ok(());
        }
        crate::telemetry::log::init(&config.log)?;
        let stop = stop_on_signal()?;
        output::note(&format!("data directory: {}", config.data_dir.display()));
        let files = trust_space::prepare(&mut config)?;
        let fill = async |database: &Database| {
            self.fill(&config, database).await?;
            Ok(trust_space::fill(&config, database, &files).await?)
        };
        with_database(&config, &stop, fill).await?;
        let node = Node::start(config, stop.clone()).await?;
        show_indexing(&node, &stop).await?;
        let addresses = Addresses {
            rest: node.address()?,
            peers: node.peer_address()?,
        };
        let model = node.model.clone();
        let asking = tokio::task::spawn_blocking(move || questions::ask(addresses, &model, &files));
        node.serve(&stop).await?;
        asking.await??;
        Ok(())
    }

    /// Generates and imports the country where the database is empty.
    async fn fill(&self, config: &Config, database: &Database) -> Result<(), Failed> {
        migrate(&database.pool).await?;
        let mut connection = database.pool.acquire().await?;
        let mailboxes = imports::last_applied(&mut connection, "Extraction_Correspondance_MSSante");
        if mailboxes.await?.is_some() {
            let people = documents::count(&mut connection, DocumentKind::Practitioner).await?;
            output::note(&format!(
                "the country of an earlier start is still there, with {people} professionals"
            ));
            return Ok(());
        }
        drop(connection);
        let files = config.data_dir.join("files");
        let country = Country {
            professionals: self.professionals,
            seed: SEED,
            day: 0,
            churn: 0.005,
        };
        let written = {
            let files = files.clone();
            tokio::task::spawn_blocking(move || generate(country, &files)).await??
        };
        let mailbox_files = |path: &PathBuf| path.to_string_lossy().contains("MSSante");
        let (mailboxes, people): (Vec<_>, Vec<_>) = written.into_iter().partition(mailbox_files);
        import(database, Source::Rpps, people).await?;
        import(database, Source::Mssante, mailboxes).await?;
        tokio::fs::remove_dir_all(&files).await?;
        Ok(())
    }
}

/// The settings of the demo: its own data directory, never somebody's database.
fn demo_config(common: &Common) -> Result<Config, Failed> {
    let mut config = common.load()?;
    if config.database.address()?.is_some() {
        return Err(Failed::new(
            Exit::Config,
            anyhow::anyhow!(
                "the demo fills a private database with people who do not exist: take database.url out of its settings"
            ),
        ));
    }
    // The answers are what there is to see; the log is for what goes wrong.
    if config.log == crate::config::Log::default() {
        "warn".clone_into(&mut config.log.level);
    }
    let chosen = common.data_dir.is_some() || config.data_dir != Config::default().data_dir;
    if !chosen {
        config.data_dir.as_mut_os_string().push("-demo");
    }
    if config.tls.listen.is_none() {
        config.tls.listen = Some(for_operators(config.http.listen));
    }
    // The authorities of its list's signers are nowhere to be asked.
    config.revocation.ask = Asking::Never;
    Ok(config)
}

/// Where operators are received: beside the other port, or at any where that one is taken.
fn for_operators(beside: SocketAddr) -> SocketAddr {
    const PORT: u16 = 8443;
    let usual = SocketAddr::new(beside.ip(), PORT);
    let is_free = beside.port() != 0 && std::net::TcpListener::bind(usual).is_ok();
    SocketAddr::new(beside.ip(), if is_free { PORT } else { 0 })
}

fn generate(country: Country, files: &Path) -> std::io::Result<Vec<PathBuf>> {
    let bars = Bars::default();
    let name = format!("generating {} professionals", country.professionals);
    let written = country.write(files, &mut |progress| {
        bars.show(&name, Unit::Steps, progress.done, progress.total);
    })?;
    bars.end();
    Ok(written.files.into_iter().map(|file| file.path).collect())
}

async fn import(database: &Database, source: Source, paths: Vec<PathBuf>) -> Result<(), Failed> {
    let bars = Arc::new(Bars::default());
    let request = ImportRequest {
        paths,
        source,
        source_time: None,
        mode: Mode::Apply,
        // A demo that was interrupted between two imports begins again with the first.
        gate: GatePolicy::Force,
        waiting: Waiting::Wait,
        limits: Limits::default(),
    };
    let report = ingest::run(
        &database.pool,
        request,
        &SystemClock,
        Arc::<Bars>::clone(&bars),
    )
    .await;
    bars.end();
    summarize(&report?);
    Ok(())
}

/// Waits until the node serves everything that is in the database.
async fn show_indexing(node: &Node, stop: &CancellationToken) -> Result<(), Failed> {
    let bars = Bars::default();
    let mut connection = node.pool().acquire().await?;
    let head = changes::head(&mut connection).await?;
    drop(connection);
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    while node
        .model
        .current()
        .is_none_or(|snapshot| snapshot.position() < head)
    {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stop.cancelled() => break,
        }
        if let Some(progress) = node.model.status().rebuild {
            bars.show("indexing", Unit::Steps, progress.done, progress.total);
        }
    }
    bars.end();
    Ok(())
}
