//! What time brings: acts whose moment came, approvals whose time is over, campaigns that nobody runs
//! any more.

use super::acts::{about, kept};
use super::{Decision, TrustSpace, approvals, campaigns, grounds};
use crate::domain::administrator::SCHEDULE;
use crate::domain::alert::AlertCode;
use crate::domain::error::{Failure, Kind, ROLE_INSUFFICIENT};
use crate::domain::scheduled_act::{ScheduledAct, ScheduledState};
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::{self, Connection, administrators, alerts, scheduled_acts};

/// What was due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Acts that were done.
    pub done: usize,
    /// Acts that were no longer possible: each is an alert.
    pub failed: usize,
    /// Acts that could not be tried for a fault of the registry's own; they stay due.
    pub stuck: usize,
    /// Approvals that nobody settled in time.
    pub lapsed: usize,
    /// Campaigns whose process died.
    pub interrupted: usize,
}

/// One turn.
enum Turn {
    Done,
    Failed,
    /// Nothing more is due, or another node is at it.
    Over,
}

impl TrustSpace {
    /// Does what is due, in the order of the times. Any number of nodes may call it at the same moment:
    /// each act is done once.
    pub async fn run_due(&self) -> Result<Due, Failure> {
        let mut due = Due {
            lapsed: self.lapse().await?,
            interrupted: campaigns::close_dead(self).await?,
            ..Due::default()
        };
        let mut stuck = Vec::new();
        loop {
            let mut tried = None;
            match self.next_due(&stuck, &mut tried).await {
                Ok(Turn::Done) => due.done += 1,
                Ok(Turn::Failed) => due.failed += 1,
                Ok(Turn::Over) => break,
                // One act must not keep the others from their times; without a database nothing goes.
                Err(failure) if failure.kind() == Kind::Internal => match tried {
                    Some(id) => {
                        tracing::error!(scheduled_act = id, error = %failure, "a due act is left for later");
                        stuck.push(id);
                    }
                    None => return Err(failure),
                },
                Err(failure) => return Err(failure),
            }
        }
        due.stuck = stuck.len();
        Ok(due)
    }

    async fn lapse(&self) -> Result<usize, Failure> {
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        let lapsed = approvals::lapse(&mut truth, self.clock.now()).await?;
        storage::commit(truth).await?;
        Ok(lapsed)
    }

    async fn next_due(&self, stuck: &[i64], tried: &mut Option<i64>) -> Result<Turn, Failure> {
        let at = self.clock.now();
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        let turn = self.turn(&mut truth, at, stuck, tried).await;
        match turn {
            Ok(_) => storage::commit(truth).await?,
            // Undone before the next turn, which would find this one's lock else.
            Err(_) => storage::roll_back(truth).await?,
        }
        turn
    }

    async fn turn(
        &self,
        truth: &mut Connection,
        at: time::OffsetDateTime,
        stuck: &[i64],
        tried: &mut Option<i64>,
    ) -> Result<Turn, Failure> {
        if !scheduled_acts::take_turn(truth).await? {
            return Ok(Turn::Over);
        }
        *tried = scheduled_acts::hold_due(truth, at, stuck).await?;
        let Some(id) = *tried else {
            return Ok(Turn::Over);
        };
        let Some(due) = scheduled_acts::hold(truth, id).await? else {
            return Ok(Turn::Over);
        };
        let decision = Decision {
            at,
            by: due.requested_by.clone(),
            approved_by: due.approved_by.clone(),
            reason: due.reason.clone(),
        };
        let outcome = match no_longer_agreed(truth, &due).await? {
            Some(cause) => Err(cause),
            None => self.attempt(truth, &decision, &due.act).await?,
        };
        let turn = match outcome {
            Ok(()) => {
                scheduled_acts::settle(truth, due.id, ScheduledState::Done, at, None).await?;
                Turn::Done
            }
            Err(cause) => {
                fail(truth, &due, at, &cause.to_string()).await?;
                Turn::Failed
            }
        };
        Ok(turn)
    }
}

/// Why an act is no longer what was agreed to: too few of those who did have their rights still, or its
/// subject is not where it stood.
async fn no_longer_agreed(
    truth: &mut Connection,
    due: &ScheduledAct,
) -> Result<Option<Failure>, Failure> {
    let mut agreed = due.approved_by.clone();
    agreed.insert(0, due.requested_by.clone());
    let counted = administrators::with_rights(truth, &agreed).await?.len();
    let wanted = due.act.control().administrators();
    if counted < wanted {
        let detail = format!(
            "Of those who agreed ({}), {counted} may act still; it takes {wanted}.",
            agreed.join(", ")
        );
        return Ok(Some(Failure::new(&ROLE_INSUFFICIENT, detail)));
    }
    grounds::lost(truth, &due.act, due.ground.as_ref()).await
}

/// Ends an act that is no longer possible, loudly: whoever scheduled it counts on it.
async fn fail(
    truth: &mut Connection,
    due: &ScheduledAct,
    at: time::OffsetDateTime,
    why: &str,
) -> Result<(), Failure> {
    scheduled_acts::settle(truth, due.id, ScheduledState::Failed, at, Some(why)).await?;
    let event = RegistryEvent::new(at, SCHEDULE.to_owned(), "act.failed");
    registry_events::append(
        truth,
        &RegistryEvent {
            reason: why.to_owned(),
            detail: serde_json::json!({ "scheduled_act": due.id, "act": kept(&due.act) }),
            ..about(&due.act, event)
        },
    )
    .await?;
    let subject = due
        .act
        .operator()
        .map_or_else(String::new, |id| format!("operator:{id}"));
    let detail = format!("Scheduled act {} was no longer possible: {why}", due.id);
    alerts::raise(truth, AlertCode::ScheduledActFailed, &subject, &detail, at).await?;
    Ok(())
}
