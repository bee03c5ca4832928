//! One line and one measurement for each request: the route and never the path, since paths and
//! parameters hold names and addresses.

use std::time::Duration;

use axum::body::HttpBody;
use axum::http::Method;
use axum::response::Response;

use crate::api::problem::Problem;
use crate::telemetry::Metrics;

/// What is known of a request once it is answered.
pub(super) struct Request<'a> {
    pub(super) method: &'a Method,
    /// The template of its path; `None` where no route has it.
    pub(super) route: Option<&'a str>,
    pub(super) id: &'a str,
    pub(super) took: Duration,
}

/// Logs and measures an answer; `http.bytes` is its body before compression, absent for a stream.
pub(super) fn request(
    metrics: &Metrics,
    request: &Request<'_>,
    response: &Response,
    problem: Option<&Problem>,
) {
    let route = request.route.unwrap_or("unmatched");
    let method = known_method(request.method);
    let status = response.status().as_u16();
    metrics.request(route, method, status, request.took);
    if let Some(cause) = problem.and_then(Problem::private_cause) {
        tracing::error!(
            http.request_id = request.id,
            http.route = route,
            cause,
            "request failed"
        );
    }
    tracing::info!(
        http.method = method,
        http.route = route,
        http.status = status,
        http.duration_ms = request.took.as_secs_f64() * 1000.0,
        http.request_id = request.id,
        http.bytes = response.body().size_hint().exact(),
        error.code = problem.map(|problem| problem.code().code),
        "request"
    );
}

/// Callers may invent methods; measurements must not grow with them.
fn known_method(method: &Method) -> &'static str {
    [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
    ]
    .into_iter()
    .find(|known| *known == method.as_str())
    .unwrap_or("other")
}
