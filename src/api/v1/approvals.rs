//! `/v1/approvals`: acts that wait for a second administrator.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{ApprovalView, ReasonBody};
use crate::api::ApiState;
use crate::api::answer;
use crate::api::auth::{Acting, Reader};
use crate::api::body::Json;
use crate::api::failures::{OfAct, OfRecord, OfRecords};
use crate::api::parameters::{Asked, Known, NoParameters, Parameters};
use crate::api::problem::Problem;
use crate::api::seek::Records;
use crate::api::values;
use crate::domain::approval::ApprovalState;
use crate::domain::error::{APPROVAL_NOT_FOUND, Failure, PARAMETER_INVALID};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_approvals))
        .routes(routes!(get_approval))
        .routes(routes!(approve_act))
        .routes(routes!(refuse_act))
}

fn number(path: &str) -> Result<i64, Failure> {
    values::record(path, &APPROVAL_NOT_FOUND, "Approvals go by number.")
}

/// Which approvals to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ApprovalParameters {
    /// In this state.
    #[param(max_length = 20, example = "pending")]
    state: Option<String>,
}

impl Parameters for ApprovalParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<ApprovalParameters>);
        &KNOWN
    }
}

/// List approvals
///
/// The newest first.
#[utoipa::path(
    get,
    path = "/v1/approvals",
    operation_id = "list_approvals",
    tag = "decisions",
    security(("token" = [])),
    params(ApprovalParameters),
    responses(
        (status = OK, description = "The approvals.", content_type = "application/json", body = Records<ApprovalView>),
        OfRecords,
    )
)]
async fn list_approvals(
    State(state): State<ApiState>,
    _reader: Reader,
    Asked(parameters): Asked<ApprovalParameters>,
) -> Result<Response, Problem> {
    let wanted = parameters.state.as_deref().map(|name| {
        ApprovalState::from_name(name.trim()).ok_or_else(|| {
            let names = ApprovalState::ALL.map(ApprovalState::as_str).join("`, `");
            Failure::new(
                &PARAMETER_INVALID,
                format!("`state` is not one of `{names}`."),
            )
        })
    });
    let found = state.trust_space.approvals(wanted.transpose()?).await?;
    let views = found.into_iter().map(ApprovalView::from).collect();
    answer::told(&Records::all(views))
}

/// Get an approval
///
/// With what the act would change, as it was counted when it was asked for.
#[utoipa::path(
    get,
    path = "/v1/approvals/{id}",
    operation_id = "get_approval",
    tag = "decisions",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the approval.", example = 1)),
    responses(
        (status = OK, description = "The approval.", content_type = "application/json", body = ApprovalView),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`)."),
        OfRecord,
    )
)]
async fn get_approval(
    State(state): State<ApiState>,
    _reader: Reader,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let approval = state.trust_space.approval(number(&id)?).await?;
    answer::record(&ApprovalView::from(approval), None, &headers)
}

/// Agree to an act
///
/// Done at once when this is the last agreement it takes, which must be of another administrator than
/// who asked. What is no longer possible is refused (`approval.stale`), and nothing is half done.
#[utoipa::path(
    post,
    path = "/v1/approvals/{id}/approve",
    operation_id = "approve_act",
    tag = "decisions",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the approval.", example = 1)),
    responses(
        (status = OK, description = "The approval as it stands now.", content_type = "application/json", body = ApprovalView),
        OfAct,
    )
)]
async fn approve_act(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> Result<Response, Problem> {
    let approval = state.trust_space.approve(&actor, number(&id)?).await?;
    answer::told(&ApprovalView::from(approval))
}

/// Refuse an act
///
/// With a reason; it is not done.
#[utoipa::path(
    post,
    path = "/v1/approvals/{id}/refuse",
    operation_id = "refuse_act",
    tag = "decisions",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the approval.", example = 1)),
    request_body(content = ReasonBody, content_type = "application/json"),
    responses(
        (status = OK, description = "The approval as it stands now.", content_type = "application/json", body = ApprovalView),
        OfAct,
    )
)]
async fn refuse_act(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(why): Json<ReasonBody>,
) -> Result<Response, Problem> {
    let approval = state
        .trust_space
        .refuse(&actor, number(&id)?, &why.reason)
        .await?;
    answer::told(&ApprovalView::from(approval))
}
