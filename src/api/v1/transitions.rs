//! `/v1/operators/{id}/transitions` and `…/events`: the life of an operator.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde::Deserialize;
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::operators::number;
use super::view::{DocumentView, EventView, OperatorStateView, OutcomeView, day, outcome};
use crate::api::ApiState;
use crate::api::auth::{Acting, Reader};
use crate::api::body::Json;
use crate::api::failures::{OfAct, OfRecord};
use crate::api::parameters::{Asked, Known, NoParameters, Parameters};
use crate::api::problem::Problem;
use crate::api::seek::{self, Records};
use crate::api::values;
use crate::domain::act::Act;
use crate::domain::onboarding::Transition;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(move_operator))
        .routes(routes!(list_operator_events))
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

/// A page of history.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct EventParameters {
    /// Most items in the page.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

impl Parameters for EventParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<EventParameters>);
        &KNOWN
    }
}

impl EventParameters {
    /// After which event, and how many.
    pub(super) fn window(&self, list: &str) -> Result<(i64, usize), crate::domain::error::Failure> {
        Ok((
            seek::after(list, self.cursor.as_deref())?.unwrap_or_default(),
            values::limit(self.limit.as_deref())?,
        ))
    }
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

/// What happened to an operator
///
/// In order, the first first; nothing of it ever changes.
#[utoipa::path(
    get,
    path = "/v1/operators/{id}/events",
    operation_id = "list_operator_events",
    tag = "decisions",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the operator.", example = 1), EventParameters),
    responses(
        (status = OK, description = "A page of events.", content_type = "application/json", body = Records<EventView>),
        OfRecord,
    )
)]
async fn list_operator_events(
    State(state): State<ApiState>,
    _reader: Reader,
    Path(id): Path<String>,
    uri: Uri,
    Asked(parameters): Asked<EventParameters>,
) -> Result<Response, Problem> {
    const LIST: &str = "operator_events";
    let (after, limit) = parameters.window(LIST)?;
    let found = state
        .trust_space
        .operator_events(number(&id)?, after, seek::one_more(limit))
        .await?;
    let page = Records::<EventView>::page(LIST, found, limit, |last| last.id.to_string());
    seek::records(&page, &uri)
}
