//! The service over real HTTP on loopback, against a bare greeting of the same libraries in the same process and minute: requests
//! a second and processor time of the server for each, as ratios.
//!
//! `cargo bench --bench recipients 2>/dev/null`: the service writes its log to standard error as in real life, a line a request;
//! `ANNUAIRE_BENCH_LOG=warn` to see what that costs, `ANNUAIRE_BENCH_PEOPLE` for another size of country.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

mod client;
#[path = "../cost/mod.rs"]
mod cost;
#[path = "../country/mod.rs"]
mod country;
mod routes;

use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use annuaire::api;
use annuaire::app::Node;
use annuaire::config::Config;
use annuaire::config::log::LogFormat;
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use routes::Route;

/// Rounds over all routes, one after the other, so that a noisy moment does not hit one route alone.
const ROUNDS: usize = 5;
/// How long one route is asked in one round.
const ROUND: Duration = Duration::from_secs(2);
/// Name of the server's threads, by which their processor time is told from the callers'.
const SERVER: &str = "server";

fn main() -> anyhow::Result<()> {
    let server = runtime(SERVER)?;
    let callers = runtime("caller")?;
    let mut built = server.block_on(country::build())?;
    built.config.log.format = LogFormat::Json;
    if let Ok(level) = std::env::var("ANNUAIRE_BENCH_LOG") {
        built.config.log.level = level;
    }
    annuaire::telemetry::log::init(&built.config.log)?;

    let stop = CancellationToken::new();
    let bare = server.block_on(greet(&built.config, &stop))?;
    let node = server.block_on(Node::start(built.config.clone(), stop.clone()))?;
    let routes = routes::all(bare, node.address()?, &built.people);
    let serving = server.spawn({
        let stop = stop.clone();
        async move { node.serve(&stop).await }
    });

    let mut rounds: Vec<Vec<Round>> = routes.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for (route, rounds) in routes.iter().zip(&mut rounds) {
            rounds.push(callers.block_on(Round::of(route))?);
        }
    }
    stop.cancel();
    server.block_on(serving)??;
    print(&routes, &rounds);
    Ok(())
}

/// As many threads as processors; none of them ends between two looks at its processor time.
fn runtime(name: &str) -> std::io::Result<Runtime> {
    Builder::new_multi_thread()
        .thread_name(name)
        .thread_keep_alive(Duration::from_hours(1))
        .enable_all()
        .build()
}

/// Serves a greeting by the listening loop of the service and nothing else of it.
async fn greet(config: &Config, stop: &CancellationToken) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind(config.http.listen).await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/hello", get(async || "Hello, world!"));
    tokio::spawn(api::serve(
        listener,
        router,
        stop.clone(),
        config.http.shutdown_grace,
    ));
    Ok(address)
}

/// What one route did in one round.
struct Round {
    /// Requests a second.
    rate: f64,
    /// Processor time of the server for one request, in microseconds.
    processor: f64,
}

impl Round {
    async fn of(route: &Route) -> anyhow::Result<Self> {
        let processor = server_processor()?;
        let began = Instant::now();
        let answers = client::ask(route.address, &route.requests, ROUND).await?;
        let took = began.elapsed().as_secs_f64();
        let processor = server_processor()?.saturating_sub(processor);
        let answers = cost::figure(answers);
        Ok(Self {
            rate: answers / took,
            processor: cost::micros(processor) / answers,
        })
    }
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

/// The table: ratios are to the greeting of the same round.
fn print(routes: &[Route], rounds: &[Vec<Round>]) {
    let Some(greeting) = rounds.first() else {
        return;
    };
    println!("| route | req/s | × hello | server CPU µs/req | × hello |");
    println!("|---|--:|--:|--:|--:|");
    for (route, rounds) in routes.iter().zip(rounds) {
        let middle = |figure: fn(&Round) -> f64| cost::median(rounds.iter().map(figure));
        let ratio = |figure: fn(&Round) -> f64| {
            let pairs = rounds.iter().zip(greeting);
            cost::median(pairs.map(|(round, greeting)| figure(round) / figure(greeting)))
        };
        println!(
            "| {} | {:.0} | {:.2} | {:.1} | {:.2} |",
            route.name,
            middle(|round| round.rate),
            ratio(|round| round.rate),
            middle(|round| round.processor),
            ratio(|round| round.processor),
        );
    }
}
