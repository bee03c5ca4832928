//! What a node knows of the present, by two clocks, and who may follow it.

use std::sync::atomic::{AtomicI64, Ordering};

use time::macros::datetime;

use super::*;

const LEASE: Duration = Duration::from_mins(10);

/// Shows a moment, moved by the test.
struct MovedClock(AtomicI64);

impl MovedClock {
    fn by(&self, minutes: i64) {
        self.0.fetch_add(minutes, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> OffsetDateTime {
        let minutes = time::Duration::minutes(self.0.load(Ordering::SeqCst));
        datetime!(2026-11-22 10:00 UTC) + minutes
    }
}

fn node() -> (Admission, Arc<MovedClock>) {
    let clock = Arc::new(MovedClock(AtomicI64::new(0)));
    let settings = config::Admission {
        lease: LEASE,
        clock_skew: Duration::from_mins(2),
        ..config::Admission::default()
    };
    let shown: Arc<dyn Clock> = clock.clone();
    (Admission::new(shown, settings, Anchors::default()), clock)
}

#[track_caller]
fn is_fresh(node: &Admission) -> bool {
    match node.freshness() {
        Freshness::Until(until) => {
            let left = until - node.now();
            assert!(
                left <= LEASE && left > LEASE - time::Duration::MINUTE,
                "{left}"
            );
            true
        }
        Freshness::LeaseLost => false,
        other @ (Freshness::ClockBack | Freshness::Past) => panic!("{other:?}"),
    }
}

#[test]
fn the_lease_begins_when_the_registry_was_asked() {
    let (node, _) = node();
    assert!(!is_fresh(&node), "it saw nothing yet");
    assert_eq!(node.last_seen(), None);
    node.confirm(Instant::now());
    assert!(is_fresh(&node));
    let (at, age) = node.last_seen().unwrap();
    assert!(at <= node.now() && age < LEASE);
    let asked = Instant::now().checked_sub(LEASE + Duration::from_secs(1));
    node.confirm(asked.unwrap());
    assert!(!is_fresh(&node), "the answer came too late");
    node.confirm(Instant::now());
    node.distrust();
    assert!(!is_fresh(&node));
    node.confirm(Instant::now());
    assert!(is_fresh(&node));
}

#[test]
fn a_clock_that_went_back_is_not_believed_until_it_caught_up() {
    let (node, clock) = node();
    node.confirm(Instant::now());
    clock.by(-1);
    assert!(
        matches!(node.freshness(), Freshness::Until(_)),
        "within the skew"
    );
    clock.by(-2);
    assert_eq!(node.freshness(), Freshness::ClockBack);
    node.confirm(Instant::now());
    assert_eq!(
        node.freshness(),
        Freshness::ClockBack,
        "seeing the registry mends no clock"
    );
    clock.by(3);
    node.confirm(Instant::now());
    assert!(is_fresh(&node));
    // Step by step it gets no further than in one go.
    clock.by(-1);
    node.confirm(Instant::now());
    assert!(matches!(node.freshness(), Freshness::Until(_)));
    clock.by(-1);
    node.confirm(Instant::now());
    assert_eq!(node.freshness(), Freshness::ClockBack);
}

#[test]
fn a_machine_that_slept_longer_than_the_lease_knows_nothing_when_it_wakes() {
    let (node, clock) = node();
    node.confirm(Instant::now());
    clock.by(11);
    assert!(!is_fresh(&node));
    node.confirm(Instant::now());
    assert!(is_fresh(&node));
}

#[tokio::test]
async fn no_more_follow_than_there_are_seats_and_who_leaves_makes_room() {
    let (node, _) = node();
    let mut following: Vec<_> = (0..seats::SEATS)
        .map(|_| node.follow(None, None).unwrap())
        .collect();
    let refused = node.follow(None, None).unwrap_err();
    assert_eq!(refused.code.code, "admission.subscribers");
    following.pop();
    while node.follow(None, None).is_err() {
        tokio::task::yield_now().await;
    }
    // None of them is told that all is known, by a node that knows nothing.
    assert_eq!(following[0].recv().await, Some(events::Told::Silent));
    node.end();
    assert_eq!(following[0].recv().await, None);
}
