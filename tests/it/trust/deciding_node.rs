//! A node as far as it decides: it follows the trust space and asks nobody.

use std::sync::Arc;
use std::time::Duration;

use annuaire::config;
use annuaire::domain::admission::{Decision, Question};
use annuaire::domain::certificate::CertificateState;
use annuaire::domain::clock::Clock;
use annuaire::service::admission::Admission;
use annuaire::service::admission::following::Following;
use annuaire::service::published_list::PublishedList;
use annuaire::trust::admission::Freshness;
use annuaire::trust::chain::Anchors;
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::pki::Authority;
use super::registered::Registered;

/// Long enough for any machine; nothing waits this long but a failing test.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// A node as far as it decides.
pub(crate) struct Node {
    pub(crate) admission: Admission,
    stop: CancellationToken,
    following: [JoinHandle<()>; 2],
}

impl Node {
    pub(crate) fn start(name: &str, registry: &Registered, pool: PgPool, lease: Duration) -> Self {
        let anchors = std::fs::read(&Authority::trusted().anchor_file).unwrap();
        let clock: Arc<dyn Clock> = registry.clock();
        let settings = config::Admission {
            lease,
            ..config::Admission::default()
        };
        let anchors = Anchors::from_pem(&anchors).unwrap();
        Self::of(name, Admission::new(clock, settings, anchors), pool)
    }

    /// Follows for an admission that is there.
    pub(crate) fn of(name: &str, admission: Admission, pool: PgPool) -> Self {
        let stop = CancellationToken::new();
        let published_list = PublishedList::default();
        let list = published_list.clone().follow(pool.clone(), stop.clone());
        let following = Following {
            admission: admission.clone(),
            published_list,
            pool,
            node: name.to_owned(),
        };
        Self {
            admission,
            following: [
                tokio::spawn(following.follow(stop.clone())),
                tokio::spawn(list),
            ],
            stop,
        }
    }

    /// Waits until it decides by an epoch.
    pub(crate) async fn reaches(&self, epoch: i64) {
        let mut epochs = self.admission.epochs();
        let reached = epochs.wait_for(|installed| *installed >= epoch);
        timeout(DEADLINE, reached)
            .await
            .expect("the node stays behind")
            .unwrap();
    }

    pub(crate) fn is_fresh(&self) -> bool {
        match self.admission.freshness() {
            Freshness::Until(_) => true,
            Freshness::LeaseLost | Freshness::ClockBack | Freshness::Past => false,
        }
    }

    /// Waits until it knows, or no longer knows, the present.
    pub(crate) async fn becomes(&self, fresh: bool) {
        let changed = async {
            while self.is_fresh() != fresh {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(DEADLINE, changed)
            .await
            .expect("it stays as it was");
    }

    /// Waits until it answers a question in a way.
    pub(crate) async fn answers(
        &self,
        question: &Question,
        is_so: impl Fn(&Decision) -> bool,
    ) -> Arc<Decision> {
        let mut epochs = self.admission.epochs();
        let answered = async {
            loop {
                epochs.mark_unchanged();
                let decision = self.admission.decide(question);
                if is_so(&decision) {
                    return decision;
                }
                // A lease ends without a word.
                let _ = timeout(Duration::from_millis(20), epochs.changed()).await;
            }
        };
        let Ok(decision) = timeout(DEADLINE, answered).await else {
            panic!("{:#?}", self.admission.decide(question));
        };
        decision
    }

    pub(crate) fn state_of(&self, certificate: i64) -> CertificateState {
        let snapshot = self.admission.snapshot().unwrap();
        let certificates = &snapshot.state().certificates;
        let found = certificates.iter().find(|it| it.id == certificate);
        found.unwrap().state
    }

    pub(crate) async fn end(self) {
        self.stop.cancel();
        for following in self.following {
            following.await.unwrap();
        }
    }
}
