//! Who is let in, as this node sees it: the snapshot in force, how fresh it is, and the decisions made
//! from it. Whoever follows the registry installs snapshots; it knows neither SQL nor HTTP.

pub mod deciding;
pub mod domains;
pub mod events;
pub mod following;
pub mod past;
mod present;
pub mod reading;
mod seats;
pub mod state_file;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use crate::trust::admission::Fingerprint;
pub use present::Known;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::config;
use crate::domain::admission::{Decision, DomainTrust, Question};
use crate::domain::clock::Clock;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::trust_change::TrustChange;
use crate::domain::trust_state::TrustState;
use crate::trust::admission::{Freshness, ListInForce, Policy, Snapshot};
use crate::trust::chain::Anchors;

/// How long a moment is held against the clock: one that is slowed to come right loses less in this time
/// than clocks may differ, and one that is set back again and again does not get far.
const MARK_KEPT: Duration = Duration::from_hours(1);

/// Admission on this node; cheap to clone.
#[derive(Clone)]
pub struct Admission(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    settings: config::Admission,
    anchors: Anchors,
    snapshot: ArcSwapOption<Snapshot>,
    confirmed: Mutex<Option<Confirmed>>,
    epochs: watch::Sender<i64>,
    events: events::Events,
    state_file: tokio::sync::Mutex<Option<Arc<state_file::StateFile>>>,
}

/// When the registry was last seen.
#[derive(Clone, Copy, Debug)]
struct Confirmed {
    /// None where what was seen last is not to be trusted.
    seen: Option<Moment>,
    /// The latest moment that the clock was believed at: what it says is held against it.
    latest: Moment,
}

/// One moment by two clocks: the one that never goes back but may stand still while the machine sleeps,
/// and the one that people set.
#[derive(Clone, Copy, Debug)]
struct Moment {
    instant: Instant,
    at: OffsetDateTime,
}

impl Moment {
    /// What the second clock must say by now, as the first one has it.
    fn expected(self) -> OffsetDateTime {
        self.at + self.instant.elapsed()
    }
}

impl Admission {
    /// A node that knows nothing yet and refuses everybody.
    pub fn new(clock: Arc<dyn Clock>, settings: config::Admission, anchors: Anchors) -> Self {
        Self(Arc::new(Inner {
            clock,
            settings,
            anchors,
            snapshot: ArcSwapOption::empty(),
            confirmed: Mutex::new(None),
            epochs: watch::Sender::new(0),
            events: events::Events::default(),
            state_file: tokio::sync::Mutex::new(None),
        }))
    }

    /// The authorities that paths must lead to.
    pub fn anchors(&self) -> &Anchors {
        &self.0.anchors
    }

    /// The policy of the settings.
    pub fn policy(&self) -> Policy {
        let settings = &self.0.settings;
        let span = |span: Duration| time::Duration::try_from(span).unwrap_or(time::Duration::MAX);
        Policy {
            list_max_age: span(settings.list_max_age),
            clock_skew: span(settings.clock_skew),
            stale_revocation_grace: span(settings.stale_revocation_grace),
        }
    }

    /// Decides from this snapshot from now on. Who waits for another epoch is woken.
    pub fn install(&self, snapshot: Arc<Snapshot>) {
        self.take_up(snapshot, None, Vec::new());
    }

    /// A snapshot of these, made from the one in force as far as they have something in common. Long work:
    /// not for a thread that others wait for.
    pub(super) fn made_of(
        &self,
        state: Arc<TrustState>,
        list: Option<Arc<ListInForce>>,
    ) -> Snapshot {
        match self.snapshot() {
            Some(before) => before.followed_by(state, list),
            None => Snapshot::new(state, list, self.anchors(), self.policy()),
        }
    }

    /// Installs a snapshot after these changes, of which those up to `floor` are not known: followers are
    /// told of them once it decides.
    fn take_up(&self, snapshot: Arc<Snapshot>, floor: Option<i64>, changes: Vec<TrustChange>) {
        let epoch = snapshot.epoch();
        self.0.snapshot.store(Some(snapshot));
        self.0.events.remember(floor, changes);
        self.0.epochs.send_replace(epoch);
    }

    /// The registry was seen, and the snapshot is the newest: the lease begins anew. `asked` is the moment
    /// before it was asked.
    pub fn confirm(&self, asked: Instant) {
        let now = self.0.clock.now();
        let seen = Moment {
            instant: asked,
            at: now - asked.elapsed(),
        };
        let mut confirmed = self.confirmed();
        let latest = confirmed.map_or(seen, |before| before.latest);
        let is_later = seen.at >= latest.expected() || latest.instant.elapsed() > MARK_KEPT;
        *confirmed = Some(Confirmed {
            seen: Some(seen),
            latest: if is_later && !self.is_back(latest, now) {
                seen
            } else {
                latest
            },
        });
    }

    /// What a life before this one saw at a moment: a clock that is behind it went back since.
    pub(super) fn begin_at(&self, seen_at: OffsetDateTime) {
        *self.confirmed() = Some(Confirmed {
            seen: None,
            latest: Moment {
                instant: Instant::now(),
                at: seen_at,
            },
        });
    }

    /// What was seen is not the registry that the snapshot is of: nothing is decided by it until the
    /// registry is seen again.
    pub fn distrust(&self) {
        if let Some(confirmed) = self.confirmed().as_mut() {
            confirmed.seen = None;
        }
    }

    /// How long is decided on without news.
    pub fn lease(&self) -> Duration {
        self.0.settings.lease
    }

    /// The moment, by the clock that people set.
    pub fn now(&self) -> OffsetDateTime {
        self.0.clock.now()
    }

    fn confirmed(&self) -> MutexGuard<'_, Option<Confirmed>> {
        let confirmed = self.0.confirmed.lock();
        confirmed.unwrap_or_else(PoisonError::into_inner)
    }

    fn is_back(&self, latest: Moment, now: OffsetDateTime) -> bool {
        now + self.policy().clock_skew < latest.expected()
    }

    /// The snapshot in force; none before the first.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.0.snapshot.load_full()
    }

    /// Tells of every epoch that is installed.
    pub fn epochs(&self) -> watch::Receiver<i64> {
        self.0.epochs.subscribe()
    }

    /// When the registry was last seen, UTC, and how long ago that is; none where the lease is over.
    pub fn last_seen(&self) -> Option<(OffsetDateTime, Duration)> {
        match self.freshness() {
            Freshness::Until(_) => {
                let seen = (*self.confirmed())?.seen?;
                Some((seen.at, seen.instant.elapsed()))
            }
            Freshness::LeaseLost | Freshness::ClockBack | Freshness::Past => None,
        }
    }

    /// How fresh the snapshot is now.
    pub fn freshness(&self) -> Freshness {
        let Some(confirmed) = *self.confirmed() else {
            return Freshness::LeaseLost;
        };
        let now = self.0.clock.now();
        if self.is_back(confirmed.latest, now) {
            return Freshness::ClockBack;
        }
        let Some(seen) = confirmed.seen else {
            return Freshness::LeaseLost;
        };
        // A machine that slept knows it by one clock alone.
        let slept = Duration::try_from(now - seen.at).unwrap_or_default();
        let passed = seen.instant.elapsed().max(slept);
        match self.0.settings.lease.checked_sub(passed) {
            Some(left) => Freshness::Until(now + left),
            None => Freshness::LeaseLost,
        }
    }

    /// May this peer take part now?
    pub fn decide(&self, question: &Question) -> Arc<Decision> {
        // Before the snapshot: that one is as new as this tells, or newer.
        let (now, freshness) = (self.0.clock.now(), self.freshness());
        Arc::new(match self.snapshot() {
            Some(snapshot) => snapshot.decide(question, now, freshness),
            None => Snapshot::unready(now),
        })
    }

    /// May mail be sent to this mail domain at all?
    pub fn domain_trust(&self, mail_domain: &MailDomainName) -> DomainTrust {
        match (self.freshness(), self.snapshot()) {
            (Freshness::Until(_), Some(snapshot)) => {
                snapshot.domain_trust(mail_domain, self.0.clock.now())
            }
            (_, Some(_) | None) => DomainTrust::Unknown,
        }
    }
}
