//! Look-ups in process, without HTTP: latency, processor time and recall of each kind of question, in one table.
//!
//! `cargo bench --bench search`; `ANNUAIRE_BENCH_PEOPLE` for another size of country. It must not know how the read model
//! answers, only what it is asked.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

#[path = "../cost/mod.rs"]
mod cost;
#[path = "../country/mod.rs"]
mod country;
mod questions;
mod slips;

use std::sync::Arc;
use std::time::{Duration, Instant};

use annuaire::app;
use annuaire::domain::clock::SystemClock;
use annuaire::search::Snapshot;
use anyhow::Context as _;

use questions::{Found, Set};

/// Rounds over all sets, one after the other, so that a noisy moment does not hit one set alone.
const ROUNDS: usize = 3;
/// Least time spent on one set in one round: processor time comes in ticks.
const ENOUGH: Duration = Duration::from_millis(300);
const THIS_THREAD: &str = "/proc/thread-self";

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let built = runtime.block_on(country::build())?;
    let model = app::open_read_model(&built.config, Arc::new(SystemClock))?;
    let snapshot = model.current().context("the index is not there")?;
    let counts = snapshot.counts();
    println!(
        "{} people, {} structures, {} mailboxes",
        counts.practitioners, counts.organizations, counts.mailboxes
    );
    let sets = questions::draw(&built.people);
    let mut rows = Vec::new();
    for set in &sets {
        rows.push((set, Recall::of(set, &snapshot)?, Vec::new()));
    }
    for _ in 0..ROUNDS {
        for (set, _, rounds) in &mut rows {
            rounds.push(Round::of(set, &snapshot)?);
        }
    }
    println!("| question | p50 µs | p99 µs | CPU µs | R@1 | R@10 | empty | asked |");
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    for (set, recall, rounds) in &rows {
        let middle = |figure: fn(&Round) -> Duration| {
            cost::median(rounds.iter().map(|round| cost::micros(figure(round))))
        };
        println!(
            "| {} | {:.1} | {:.1} | {:.1} | {} | {} | {} |",
            set.name,
            middle(|round| round.p50),
            middle(|round| round.p99),
            middle(|round| round.processor),
            recall,
            recall.empty,
            set.questions.len(),
        );
    }
    Ok(())
}

/// The value below which this share of the values lies; zero where there is none.
fn quantile(values: &mut [Duration], share: f64) -> Duration {
    values.sort_unstable();
    let below = share * cost::figure(values.len());
    let mut above = values.iter().zip(1_u32..);
    above
        .find(|(_, place)| f64::from(*place) >= below)
        .map_or(Duration::ZERO, |(value, _)| *value)
}

/// How long the questions of one set took in one round, each.
struct Round {
    p50: Duration,
    p99: Duration,
    processor: Duration,
}

impl Round {
    fn of(set: &Set, snapshot: &Snapshot) -> anyhow::Result<Self> {
        let mut took = Vec::new();
        let began = Instant::now();
        let processor = cost::of_thread(THIS_THREAD);
        while began.elapsed() < ENOUGH {
            for question in &set.questions {
                let asked = Instant::now();
                question.ask(snapshot)?;
                took.push(asked.elapsed());
            }
        }
        let processor = cost::of_thread(THIS_THREAD).saturating_sub(processor);
        Ok(Self {
            processor: processor.div_f64(cost::figure(took.len())),
            p50: quantile(&mut took, 0.50),
            p99: quantile(&mut took, 0.99),
        })
    }
}

/// How often who is meant came back.
#[derive(Default)]
struct Recall {
    meant: usize,
    first: usize,
    among_ten: usize,
    empty: usize,
}

impl Recall {
    fn of(set: &Set, snapshot: &Snapshot) -> anyhow::Result<Self> {
        let mut recall = Self::default();
        for question in &set.questions {
            let found = question.look(snapshot)?;
            recall.meant += usize::from(question.means_somebody());
            match found {
                Found::At(place) => {
                    recall.first += usize::from(place == 0);
                    recall.among_ten += usize::from(place < 10);
                }
                Found::Nothing => recall.empty += 1,
                Found::Others | Found::Something => {}
            }
        }
        Ok(recall)
    }
}

impl std::fmt::Display for Recall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.meant == 0 {
            return f.write_str("– | –");
        }
        let share = |count| cost::figure(count) / cost::figure(self.meant);
        write!(f, "{:.3} | {:.3}", share(self.first), share(self.among_ten))
    }
}
