//! A synthetic country in a directory of its own: written as published files, imported into a private PostgreSQL and indexed,
//! all by the service's own code, so that what is measured stands on what a node really holds.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use annuaire::app;
use annuaire::config::Config;
use annuaire::domain::clock::SystemClock;
use annuaire::domain::feed::DocumentKind;
use annuaire::domain::import::Source;
use annuaire::domain::practitioner::Practitioner;
use annuaire::ingest::{self, GatePolicy, ImportRequest, Mode, Silent, Waiting};
use annuaire::search;
use annuaire::storage::{self, Connection, Pool, documents};
use annuaire_importers::Limits;
use annuaire_importers::synthetic::Country;
use anyhow::Context as _;
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng as _;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const SEED: u64 = 1;
/// People that questions are drawn from.
const SAMPLE: usize = 20_000;
const CHUNK: usize = 1_000;

/// A country that a node can be started on.
pub(crate) struct Built {
    /// Settings of a node on it, which listens on any free port.
    pub(crate) config: Config,
    /// Some of its people, in random order, the same in each run.
    pub(crate) people: Vec<Practitioner>,
    /// Removed with everything in it when the measuring is over.
    _dir: TempDir,
}

/// Chance that is the same in each run.
pub(crate) fn dice(topic: u64) -> Pcg32 {
    Pcg32::new(SEED, topic)
}

/// One of so many, from zero on.
pub(crate) fn pick(dice: &mut Pcg32, many: usize) -> usize {
    let many = u64::try_from(many).unwrap_or(u64::MAX).max(1);
    usize::try_from(dice.next_u64() % many).unwrap_or_default()
}

/// Makes the country; `ANNUAIRE_BENCH_PEOPLE` says how many people it has, 100,000 where it does not.
pub(crate) async fn build() -> anyhow::Result<Built> {
    let professionals = match std::env::var("ANNUAIRE_BENCH_PEOPLE") {
        Ok(people) => people.parse().context("ANNUAIRE_BENCH_PEOPLE")?,
        Err(_) => 100_000,
    };
    // Where the user who runs PostgreSQL for root may enter, and short enough for a socket's path.
    let dir = tempfile::Builder::new()
        .prefix("annuaire-bench-")
        .tempdir_in("/tmp")?;
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o711))?;
    let mut config = Config {
        data_dir: dir.path().join("data"),
        ..Config::default()
    };
    config.http.listen = ([127, 0, 0, 1], 0).into();

    let files = write(professionals, dir.path().join("files")).await?;
    let database = app::open_database(&config).await?;
    storage::migrate(&database.pool).await?;
    for source in [Source::Rpps, Source::Mssante] {
        import(&database.pool, source, &files).await?;
    }
    let model = app::open_read_model(&config, Arc::new(SystemClock))?;
    search::rebuild(&model, &database.pool, &CancellationToken::new()).await?;
    let people = draw(&mut *storage::acquire(&database.pool).await?).await?;
    database.close().await?;
    Ok(Built {
        config,
        people,
        _dir: dir,
    })
}

async fn write(professionals: u32, out: PathBuf) -> anyhow::Result<Vec<PathBuf>> {
    let country = Country {
        professionals,
        seed: SEED,
        day: 0,
        churn: 0.005,
    };
    let written = tokio::task::spawn_blocking(move || country.write(&out, &mut |_| {})).await??;
    Ok(written.files.into_iter().map(|file| file.path).collect())
}

async fn import(pool: &Pool, source: Source, files: &[PathBuf]) -> anyhow::Result<()> {
    let is_mailboxes = |path: &&PathBuf| path.to_string_lossy().contains("MSSante");
    let paths = files.iter().filter(|path| match source {
        Source::Rpps => !is_mailboxes(path),
        Source::Mssante => is_mailboxes(path),
    });
    let request = ImportRequest {
        paths: paths.cloned().collect(),
        source,
        source_time: None,
        mode: Mode::Apply,
        gate: GatePolicy::Force,
        waiting: Waiting::Wait,
        limits: Limits::default(),
    };
    ingest::run(pool, request, &SystemClock, Arc::new(Silent)).await?;
    Ok(())
}

/// Draws people from the whole country, the same in each run.
async fn draw(truth: &mut Connection) -> anyhow::Result<Vec<Practitioner>> {
    let kind = DocumentKind::Practitioner;
    let mut all: Vec<String> = Vec::new();
    loop {
        let keys = documents::keys_after(truth, kind, all.last().map(String::as_str), 100_000);
        let keys = keys.await?;
        if keys.is_empty() {
            break;
        }
        all.extend(keys);
    }
    let mut dice = dice(0);
    let mut people = Vec::new();
    while people.len() < SAMPLE && !all.is_empty() {
        let keys: Vec<String> = (0..CHUNK.min(all.len()))
            .map(|_| all.swap_remove(pick(&mut dice, all.len())))
            .collect();
        people.extend(documents::practitioners(truth, &keys).await?);
    }
    Ok(people)
}
