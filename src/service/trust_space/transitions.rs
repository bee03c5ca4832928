//! Steps in an operator's life, done in the transaction of the act that asks for them.

use super::Decision;
use super::impact::{active_certificates, no_operator};
use crate::domain::alert::AlertCode;
use crate::domain::error::{ErrorCode, Failure, OPERATOR_INCOMPLETE, OPERATOR_TRANSITION};
use crate::domain::obstacle::{Evidence, Obstacle, in_the_way};
use crate::domain::onboarding::{OperatorState, Transition};
use crate::domain::operator::Operator;
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::{Connection, alerts, bindings, campaigns, changes, operators};

/// Moves an operator, where nothing stands in the way of it at this moment.
pub(super) async fn apply(
    truth: &mut Connection,
    decision: &Decision,
    step: &Transition,
) -> Result<(), Failure> {
    let operator = operators::hold(truth, step.operator)
        .await?
        .ok_or_else(|| no_operator(step.operator))?;
    if let Some(obstacle) = obstacle(truth, decision, &operator, step).await? {
        return Err(Failure::new(code(&obstacle), obstacle.to_string()));
    }
    operators::move_to(truth, operator.id, step.to, step.launch_on, decision.at).await?;
    if step.to == OperatorState::Active {
        bindings::touch_operator(truth, operator.id, decision.at).await?;
    }
    let documents = serde_json::to_value(&step.documents).unwrap_or_default();
    let detail = step.launch_on.map_or_else(
        || serde_json::json!({}),
        |day| serde_json::json!({ "launch_on": day.to_string() }),
    );
    registry_events::append(
        truth,
        &RegistryEvent {
            operator: Some(operator.id),
            from_state: Some(operator.state.as_str()),
            to_state: Some(step.to.as_str()),
            documents,
            detail,
            ..decision.event("operator.moved")
        },
    )
    .await?;
    let subject = format!("operator:{}", operator.id);
    // Whatever was to happen to it and did not: someone looked after it.
    let failed = AlertCode::ScheduledActFailed;
    alerts::clear(truth, failed, &subject, decision.at).await?;
    changes::append_trust(truth, "operator.moved", &[subject]).await?;
    Ok(())
}

fn code(obstacle: &Obstacle) -> &'static ErrorCode {
    match obstacle {
        Obstacle::Transition { .. } => &OPERATOR_TRANSITION,
        Obstacle::Documents(_)
        | Obstacle::LaunchDate
        | Obstacle::Contact
        | Obstacle::NoCampaign
        | Obstacle::CampaignRuns(_)
        | Obstacle::CampaignNotGreen(_)
        | Obstacle::CampaignTooEarly(_)
        | Obstacle::CampaignPartial { .. }
        | Obstacle::NothingToList => &OPERATOR_INCOMPLETE,
    }
}

/// What stands in the way; what a step does not rest on is not read.
async fn obstacle(
    truth: &mut Connection,
    decision: &Decision,
    operator: &Operator,
    step: &Transition,
) -> Result<Option<Obstacle>, Failure> {
    let mut mail_domains = Vec::new();
    let mut certificates = Vec::new();
    let mut campaign = None;
    let mut entries = 0;
    match step.to {
        OperatorState::Contracted => {
            mail_domains = operators::mail_domains(truth, operator.id).await?;
            let presentable = campaigns::presentable(truth, operator.id).await?;
            certificates.extend(presentable.into_iter().map(|(id, _)| id));
            campaign = campaigns::newest(truth, operator.id).await?;
        }
        OperatorState::Active => {
            let active = active_certificates(truth, operator.id, decision.at).await?;
            entries = bindings::bound(truth, &active, decision.at).await?.entries;
        }
        OperatorState::Candidate
        | OperatorState::Engaged
        | OperatorState::Testing
        | OperatorState::Suspended
        | OperatorState::Withdrawn
        | OperatorState::Revoked => {}
    }
    let evidence = Evidence {
        operator,
        mail_domains: &mail_domains,
        certificates: &certificates,
        campaign: campaign.as_ref(),
        entries,
    };
    Ok(in_the_way(&evidence, step))
}
