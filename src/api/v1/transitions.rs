//! `/v1/operators/{id}/transitions`: the life of an operator.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::operators::number;
use super::view::{DocumentView, OperatorStateView, OutcomeView, day, outcome};
use crate::api::ApiState;
use crate::api::auth::Acting;
use crate::api::body::Json;
use crate::api::failures::OfAct;
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem::Problem;
use crate::domain::act::Act;
use crate::domain::onboarding::Transition;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(move_operator))
}

/// A wanted step in an operator's life.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Transition)]
struct TransitionBody {
    /// Where to.
    to: OperatorStateView,
    /// Why, kept in history.
    reason: String,
    /// Documents it rests on.
    #[serde(default)]
    documents: Vec<DocumentView>,
    /// When the operator wants to begin; asked for with the engagement.
    #[serde(default, with = "day::option")]
    launch_on: Option<Date>,
    /// When it takes effect; at once where absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    effective_at: Option<OffsetDateTime>,
}

/// Move an operator to another state
///
/// 200 when it is done; 202 when it waits for a second administrator or for its time, with the
/// `Location` of what waits. A step that is not possible is refused with those that are.
#[utoipa::path(
    post,
    path = "/v1/operators/{id}/transitions",
    operation_id = "move_operator",
    tag = "trust space",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the operator.", example = 1)),
    request_body(content = TransitionBody, content_type = "application/json"),
    responses(
        (status = OK, description = "It is done.", content_type = "application/json", body = OutcomeView),
        (status = ACCEPTED, description = "It waits.", content_type = "application/json", body = OutcomeView),
        OfAct,
    )
)]
async fn move_operator(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(wanted): Json<TransitionBody>,
) -> Result<Response, Problem> {
    let act = Act::MoveOperator(Transition {
        operator: number(&id)?,
        to: wanted.to.into(),
        documents: wanted.documents.into_iter().map(Into::into).collect(),
        launch_on: wanted.launch_on,
        effective_at: wanted.effective_at,
    });
    outcome(
        state
            .trust_space
            .request(&actor, act, &wanted.reason)
            .await?,
    )
}
