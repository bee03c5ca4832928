//! A server and its callers in one process, told apart by the names of their threads: requests a second and processor time of the
//! server for each. It must not know what is asked.

pub(crate) mod client;

use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use crate::cost;
use client::Requests;

/// Rounds over all routes, one after the other, so that a noisy moment does not hit one route alone.
const ROUNDS: usize = 5;
/// How long one route is asked in one round.
const ROUND: Duration = Duration::from_secs(2);
/// Name of the server's threads, by which their processor time is told from the callers'.
const SERVER: &str = "server";

/// A route with its questions.
pub(crate) struct Route {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    pub(crate) requests: Requests,
}

/// What serves.
pub(crate) fn server() -> std::io::Result<Runtime> {
    runtime(SERVER)
}

/// As many threads as processors; none of them ends between two looks at its processor time.
fn runtime(name: &str) -> std::io::Result<Runtime> {
    Builder::new_multi_thread()
        .thread_name(name)
        .thread_keep_alive(Duration::from_hours(1))
        .enable_all()
        .build()
}

/// Asks every route in every round, by so many callers at once.
pub(crate) fn rounds(callers: usize, routes: &[Route]) -> anyhow::Result<Vec<Vec<Round>>> {
    let runtime = runtime("caller")?;
    let mut rounds: Vec<Vec<Round>> = routes.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for (route, rounds) in routes.iter().zip(&mut rounds) {
            rounds.push(runtime.block_on(Round::of(callers, route))?);
        }
    }
    Ok(rounds)
}

/// What one route did in one round.
pub(crate) struct Round {
    /// Requests a second.
    pub(crate) rate: f64,
    /// Processor time of the server for one request, in microseconds.
    pub(crate) processor: f64,
}

impl Round {
    async fn of(callers: usize, route: &Route) -> anyhow::Result<Self> {
        let processor = server_processor()?;
        let began = Instant::now();
        let answers = client::ask(callers, route.address, &route.requests, ROUND).await?;
        let took = began.elapsed().as_secs_f64();
        let processor = server_processor()?.saturating_sub(processor);
        let answers = cost::figure(answers);
        Ok(Self {
            rate: answers / took,
            processor: cost::micros(processor) / answers,
        })
    }
}

/// The middle of the rounds.
pub(crate) fn middle(rounds: &[Round], figure: fn(&Round) -> f64) -> f64 {
    cost::median(rounds.iter().map(figure))
}

/// The middle of the ratios to what another route did in the same rounds.
pub(crate) fn ratio(rounds: &[Round], base: &[Round], figure: fn(&Round) -> f64) -> f64 {
    let pairs = rounds.iter().zip(base);
    cost::median(pairs.map(|(round, base)| figure(round) / figure(base)))
}

fn server_processor() -> std::io::Result<Duration> {
    let mut spent = Duration::ZERO;
    for task in fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        if fs::read_to_string(task.join("comm"))?.trim_end() == SERVER {
            spent += cost::of_thread(&task.to_string_lossy());
        }
    }
    Ok(spent)
}
