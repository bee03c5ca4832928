//! Decisions about the past: what was known at a moment is read from history, and decides again. The
//! authorities that are trusted are those of today's settings, which have no history.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use time::{Duration, OffsetDateTime};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::Admission;
use super::deciding::{Answer, Asked};
use super::reading::{list_in_force, state_at};
use crate::domain::calendar::rfc3339;
use crate::domain::error::{ADMISSION_BUSY, ADMISSION_PAST_UNKNOWN, Failure, INTERNAL};
use crate::service::trust_space::TrustSpace;
use crate::storage::Pool;
use crate::trust::admission::{Freshness, ListInForce, Snapshot};

/// Moments of the past that this node reads at once: anybody may ask, and each may verify a whole list.
const AT_ONCE: usize = 2;
/// Requests about the past that may wait for that.
const WAITING: usize = 16;
/// Moments kept, and lists.
const KEPT: usize = 4;
/// What happens now may still be on its way into history: a moment as young as this is read anew.
const SETTLED_AFTER: Duration = Duration::MINUTE;

/// What was read lately, the newest first.
#[derive(Debug)]
struct Lately<K, V>(Mutex<VecDeque<(K, Arc<V>)>>);

impl<K: PartialEq, V> Lately<K, V> {
    fn find(&self, key: &K) -> Option<Arc<V>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, found) = kept.iter().find(|(held, _)| held == key)?;
        Some(Arc::clone(found))
    }

    fn keep(&self, key: K, value: Arc<V>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(held, _)| *held != key);
        kept.push_front((key, value));
        kept.truncate(KEPT);
    }
}

impl<K, V> Default for Lately<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// Decisions about the past; cheap to clone.
#[derive(Clone)]
pub struct Past(Arc<Inner>);

struct Inner {
    pool: Pool,
    /// Whose anchors, policy and clock decide.
    admission: Admission,
    moments: Lately<OffsetDateTime, Snapshot>,
    lists: Lately<i64, ListInForce>,
    turns: Semaphore,
    room: Semaphore,
}

impl Past {
    /// Decisions by the history of this trust space.
    pub fn of(trust_space: &TrustSpace, admission: Admission) -> Self {
        Self::new(trust_space.pool().clone(), admission)
    }

    /// Decisions by the history of this database.
    pub fn new(pool: Pool, admission: Admission) -> Self {
        Self(Arc::new(Inner {
            pool,
            admission,
            moments: Lately::default(),
            lists: Lately::default(),
            turns: Semaphore::new(AT_ONCE),
            room: Semaphore::new(AT_ONCE + WAITING),
        }))
    }

    /// Answers one question as of a moment.
    pub async fn decide(&self, asked: Asked, at: OffsetDateTime) -> Result<Arc<Answer>, Failure> {
        let mut answers = self.decide_all(vec![asked], at).await?;
        answers
            .pop()
            .ok_or_else(|| Failure::new(&INTERNAL, "a question without an answer"))
    }

    /// Answers questions in their order as of a moment: `admission.past_unknown` where that is still to
    /// come or before all history, `admission.busy` where too many wait.
    pub async fn decide_all(
        &self,
        asked: Vec<Asked>,
        at: OffsetDateTime,
    ) -> Result<Vec<Arc<Answer>>, Failure> {
        let inner = &self.0;
        let internal = |error: &dyn std::fmt::Display| Failure::new(&INTERNAL, error.to_string());
        let busy = |_| Failure::new(&ADMISSION_BUSY, "Too many questions about the past wait.");
        let _room = inner.room.try_acquire().map_err(busy)?;
        let _turn = inner
            .turns
            .acquire()
            .await
            .map_err(|error| internal(&error))?;
        let snapshot = inner.snapshot(at).await?;
        let work = spawn_blocking(move || {
            let answers = asked.iter().map(|asked| {
                let decision = snapshot.decide(&asked.question(), at, Freshness::Past);
                asked.answer(Arc::new(Answer::new(decision, snapshot.state())))
            });
            answers.collect()
        });
        work.await.map_err(|error| internal(&error))
    }
}

impl Inner {
    async fn snapshot(&self, at: OffsetDateTime) -> Result<Arc<Snapshot>, Failure> {
        let unknown = |why| {
            let at = rfc3339(at);
            Failure::new(&ADMISSION_PAST_UNKNOWN, format!("{at} {why}."))
        };
        let now = self.admission.now();
        if at > now {
            return Err(unknown("is still to come"));
        }
        if let Some(snapshot) = self.moments.find(&at) {
            return Ok(snapshot);
        }
        let state = state_at(&self.pool, at).await?;
        if state.epoch == 0 && state.list.is_none() {
            return Err(unknown("is before the first change of the trust space"));
        }
        let list = match state.list {
            Some(sequence) => Some(self.list(sequence).await?),
            None => None,
        };
        let admission = self.admission.clone();
        let made = spawn_blocking(move || {
            Snapshot::new(
                Arc::new(state),
                list,
                admission.anchors(),
                admission.policy(),
            )
        });
        let made = made
            .await
            .map_err(|error| Failure::new(&INTERNAL, error.to_string()))?;
        let snapshot = Arc::new(made);
        if now - at > SETTLED_AFTER {
            self.moments.keep(at, Arc::clone(&snapshot));
        }
        Ok(snapshot)
    }

    async fn list(&self, sequence: i64) -> Result<Arc<ListInForce>, Failure> {
        if let Some(list) = self.lists.find(&sequence) {
            return Ok(list);
        }
        let list = Arc::new(list_in_force(&self.pool, sequence).await?);
        self.lists.keep(sequence, Arc::clone(&list));
        Ok(list)
    }
}
