//! What the registry does by itself, on as many nodes as there are: once.

use std::sync::Arc;
use std::time::Duration;

use annuaire::domain::alert::AlertCode;
use annuaire::domain::approval::{Approval, ApprovalState};
use annuaire::storage::{alerts, changes};
use annuaire::trust::sign::Signer;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::keys::{Odd, signer};
use super::publishing::{Publishing, with_key};

/// Long enough for any machine; nothing waits this long but a failing test.
const DEADLINE: Duration = Duration::from_mins(1);
const EVERY: Duration = Duration::from_hours(1);

/// Tells nodes to look again until something has come about.
async fn until(fixture: &Publishing, what: &str, mut done: impl AsyncFnMut() -> bool) {
    let waited = async {
        while !done().await {
            fixture.advance(time::Duration::SECOND);
            changes::wake(&mut fixture.pool().acquire().await.unwrap())
                .await
                .unwrap();
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(DEADLINE, waited)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"));
}

async fn published_by(fixture: &Publishing) -> Vec<String> {
    let versions = fixture.space.list_versions(None, 100).await.unwrap();
    versions
        .into_iter()
        .rev()
        .map(|it| it.published_by)
        .collect()
}

/// Lists that wait for administrators.
async fn asked(fixture: &Publishing) -> Vec<Approval> {
    let pending = Some(ApprovalState::Pending);
    fixture.space.approvals(pending).await.unwrap()
}

async fn change(fixture: &Publishing, statements: &'static str) {
    fixture.sql(statements).await;
    let mut truth = fixture.pool().begin().await.unwrap();
    changes::append_trust(
        &mut truth,
        "mail_domain.amended",
        &["mail_domain:d7.mssante.fr".to_owned()],
    )
    .await
    .unwrap();
    truth.commit().await.unwrap();
}

#[test]
fn lists_are_published_when_their_time_comes_and_when_something_changed() {
    with_key(async |fixture| {
        let cancel = CancellationToken::new();
        let mut nodes = tokio::task::JoinSet::new();
        for signs in [true, true, false] {
            let mut keys: Vec<Arc<dyn Signer>> = Vec::new();
            if signs {
                keys.push(signer(0));
            }
            let node = fixture.node(keys, |settings| settings.publish_every = Some(EVERY));
            nodes.spawn(node.keep(None, cancel.clone()));
        }
        let count = async || published_by(&fixture).await.len();
        until(&fixture, "the first list", async || count().await == 1).await;
        change(
            &fixture,
            "update mail_domain set description = 'Autre' where name = 'd7.mssante.fr'",
        )
        .await;
        until(&fixture, "a list of what changed", async || {
            count().await == 2
        })
        .await;
        fixture.advance(time::Duration::HOUR);
        until(&fixture, "a list in time", async || count().await == 3).await;
        cancel.cancel();
        timeout(DEADLINE, nodes.join_all()).await.unwrap();
        let published = published_by(&fixture).await;
        assert_eq!(published, ["schedule"; 3], "each was published once");
        assert!(fixture.open_alerts().await.is_empty());
    });
}

#[test]
fn a_list_that_loses_much_is_asked_for_once_and_not_published() {
    with_key(async |fixture| {
        fixture.publish().await;
        change(&fixture, "delete from binding where certificate_id = 2").await;
        let cancel = CancellationToken::new();
        let node = fixture.node(vec![signer(0)], |settings| {
            settings.publish_every = Some(EVERY);
        });
        let node = tokio::spawn(node.keep(None, cancel.clone()));
        until(&fixture, "an approval", async || {
            asked(&fixture).await.len() == 1
        })
        .await;
        let approval = asked(&fixture).await.remove(0);
        assert_eq!(approval.requested_by, "schedule");
        // Of the registry's own wishes both administrators have to be convinced.
        fixture
            .space
            .approve(&fixture.anne, approval.id)
            .await
            .unwrap();
        assert_eq!(published_by(&fixture).await.len(), 1);
        fixture
            .space
            .approve(&fixture.bruno, approval.id)
            .await
            .unwrap();
        let published = published_by(&fixture).await;
        assert_eq!(published.len(), 2);
        assert_eq!(published[1], "schedule");
        cancel.cancel();
        timeout(DEADLINE, node).await.unwrap().unwrap();
        assert!(asked(&fixture).await.is_empty(), "it was asked for again");
    });
}

#[test]
fn a_key_that_fails_is_tried_again() {
    with_key(async |fixture| {
        let broken = std::sync::atomic::AtomicBool::new(true);
        let flaky = Odd::new(move |message, signer| {
            if broken.swap(false, std::sync::atomic::Ordering::SeqCst) {
                return Signer::sign(&*Odd::gone(), message);
            }
            Signer::sign(signer, message)
        });
        let cancel = CancellationToken::new();
        let node = fixture.node(vec![flaky], |settings| settings.publish_every = Some(EVERY));
        let node = tokio::spawn(node.keep(None, cancel.clone()));
        until(&fixture, "the list", async || {
            !published_by(&fixture).await.is_empty()
        })
        .await;
        cancel.cancel();
        timeout(DEADLINE, node).await.unwrap().unwrap();
        let mut truth = fixture.pool().acquire().await.unwrap();
        let open = alerts::open(&mut truth).await.unwrap();
        assert!(
            open.iter()
                .all(|it| it.code != AlertCode::TrustListNotPublished)
        );
        let raised: i64 = sqlx::query_scalar(
            "select count(*) from alert where code = 'trust_list.not_published'",
        )
        .fetch_one(fixture.pool())
        .await
        .unwrap();
        assert_eq!(raised, 1);
    });
}
