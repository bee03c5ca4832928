//! How an act that was asked for ended: done, scheduled, or waiting for a second administrator.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ApprovalView;
use crate::api::answer;
use crate::api::problem::Problem;
use crate::service::trust_space::Requested;

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reason)]
pub(in crate::api::v1) struct ReasonBody {
    /// One sentence, kept in history.
    #[schema(example = "asked for by the operator, ticket 4711")]
    pub(in crate::api::v1) reason: String,
}

/// How an act ended that was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActOutcome)]
pub(in crate::api::v1) struct OutcomeView {
    /// Where it stands.
    outcome: OutcomeName,
    /// Epoch of the trust space from which nodes decide by it, where it is done: `/v1/nodes` tells when
    /// each did.
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<i64>,
    /// Number of the scheduled act.
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_act: Option<i64>,
    /// What waits for a second administrator.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalView>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ActOutcomeName)]
enum OutcomeName {
    /// It is done.
    Done,
    /// It is agreed to, and done when its time comes.
    Scheduled,
    /// It waits for a second administrator.
    Pending,
}

impl OutcomeView {
    const fn of(outcome: OutcomeName) -> Self {
        Self {
            outcome,
            epoch: None,
            scheduled_act: None,
            approval: None,
        }
    }
}

impl From<Requested> for OutcomeView {
    fn from(requested: Requested) -> Self {
        match requested {
            Requested::Done { epoch } => Self {
                epoch: Some(epoch),
                ..Self::of(OutcomeName::Done)
            },
            Requested::Scheduled { id } => Self {
                scheduled_act: Some(id),
                ..Self::of(OutcomeName::Scheduled)
            },
            Requested::Pending(approval) => Self {
                approval: Some(approval.into()),
                ..Self::of(OutcomeName::Pending)
            },
        }
    }
}

/// 200 for what is done, 202 with `Location` for what is not yet.
pub(in crate::api::v1) fn outcome(requested: Requested) -> Result<Response, Problem> {
    let (status, location) = match &requested {
        Requested::Done { .. } => (StatusCode::OK, None),
        Requested::Scheduled { .. } => {
            (StatusCode::ACCEPTED, Some("/v1/scheduled-acts".to_owned()))
        }
        Requested::Pending(approval) => {
            let location = format!("/v1/approvals/{}", approval.id);
            (StatusCode::ACCEPTED, Some(location))
        }
    };
    let mut response = answer::told(&OutcomeView::from(requested))?;
    *response.status_mut() = status;
    if let Some(location) = location {
        place(&mut response, &location);
    }
    Ok(response)
}

/// A record that was just made, and where it is.
pub(in crate::api::v1) fn created(
    view: &impl Serialize,
    location: &str,
) -> Result<Response, Problem> {
    let mut response = answer::told(view)?;
    *response.status_mut() = StatusCode::CREATED;
    place(&mut response, location);
    Ok(response)
}

/// Says where the thing is that an answer speaks of.
pub(in crate::api::v1) fn place(response: &mut Response, location: &str) {
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
}
