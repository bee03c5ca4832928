//! What the registry does by itself when a time has come or something changed. Any number of nodes may
//! do it: each thing is done once.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::attempt::Renewal;
use super::{Published, TrustSpace, signers};
use crate::domain::administrator::Actor;
use crate::domain::error::Failure;
use crate::domain::list_version::SignerState;
use crate::storage::{StorageError, changes, list_signers, trust_entries, trust_lists};
use crate::telemetry::Metrics;

/// How often the time is looked at.
const TICK: Duration = Duration::from_secs(5);
/// Changes are published together once this long no other came…
const QUIET: time::Duration = time::Duration::seconds(5);
/// …or the first of them is this old.
const PATIENCE: time::Duration = time::Duration::seconds(30);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// What a loop knows of the changes it has seen.
#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    /// Position in the feed of the last change that was looked at for a list.
    settled: i64,
    /// Changes since then: the position of the last, and when the first and the last were seen.
    pending: Option<Pending>,
    /// When administrators were last asked to agree to a list; who refused is not asked again at once.
    asked_at: Option<OffsetDateTime>,
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    position: i64,
    first_at: OffsetDateTime,
    last_at: OffsetDateTime,
}

impl Watch {
    /// Sees where the feed stands; says whether it is time to publish what changed.
    fn see(&mut self, position: i64, now: OffsetDateTime) -> bool {
        if position <= self.settled {
            self.pending = None;
            return false;
        }
        let pending = self.pending.get_or_insert(Pending {
            position,
            first_at: now,
            last_at: now,
        });
        if pending.position != position {
            pending.position = position;
            pending.last_at = now;
        }
        now - pending.last_at >= QUIET || now - pending.first_at >= PATIENCE
    }

    /// Everything up to this position was looked at.
    fn settle(&mut self, position: i64) {
        self.settled = position;
        self.pending = None;
    }
}

impl TrustSpace {
    /// Does what is due until cancelled: scheduled acts, lapsed approvals, ended certificates, lists. A
    /// database that is away is waited for.
    pub async fn keep(self, metrics: Option<Metrics>, cancel: CancellationToken) {
        let mut watch = Watch::default();
        let mut pause = TICK;
        loop {
            let done = tokio::select! {
                () = cancel.cancelled() => return,
                done = self.watch(&mut watch, metrics.as_ref(), &mut pause) => done,
            };
            if let Err(failure) = done {
                tracing::warn!(%failure, retry_in = ?pause, "what is due was not done");
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
        }
    }

    async fn watch(
        &self,
        watch: &mut Watch,
        metrics: Option<&Metrics>,
        pause: &mut Duration,
    ) -> Result<(), Failure> {
        let mut wakes = changes::listen(&self.pool).await?;
        loop {
            let done = self.tick(watch).await;
            if let Some(metrics) = metrics {
                self.observe(metrics).await?;
            }
            done?;
            *pause = TICK;
            tokio::select! {
                wake = wakes.try_recv() => match wake.map_err(StorageError::from)? {
                    Some(_) => while wakes.next_buffered().is_some() {},
                    None => return Ok(()),
                },
                () = sleep(TICK) => {}
            }
        }
    }

    async fn tick(&self, watch: &mut Watch) -> Result<(), Failure> {
        self.run_due().await?;
        self.expire_certificates().await?;
        self.publish_when_due(watch).await.map(drop)
    }

    /// Publishes where the settings say so, the time has come or something changed, and this node has
    /// the current key.
    async fn publish_when_due(&self, watch: &mut Watch) -> Result<Option<Published>, Failure> {
        let Some(every) = self.settings.publish_every else {
            return Ok(None);
        };
        let mut truth = self.connection().await?;
        let signers = list_signers::all(&mut truth).await?;
        let current = signers::of(&signers, SignerState::Current);
        if current.is_none_or(|current| self.key(current).is_none()) {
            return Ok(None);
        }
        let newest = trust_lists::newest(&mut truth).await?;
        let position = trust_entries::changed_at_position(&mut truth).await?;
        drop(truth);
        let now = self.clock.now();
        let last_at = newest.map(|newest| newest.generated_at).max(watch.asked_at);
        let reason = if watch.see(position, now) {
            "the trust space changed"
        } else if last_at.is_none_or(|last_at| now - last_at >= every) {
            "the time has come"
        } else {
            return Ok(None);
        };
        let published = self
            .publish_renewing(&Actor::Schedule, reason, Renewal::Older(every))
            .await?;
        // What failed is tried again; what was asked for is not, until something else happens.
        watch.settle(position);
        match &published {
            Published::Pending(_) => watch.asked_at = Some(now),
            Published::List(_) | Published::Unchanged(_) => watch.asked_at = None,
        }
        Ok(Some(published))
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn changes_are_published_once_they_rest_and_not_for_ever_put_off() {
        let start = datetime!(2026-11-21 12:00:00 UTC);
        let at = |seconds: i64| start + time::Duration::seconds(seconds);
        let mut watch = Watch::default();
        assert!(!watch.see(0, at(0)), "nothing changed");
        assert!(!watch.see(3, at(1)), "it just changed");
        assert!(!watch.see(3, at(5)), "it rests for four seconds");
        assert!(watch.see(3, at(6)));
        watch.settle(3);
        assert!(!watch.see(3, at(60)), "it was published");

        for second in 0..30 {
            assert!(!watch.see(4 + second, at(100 + second)), "{second}");
        }
        assert!(watch.see(40, at(130)), "the first of them has waited long");
    }
}
