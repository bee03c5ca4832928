//! What machines ask to know whether the service lives, can answer, and how it fares.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ApiState;
use super::problem::{Problem, ProblemBody};
use crate::domain::error::{Failure, INTERNAL};
use crate::telemetry::Metrics;
use crate::telemetry::metrics::ReadModelReading;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(get_liveness))
        .routes(routes!(get_readiness))
        .routes(routes!(get_metrics))
}

/// Whether the process lives
///
/// Answers as long as the process does; restart it when it does not.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "get_liveness",
    tag = "service",
    responses((status = OK, description = "The process lives.", content_type = "text/plain", body = str))
)]
async fn get_liveness() -> &'static str {
    "alive\n"
}

/// Whether look-ups can be answered
///
/// A node that has a snapshot of the directory is ready, however old that is and whether or not the
/// database answers; `/v1/status` tells the age.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "get_readiness",
    tag = "service",
    responses(
        (status = OK, description = "Look-ups are answered.", content_type = "text/plain", body = str),
        (status = SERVICE_UNAVAILABLE, description = "The directory is being loaded (`index.not_ready`).", content_type = "application/problem+json", body = ProblemBody),
    )
)]
async fn get_readiness(State(state): State<ApiState>) -> Result<&'static str, Problem> {
    state.health.ready()?;
    Ok("ready\n")
}

/// Measurements
///
/// For Prometheus, in the `OpenMetrics` text format.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "get_metrics",
    tag = "service",
    responses((status = OK, description = "Measurements of this process.", content_type = "application/openmetrics-text", body = str))
)]
async fn get_metrics(State(state): State<ApiState>) -> Result<Response, Problem> {
    measured(&state.metrics, &state.health.status().reading())
}

/// All measurements, as they are written for Prometheus.
pub(super) fn measured(metrics: &Metrics, reading: &ReadModelReading) -> Result<Response, Problem> {
    let text = metrics
        .render(reading)
        .map_err(|error| Failure::new(&INTERNAL, error.to_string()))?;
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, media_type)], text).into_response())
}
