//! Acts that wait for a second administrator: agreed to, refused, or over with their time.

use std::time::Duration;

use time::OffsetDateTime;

use super::acts::{self, When, about, kept};
use super::administrators::hold_rights;
use super::{Decision, TrustSpace, grounds, impact};
use crate::domain::act::Act;
use crate::domain::administrator::{Actor, Administrator, SCHEDULE};
use crate::domain::approval::{Approval, ApprovalState};
use crate::domain::error::{
    ACT_PENDING, APPROVAL_NOT_FOUND, APPROVAL_OWN, APPROVAL_SETTLED, APPROVAL_STALE, Failure,
    ROLE_INSUFFICIENT, SCHEDULED_ACT_NOT_FOUND, SCHEDULED_ACT_SETTLED,
};
use crate::domain::ground::Ground;
use crate::domain::scheduled_act::ScheduledState;
use crate::storage::approvals::{self, Asked, Settlement};
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::{self, Connection, StorageError, changes, scheduled_acts, trust_entries};

impl TrustSpace {
    /// Agrees to an act that waits; with enough agreement it is done, or scheduled where it has a time
    /// of its own. Of two who press at the same moment one does it, the other is told that it is done.
    ///
    /// An act that is no longer possible ends as failed, and is `approval.stale`.
    pub async fn approve(&self, actor: &Actor, id: i64) -> Result<Approval, Failure> {
        let (space, actor) = (self.clone(), actor.clone());
        Self::to_its_end(async move { space.agree(&actor, id).await }).await
    }

    async fn agree(&self, actor: &Actor, id: i64) -> Result<Approval, Failure> {
        let administrator = person(actor)?;
        let at = self.clock.now();
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let approval = hold_waiting(&mut truth, id, at).await?;
        if !approvals::vote(&mut truth, id, administrator.id, at).await? {
            return Err(Failure::new(
                &APPROVAL_OWN,
                "Someone else has to agree to it.",
            ));
        }
        let agreed = approvals::counted_votes(&mut truth, id).await?;
        if agreed.len() < approval.act.control().administrators() {
            let event = RegistryEvent::new(at, actor.name().to_owned(), "approval.agreed");
            told(&mut truth, id, Some(&approval.act), event).await?;
            storage::commit(truth).await?;
            return self.approval(id).await;
        }
        let decision = Decision {
            at,
            by: approval.requested_by.clone(),
            approved_by: agreed
                .into_iter()
                .filter(|name| *name != approval.requested_by)
                .collect(),
            reason: approval.reason.clone(),
        };
        let failed = match self.carry_out(&mut truth, &decision, &approval).await? {
            Ok(state) => {
                let epoch = match state {
                    ApprovalState::Executed => {
                        Some(trust_entries::changed_at_position(&mut truth).await?)
                    }
                    ApprovalState::Pending
                    | ApprovalState::Scheduled
                    | ApprovalState::Refused
                    | ApprovalState::Expired
                    | ApprovalState::Failed => None,
                };
                let end = Settlement {
                    epoch,
                    ..settlement(state, actor, at, None)
                };
                approvals::settle(&mut truth, id, &end).await?;
                None
            }
            Err(cause) => {
                let why = cause.to_string();
                failed(&mut truth, id, &approval.act, actor, at, &why).await?;
                Some(why)
            }
        };
        storage::commit(truth).await?;
        match failed {
            Some(why) => Err(Failure::new(&APPROVAL_STALE, why)),
            None => self.approval(id).await,
        }
    }

    /// Does an act that enough administrators agreed to, or schedules it, or says why it is no longer
    /// what they agreed to.
    async fn carry_out(
        &self,
        truth: &mut Connection,
        decision: &Decision,
        approval: &Approval,
    ) -> Result<Result<ApprovalState, Failure>, Failure> {
        let (act, ground) = (&approval.act, approval.ground.as_ref());
        if let Some(stale) = grounds::lost(truth, act, ground).await? {
            return Ok(Err(stale));
        }
        match When::of(act, decision.at) {
            When::Later(due_at) => {
                acts::schedule(truth, decision, act, ground, due_at).await?;
                Ok(Ok(ApprovalState::Scheduled))
            }
            When::Now => {
                let done = self.attempt(truth, decision, act).await?;
                Ok(done.map(|()| ApprovalState::Executed))
            }
        }
    }

    /// Refuses an act that waits; whoever asked for it may take it back like this.
    pub async fn refuse(&self, actor: &Actor, id: i64, reason: &str) -> Result<Approval, Failure> {
        person(actor)?;
        let reason = acts::reason(reason)?;
        let at = self.clock.now();
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let approval = hold_waiting(&mut truth, id, at).await?;
        let end = settlement(ApprovalState::Refused, actor, at, Some(&reason));
        approvals::settle(&mut truth, id, &end).await?;
        let event = RegistryEvent {
            reason: reason.clone(),
            ..RegistryEvent::new(at, actor.name().to_owned(), "approval.refused")
        };
        told(&mut truth, id, Some(&approval.act), event).await?;
        storage::commit(truth).await?;
        self.approval(id).await
    }

    /// Acts that wait or waited, the newest first.
    pub async fn approvals(&self, filter: Option<ApprovalState>) -> Result<Vec<Approval>, Failure> {
        let mut connection = self.connection().await?;
        Ok(approvals::list(&mut connection, filter).await?)
    }

    /// The act of this number that waits or waited.
    pub async fn approval(&self, id: i64) -> Result<Approval, Failure> {
        let mut connection = self.connection().await?;
        approvals::find(&mut connection, id)
            .await?
            .ok_or_else(|| unknown(id))
    }

    /// Takes back an act whose time has yet to come; one administrator is enough, since nothing happens.
    pub async fn cancel_scheduled(
        &self,
        actor: &Actor,
        id: i64,
        reason: &str,
    ) -> Result<(), Failure> {
        Self::may_act(actor)?;
        let reason = acts::reason(reason)?;
        let at = self.clock.now();
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let scheduled = scheduled_acts::hold(&mut truth, id).await?.ok_or_else(|| {
            Failure::new(
                &SCHEDULED_ACT_NOT_FOUND,
                format!("There is no scheduled act {id}."),
            )
        })?;
        if scheduled.state != ScheduledState::Waiting {
            return Err(Failure::new(
                &SCHEDULED_ACT_SETTLED,
                format!("Scheduled act {id} is {}.", scheduled.state.as_str()),
            ));
        }
        let cancelled = ScheduledState::Cancelled;
        scheduled_acts::settle(&mut truth, id, cancelled, at, Some(&reason)).await?;
        let event = RegistryEvent::new(at, actor.name().to_owned(), "act.cancelled");
        registry_events::append(
            &mut truth,
            &RegistryEvent {
                reason,
                detail: serde_json::json!({ "scheduled_act": id, "act": kept(&scheduled.act) }),
                ..about(&scheduled.act, event)
            },
        )
        .await?;
        changes::append_trust(&mut truth, "act.cancelled", &[]).await?;
        storage::commit(truth).await?;
        Ok(())
    }
}

/// Has an act wait; who asks for it agrees, unless the registry does.
pub(super) async fn open(
    truth: &mut Connection,
    actor: &Actor,
    decision: &Decision,
    act: &Act,
    ground: Option<&Ground>,
    lifetime: Duration,
) -> Result<Approval, Failure> {
    lapse(truth, decision.at).await?;
    // The same act from where its subject no longer stands is in nobody's way.
    if let Some(id) = approvals::pending_same(truth, act).await?
        && let Some(waiting) = approvals::hold(truth, id).await?
        && waiting.state == ApprovalState::Pending
        && waiting.ground.as_ref() != ground
    {
        let why = "It is asked for anew: its subject is not where it stood.";
        failed(truth, id, act, actor, decision.at, why).await?;
    }
    let impact = impact::of(truth, act, decision.at).await?;
    let asked = Asked {
        act,
        ground,
        reason: &decision.reason,
        impact: &impact,
        by: &decision.by,
        at: decision.at,
        expires_at: decision.at + lifetime,
    };
    let Some(id) = approvals::add(truth, &asked).await? else {
        let waiting = approvals::pending_same(truth, act).await?;
        return Err(Failure::new(
            &ACT_PENDING,
            waiting.map_or_else(
                || "It was asked for at this moment.".to_owned(),
                |id| format!("It is approval {id}: agree to that one."),
            ),
        ));
    };
    match actor {
        Actor::Administrator(administrator) => {
            approvals::vote(truth, id, administrator.id, decision.at).await?;
        }
        Actor::Schedule => {}
    }
    let approval = approvals::find(truth, id)
        .await?
        .ok_or_else(|| unknown(id))?;
    told(truth, id, Some(act), decision.event("approval.requested")).await?;
    Ok(approval)
}

/// Ends an approval whose act is no longer possible, or no longer what was agreed to.
async fn failed(
    truth: &mut Connection,
    id: i64,
    act: &Act,
    actor: &Actor,
    at: OffsetDateTime,
    why: &str,
) -> Result<(), Failure> {
    let end = settlement(ApprovalState::Failed, actor, at, Some(why));
    approvals::settle(truth, id, &end).await?;
    let event = RegistryEvent {
        reason: why.to_owned(),
        ..RegistryEvent::new(at, actor.name().to_owned(), "approval.failed")
    };
    told(truth, id, Some(act), event).await?;
    Ok(())
}

/// Ends approvals whose time is over; says how many.
pub(super) async fn lapse(truth: &mut Connection, at: OffsetDateTime) -> Result<usize, Failure> {
    let lapsed = approvals::hold_lapsed(truth, at).await?;
    for (id, act) in &lapsed {
        let end = settlement(ApprovalState::Expired, &Actor::Schedule, at, None);
        approvals::settle(truth, *id, &end).await?;
        let event = RegistryEvent::new(at, SCHEDULE.to_owned(), "approval.expired");
        told(truth, *id, act.as_ref(), event).await?;
    }
    Ok(lapsed.len())
}

async fn told(
    truth: &mut Connection,
    id: i64,
    act: Option<&Act>,
    event: RegistryEvent,
) -> Result<i64, StorageError> {
    let event = RegistryEvent {
        detail: serde_json::json!({ "approval": id, "act": act.map(kept) }),
        ..match act {
            Some(act) => about(act, event),
            None => event,
        }
    };
    registry_events::append(truth, &event).await
}

fn settlement<'a>(
    state: ApprovalState,
    actor: &'a Actor,
    at: OffsetDateTime,
    why: Option<&'a str>,
) -> Settlement<'a> {
    Settlement {
        state,
        by: actor.name(),
        at,
        why,
        epoch: None,
    }
}

fn unknown(id: i64) -> Failure {
    Failure::new(&APPROVAL_NOT_FOUND, format!("There is no approval {id}."))
}

/// The approval of this number, held, while it waits.
async fn hold_waiting(
    truth: &mut Connection,
    id: i64,
    at: OffsetDateTime,
) -> Result<Approval, Failure> {
    let approval = approvals::hold(truth, id)
        .await?
        .ok_or_else(|| unknown(id))?;
    let state = match approval.state {
        // Its row says so as soon as the schedule comes by.
        ApprovalState::Pending if approval.expires_at <= at => ApprovalState::Expired,
        ApprovalState::Pending => return Ok(approval),
        settled @ (ApprovalState::Executed
        | ApprovalState::Scheduled
        | ApprovalState::Refused
        | ApprovalState::Expired
        | ApprovalState::Failed) => settled,
    };
    Err(Failure::new(
        &APPROVAL_SETTLED,
        format!("Approval {id} is {}.", state.as_str()),
    ))
}

/// Who agrees or refuses is a person.
fn person(actor: &Actor) -> Result<&Administrator, Failure> {
    TrustSpace::may_act(actor)?;
    match actor {
        Actor::Administrator(administrator) => Ok(administrator),
        Actor::Schedule => Err(Failure::new(
            &ROLE_INSUFFICIENT,
            "The registry itself agrees to nothing.",
        )),
    }
}
