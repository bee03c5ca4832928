//! Who is let in, as this node sees it: the snapshot in force, how fresh it is, and the decisions made
//! from it. Whoever follows the registry installs snapshots; it knows neither SQL nor HTTP.

pub mod deciding;
pub mod domains;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwapOption;
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::config;
use crate::domain::admission::{Decision, DomainTrust, Question};
use crate::domain::clock::Clock;
use crate::domain::mail_domain::MailDomainName;
use crate::trust::admission::{Freshness, Policy, Snapshot};
use crate::trust::chain::Anchors;

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
}

/// When the registry was last seen: by the clock that never goes back, and by the other.
#[derive(Clone, Copy, Debug)]
struct Confirmed {
    instant: Instant,
    at: OffsetDateTime,
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
        }))
    }

    /// The authorities that paths must lead to.
    pub fn anchors(&self) -> &Anchors {
        &self.0.anchors
    }

    /// The policy of the settings.
    pub fn policy(&self) -> Policy {
        let settings = &self.0.settings;
        let span = |span: std::time::Duration| {
            time::Duration::try_from(span).unwrap_or(time::Duration::MAX)
        };
        Policy {
            list_max_age: span(settings.list_max_age),
            clock_skew: span(settings.clock_skew),
            stale_revocation_grace: span(settings.stale_revocation_grace),
        }
    }

    /// Decides from this snapshot from now on. Who waits for another epoch is woken.
    pub fn install(&self, snapshot: Arc<Snapshot>) {
        let epoch = snapshot.epoch();
        self.0.snapshot.store(Some(snapshot));
        self.0.epochs.send_replace(epoch);
    }

    /// The registry was seen, and the snapshot is the newest: the lease begins anew. `asked` is the moment
    /// before it was asked.
    pub fn confirm(&self, asked: Instant) {
        let confirmed = Confirmed {
            instant: asked,
            at: self.0.clock.now(),
        };
        *self
            .0
            .confirmed
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(confirmed);
    }

    /// The snapshot in force; none before the first.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.0.snapshot.load_full()
    }

    /// Tells of every epoch that is installed.
    pub fn epochs(&self) -> watch::Receiver<i64> {
        self.0.epochs.subscribe()
    }

    /// How fresh the snapshot is now.
    pub fn freshness(&self) -> Freshness {
        let confirmed = *self
            .0
            .confirmed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(confirmed) = confirmed else {
            return Freshness::LeaseLost;
        };
        let passed = confirmed.instant.elapsed();
        let Some(left) = self.0.settings.lease.checked_sub(passed) else {
            return Freshness::LeaseLost;
        };
        let now = self.0.clock.now();
        if now + self.policy().clock_skew < confirmed.at {
            return Freshness::ClockBack;
        }
        Freshness::Until(now + left)
    }

    /// May this peer take part now?
    pub fn decide(&self, question: &Question) -> Arc<Decision> {
        let now = self.0.clock.now();
        Arc::new(match self.snapshot() {
            Some(snapshot) => snapshot.decide(question, now, self.freshness()),
            None => Snapshot::unready(now),
        })
    }

    /// May mail be sent to this mail domain at all?
    pub fn domain_trust(&self, mail_domain: &MailDomainName) -> DomainTrust {
        match (self.snapshot(), self.freshness()) {
            (Some(snapshot), Freshness::Until(_)) => {
                snapshot.domain_trust(mail_domain, self.0.clock.now())
            }
            (Some(_) | None, _) => DomainTrust::Unknown,
        }
    }
}
