//! The REST interface: routes, and the way of every request through them.
//!
//! It knows HTTP and the use cases of [`crate::service`]; neither SQL nor the index.

mod absence;
mod answer;
mod auth;
mod beside;
mod body;
mod crl;
mod docs;
mod edge;
mod examples;
mod failures;
mod file;
mod ocsp;
pub mod openapi;
mod parameters;
mod probes;
mod problem;
mod seek;
mod serve;
#[cfg(test)]
mod tests;
mod trust;
mod v1;
mod values;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};

pub use beside::{Beside, router_beside};
pub use edge::RequestIds;
pub use serve::{PeerListener, serve, serve_with_peers};
pub(crate) use v1::shown::Shown;

use crate::config;
use crate::domain::error::{Failure, INTERNAL, ROUTE_NOT_FOUND};
use crate::service::admission::Admission;
use crate::service::admission::deciding::Deciding;
use crate::service::admission::past::Past;
use crate::service::certificate_status::CertificateStatus;
use crate::service::directory::Directory;
use crate::service::health::Health;
use crate::service::imports::Imports;
use crate::service::published_list::PublishedList;
use crate::service::recipients::Recipients;
use crate::service::trust_space::TrustSpace;
use crate::telemetry::Metrics;
use problem::Problem;

/// What the handlers need; cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    /// Look-ups.
    pub directory: Directory,
    /// Validation of recipients.
    pub recipients: Recipients,
    /// How the service fares.
    pub health: Health,
    /// What is kept of imports.
    pub imports: Imports,
    /// The list that this node serves.
    pub published_list: PublishedList,
    /// Who is let in.
    pub admission: Admission,
    /// Decisions for who asks about peers.
    pub deciding: Deciding,
    /// Decisions about the past.
    pub past: Past,
    /// What is told of our own certificates.
    pub certificate_status: CertificateStatus,
    /// What administrators do.
    pub trust_space: TrustSpace,
    /// Measurements.
    pub metrics: Metrics,
    /// Limits of a request.
    pub settings: Arc<config::Http>,
    /// Where ids of requests come from.
    pub request_ids: Arc<RequestIds>,
}

impl ApiState {
    fn max_query_bytes(&self) -> usize {
        self.settings.max_query.as_usize()
    }
}

/// The whole interface.
pub fn router(state: ApiState) -> Router {
    let settings = Arc::clone(&state.settings);
    let (ids, metrics) = (Arc::clone(&state.request_ids), state.metrics.clone());
    let (routes, specification) = openapi::routes().split_for_parts();
    let routes = routes
        .with_state(state)
        .merge(docs::routes(openapi::complete(specification)));
    behind(routes, &settings, ids, metrics)
}

/// Routes behind the edge that every request to a node passes. Layers stand from the inside out.
pub fn behind(
    routes: Router,
    settings: &config::Http,
    ids: Arc<RequestIds>,
    metrics: Metrics,
) -> Router {
    let edge = edge::Edge::new(settings, ids, metrics);
    let max_body = settings.max_body.as_usize();
    routes
        .fallback(|| async { Problem::from(Failure::new(&ROUTE_NOT_FOUND, NOTHING_HERE)) })
        // A defect in one handler is one failed answer, not a broken connection.
        .layer(CatchPanicLayer::custom(panicked))
        // What the reading of bodies goes by; see `body`.
        .layer(DefaultBodyLimit::max(max_body))
        // Id, limits, problems, headers, log: see `edge`.
        .layer(from_fn_with_state(Arc::new(edge), edge::pass))
        // Outside of all: problems are compressed too, and the log counts bytes before it. Files that
        // are kept compressed, or in a form of their own, pass as they are.
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(is_not_as_it_is)))
}

/// Whether the edge may compress a response.
fn is_not_as_it_is(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
    extensions.get::<file::AsItIs>().is_none()
}

const NOTHING_HERE: &str = "There is nothing at this path; /docs lists what there is.";

#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the payload over"
)]
fn panicked(payload: Box<dyn std::any::Any + Send>) -> Response {
    let said = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Problem::from(Failure::new(&INTERNAL, format!("panic: {said}"))).into_response()
}
