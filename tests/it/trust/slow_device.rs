//! A device that takes its time: nothing is lost with the patience of who asked, and nobody waits for it
//! who need not.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use annuaire::domain::error::{AUTHENTICATION_INVALID, TRUST_LIST_BUSY};
use annuaire::service::trust_space::TrustSpace;
use annuaire::trust::sign::{SignError, Signer as _};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::keys::Odd;
use super::publishing::{Publishing, with_key};

/// Long enough for any machine; nothing waits this long but a failing test.
const DEADLINE: Duration = Duration::from_mins(1);

/// What the device does once it is let.
#[derive(Clone, Copy)]
enum Then {
    Signs,
    Fails,
}

struct Slow {
    space: TrustSpace,
    /// The device was asked.
    asked: Arc<Notify>,
    /// Lets it go on.
    go: Sender<()>,
}

fn slow(fixture: &Publishing, then: Then) -> Slow {
    let asked = Arc::new(Notify::new());
    let (go, let_go) = channel();
    let let_go = Mutex::new(let_go);
    let told = Arc::clone(&asked);
    let device = Odd::new(move |message, signer| {
        told.notify_one();
        // Whoever drops the other end lets it go on, too.
        let _ = let_go.lock().unwrap().recv();
        match then {
            Then::Signs => signer.sign(message),
            Then::Fails => Err(SignError::Device {
                key: "token".to_owned(),
                problem: "it took too long".to_owned(),
            }),
        }
    });
    let space = fixture.node(vec![device], |_| {});
    fixture.advance(time::Duration::HOUR);
    Slow { space, asked, go }
}

/// Waits until it is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let reached = async {
        while !is_so().await {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(DEADLINE, reached).await.expect(what);
}

/// Begins to publish, and gives up once the device was asked.
async fn give_up(fixture: &Publishing, slow: &Slow) {
    tokio::select! {
        outcome = slow.space.publish(&fixture.anne, "test") => panic!("{outcome:?}"),
        () = slow.asked.notified() => {}
    }
}

#[test]
fn a_list_is_published_though_nobody_waits_for_it_any_more() {
    with_key(async |fixture| {
        let slow = slow(&fixture, Then::Signs);
        give_up(&fixture, &slow).await;
        drop(slow.go);
        until("the list", async || {
            fixture.space.list_version(1).await.is_ok()
        })
        .await;
    });
}

#[test]
fn a_device_that_fails_late_is_an_alert_all_the_same() {
    with_key(async |fixture| {
        let slow = slow(&fixture, Then::Fails);
        give_up(&fixture, &slow).await;
        drop(slow.go);
        until("the alert", async || {
            fixture.open_alerts().await == ["trust_list.not_published"]
        })
        .await;
    });
}

#[test]
fn who_comes_while_a_device_is_waited_for_is_told_so() {
    with_key(async |fixture| {
        let slow = slow(&fixture, Then::Signs);
        give_up(&fixture, &slow).await;
        let failure = fixture
            .space
            .publish(&fixture.bruno, "test")
            .await
            .unwrap_err();
        assert_eq!(failure.code, &TRUST_LIST_BUSY, "{failure}");
        let alerts = fixture.open_alerts().await;
        assert!(alerts.is_empty(), "the list may come out still: {alerts:?}");
        drop(slow.go);
        until("the list", async || {
            fixture.space.list_version(1).await.is_ok()
        })
        .await;
    });
}

#[test]
fn an_administrator_can_be_disabled_while_a_device_is_waited_for_and_publishes_nothing() {
    with_key(async |fixture| {
        let slow = slow(&fixture, Then::Signs);
        let publishing = Box::pin(slow.space.publish(&fixture.anne, "test"));
        let disabling = async {
            slow.asked.notified().await;
            fixture.space.disable_administrator("anne").await.unwrap();
            slow.go.send(()).unwrap();
            slow.go.send(()).unwrap();
        };
        let (outcome, ()) = timeout(DEADLINE, async { tokio::join!(publishing, disabling) })
            .await
            .expect("disabling waits for the device");
        assert_eq!(outcome.unwrap_err().code, &AUTHENTICATION_INVALID);
        assert!(fixture.space.list_version(1).await.is_err());
        assert!(fixture.open_alerts().await.is_empty());
    });
}
