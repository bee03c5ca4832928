//! What a node beside a mail gateway answers by HTTP: questions about peers, and how it fares. The same
//! answers as those of the registry, and nothing else of it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use time::OffsetDateTime;

use super::problem::Problem;
use super::v1::admission::decide_beside;
use super::{RequestIds, behind};
use crate::config;
use crate::domain::admission::ListUsed;
use crate::domain::error::{ADMISSION_UNREADY, Failure};
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

/// A node that decides.
#[derive(Debug, Serialize)]
struct HealthView {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<ListUsed>,
    /// Until when it decides without news.
    #[serde(with = "time::serde::rfc3339")]
    decides_until: OffsetDateTime,
}

/// How the node fares while it decides, else `admission.unready`.
async fn health(State(state): State<Beside>) -> Result<Json<HealthView>, Problem> {
    let known = state.admission.known();
    let Known::Until(decides_until) = known else {
        let detail = format!("This node refuses everybody: {}.", known.as_str());
        return Err(Failure::new(&ADMISSION_UNREADY, detail).into());
    };
    let snapshot = state.admission.snapshot();
    Ok(Json(HealthView {
        state: known.as_str(),
        epoch: snapshot.as_ref().map(|it| it.epoch()),
        list: snapshot.and_then(|it| Some(it.list()?.used)),
        decides_until,
    }))
}
