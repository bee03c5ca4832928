//! Whoever follows the trust space from outside: told of every change, and now and then that there was
//! none. From memory: a database that is away stops the word that all is known, and nothing else.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Admission;
use super::seats::{Full, OF_ONE, SEATS, Seat, Seats};
use crate::domain::admission::ListUsed;
use crate::domain::error::{ADMISSION_SUBSCRIBERS, Failure};
use crate::domain::trust_change::{Alive, TrustChange};

/// Changes that are remembered.
pub(super) const REMEMBERED: usize = 1_000;
/// Longest time without a word.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Words that a slow follower may be behind; then it is waited for.
const AHEAD: usize = 16;
/// How long it is waited for: whoever reads nothing has no seat here.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a follower is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Something changed.
    Changed(Arc<TrustChange>),
    /// Changes up to this epoch are no longer remembered: read the state.
    Forgotten(i64),
    /// The node decides by another list, which an earlier change announced.
    List(ListUsed),
    /// The node knows the present.
    Alive(Alive),
    /// It does not: its lease is over.
    Silent,
}

/// The changes that are remembered, and how many follow.
pub(super) struct Events {
    past: RwLock<Past>,
    seats: Seats,
    pub(super) over: CancellationToken,
}

#[derive(Default)]
struct Past {
    /// Every change after this epoch is here.
    floor: i64,
    changes: VecDeque<Arc<TrustChange>>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            past: RwLock::default(),
            seats: Seats::default(),
            over: CancellationToken::new(),
        }
    }
}

impl Events {
    /// Remembers changes, the newest last; those of before `floor` are not known.
    pub(super) fn remember(&self, floor: Option<i64>, changes: Vec<TrustChange>) {
        let mut past = self.past.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(floor) = floor {
            past.floor = floor;
            past.changes.clear();
        }
        past.changes.extend(changes.into_iter().map(Arc::new));
        while past.changes.len() > REMEMBERED {
            if let Some(forgotten) = past.changes.pop_front() {
                past.floor = forgotten.epoch;
            }
        }
    }

    /// Changes after an epoch, and up to which epoch they are forgotten, where that is later.
    fn after(&self, epoch: i64) -> (Option<i64>, Vec<Arc<TrustChange>>) {
        let past = self.past.read().unwrap_or_else(PoisonError::into_inner);
        let later = past.changes.iter().filter(|change| change.epoch > epoch);
        let forgotten = (epoch < past.floor).then_some(past.floor);
        (forgotten, later.cloned().collect())
    }
}

impl Admission {
    /// Follows this node: every change after an epoch, or from now on, and heartbeats. It ends with the
    /// node, or when the receiver is dropped or not read. `admission.subscribers` where too many follow, in
    /// all or from this address (none: this machine itself).
    pub fn follow(
        &self,
        after: Option<i64>,
        from: Option<IpAddr>,
    ) -> Result<mpsc::Receiver<Told>, Failure> {
        let events = &self.0.events;
        let seat = events.seats.take(from).map_err(|full| {
            let detail = match full {
                Full::All => format!("{SEATS} follow this node; ask another one."),
                Full::OfOne => format!("{OF_ONE} follow this node from this address."),
            };
            Failure::new(&ADMISSION_SUBSCRIBERS, detail)
        })?;
        let (teller, told) = mpsc::channel(AHEAD);
        let follower = Follower {
            after: after.unwrap_or_else(|| self.snapshot().map_or(0, |it| it.epoch())),
            list: self.list_used(),
            admission: self.clone(),
            teller,
            _seat: seat,
        };
        let over = events.over.clone();
        tokio::spawn(async move { over.run_until_cancelled(follower.tell()).await });
        Ok(told)
    }

    /// Ends every stream to followers: this node stops.
    pub fn end(&self) {
        self.0.events.over.cancel();
    }

    fn list_used(&self) -> Option<ListUsed> {
        Some(self.snapshot()?.list()?.used)
    }

    fn alive(&self) -> Told {
        match (self.last_seen(), self.snapshot()) {
            (Some((confirmed_at, age)), Some(snapshot)) => Told::Alive(Alive {
                epoch: snapshot.epoch(),
                epoch_at: snapshot.state().epoch_at,
                confirmed_at,
                age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
                list: snapshot.list().map(|list| list.used),
            }),
            _ => Told::Silent,
        }
    }
}

struct Follower {
    admission: Admission,
    /// The last change that was told.
    after: i64,
    /// The last list that was told.
    list: Option<ListUsed>,
    teller: mpsc::Sender<Told>,
    _seat: Seat,
}

impl Follower {
    /// Tells until nobody listens.
    async fn tell(mut self) {
        let mut epochs = self.admission.epochs();
        let mut heartbeat = interval(HEARTBEAT.min(self.admission.lease() / 4));
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            for told in self.news() {
                if self.teller.send_timeout(told, PATIENCE).await.is_err() {
                    return;
                }
            }
            let word = tokio::select! {
                () = self.teller.closed() => return,
                changed = epochs.changed() => match changed {
                    Ok(()) => None,
                    Err(_) => return,
                },
                // At once for the first time.
                _ = heartbeat.tick() => Some(self.admission.alive()),
            };
            if let Some(word) = word
                && self.teller.send_timeout(word, PATIENCE).await.is_err()
            {
                return;
            }
        }
    }

    fn news(&mut self) -> Vec<Told> {
        let (forgotten, changes) = self.admission.0.events.after(self.after);
        let mut news: Vec<Told> = forgotten.into_iter().map(Told::Forgotten).collect();
        if let Some(last) = changes.last().map(|change| change.epoch).or(forgotten) {
            self.after = self.after.max(last);
        }
        let told = changes.last().and_then(|change| change.list);
        news.extend(changes.into_iter().map(Told::Changed));
        let list = self.admission.list_used();
        if list != self.list && list != told {
            news.extend(list.map(Told::List));
        }
        self.list = list;
        news
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn change(epoch: i64) -> TrustChange {
        TrustChange {
            epoch,
            at: datetime!(2026-11-22 10:00 UTC),
            reason: "operator.moved".to_owned(),
            changed: vec!["operator:7".to_owned()],
            list: None,
        }
    }

    #[test]
    fn what_is_forgotten_is_said_and_what_is_remembered_is_told_once() {
        let events = Events::default();
        let told = |epoch| {
            let (forgotten, changes) = events.after(epoch);
            let epochs: Vec<i64> = changes.iter().map(|change| change.epoch).collect();
            (forgotten, epochs)
        };
        assert_eq!(told(0), (None, vec![]));
        events.remember(Some(10), vec![change(12), change(15)]);
        assert_eq!(told(0), (Some(10), vec![12, 15]));
        assert_eq!(told(10), (None, vec![12, 15]));
        assert_eq!(told(12), (None, vec![15]));
        events.remember(None, vec![change(16)]);
        assert_eq!(told(15), (None, vec![16]));
        assert_eq!(told(99), (None, vec![]));
        let many = i64::try_from(REMEMBERED).unwrap();
        events.remember(None, (20..20 + many).map(change).collect());
        assert_eq!(told(16).0, None, "the last that is forgotten was known");
        assert_eq!(told(15).0, Some(16));
    }
}
