//! Nodes that know one trust space and no database, and a greeting by the same listening loop.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use annuaire::api::{self, ApiState, RequestIds};
use annuaire::config;
use annuaire::domain::clock::{Clock, SystemClock};
use annuaire::search::{ReadModel, SearchOptions};
use annuaire::service::admission::Admission;
use annuaire::service::admission::deciding::Deciding;
use annuaire::service::admission::past::Past;
use annuaire::service::certificate_status::CertificateStatus;
use annuaire::service::directory::Directory;
use annuaire::service::health::Health;
use annuaire::service::imports::Imports;
use annuaire::service::published_list::PublishedList;
use annuaire::service::recipients::Recipients;
use annuaire::service::trust_space::TrustSpace;
use annuaire::storage::Database;
use annuaire::telemetry::Metrics;
use annuaire::trust::admission::Snapshot;
use annuaire::trust::chain::Anchors;
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::peers::Space;

/// Serves a greeting and nothing else.
pub(crate) async fn greet(stop: &CancellationToken) -> std::io::Result<SocketAddr> {
    listen(
        Router::new().route("/hello", get(async || "Hello, world!")),
        stop,
    )
    .await
}

async fn listen(router: Router, stop: &CancellationToken) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let stop = stop.clone();
    tokio::spawn(async move { api::serve(listener, router, &config::Http::default(), stop).await });
    Ok(address)
}

/// Serves the whole interface by this trust space; so many decisions are kept.
pub(crate) async fn serve(
    space: &Space,
    kept: usize,
    stop: &CancellationToken,
) -> anyhow::Result<SocketAddr> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let settings = config::Admission {
        // Nobody renews it here.
        lease: Duration::from_hours(1),
        cached_decisions: NonZeroUsize::try_from(kept)?,
        ..config::Admission::default()
    };
    let anchors = Anchors::from_pem(space.anchors.as_bytes())?;
    let admission = Admission::new(Arc::clone(&clock), settings, anchors);
    let (state, list) = (Arc::clone(&space.state), Arc::clone(&space.list));
    admission.install(Arc::new(Snapshot::new(
        state,
        Some(list),
        admission.anchors(),
        admission.policy(),
    )));
    admission.confirm(Instant::now());

    let index = tempfile::tempdir()?;
    let model = ReadModel::open(index.path(), SearchOptions::default(), Arc::clone(&clock))?;
    // Nothing that is measured asks it.
    let database = Database::connect_lazily("postgres://nobody@127.0.0.1:1/nothing", 1)?;
    let trust_space = TrustSpace::new(
        database.pool,
        Arc::clone(&clock),
        Arc::default(),
        Vec::new(),
    );
    let metrics = Metrics::new();
    let at_once = std::thread::available_parallelism()?.get();
    let router = api::router(ApiState {
        directory: Directory::new(model.clone(), metrics.clone(), at_once),
        recipients: Recipients::new(model.clone(), admission.clone(), metrics.clone()),
        health: Health::new(model, clock),
        imports: Imports::new(|_| async { Ok(None) }),
        published_list: PublishedList::default(),
        deciding: Deciding::new(admission.clone(), metrics.clone(), at_once),
        past: Past::of(&trust_space, admission.clone()),
        admission,
        certificate_status: CertificateStatus::default(),
        trust_space,
        metrics,
        settings: Arc::new(config::Http::default()),
        request_ids: Arc::new(RequestIds::new(1)),
    });
    Ok(listen(router, stop).await?)
}
