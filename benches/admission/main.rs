//! Decisions over real HTTP on loopback, against a bare greeting of the same libraries in the same process and minute: asked again
//! and again about one chain, and about chains that were never seen.
//!
//! `cargo bench --bench admission 2>/dev/null`: the service writes its log to standard error as in real life, a line a request;
//! `ANNUAIRE_BENCH_LOG=warn` to see what that costs.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

#[path = "../cost/mod.rs"]
mod cost;
#[path = "../load/mod.rs"]
mod load;
mod node;
mod peers;

use annuaire::config::Config;
use annuaire::config::log::LogFormat;
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256};
use tokio_util::sync::CancellationToken;

use load::{Round, Route};
use peers::{Body, Peers};

/// Callers at once.
const CALLERS: usize = 32;
/// Different chains of one kind. They come round again, to a node that keeps one decision.
const CHAINS: usize = 4_000;
/// Decisions that a node keeps which knows all that it is asked.
const KEPT: usize = 10_000;

fn main() -> anyhow::Result<()> {
    let mut config = Config::default();
    config.log.format = LogFormat::Json;
    if let Ok(level) = std::env::var("ANNUAIRE_BENCH_LOG") {
        config.log.level = level;
    }
    annuaire::telemetry::log::init(&config.log)?;
    let rsa = Peers::new("RSA", &PKCS_RSA_SHA256)?;
    let elliptic = Peers::new("P-256", &PKCS_ECDSA_P256_SHA256)?;
    let space = peers::space(&[&rsa, &elliptic])?;

    let server = load::server()?;
    let stop = CancellationToken::new();
    let bare = server.block_on(node::greet(&stop))?;
    let warm = server.block_on(node::serve(&space, KEPT, &stop))?;
    let cold = server.block_on(node::serve(&space, 1, &stop))?;

    let first = rsa.chain(0)?;
    let never_seen = |peers: &Peers| {
        let chains = (1..=CHAINS).map(|number| Ok(peers::one(&peers.chain(number)?, Body::Der)));
        chains.collect::<anyhow::Result<Vec<_>>>()
    };
    let routes = [
        Route {
            name: "hello, bare",
            address: bare,
            requests: vec![peers::get("/hello")].into(),
        },
        Route {
            name: "healthz, behind the edge",
            address: warm,
            requests: vec![peers::get("/healthz")].into(),
        },
        Route {
            name: "one chain, RSA, warm",
            address: warm,
            requests: vec![peers::one(&first, Body::Der)].into(),
        },
        Route {
            name: "the same in PEM",
            address: warm,
            requests: vec![peers::one(&first, Body::Pem)].into(),
        },
        Route {
            name: "100 mail domains, warm",
            address: warm,
            requests: vec![peers::many(&first)].into(),
        },
        Route {
            name: "never seen, RSA",
            address: cold,
            requests: never_seen(&rsa)?.into(),
        },
        Route {
            name: "never seen, P-256",
            address: cold,
            requests: never_seen(&elliptic)?.into(),
        },
    ];
    let rounds = load::rounds(CALLERS, &routes)?;
    stop.cancel();
    print(&routes, &rounds);
    Ok(())
}

/// The table: ratios are to the greeting of the same round.
fn print(routes: &[Route], rounds: &[Vec<Round>]) {
    let Some(greeting) = rounds.first() else {
        return;
    };
    println!("| question | req/s | × hello | server CPU µs/req | × hello |");
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
