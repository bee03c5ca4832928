//! `/v1/campaigns`: whether an operator's gateways behave, as the registry itself tried it.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::operators;
use super::view::place;
use crate::api::ApiState;
use crate::api::answer;
use crate::api::auth::{Acting, Reader};
use crate::api::failures::{OfAct, OfRecord};
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem::Problem;
use crate::api::seek::Records;
use crate::api::values;
use crate::domain::campaign::Campaign;
use crate::domain::error::CAMPAIGN_NOT_FOUND;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(start_campaign, list_campaigns))
        .routes(routes!(get_campaign))
}

/// A conformance campaign.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Campaign)]
pub(super) struct CampaignView {
    /// Number.
    id: i64,
    /// Number of the operator whose gateways are probed.
    operator: i64,
    /// Mail domains that are probed.
    mail_domains: Vec<String>,
    /// Numbers of the certificates that gateways may present.
    certificates: Vec<i64>,
    /// Name of who started it.
    started_by: String,
    /// When, UTC.
    #[serde(with = "time::serde::rfc3339")]
    started_at: OffsetDateTime,
    /// When it ended, UTC; absent while it runs.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    finished_at: Option<OffsetDateTime>,
    /// Whether everything was as it must be; absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    green: Option<bool>,
    /// Every check: what was seen, and what was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    report: Option<serde_json::Value>,
    /// Why it ended without a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl From<Campaign> for CampaignView {
    fn from(campaign: Campaign) -> Self {
        Self {
            id: campaign.id,
            operator: campaign.operator,
            mail_domains: campaign
                .mail_domains
                .into_iter()
                .map(String::from)
                .collect(),
            certificates: campaign.certificates,
            started_by: campaign.started_by,
            started_at: campaign.started_at,
            finished_at: campaign.finished_at,
            green: campaign.green,
            report: campaign.report.map(|report| serde_json::json!(report)),
            problem: campaign.problem,
        }
    }
}

/// Start a conformance campaign
///
/// DNS, TLS, the presented chain and the refusal of strangers, for each mail domain of the operator.
/// It runs by itself; ask its `Location` how it fares. One at a time for each operator.
#[utoipa::path(
    post,
    path = "/v1/operators/{id}/campaigns",
    operation_id = "start_campaign",
    tag = "trust space",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the operator.", example = 1)),
    responses(
        (status = ACCEPTED, description = "It runs.", content_type = "application/json", body = CampaignView),
        OfAct,
    )
)]
async fn start_campaign(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> Result<Response, Problem> {
    let operator = operators::number(&id)?;
    let campaign = state.trust_space.start_campaign(&actor, operator).await?;
    let location = format!("/v1/campaigns/{}", campaign.id);
    let mut response = answer::told(&CampaignView::from(campaign))?;
    *response.status_mut() = StatusCode::ACCEPTED;
    place(&mut response, &location);
    Ok(response)
}

/// List the campaigns of an operator
///
/// The newest first.
#[utoipa::path(
    get,
    path = "/v1/operators/{id}/campaigns",
    operation_id = "list_campaigns",
    tag = "trust space",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the operator.", example = 1)),
    responses(
        (status = OK, description = "The campaigns.", content_type = "application/json", body = Records<CampaignView>),
        OfRecord,
    )
)]
async fn list_campaigns(
    State(state): State<ApiState>,
    _reader: Reader,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> Result<Response, Problem> {
    let found = state.trust_space.campaigns(operators::number(&id)?).await?;
    let views = found.into_iter().map(CampaignView::from).collect();
    answer::told(&Records::all(views))
}

/// Get a campaign
///
/// With its report, once it ended.
#[utoipa::path(
    get,
    path = "/v1/campaigns/{id}",
    operation_id = "get_campaign",
    tag = "trust space",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the campaign.", example = 1)),
    responses(
        (status = OK, description = "The campaign.", content_type = "application/json", body = CampaignView),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`)."),
        OfRecord,
    )
)]
async fn get_campaign(
    State(state): State<ApiState>,
    _reader: Reader,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = values::record(&id, &CAMPAIGN_NOT_FOUND, "Campaigns go by number.")?;
    let campaign = state.trust_space.campaign(id).await?;
    answer::record(&CampaignView::from(campaign), None, &headers)
}
