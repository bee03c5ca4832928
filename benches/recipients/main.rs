//! The service over real HTTP on loopback, against a bare greeting of the same libraries in the same process and minute: requests
//! a second and processor time of the server for each, as ratios.
//!
//! `cargo bench --bench recipients 2>/dev/null`: the service writes its log to standard error as in real life, a line a request;
//! `ANNUAIRE_BENCH_LOG=warn` to see what that costs, `ANNUAIRE_BENCH_PEOPLE` for another size of country.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

#[path = "../cost/mod.rs"]
mod cost;
#[path = "../country/mod.rs"]
mod country;
#[path = "../load/mod.rs"]
mod load;
mod routes;

use std::net::SocketAddr;

use annuaire::api;
use annuaire::app::Node;
use annuaire::config::Config;
use annuaire::config::log::LogFormat;
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use load::{Round, Route};

/// Callers at once.
const CALLERS: usize = 64;

fn main() -> anyhow::Result<()> {
    let server = load::server()?;
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

    let rounds = load::rounds(CALLERS, &routes)?;
    stop.cancel();
    server.block_on(serving)??;
    print(&routes, &rounds);
    Ok(())
}

/// Serves a greeting by the listening loop of the service and nothing else of it.
async fn greet(config: &Config, stop: &CancellationToken) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind(config.http.listen).await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/hello", get(async || "Hello, world!"));
    let (settings, stop) = (config.http.clone(), stop.clone());
    tokio::spawn(async move { api::serve(listener, router, &settings, stop).await });
    Ok(address)
}

/// The table: ratios are to the greeting of the same round.
fn print(routes: &[Route], rounds: &[Vec<Round>]) {
    let Some(greeting) = rounds.first() else {
        return;
    };
    println!("| route | req/s | × hello | server CPU µs/req | × hello |");
    println!("|---|--:|--:|--:|--:|");
    for (route, rounds) in routes.iter().zip(rounds) {
        println!(
            "| {} | {:.0} | {:.2} | {:.1} | {:.2} |",
            route.name,
            load::middle(rounds, |round| round.rate),
            load::ratio(rounds, greeting, |round| round.rate),
            load::middle(rounds, |round| round.processor),
            load::ratio(rounds, greeting, |round| round.processor),
        );
    }
}
