//! Nodes that follow the trust space: they take up every change, say so, and refuse once they have not
//! heard of it for longer than their lease.

use std::time::Duration;

use annuaire::domain::act::Act;
use annuaire::domain::certificate::{CertificateState, RevocationReason};
use annuaire::service::trust_space::Requested;
use annuaire::storage::{self, nodes};
use tokio::time::{sleep, timeout};

use super::deciding_node::{DEADLINE, Node};
use super::registered::Registered;
use crate::support::database::with_database;
use crate::support::proxy::Proxy;

const LONG: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_secs(1);

/// Has an act done that one administrator may do, or two; gives its epoch.
pub(crate) async fn done(registry: &Registered, act: Act) -> i64 {
    match registry
        .space
        .request(&registry.anne, act, "a test")
        .await
        .unwrap()
    {
        Requested::Done { epoch } => epoch,
        Requested::Pending(approval) => {
            let approved = registry.space.approve(&registry.bruno, approval.id).await;
            approved.unwrap().epoch.unwrap()
        }
        Requested::Scheduled { id } => panic!("scheduled as {id}"),
    }
}

/// A certificate of operator 1 in force; gives its number and the epoch.
pub(crate) async fn active(registry: &Registered) -> (i64, i64) {
    let certificate = registry.add(1, "mx1", 300).await.unwrap();
    registry.bind("a.mssante.fr", certificate).await.unwrap();
    let act = Act::ActivateCertificate {
        certificate,
        replaces: None,
    };
    (certificate, done(registry, act).await)
}

#[test]
fn what_is_revoked_is_revoked_on_every_node_and_each_says_so() {
    with_database(async |database| {
        let registry = Registered::begin(database.pool.clone()).await;
        let (certificate, epoch) = active(&registry).await;
        let nodes =
            ["a", "b", "c"].map(|name| Node::start(name, &registry, registry.pool.clone(), LONG));
        for node in &nodes {
            node.reaches(epoch).await;
            node.becomes(true).await;
            assert_eq!(node.state_of(certificate), CertificateState::Active);
        }
        let mut told = nodes::listen(&registry.pool).await.unwrap();
        let epoch = done(
            &registry,
            Act::RevokeCertificate {
                certificate,
                because: RevocationReason::KeyCompromise,
            },
        )
        .await;
        for node in &nodes {
            node.reaches(epoch).await;
            assert_eq!(node.state_of(certificate), CertificateState::Revoked);
        }
        let mut truth = storage::acquire(&registry.pool).await.unwrap();
        loop {
            let acknowledged = nodes::acknowledgements(&mut truth, epoch).await.unwrap();
            if acknowledged.len() == 3 {
                let names: Vec<_> = acknowledged.iter().map(|it| it.node.as_str()).collect();
                assert_eq!(names, ["a", "b", "c"]);
                break;
            }
            timeout(DEADLINE, told.recv()).await.unwrap().unwrap();
        }
        for node in nodes {
            node.end().await;
        }
    });
}

#[test]
fn a_node_that_is_cut_off_knows_nothing_after_its_lease_and_comes_back() {
    with_database(async |database| {
        let registry = Registered::begin(database.pool.clone()).await;
        let (certificate, epoch) = active(&registry).await;
        let proxy = Proxy::to(&database);
        let reached = Node::start("reached", &registry, registry.pool.clone(), LONG);
        let cut_off = Node::start("cut off", &registry, proxy.pool(), SHORT);
        for node in [&reached, &cut_off] {
            node.reaches(epoch).await;
            node.becomes(true).await;
        }
        proxy.cut();
        let epoch = done(&registry, Act::SuspendCertificate { certificate }).await;
        reached.reaches(epoch).await;
        cut_off.becomes(false).await;
        assert_eq!(cut_off.state_of(certificate), CertificateState::Active);
        assert!(reached.is_fresh());
        proxy.mend();
        cut_off.reaches(epoch).await;
        cut_off.becomes(true).await;
        assert_eq!(cut_off.state_of(certificate), CertificateState::Suspended);
        cut_off.end().await;
        reached.end().await;
    });
}

#[test]
fn a_truth_that_went_back_is_not_followed() {
    with_database(async |database| {
        let registry = Registered::begin(database.pool.clone()).await;
        let (certificate, _) = active(&registry).await;
        let epoch = done(&registry, Act::SuspendCertificate { certificate }).await;
        let node = Node::start("a", &registry, registry.pool.clone(), SHORT);
        node.reaches(epoch).await;
        node.becomes(true).await;
        let sql = async |statements: &'static str| {
            let done = sqlx::raw_sql(statements).execute(&registry.pool).await;
            done.unwrap();
        };
        // As a restoration of an earlier backup makes it.
        sql("create table lost as select * from feed where position = (select max(position) from feed);
            delete from feed using lost where feed.position = lost.position;
            update certificate set state = 'active', state_since = '2026-11-21';
            select pg_notify('annuaire_change', '')")
        .await;
        until_alerts(&registry, |alerts| {
            alerts.len() == 1 && alerts[0].starts_with("trust_space.went_back node:a ")
        })
        .await;
        assert!(!node.is_fresh());
        assert_eq!(node.state_of(certificate), CertificateState::Suspended);
        // Another change at the same position makes it no better.
        sql("insert into feed (position, kind, keys, at) select position, kind, keys, '2026-01-01' from lost;
            select pg_notify('annuaire_change', '')")
        .await;
        let again = format!("went back to {epoch}:");
        until_alerts(&registry, |alerts| alerts[0].contains(&again)).await;
        assert!(!node.is_fresh());
        sql(
            "delete from feed using lost where feed.position = lost.position;
            insert into feed select * from lost;
            select pg_notify('annuaire_change', '')",
        )
        .await;
        until_alerts(&registry, <[String]>::is_empty).await;
        assert!(node.is_fresh());
        node.end().await;
    });
}

/// Waits until the open alerts are so.
async fn until_alerts(registry: &Registered, are_so: impl Fn(&[String]) -> bool) {
    let query =
        "select code || ' ' || subject || ' ' || detail from alert where cleared_at is null";
    let raised = async {
        while !are_so(&registry.texts(query).await) {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(DEADLINE, raised)
        .await
        .expect("the alerts stay as they are");
}
