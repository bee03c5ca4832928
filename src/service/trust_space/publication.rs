//! Publishing a list: all of it or nothing, and an alert while it does not work.

use std::time::Duration;

use tokio::time::timeout;

use super::administrators::hold_rights;
use super::attempt::{Attempt, Loss, Losses, Renewal, attempt, foresee};
use super::{Decision, Requested, TrustSpace, acts};
use crate::domain::act::Act;
use crate::domain::administrator::Actor;
use crate::domain::alert::AlertCode;
use crate::domain::approval::{Approval, ApprovalState};
use crate::domain::digest::Digest;
use crate::domain::error::{
    ACT_INVALID, ACT_PENDING, APPROVAL_STALE, Failure, INTERNAL, Kind, TRUST_LIST_BUSY,
    TRUST_LIST_OUTDATED,
};
use crate::domain::list_version::ListVersion;
use crate::storage::{self, Connection, alerts, trust_lists};

/// A list that says nothing new is not published again on demand before this time.
const FRESH: Duration = Duration::from_mins(1);

/// A clock that is this little behind the last list is waited for: two lists within a second.
const SHORT_WAIT: Duration = Duration::from_secs(2);

/// An alert is raised beside a transaction that may have failed with the old alert in its hands.
const ALERT_PATIENCE: Duration = Duration::from_secs(5);

/// What publishing came to.
#[derive(Clone, Debug)]
pub enum Published {
    /// This version was published.
    List(ListVersion),
    /// The list would lose so much that two administrators have to agree.
    Pending(Approval),
    /// The last version says all of it, and is less than a minute old.
    Unchanged(ListVersion),
}

impl TrustSpace {
    /// Publishes the list as it is now, signed by the current key; all of it or nothing.
    ///
    /// `trust_list.not_signed` where the key cannot be used, `trust_list.refused` where the list breaks a
    /// rule, `trust_list.outdated` where the clock is behind the last list. The last list then stays the
    /// published one, and the alert `trust_list.not_published` is open until one is published again.
    pub async fn publish(&self, actor: &Actor, reason: &str) -> Result<Published, Failure> {
        Self::may_act(actor)?;
        let (space, actor, reason) = (self.clone(), actor.clone(), reason.to_owned());
        Self::to_its_end(async move {
            space
                .publish_renewing(&actor, &reason, Renewal::Older(FRESH))
                .await
        })
        .await
    }

    /// The same, with another word on lists that say nothing new.
    pub(super) async fn publish_renewing(
        &self,
        actor: &Actor,
        reason: &str,
        renewal: Renewal,
    ) -> Result<Published, Failure> {
        let outcome = match self.publish_once(actor, reason, renewal).await {
            Err(failure) if failure.code == &TRUST_LIST_OUTDATED => {
                match self.wait_for_the_clock().await? {
                    Waited::Yes => self.publish_once(actor, reason, renewal).await,
                    Waited::TooLong => Err(failure),
                }
            }
            outcome => outcome,
        };
        if let Err(failure) = &outcome {
            self.raise_not_published(failure).await;
        }
        outcome
    }

    async fn publish_once(
        &self,
        actor: &Actor,
        reason: &str,
        renewal: Renewal,
    ) -> Result<Published, Failure> {
        let decision = Decision {
            at: self.clock.now(),
            by: actor.name().to_owned(),
            approved_by: Vec::new(),
            reason: acts::reason(reason)?,
        };
        let losses = Losses::Share(self.settings.max_removed_share);
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        // Held only for a look: while a device is waited for, an administrator can be disabled.
        let mut look = storage::begin(&mut truth).await?;
        hold_rights(&mut look, actor).await?;
        storage::roll_back(look).await?;
        match attempt(self, &mut truth, &decision, losses, renewal).await? {
            Attempt::Made(version) => {
                hold_rights(&mut truth, actor).await?;
                storage::commit(truth).await?;
                tracing::info!(
                    trust_list.sequence = version.sequence,
                    trust_list.entries = version.entries,
                    "list published"
                );
                Ok(Published::List(version))
            }
            Attempt::Unchanged(version) => Ok(Published::Unchanged(version)),
            Attempt::TooManyLost(loss) => {
                drop(truth);
                drop(connection);
                self.ask_to_lose(actor, reason, loss).await
            }
        }
    }

    /// Opens an approval for a list that loses this much, unless one waits that covers it.
    async fn ask_to_lose(
        &self,
        actor: &Actor,
        reason: &str,
        loss: Loss,
    ) -> Result<Published, Failure> {
        let waiting = self.approvals(Some(ApprovalState::Pending)).await?;
        let covers = |approval: &Approval| match approval.act {
            Act::PublishTrustList { after, removed, .. } => {
                u64::try_from(after) == Ok(loss.after) && removed == Some(loss.removed)
            }
            _ => false,
        };
        if let Some(approval) = waiting.into_iter().find(covers) {
            return Ok(Published::Pending(approval));
        }
        let act = Act::PublishTrustList {
            after: i64::try_from(loss.after).unwrap_or(i64::MAX),
            removes: loss.removes,
            removed: Some(loss.removed),
        };
        match self.request(actor, act, reason).await? {
            Requested::Pending(approval) => Ok(Published::Pending(approval)),
            Requested::Done { .. } | Requested::Scheduled { .. } => Err(Failure::new(
                &INTERNAL,
                "A list that takes two administrators was published by one.",
            )),
        }
    }

    /// Waits until the clock is past the last list, where that is soon.
    async fn wait_for_the_clock(&self) -> Result<Waited, Failure> {
        let newest = trust_lists::newest(&mut *self.connection().await?).await?;
        let Some(newest) = newest else {
            return Ok(Waited::Yes);
        };
        let next = newest.generated_at + Duration::from_secs(1);
        let wait = Duration::try_from(next - self.clock.now()).unwrap_or_default();
        if wait > SHORT_WAIT {
            return Ok(Waited::TooLong);
        }
        tokio::time::sleep(wait).await;
        Ok(Waited::Yes)
    }

    /// Keeps a failure that is the list's where administrators look, in a transaction of its own; where
    /// the database is away that is for the log alone.
    async fn raise_not_published(&self, failure: &Failure) {
        match Cause::of(failure) {
            Cause::Asker => return,
            Cause::List => {}
        }
        tracing::error!(code = failure.code.code, detail = %failure.detail, "no list was published");
        let raise = async {
            let mut truth = self.connection().await?;
            let code = AlertCode::TrustListNotPublished;
            let detail = failure.to_string();
            alerts::raise(&mut truth, code, "", &detail, self.clock.now()).await
        };
        match timeout(ALERT_PATIENCE, raise).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the alert was not kept"),
            Err(_) => tracing::error!("the alert was not kept: the database took too long"),
        }
    }
}

/// Whose fault it is that no list was published.
enum Cause {
    /// The list's, the key's, the database's: lists do not come out any more.
    List,
    /// That of who asked, who learns so: the list is as good as before.
    Asker,
}

impl Cause {
    fn of(failure: &Failure) -> Self {
        // What was agreed to is over, or waits already: the next list comes out all the same. Who holds
        // the lock raises its own alert if it fails.
        if [&APPROVAL_STALE, &ACT_PENDING, &TRUST_LIST_BUSY].contains(&failure.code) {
            return Self::Asker;
        }
        match failure.kind() {
            Kind::Forbidden | Kind::Invalid | Kind::Unauthenticated | Kind::TooLarge => Self::Asker,
            Kind::NotFound
            | Kind::Conflict
            | Kind::RateLimited
            | Kind::Unavailable
            | Kind::Internal => Self::List,
        }
    }
}

enum Waited {
    Yes,
    TooLong,
}

/// An act to publish as it would turn out now, with the entries that it removes; any other act as it is.
///
/// `approval.stale` where it follows another list than the newest, or removes others than it names;
/// `act.invalid` where it removes more than it says, or says more than there are.
pub(super) async fn foreseen(
    space: &TrustSpace,
    truth: &mut Connection,
    act: Act,
) -> Result<Act, Failure> {
    let Act::PublishTrustList {
        after,
        removes,
        removed,
    } = act
    else {
        return Ok(act);
    };
    let loss = foresee(space, truth).await?;
    if u64::try_from(after) != Ok(loss.after) {
        let detail = format!("The newest list is {}, not {after}.", loss.after);
        return Err(Failure::new(&APPROVAL_STALE, detail));
    }
    if removes > loss.of || removes < loss.removes {
        let detail = format!(
            "The list would remove {} of {} entries, not {removes}.",
            loss.removes, loss.of
        );
        return Err(Failure::new(&ACT_INVALID, detail));
    }
    if removed.is_some_and(|removed| removed != loss.removed) {
        let detail = "The list would remove other entries than these.";
        return Err(Failure::new(&APPROVAL_STALE, detail));
    }
    Ok(Act::PublishTrustList {
        after,
        removes: loss.removes,
        removed: Some(loss.removed),
    })
}

/// Publishes a list that removes these entries of the list it follows, in the caller's transaction.
pub(super) async fn apply(
    space: &TrustSpace,
    truth: &mut Connection,
    decision: &Decision,
    after: i64,
    removed: Option<Digest>,
) -> Result<(), Failure> {
    let losses = Losses::Agreed {
        after: u64::try_from(after).unwrap_or_default(),
        removed,
    };
    match attempt(space, truth, decision, losses, Renewal::Always).await {
        Ok(Attempt::Made(_) | Attempt::Unchanged(_)) => Ok(()),
        Ok(Attempt::TooManyLost(loss)) => Err(Failure::new(
            &APPROVAL_STALE,
            format!(
                "The list would now lose {} entries, which are not those that were agreed to.",
                loss.removes
            ),
        )),
        Err(failure) => {
            space.raise_not_published(&failure).await;
            Err(failure)
        }
    }
}
