//! Acts: previewed, asked for, and done or left to wait for a second administrator or for their time.

use time::OffsetDateTime;

use super::administrators::hold_rights;
use super::{
    Decision, TrustSpace, approvals, certificates, grounds, impact, issuing, publication, signers,
    transitions,
};
use crate::domain::act::{Act, Control};
use crate::domain::administrator::Actor;
use crate::domain::approval::{Approval, Impact};
use crate::domain::error::{ACT_INVALID, Failure, Kind};
use crate::domain::ground::Ground;
use crate::domain::scheduled_act::ScheduledAct;
use crate::domain::text;
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::scheduled_acts::{self, Agreed};
use crate::storage::{self, Connection, changes, trust_entries};

/// Characters of a reason at most.
const REASON: usize = 2_000;

/// What became of an act that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one for a request, looked at and gone"
)]
pub enum Requested {
    /// Done.
    Done {
        /// Epoch of the trust space from which nodes decide by it.
        epoch: i64,
    },
    /// Done when its time comes.
    Scheduled {
        /// Number of the scheduled act.
        id: i64,
    },
    /// Waits for others.
    Pending(Approval),
}

/// When an act happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// As soon as enough administrators agree.
    Now,
    /// Then.
    Later(OffsetDateTime),
}

impl When {
    pub(super) fn of(act: &Act, now: OffsetDateTime) -> Self {
        match act.effective_at() {
            Some(at) if at > now => Self::Later(at),
            Some(_) | None => Self::Now,
        }
    }
}

impl TrustSpace {
    /// What an act would change if it were done now.
    pub async fn preview(&self, act: &Act) -> Result<Impact, Failure> {
        let mut connection = self.connection().await?;
        impact::of(&mut connection, act, self.clock.now()).await
    }

    /// Does an act, or has it wait for the agreement or the time that it takes.
    ///
    /// An act that could not be done now is refused at once, even where it is to wait; whether it still
    /// can is asked again when it is done.
    pub async fn request(
        &self,
        actor: &Actor,
        act: Act,
        reason: &str,
    ) -> Result<Requested, Failure> {
        let (space, actor, reason) = (self.clone(), actor.clone(), reason.to_owned());
        Self::to_its_end(async move { space.ask(&actor, act, &reason).await }).await
    }

    async fn ask(&self, actor: &Actor, act: Act, reason: &str) -> Result<Requested, Failure> {
        Self::may_act(actor)?;
        let at = self.clock.now();
        let act = checked(act, at)?;
        let decision = Decision {
            at,
            by: actor.name().to_owned(),
            approved_by: Vec::new(),
            reason: self::reason(reason)?,
        };
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let act = publication::foreseen(self, &mut truth, act).await?;
        let ground = grounds::of(&mut truth, &act).await?;
        let requested = match (act.control(), When::of(&act, at)) {
            (Control::One, When::Now) => {
                self.apply(&mut truth, &decision, &act).await?;
                Requested::Done {
                    epoch: trust_entries::changed_at_position(&mut truth).await?,
                }
            }
            (Control::One, When::Later(due_at)) => {
                self.rehearse(&mut truth, &decision, &act).await?;
                Requested::Scheduled {
                    id: schedule(&mut truth, &decision, &act, ground.as_ref(), due_at).await?,
                }
            }
            (Control::Two, When::Now | When::Later(_)) => {
                self.rehearse(&mut truth, &decision, &act).await?;
                let lifetime = self.settings.approval_lifetime;
                Requested::Pending(
                    approvals::open(
                        &mut truth,
                        actor,
                        &decision,
                        &act,
                        ground.as_ref(),
                        lifetime,
                    )
                    .await?,
                )
            }
        };
        storage::commit(truth).await?;
        Ok(requested)
    }

    /// Acts with a time of their own: those that wait, the next first, then those that ended.
    pub async fn scheduled_acts(&self) -> Result<Vec<ScheduledAct>, Failure> {
        let mut connection = self.connection().await?;
        Ok(scheduled_acts::list(&mut connection).await?)
    }

    /// Does an act in the caller's transaction, after every agreement it takes.
    pub(super) async fn apply(
        &self,
        truth: &mut Connection,
        decision: &Decision,
        act: &Act,
    ) -> Result<(), Failure> {
        match act {
            Act::MoveOperator(step) => transitions::apply(truth, decision, step).await,
            Act::ActivateCertificate { .. }
            | Act::SuspendCertificate { .. }
            | Act::ReleaseCertificate { .. }
            | Act::SupersedeCertificate { .. }
            | Act::RevokeCertificate { .. } => {
                certificates::apply(self, truth, decision, act).await
            }
            Act::IssueCertificate { request } => {
                issuing::apply(self, truth, decision, *request).await
            }
            Act::AnnounceSigner { .. } | Act::SwitchSigner { .. } | Act::WithdrawSigner { .. } => {
                signers::apply(truth, decision, act).await
            }
            Act::PublishTrustList { after, removed, .. } => {
                publication::apply(self, truth, decision, *after, *removed).await
            }
        }
    }

    /// Does an act within the caller's transaction, or nothing of it: the failure then is the act's and
    /// the transaction goes on. What is no fault of the act (the database is away, a device does not
    /// answer) ends the transaction, so that it can be tried again.
    pub(super) async fn attempt(
        &self,
        truth: &mut Connection,
        decision: &Decision,
        act: &Act,
    ) -> Result<Result<(), Failure>, Failure> {
        let mut inner = storage::begin(truth).await?;
        match self.apply(&mut inner, decision, act).await {
            Ok(()) => {
                storage::commit(inner).await?;
                Ok(Ok(()))
            }
            Err(failure) => match failure.kind() {
                Kind::NotFound
                | Kind::Invalid
                | Kind::Conflict
                | Kind::Unauthenticated
                | Kind::Forbidden
                | Kind::TooLarge => {
                    storage::roll_back(inner).await?;
                    Ok(Err(failure))
                }
                Kind::RateLimited | Kind::Unavailable | Kind::Internal => Err(failure),
            },
        }
    }

    /// Whether an act could be done now: it is, and undone. A list is not published for that: it was
    /// foreseen. Nor is a certificate issued: what is signed cannot be undone.
    async fn rehearse(
        &self,
        truth: &mut Connection,
        decision: &Decision,
        act: &Act,
    ) -> Result<(), Failure> {
        if matches!(act, Act::PublishTrustList { .. }) {
            return Ok(());
        }
        let mut inner = storage::begin(truth).await?;
        match act {
            Act::IssueCertificate { request } => {
                issuing::check(self, &mut inner, decision, *request).await?;
            }
            _ => self.apply(&mut inner, decision, act).await?,
        }
        storage::roll_back(inner).await?;
        Ok(())
    }
}

/// Registers an agreed act for its time.
pub(super) async fn schedule(
    truth: &mut Connection,
    decision: &Decision,
    act: &Act,
    ground: Option<&Ground>,
    due_at: OffsetDateTime,
) -> Result<i64, Failure> {
    let id = scheduled_acts::add(
        truth,
        &Agreed {
            act,
            ground,
            reason: &decision.reason,
            by: &decision.by,
            approved_by: &decision.approved_by,
            due_at,
            at: decision.at,
        },
    )
    .await?;
    registry_events::append(
        truth,
        &RegistryEvent {
            detail: serde_json::json!({ "scheduled_act": id, "act": kept(act) }),
            ..about(act, decision.event("act.scheduled"))
        },
    )
    .await?;
    // What nodes admit may be believed no longer than until then.
    changes::append_trust(truth, "act.scheduled", &[]).await?;
    Ok(id)
}

/// An event about the subject of an act.
pub(super) fn about(act: &Act, event: RegistryEvent) -> RegistryEvent {
    RegistryEvent {
        operator: act.operator(),
        certificate: act.certificate(),
        ..event
    }
}

/// An act as history shows it.
pub(super) fn kept(act: &Act) -> serde_json::Value {
    serde_json::to_value(act).unwrap_or_default()
}

/// A reason as it is kept; there is none without.
pub(super) fn reason(text: &str) -> Result<String, Failure> {
    text::lines(text, REASON)
        .and_then(text::wanted)
        .map_err(|error| Failure::new(&ACT_INVALID, format!("The reason: {error}.")))
}

/// An act as it is kept.
fn checked(act: Act, now: OffsetDateTime) -> Result<Act, Failure> {
    if act.effective_at().is_some_and(|at| at <= now) {
        return Err(Failure::new(
            &ACT_INVALID,
            "effective_at has passed; leave it out for an act at once.",
        ));
    }
    match act {
        Act::MoveOperator(step) => step
            .checked()
            .map(Act::MoveOperator)
            .map_err(|error| Failure::new(&ACT_INVALID, format!("The documents: {error}."))),
        // Looked up by what they name, and refused where there is no such thing.
        Act::ActivateCertificate { .. }
        | Act::SuspendCertificate { .. }
        | Act::ReleaseCertificate { .. }
        | Act::SupersedeCertificate { .. }
        | Act::RevokeCertificate { .. }
        | Act::IssueCertificate { .. }
        | Act::PublishTrustList { .. }
        | Act::AnnounceSigner { .. }
        | Act::SwitchSigner { .. }
        | Act::WithdrawSigner { .. } => Ok(act),
    }
}
