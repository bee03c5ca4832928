//! Publishing a list from the registry: what it takes beside the signatures, and what each level of compression costs, in one
//! run on a private PostgreSQL.
//!
//! `cargo bench --bench publish`. It must not know how a list is made, only when it is there.
#![expect(
    clippy::print_stdout,
    reason = "the tables are what this program is for"
)]

#[path = "../cost/mod.rs"]
mod cost;
#[path = "../registry/mod.rs"]
mod registry;
mod spent;

use std::io::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use annuaire::domain::administrator::Actor;
use annuaire::domain::clock::{Clock, SystemClock};
use annuaire::service::trust_space::{Published, TrustSpace};
use annuaire::trust::sign::{SignError, Signer};
use anyhow::{Context as _, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use time::OffsetDateTime;

use spent::Spent;

/// Publications of each size; the first, which reads nothing before it, is left out.
const ROUNDS: usize = 9;
const SIZES: [i64; 2] = [6_500, 65_000];
const LEVELS: [u32; 5] = [1, 3, 4, 6, 9];

/// A clock that is an hour later each time a list is wanted.
struct Hours(AtomicI64);

impl Clock for Hours {
    fn now(&self) -> OffsetDateTime {
        let seconds = self.0.load(Ordering::SeqCst);
        OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// A key with a stopwatch.
struct Timed {
    key: Arc<dyn Signer>,
    micros: AtomicU64,
}

impl Signer for Timed {
    fn certificate(&self) -> &[u8] {
        self.key.certificate()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let begun = Instant::now();
        let signature = self.key.sign(message);
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::SeqCst);
        signature
    }
}

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(measure())
}

async fn measure() -> anyhow::Result<()> {
    println!(
        "| entries | whole ms | signatures ms | beside ms | CPU ms of the program | of PostgreSQL | bytes | gzip bytes |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|");
    let lists = Mutex::new(Vec::new());
    for entries in SIZES {
        let registry = registry::fill(entries).await?;
        let key = Arc::new(Timed {
            key: Arc::clone(&registry.key),
            micros: AtomicU64::new(0),
        });
        let clock = Arc::new(Hours(AtomicI64::new(SystemClock.now().unix_timestamp())));
        let signer: Arc<dyn Signer> = key.clone();
        let space = TrustSpace::new(
            registry.database.pool.clone(),
            clock.clone(),
            Arc::new(registry.config.trust.clone()),
            vec![signer],
        );
        let (mut whole, mut signing) = (Vec::new(), Vec::new());
        let mut before = None;
        for round in 0..=ROUNDS {
            if round == 1 {
                before = Some(Spent::now(&registry.database.pool).await?);
            }
            clock.0.fetch_add(3600, Ordering::SeqCst);
            key.micros.store(0, Ordering::SeqCst);
            let begun = Instant::now();
            let Published::List(_) = space.publish(&Actor::Schedule, "measured").await? else {
                bail!("nothing was published");
            };
            if round > 0 {
                whole.push(millis(begun.elapsed()));
                signing.push(millis(Duration::from_micros(
                    key.micros.load(Ordering::SeqCst),
                )));
            }
        }
        let spent = Spent::now(&registry.database.pool).await?;
        let spent = spent.since(&before.context("no round")?, ROUNDS);
        let beside = whole
            .iter()
            .zip(&signing)
            .map(|(whole, signing)| whole - signing);
        let newest = space
            .list_versions(None, 1)
            .await?
            .pop()
            .context("no list")?;
        let files = space.list_files(newest.sequence).await?;
        println!(
            "| {entries} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {} | {} |",
            cost::median(whole.iter().copied()),
            cost::median(signing.iter().copied()),
            cost::median(beside),
            spent.program,
            spent.postgres,
            newest.bytes,
            files.xml_gzip.len(),
        );
        let xml = files.xml()?;
        lists
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(xml);
        registry.database.close().await?;
    }
    compare_levels(&lists.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn compare_levels(lists: &[Vec<u8>]) -> anyhow::Result<()> {
    println!("\n| bytes | gzip level | gzip bytes | ms |");
    println!("|--:|--:|--:|--:|");
    for list in lists {
        for level in LEVELS {
            let mut took = Vec::new();
            let mut size = 0;
            for _ in 0..ROUNDS {
                let begun = Instant::now();
                let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
                encoder.write_all(list)?;
                size = encoder.finish()?.len();
                took.push(millis(begun.elapsed()));
            }
            println!(
                "| {} | {level} | {size} | {:.1} |",
                list.len(),
                cost::median(took)
            );
        }
    }
    Ok(())
}

fn millis(duration: Duration) -> f64 {
    cost::micros(duration) / 1e3
}
