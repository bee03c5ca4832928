//! Answers of OCSP from a running node against a greeting and against another responder, and what it costs to sign all of them
//! anew: ratios in one run.
//!
//! `cargo bench --bench ocsp 2>/dev/null`: the service writes its log to standard error as in real life, a line a request. The
//! greeting is served by the same listening loop, once alone and once behind the same edge. `cfssl` (Debian: golang-cfssl) is
//! measured where it is installed.
#![expect(
    clippy::print_stdout,
    reason = "the tables are what this program is for"
)]

mod cfssl;
#[path = "../cost/mod.rs"]
mod cost;
#[path = "../load/mod.rs"]
mod load;
mod ours;
#[path = "../registry/mod.rs"]
#[expect(dead_code, reason = "the key signs lists, which nothing here does")]
mod registry;
mod signing;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use annuaire::api::{self, RequestIds};
use annuaire::app::Node;
use annuaire::config::{Http, log::LogFormat};
use annuaire::domain::clock::{Clock as _, SystemClock};
use annuaire::telemetry::Metrics;
use annuaire::trust::ocsp::{Answer, CertIdHash, InvalidAnswer, IssuerId, Refusal};
use anyhow::{Context as _, bail};
use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use load::{Round, Route};
use ours::Ours;

/// Callers at once.
const CALLERS: usize = 32;
/// Certificates that are asked about, as many as the real list has.
const CERTIFICATES: u32 = 400;
/// Times that a node is asked before its answers are missed, a tenth of a second apart.
const PATIENCE: usize = 300;

fn main() -> anyhow::Result<()> {
    let server = load::server()?;
    let dir = tempfile::tempdir()?;
    let now = SystemClock.now();
    let ours = Ours::make(dir.path(), now)?;
    println!("| certificates | what is signed | CPU ms | wall ms |");
    println!("|--:|---|--:|--:|");
    for count in [CERTIFICATES, 100 * CERTIFICATES] {
        signing::measure(&server, &ours, count, now)?;
    }
    println!();

    let mut registry = server.block_on(registry::fill(CERTIFICATES.into()))?;
    server.block_on(ours.store(&registry.database.pool, CERTIFICATES.into()))?;
    server.block_on(registry.database.close())?;
    registry.config.ca = ours.settings.clone();
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
    let issuer = IssuerId::of(&ours.issuing).context("the authority's key")?;
    let requests: Vec<_> = (1..=CERTIFICATES)
        .map(|number| issuer.request(CertIdHash::Sha1, &ours::serial(number), None))
        .collect();
    let answers = requests.iter().map(|request| fetch(address, request));
    let answers = answers.collect::<anyhow::Result<Vec<_>>>()?;
    let settings = &registry.config.http;
    let alone = server.block_on(greet(settings, bare, &stop))?;
    let edge = server.block_on(greet(settings, behind_edge, &stop))?;
    let other = cfssl::Cfssl::start(dir.path(), &answers)?;
    compare(&requests, address, [edge, alone], other.as_ref())?;
    stop.cancel();
    server.block_on(serving)??;
    Ok(())
}

/// An answer of the node, as soon as it is signed.
fn fetch(node: SocketAddr, request: &[u8]) -> anyhow::Result<Vec<u8>> {
    for _ in 0..PATIENCE {
        let mut answer = ureq::post(format!("http://{node}/ocsp"))
            .header("content-type", "application/ocsp-request")
            .send(request)?;
        let der = answer.body_mut().read_to_vec()?;
        match Answer::read(&der) {
            Ok(_) => return Ok(der),
            // Before the truth was read, nobody knows what the authority issued.
            Err(InvalidAnswer::Refused(Refusal::TryLater | Refusal::Unauthorized)) => {
                sleep(Duration::from_millis(100));
            }
            Err(invalid) => return Err(invalid.into()),
        }
    }
    bail!("the node has no answers")
}

/// Serves a greeting by the listening loop of the service.
async fn greet(
    settings: &Http,
    around: fn(Router, &Http) -> Router,
    stop: &CancellationToken,
) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/ocsp", post(async || "Hello, world!"));
    let router = around(router, settings);
    let (settings, stop) = (settings.clone(), stop.clone());
    tokio::spawn(async move { api::serve(listener, router, &settings, stop).await });
    Ok(address)
}

fn bare(router: Router, _: &Http) -> Router {
    router
}

/// Behind the edge that every request to a node passes.
fn behind_edge(router: Router, settings: &Http) -> Router {
    let ids = Arc::new(RequestIds::new(0));
    api::behind(router, settings, ids, Metrics::new())
}

/// The table; ratios are those of our answers to each in the same rounds.
fn compare(
    requests: &[Vec<u8>],
    node: SocketAddr,
    [edge, alone]: [SocketAddr; 2],
    other: Option<&cfssl::Cfssl>,
) -> anyhow::Result<()> {
    let route = |name, address, path: &str| {
        let whole = |body: &Vec<u8>| {
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/ocsp-request\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            [head.as_bytes(), body].concat()
        };
        Route {
            name,
            address,
            requests: requests.iter().map(whole).collect(),
        }
    };
    let mut routes = vec![
        route("answers signed ahead", node, "/ocsp"),
        route("a greeting behind the edge", edge, "/ocsp"),
        route("a greeting alone", alone, "/ocsp"),
    ];
    match other {
        Some(other) => routes.push(route("cfssl ocspserve", other.address, "/")),
        None => println!("skipped: cfssl is not installed\n"),
    }
    let rounds = load::rounds(CALLERS, &routes)?;
    println!("POST, {CALLERS} connections, {CERTIFICATES} certificates");
    println!("| route | req/s | ours ÷ it | server CPU µs/req |");
    println!("|---|--:|--:|--:|");
    let [answers, ..] = &*rounds else {
        return Ok(());
    };
    for (route, rounds) in routes.iter().zip(&rounds) {
        println!(
            "| {} | {:.0} | {:.2} | {:.1} |",
            route.name,
            load::middle(rounds, |round: &Round| round.rate),
            load::ratio(answers, rounds, |round| round.rate),
            load::middle(rounds, |round| round.processor),
        );
    }
    Ok(())
}
