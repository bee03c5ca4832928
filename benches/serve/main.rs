//! `GET` of the whole published list from a running node, against a file of the same bytes: requests a second and processor time
//! of the server for each, as ratios in one run.
//!
//! `cargo bench --bench serve 2>/dev/null`: the service writes its log to standard error as in real life, a line a request. The
//! file is the cheapest that is honest: the same bytes and headers, out of memory, by a handler that looks at nothing; once alone
//! in the listening loop of the service, once behind the same edge.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

#[path = "../cost/mod.rs"]
mod cost;
mod files;
#[path = "../load/mod.rs"]
mod load;
#[path = "../registry/mod.rs"]
mod registry;

use std::net::SocketAddr;
use std::sync::Arc;

use annuaire::app::Node;
use annuaire::config::log::LogFormat;
use annuaire::domain::administrator::Actor;
use annuaire::domain::clock::SystemClock;
use annuaire::service::trust_space::{Published, TrustSpace};
use anyhow::bail;
use tokio_util::sync::CancellationToken;

use files::{Coding, LIST, StaticFile};
use load::{Round, Route};

/// Callers at once.
const CALLERS: usize = 32;
/// As many as the real list has.
const ENTRIES: i64 = 6_500;

fn main() -> anyhow::Result<()> {
    let server = load::server()?;
    let mut registry = server.block_on(registry::fill(ENTRIES))?;
    server.block_on(publish(&registry))?;
    server.block_on(registry.database.close())?;
    registry.config.log.format = LogFormat::Json;
    if let Ok(level) = std::env::var("ANNUAIRE_BENCH_LOG") {
        registry.config.log.level = level;
    }
    annuaire::telemetry::log::init(&registry.config.log)?;

    let stop = CancellationToken::new();
    let node = server.block_on(Node::start(registry.config.clone(), stop.clone()))?;
    let address = node.address()?;
    let serving = server.spawn({
        let stop = stop.clone();
        async move { node.serve(&stop).await }
    });
    for coding in [Coding::Gzip, Coding::None] {
        let file = files::fetch(address, coding)?;
        let settings = &registry.config.http;
        let bare = server.block_on(files::serve(&file, settings, files::bare, &stop))?;
        let edge = server.block_on(files::serve(&file, settings, files::behind_edge, &stop))?;
        compare(&file, coding, [address, edge, bare])?;
    }
    stop.cancel();
    server.block_on(serving)??;
    Ok(())
}

/// One version of the list, by the service's own code.
async fn publish(registry: &registry::Registry) -> anyhow::Result<()> {
    let space = TrustSpace::new(
        registry.database.pool.clone(),
        Arc::new(SystemClock),
        Arc::new(registry.config.trust.clone()),
        vec![Arc::clone(&registry.key)],
    );
    let Published::List(_) = space.publish(&Actor::Schedule, "measured").await? else {
        bail!("nothing was published");
    };
    Ok(())
}

/// The table of the list and the two files; ratios are the list's to each file in the same rounds.
fn compare(
    file: &StaticFile,
    coding: Coding,
    [node, edge, bare]: [SocketAddr; 3],
) -> anyhow::Result<()> {
    let route = |name, address| Route {
        name,
        address,
        requests: vec![files::request(coding)].into(),
    };
    let routes = [
        route("the list", node),
        route("a file behind the edge", edge),
        route("a file alone", bare),
    ];
    let rounds = load::rounds(CALLERS, &routes)?;
    println!("{LIST}, {coding}: {} bytes", file.bytes.len());
    println!("| route | req/s | list ÷ it | server CPU µs/req | list ÷ it |");
    println!("|---|--:|--:|--:|--:|");
    let [list, ..] = &*rounds else {
        return Ok(());
    };
    for (route, rounds) in routes.iter().zip(&rounds) {
        println!(
            "| {} | {:.0} | {:.2} | {:.1} | {:.2} |",
            route.name,
            load::middle(rounds, |round: &Round| round.rate),
            load::ratio(list, rounds, |round| round.rate),
            load::middle(rounds, |round| round.processor),
            load::ratio(list, rounds, |round| round.processor),
        );
    }
    println!();
    Ok(())
}
