//! What a node beside a mail gateway answers by HTTP: questions about peers, and how it fares. The same
//! answers as those of the registry, and nothing else of it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use time::OffsetDateTime;

use super::problem::Problem;
use super::v1::admission::decide_beside;
use super::{RequestIds, behind};
use crate::config;
use crate::domain::admission::ListUsed;
use crate::domain::calendar;
use crate::service::admission::deciding::Deciding;
use crate::service::admission::{Admission, Known};
use crate::telemetry::Metrics;

/// What the handlers need; cheap to clone.
#[derive(Clone)]
pub struct Beside {
    /// Who is let in.
    pub admission: Admission,
    /// Decisions.
    pub deciding: Deciding,
}

/// The whole interface of such a node.
pub fn router_beside(
    state: Beside,
    settings: &config::Http,
    ids: Arc<RequestIds>,
    metrics: Metrics,
) -> Router {
    let routes = Router::new()
        .route("/v1/admission/decisions", post(decide))
        .route("/health", get(health))
        .with_state(state);
    behind(routes, settings, ids, metrics)
}

async fn decide(State(state): State<Beside>, body: Bytes) -> Result<Response, Problem> {
    decide_beside(&state.deciding, &body).await
}

/// How the node fares.
#[derive(Debug, Serialize)]
struct HealthView {
    /// `current`, or why everybody is refused.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<ListUsed>,
    /// Until when it decides without news.
    #[serde(with = "calendar::moment", skip_serializing_if = "Option::is_none")]
    decides_until: Option<OffsetDateTime>,
}

/// 200 while it decides, else 503.
async fn health(State(state): State<Beside>) -> Response {
    let snapshot = state.admission.snapshot();
    let known = state.admission.known();
    let view = HealthView {
        state: known.as_str(),
        epoch: snapshot.as_ref().map(|it| it.epoch()),
        list: snapshot.and_then(|it| Some(it.list()?.used)),
        decides_until: match known {
            Known::Until(until) => Some(until),
            Known::Unready | Known::LeaseLost | Known::ClockBack => None,
        },
    };
    let status = match known {
        Known::Until(_) => StatusCode::OK,
        Known::Unready | Known::LeaseLost | Known::ClockBack => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(view)).into_response()
}
