//! `/v1/acts`, `/v1/certificates/{id}/acts` and `/v1/scheduled-acts`: what administrators decide.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::certificates;
use super::view::{
    ActView, ImpactView, OutcomeView, ReasonBody, RevocationReasonView, mirror, outcome,
};
use crate::api::ApiState;
use crate::api::answer;
use crate::api::auth::{Acting, Reader};
use crate::api::body::Json;
use crate::api::failures::{OfAct, OfRecords};
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem::Problem;
use crate::api::seek::Records;
use crate::api::values;
use crate::domain::act::Act;
use crate::domain::error::SCHEDULED_ACT_NOT_FOUND;
use crate::domain::scheduled_act::{ScheduledAct, ScheduledState};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(preview_act))
        .routes(routes!(request_act))
        .routes(routes!(request_certificate_act))
        .routes(routes!(list_scheduled_acts))
        .routes(routes!(cancel_scheduled_act))
}

/// An act that is wanted, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WantedAct)]
struct WantedBody {
    /// What is to be done.
    act: ActView,
    /// Why, kept in history.
    reason: String,
}

/// An act on one certificate, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = WantedCertificateAct)]
enum CertificateActBody {
    /// Let it stand in the list.
    Activate {
        /// The one whose mail domains it takes over.
        #[serde(default)]
        replaces: Option<i64>,
        /// Why, kept in history.
        reason: String,
    },
    /// Put it on hold: at once, by one administrator.
    Suspend {
        /// Why, kept in history.
        reason: String,
    },
    /// End the hold.
    Release {
        /// Why, kept in history.
        reason: String,
    },
    /// Retire it: its successor stands.
    Supersede {
        /// Why, kept in history.
        reason: String,
    },
    /// Take it back for good.
    Revoke {
        /// Why, as RFC 5280 §5.3.1 names it.
        because: RevocationReasonView,
        /// Why, kept in history.
        reason: String,
    },
}

impl CertificateActBody {
    /// The act on this certificate, and why.
    fn of(self, certificate: i64) -> (Act, String) {
        match self {
            Self::Activate { replaces, reason } => (
                Act::ActivateCertificate {
                    certificate,
                    replaces,
                },
                reason,
            ),
            Self::Suspend { reason } => (Act::SuspendCertificate { certificate }, reason),
            Self::Release { reason } => (Act::ReleaseCertificate { certificate }, reason),
            Self::Supersede { reason } => (Act::SupersedeCertificate { certificate }, reason),
            Self::Revoke { because, reason } => (
                Act::RevokeCertificate {
                    certificate,
                    because: because.into(),
                },
                reason,
            ),
        }
    }
}

mirror! {
    /// Where a scheduled act stands.
    ScheduledStateView of ScheduledState as ScheduledState, "snake_case" {
        /// Its time has yet to come.
        Waiting,
        /// Done when its time came.
        Done,
        /// An administrator took it back.
        Cancelled,
        /// It was no longer possible when its time came.
        Failed,
    }
}

/// An act with a time of its own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScheduledAct)]
struct ScheduledView {
    /// Number.
    id: i64,
    /// Where it stands.
    state: ScheduledStateView,
    /// What is to be done.
    act: ActView,
    /// Why.
    reason: String,
    /// Name of who asked.
    requested_by: String,
    /// Names of the others who agreed.
    approved_by: Vec<String>,
    /// When its time comes, UTC.
    #[serde(with = "time::serde::rfc3339")]
    due_at: OffsetDateTime,
    /// When it ended, UTC.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    settled_at: Option<OffsetDateTime>,
    /// Why it was cancelled, or what failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_why: Option<String>,
}

impl From<ScheduledAct> for ScheduledView {
    fn from(act: ScheduledAct) -> Self {
        Self {
            id: act.id,
            state: act.state.into(),
            act: act.act.into(),
            reason: act.reason,
            requested_by: act.requested_by,
            approved_by: act.approved_by,
            due_at: act.due_at,
            settled_at: act.settled_at,
            settled_why: act.settled_why,
        }
    }
}

/// See what an act would change
///
/// Domains, mailboxes and entries of the list it touches, counted now. Nothing is done.
#[utoipa::path(
    post,
    path = "/v1/acts/preview",
    operation_id = "preview_act",
    tag = "decisions",
    security(("token" = [])),
    request_body(content = ActView, content_type = "application/json"),
    responses(
        (status = OK, description = "What it would change.", content_type = "application/json", body = ImpactView),
        OfAct,
    )
)]
async fn preview_act(
    State(state): State<ApiState>,
    _reader: Reader,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(act): Json<ActView>,
) -> Result<Response, Problem> {
    let impact = state.trust_space.preview(&act.into()).await?;
    answer::told(&ImpactView::from(impact))
}

/// Ask for an act
///
/// 200 when it is done; 202 when it waits for a second administrator or for its time, with the
/// `Location` of what waits.
#[utoipa::path(
    post,
    path = "/v1/acts",
    operation_id = "request_act",
    tag = "decisions",
    security(("token" = [])),
    request_body(content = WantedBody, content_type = "application/json"),
    responses(
        (status = OK, description = "It is done.", content_type = "application/json", body = OutcomeView),
        (status = ACCEPTED, description = "It waits.", content_type = "application/json", body = OutcomeView),
        OfAct,
    )
)]
async fn request_act(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(wanted): Json<WantedBody>,
) -> Result<Response, Problem> {
    let requested = state
        .trust_space
        .request(&actor, wanted.act.into(), &wanted.reason);
    outcome(requested.await?)
}

/// Ask for an act on a certificate
///
/// Activate, suspend, release, supersede or revoke it; answered as `/v1/acts` is.
#[utoipa::path(
    post,
    path = "/v1/certificates/{id}/acts",
    operation_id = "request_certificate_act",
    tag = "decisions",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the certificate.", example = 1)),
    request_body(content = CertificateActBody, content_type = "application/json"),
    responses(
        (status = OK, description = "It is done.", content_type = "application/json", body = OutcomeView),
        (status = ACCEPTED, description = "It waits.", content_type = "application/json", body = OutcomeView),
        OfAct,
    )
)]
async fn request_certificate_act(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(wanted): Json<CertificateActBody>,
) -> Result<Response, Problem> {
    let (act, reason) = wanted.of(certificates::number(&id)?);
    outcome(state.trust_space.request(&actor, act, &reason).await?)
}

/// List scheduled acts
///
/// Those that wait for their time, and how others ended.
#[utoipa::path(
    get,
    path = "/v1/scheduled-acts",
    operation_id = "list_scheduled_acts",
    tag = "decisions",
    security(("token" = [])),
    responses(
        (status = OK, description = "Every scheduled act.", content_type = "application/json", body = Records<ScheduledView>),
        OfRecords,
    )
)]
async fn list_scheduled_acts(
    State(state): State<ApiState>,
    _reader: Reader,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> Result<Response, Problem> {
    let acts = state.trust_space.scheduled_acts().await?;
    let views = acts.into_iter().map(ScheduledView::from).collect();
    answer::told(&Records::all(views))
}

/// Cancel a scheduled act
///
/// One administrator is enough.
#[utoipa::path(
    post,
    path = "/v1/scheduled-acts/{id}/cancel",
    operation_id = "cancel_scheduled_act",
    tag = "decisions",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the scheduled act.", example = 1)),
    request_body(content = ReasonBody, content_type = "application/json"),
    responses(
        (status = NO_CONTENT, description = "It is cancelled."),
        OfAct,
    )
)]
async fn cancel_scheduled_act(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(why): Json<ReasonBody>,
) -> Result<Response, Problem> {
    let id = values::record(
        &id,
        &SCHEDULED_ACT_NOT_FOUND,
        "Scheduled acts go by number.",
    )?;
    state
        .trust_space
        .cancel_scheduled(&actor, id, &why.reason)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
