//! What happens to every request on its way in and to every answer on its way out.
//!
//! One function, in the order things happen; each step has its file and its reason there.

mod client;
mod headers;
mod log;
mod rate_limit;
mod request_id;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::{self, Problem};
use crate::config;
use crate::domain::error::{Failure, REQUEST_TIMEOUT};
use crate::telemetry::Metrics;

pub(super) use client::Client;
pub use request_id::RequestIds;

/// What the edge needs to know; made once.
pub(super) struct Edge {
    ids: Arc<RequestIds>,
    proxies: Vec<config::network::Network>,
    limiter: rate_limit::Limiter,
    timeout: Duration,
    metrics: Metrics,
}

impl Edge {
    pub(super) fn new(settings: &config::Http, ids: Arc<RequestIds>, metrics: Metrics) -> Self {
        Self {
            ids,
            proxies: settings.trusted_proxies.clone(),
            limiter: rate_limit::Limiter::new(&settings.rate_limit),
            timeout: settings.request_timeout,
            metrics,
        }
    }
}

/// The way of one request through the service.
pub(super) async fn pass(
    State(edge): State<Arc<Edge>>,
    connection: Option<axum::Extension<ConnectInfo<std::net::SocketAddr>>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| Arc::<str>::from(path.as_str()));
    let place = headers::Place::of(route.as_deref());

    // An id first: everything after may fail, and failures quote it.
    let id = edge.ids.of(request.headers());
    let peer = connection.map(|axum::Extension(ConnectInfo(peer))| peer.ip());
    let client = Client::of(peer, request.headers(), &edge.proxies);
    request.extensions_mut().insert(client);

    let response = match edge.limiter.check(client) {
        Ok(()) => answer(&edge, request, next).await,
        Err(refused) => refused,
    };

    let problem = problem::of(&response);
    let mut response = match &problem {
        Some(problem) => problem::render(problem, &method, &id, response),
        None => response,
    };
    headers::add(&mut response, place, &id);
    log::request(
        &edge.metrics,
        &log::Request {
            method: &method,
            route: route.as_deref(),
            id: &id,
            took: started.elapsed(),
        },
        &response,
        problem.as_ref(),
    );
    response
}

async fn answer(edge: &Edge, request: Request, next: Next) -> Response {
    // A slow client or a long queue must not hold a request for ever.
    match tokio::time::timeout(edge.timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::from(Failure::new(
            &REQUEST_TIMEOUT,
            format!("The answer was not ready after {:?}.", edge.timeout),
        ))
        .into_response(),
    }
}
