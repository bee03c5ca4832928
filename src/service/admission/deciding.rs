//! Decisions for whoever asks over a network: kept as long as they hold, made a few at a time, counted.
//! Chains come from anybody, so that what is kept and what waits has a bound. It knows nothing of HTTP.

mod answer;
mod asked;
mod key;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Weak};

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use time::{Duration, OffsetDateTime};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::Admission;
use crate::domain::admission::{Decision, Question, Verdict};
use crate::domain::digest::Digest;
use crate::domain::error::{ADMISSION_BUSY, Failure, INTERNAL};
use crate::telemetry::{DecisionOrigin, Metrics};
use crate::trust::admission::{Freshness, Snapshot};

pub use answer::Answer;
pub use asked::{Asked, MailDomainAsked, presented};

/// How long a refusal is answered again without a new look: without a new epoch, only the passing of
/// time can change it, as when a certificate becomes valid.
const REFUSAL_KEPT: Duration = Duration::seconds(2);

/// Requests that may wait for a turn, for each that has one. Beyond it the wait would be longer than
/// callers have patience, and the memory of those who wait would have no bound.
const WAITING_FOR_EACH: usize = 64;

/// Most questions of one request.
pub const MAX_QUESTIONS: usize = 100;

/// Decisions on this node; cheap to clone.
#[derive(Clone)]
pub struct Deciding(Arc<Inner>);

struct Inner {
    admission: Admission,
    kept: Cache<Digest, Kept, Size>,
    /// How many requests may be worked on still, each on a thread of its own.
    turns: Arc<Semaphore>,
    /// How many may have a turn or wait for one still.
    room: Arc<Semaphore>,
    metrics: Metrics,
}

/// An answer that was given before.
#[derive(Clone)]
struct Kept {
    answer: Arc<Answer>,
    /// What it was made from; it is of use with this very snapshot alone.
    snapshot: Weak<Snapshot>,
    until: OffsetDateTime,
}

/// What a kept answer weighs: one for each begun eight kilobytes, which is more than nearly all take. A
/// peer decides how long the names in its certificates are.
#[derive(Clone)]
struct Size;

impl Weighter<Digest, Kept> for Size {
    fn weight(&self, _: &Digest, kept: &Kept) -> u64 {
        const ONE: usize = 8 << 10;
        u64::try_from(kept.answer.size().div_ceil(ONE)).unwrap_or(u64::MAX)
    }
}

/// An answer, and whether it had to be made.
type Told = (Arc<Answer>, DecisionOrigin);

/// What decisions of one request rest on.
struct Now {
    snapshot: Option<Arc<Snapshot>>,
    freshness: Freshness,
    at: OffsetDateTime,
}

impl Deciding {
    /// Decisions of this node's admission, so many requests worked on at once.
    pub fn new(admission: Admission, metrics: Metrics, at_once: usize) -> Self {
        let at_once = at_once.max(1);
        let most = admission.0.settings.cached_decisions.get();
        let kept = Cache::with_weighter(most, u64::try_from(most).unwrap_or(u64::MAX), Size);
        Self(Arc::new(Inner {
            admission,
            kept,
            turns: Arc::new(Semaphore::new(at_once)),
            room: Arc::new(Semaphore::new(at_once.saturating_mul(1 + WAITING_FOR_EACH))),
            metrics,
        }))
    }

    /// Answers one question; `admission.busy` where too many wait.
    pub async fn decide(&self, asked: Asked) -> Result<Arc<Answer>, Failure> {
        let mut answers = self.decide_all(vec![asked]).await?;
        answers
            .pop()
            .ok_or_else(|| Failure::new(&INTERNAL, "a question without an answer"))
    }

    /// Answers questions in their order, all from one snapshot; `admission.busy` where too many wait.
    pub async fn decide_all(&self, asked: Vec<Asked>) -> Result<Vec<Arc<Answer>>, Failure> {
        let inner = &self.0;
        let asked: Vec<_> = asked.into_iter().map(|it| (key::of(&it), it)).collect();
        let now = inner.now();
        let kept: Option<Vec<_>> = asked
            .iter()
            .map(|(key, asked)| inner.kept(key, asked, &now))
            .collect();
        let answers = match kept {
            Some(answers) => answers,
            None => self.make(asked).await?,
        };
        let counted = answers.into_iter().map(|(answer, origin)| {
            inner.metrics.admission(&answer.decision, origin);
            answer
        });
        Ok(counted.collect())
    }

    /// Answers a question on this thread, at once: for whoever bounds by itself how much it asks. It is
    /// kept like the others, and counted nowhere.
    pub fn decide_here(&self, question: &Question) -> Arc<Decision> {
        let inner = &self.0;
        let asked = Asked::from(question);
        let (key, now) = (key::of(&asked), inner.now());
        let (answer, _) = inner
            .kept(&key, &asked, &now)
            .unwrap_or_else(|| inner.decide(key, &asked, &now));
        Arc::new(answer.decision.clone())
    }

    /// Makes what is not kept, when its turn comes.
    async fn make(&self, asked: Vec<(Digest, Asked)>) -> Result<Vec<Told>, Failure> {
        let inner = &self.0;
        let Ok(room) = Arc::clone(&inner.room).try_acquire_owned() else {
            inner.metrics.admission_turned_away();
            return Err(Failure::new(
                &ADMISSION_BUSY,
                "Too many chains that were never seen wait to be looked at.",
            ));
        };
        let internal = |error: &dyn std::fmt::Display| Failure::new(&INTERNAL, error.to_string());
        let turn = Arc::clone(&inner.turns).acquire_owned().await;
        let turn = turn.map_err(|error| internal(&error))?;
        let inner = Arc::clone(inner);
        // Signatures take a while, and the threads of connections have kept answers to give. The turn is
        // held until the work ends, whether or not who asked still waits.
        let work = spawn_blocking(move || {
            // While it waited, the trust space may have changed, and others may have asked the same.
            let now = inner.now();
            let told = asked.into_iter().map(|(key, asked)| {
                inner
                    .kept(&key, &asked, &now)
                    .unwrap_or_else(|| inner.decide(key, &asked, &now))
            });
            let told = told.collect();
            drop((turn, room));
            told
        });
        work.await.map_err(|error| internal(&error))
    }
}

impl Inner {
    fn now(&self) -> Now {
        // The snapshot last: it is as new as the freshness tells, or newer.
        Now {
            at: self.admission.now(),
            freshness: self.admission.freshness(),
            snapshot: self.admission.snapshot(),
        }
    }

    /// The answer given before, where it still holds.
    fn kept(&self, key: &Digest, asked: &Asked, now: &Now) -> Option<Told> {
        let Now {
            snapshot: Some(snapshot),
            freshness: Freshness::Until(_),
            at,
        } = now
        else {
            return None;
        };
        let kept = self.kept.get(key)?;
        let is_of_now = std::ptr::eq(kept.snapshot.as_ptr(), Arc::as_ptr(snapshot));
        let holds = kept.answer.decision.at <= *at && *at < kept.until;
        (is_of_now && holds).then(|| (asked.answer(kept.answer), DecisionOrigin::Kept))
    }

    fn decide(&self, key: Digest, asked: &Asked, now: &Now) -> Told {
        let answer = match &now.snapshot {
            Some(snapshot) => {
                let decision = snapshot.decide(&asked.question(), now.at, now.freshness);
                let answer = Arc::new(Answer::new(decision, snapshot.state()));
                if let Some(until) = kept_until(&answer.decision, now.freshness) {
                    let kept = Kept {
                        answer: Arc::clone(&answer),
                        snapshot: Arc::downgrade(snapshot),
                        until,
                    };
                    self.kept.insert(key, kept);
                }
                answer
            }
            None => Arc::new(Snapshot::unready(now.at).into()),
        };
        (asked.answer(answer), DecisionOrigin::Made)
    }
}

/// Until when a decision may be given again; none where never.
fn kept_until(decision: &Decision, freshness: Freshness) -> Option<OffsetDateTime> {
    match (freshness, decision.verdict) {
        (Freshness::Until(_), Verdict::Admit) => decision.valid_until,
        (Freshness::Until(_), Verdict::Refuse) => decision.at.checked_add(REFUSAL_KEPT),
        (Freshness::LeaseLost | Freshness::ClockBack | Freshness::Past, _) => None,
    }
}
