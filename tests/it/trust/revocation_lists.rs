//! Revocation lists of ours: what is on them, when they come, and what openssl makes of them.

use std::time::Duration as Wait;

use annuaire::domain::act::Act;
use annuaire::domain::alert::AlertCode;
use annuaire::domain::authority::IssuedStatus;
use annuaire::domain::certificate::RevocationReason;
use annuaire::domain::error::AUTHORITY_UNAVAILABLE;
use annuaire::service::trust_space::Clocks;
use annuaire::storage::certificates;
use annuaire::trust::revocation::RevocationList;
use time::Duration;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::council::refused;
use super::keys::Odd;
use super::ours::{
    ISSUING, OurPki, decide, issued, node, node_beside, openssl_crl, openssl_verify, with_ours,
};
use super::registered::{Registered, with_registered};
use super::web::{NOBODY, Web};

/// Long enough for any machine; nothing waits this long but a failing test.
const DEADLINE: Wait = Wait::from_mins(1);
const CRL: &str = "/crl/essai.crl";

/// Signs what is due, and gives the newest list and how many were signed.
async fn renewed(registry: &Registered) -> (RevocationList, usize) {
    let signed = registry.space.publish_revocation_lists().await.unwrap();
    (newest(registry).await, signed)
}

async fn newest(registry: &Registered) -> RevocationList {
    let der: Vec<u8> = sqlx::query_scalar(
        "select der from revocation_list where source = 'own' order by id desc limit 1",
    )
    .fetch_one(&registry.pool)
    .await
    .unwrap();
    RevocationList::read(&der, 1 << 20).unwrap()
}

async fn serial(registry: &Registered, certificate: i64) -> Vec<u8> {
    let serial: String = sqlx::query_scalar("select serial from certificate where id = $1")
        .bind(certificate)
        .fetch_one(&registry.pool)
        .await
        .unwrap();
    hex::decode(serial).unwrap()
}

async fn hold(registry: &Registered, certificate: i64) {
    let act = Act::SuspendCertificate { certificate };
    let space = &registry.space;
    space.request(&registry.anne, act, "a test").await.unwrap();
}

async fn revoke(registry: &Registered, certificate: i64, because: RevocationReason) {
    let act = Act::RevokeCertificate {
        certificate,
        because,
    };
    decide(registry, act).await;
}

async fn open_alerts(registry: &Registered) -> Vec<AlertCode> {
    let open = registry.space.alerts().await.unwrap();
    let of_authority = open
        .into_iter()
        .filter(|it| it.subject == "authority:essai");
    of_authority.map(|it| it.code).collect()
}

#[test]
fn openssl_sees_a_certificate_on_hold_let_in_again_and_revoked() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let id = issued(&registry, "mx1.hopital.mssante.fr").await;
        let other = issued(&registry, "mx2.hopital.mssante.fr").await;
        let detail = registry.space.certificate(id).await.unwrap();
        let other = registry.space.certificate(other).await.unwrap();
        let web = Web::new(&registry.space);
        let serial = hex::encode_upper(serial(&registry, id).await);
        // What follows, and what openssl finds on the list.
        let steps: [(Option<Act>, Option<&str>); 4] = [
            (None, None),
            (
                Some(Act::SuspendCertificate { certificate: id }),
                Some("Certificate Hold"),
            ),
            (Some(Act::ReleaseCertificate { certificate: id }), None),
            (
                Some(Act::RevokeCertificate {
                    certificate: id,
                    because: RevocationReason::KeyCompromise,
                }),
                Some("Key Compromise"),
            ),
        ];
        for (number, (act, reason)) in (1..).zip(steps) {
            match act {
                None => {}
                Some(act @ Act::SuspendCertificate { .. }) => {
                    let done = registry.space.request(&registry.anne, act, "a test");
                    done.await.unwrap();
                }
                Some(act) => decide(&registry, act).await,
            }
            registry.space.publish_revocation_lists().await.unwrap();
            web.status.refresh(&registry.pool).await.unwrap();
            let list = web.get(NOBODY, CRL).await.body;
            let printed = openssl_crl(&list);
            assert!(printed.contains("verify OK"), "{printed}");
            assert!(
                printed.contains(&format!("X509v3 CRL Number: \n                {number}\n")),
                "{printed}"
            );
            let verdict = openssl_verify(&detail.chain[0], &list, registry.now());
            if let Some(reason) = reason {
                assert!(
                    printed.contains(&serial) && printed.contains(reason),
                    "{printed}"
                );
                assert!(verdict.contains("certificate revoked"), "{verdict}");
            } else {
                assert!(printed.contains("No Revoked Certificates"), "{printed}");
                assert!(verdict.trim_end().ends_with(": OK"), "{verdict}");
            }
            let verdict = openssl_verify(&other.chain[0], &list, registry.now());
            assert!(verdict.trim_end().ends_with(": OK"), "{verdict}");
            registry.advance(Duration::MINUTE);
        }
    });
}

#[test]
fn a_list_comes_when_something_changed_or_its_time_came_and_else_not() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let (list, signed) = renewed(&registry).await;
        assert_eq!((signed, list.number().octets()), (1, &[1][..]));
        assert_eq!(list.next_update(), registry.now() + Duration::DAY);
        let id = issued(&registry, "mx1.hopital.mssante.fr").await;
        assert_eq!(renewed(&registry).await.1, 0, "a new one is good");
        registry.advance(Duration::hours(6) - Duration::SECOND);
        assert_eq!(renewed(&registry).await.1, 0);
        registry.advance(Duration::SECOND);
        let (list, signed) = renewed(&registry).await;
        assert_eq!(
            (signed, list.number().octets()),
            (1, &[2][..]),
            "its time came"
        );
        hold(&registry, id).await;
        assert_eq!(renewed(&registry).await.1, 1, "at once");
        assert_eq!(renewed(&registry).await.1, 0);
        assert_eq!(
            registry
                .texts(
                    "select reason from feed where kind = 'trust' order by position desc limit 2"
                )
                .await,
            ["revocation_list.published", "certificate.moved"]
        );
    });
}

/// An entry that leaves too early, a reason that is told no more, a hold that stays for ever.
#[test]
fn entries_stay_as_long_as_they_must_and_say_what_was_decided_last() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let revoked = issued(&registry, "mx1.hopital.mssante.fr").await;
        let held = issued(&registry, "mx2.hopital.mssante.fr").await;
        let lifted = issued(&registry, "mx3.hopital.mssante.fr").await;
        let mut serials = Vec::new();
        for id in [revoked, held, lifted] {
            serials.push(serial(&registry, id).await);
        }
        let told = |list: &RevocationList| -> Vec<IssuedStatus> {
            serials
                .iter()
                .map(|serial| list.status_of(serial))
                .collect()
        };
        let hold_at = registry.now();
        for id in [revoked, held, lifted] {
            hold(&registry, id).await;
        }
        let (list, _) = renewed(&registry).await;
        assert_eq!(told(&list), [IssuedStatus::OnHold(hold_at); 3]);

        registry.advance(Duration::MINUTE);
        let revoked_at = registry.now();
        revoke(&registry, revoked, RevocationReason::CessationOfOperation).await;
        let release = Act::ReleaseCertificate {
            certificate: lifted,
        };
        decide(&registry, release).await;
        let (list, _) = renewed(&registry).await;
        let for_good = IssuedStatus::Revoked(revoked_at, RevocationReason::CessationOfOperation);
        let expected = [for_good, IssuedStatus::OnHold(hold_at), IssuedStatus::Good];
        assert_eq!(told(&list), expected);

        // All three end; who was on hold was never let in again.
        registry.advance(Duration::days(365) + Duration::HOUR);
        registry.space.expire_certificates().await.unwrap();
        let states = registry
            .texts("select state from certificate order by id")
            .await;
        assert_eq!(states, ["revoked", "expired", "expired"]);
        let (list, signed) = renewed(&registry).await;
        assert_eq!((signed, told(&list)), (1, expected.to_vec()));
        registry.advance(Duration::days(2));
        let (list, signed) = renewed(&registry).await;
        assert_eq!((signed, told(&list)), (1, expected.to_vec()));
        registry.advance(Duration::DAY);
        let (list, signed) = renewed(&registry).await;
        assert_eq!(
            (signed, list.entries()),
            (1, 0),
            "they were on one after their end"
        );
        assert_eq!(renewed(&registry).await.1, 0);

        // A key that leaked after its time is told still.
        let leaked_at = registry.now();
        revoke(&registry, lifted, RevocationReason::KeyCompromise).await;
        let (list, signed) = renewed(&registry).await;
        let leaked = IssuedStatus::Revoked(leaked_at, RevocationReason::KeyCompromise);
        assert_eq!((signed, told(&list)[2], list.entries()), (1, leaked, 1));
    });
}

#[test]
fn what_is_issued_is_read_with_how_it_stands() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let good = issued(&registry, "mx1.hopital.mssante.fr").await;
        let held = issued(&registry, "mx2.hopital.mssante.fr").await;
        let foreign = registry.add(1, "mx3.hopital.mssante.fr", 90).await.unwrap();
        hold(&registry, held).await;
        let own = registry.space.authority(ISSUING).await.unwrap().record.id;
        let mut truth = registry.pool.acquire().await.unwrap();
        let found = certificates::issued_by(&mut truth, own).await.unwrap();
        let found: Vec<_> = found.into_iter().map(|it| (it.id, it.status)).collect();
        let on_hold = IssuedStatus::OnHold(registry.now());
        assert_eq!(found, [(good, IssuedStatus::Good), (held, on_hold)]);
        let taken = certificates::taken_back_by(&mut truth, own).await.unwrap();
        assert_eq!(taken.len(), 1);
        assert!(taken.iter().all(|it| it.id != foreign));
    });
}

#[test]
fn of_many_nodes_one_signs_and_numbers_have_no_gaps() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let nodes: Vec<_> = (0..4)
            .map(|_| node(&registry, Some(OurPki::shared().issuing_key())))
            .collect();
        let id = issued(&registry, "mx1.hopital.mssante.fr").await;
        for round in 0..3 {
            let mut tasks = tokio::task::JoinSet::new();
            for node in &nodes {
                let node = node.clone();
                tasks.spawn(async move { node.publish_revocation_lists().await.unwrap() });
            }
            assert_eq!(
                tasks.join_all().await.into_iter().sum::<usize>(),
                1,
                "{round}"
            );
            match round {
                0 => hold(&registry, id).await,
                _ => registry.advance(Duration::hours(7)),
            }
        }
        let numbers = registry
            .texts("select number from revocation_list order by id")
            .await;
        assert_eq!(numbers, ["01", "02", "03"]);
    });
}

#[test]
fn a_clock_that_goes_back_signs_nothing_and_is_an_alert() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        renewed(&registry).await;
        let id = issued(&registry, "mx1.hopital.mssante.fr").await;
        assert!(open_alerts(&registry).await.is_empty());
        // Within what clocks of nodes differ, times do not go back.
        registry.advance(-Duration::SECOND);
        hold(&registry, id).await;
        let (list, signed) = renewed(&registry).await;
        assert_eq!(signed, 1);
        assert_eq!(list.this_update(), registry.now() + Duration::SECOND);

        registry.advance(-Duration::MINUTE);
        let signed = registry.space.publish_revocation_lists().await;
        let why = refused(signed, &AUTHORITY_UNAVAILABLE);
        assert!(why.contains("went back"), "{why}");
        assert_eq!(
            open_alerts(&registry).await,
            [AlertCode::RevocationListNotPublished]
        );
        registry.advance(Duration::hours(7));
        assert_eq!(renewed(&registry).await.1, 1);
        assert!(open_alerts(&registry).await.is_empty());
    });
}

/// The time of these tests is before they were written: no database shows it any more.
#[test]
fn a_clock_that_is_not_that_of_the_database_signs_nothing_and_is_an_alert() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let clocks = Clocks::Database(Wait::from_mins(2));
        let wrong = node_beside(&registry, Some(OurPki::shared().issuing_key()), clocks);
        let why = refused(
            wrong.publish_revocation_lists().await,
            &AUTHORITY_UNAVAILABLE,
        );
        assert!(why.contains("that of the database"), "{why}");
        assert!(
            open_alerts(&registry)
                .await
                .contains(&AlertCode::RevocationListNotPublished)
        );
        assert_eq!(
            renewed(&registry).await.0.number().octets(),
            &[1][..],
            "nothing was signed before"
        );

        // Within what clocks may differ, what changed is told at once, as of the same moment.
        let clocks = Clocks::Database(Wait::from_hours(24 * 365 * 50));
        let near = node_beside(&registry, Some(OurPki::shared().issuing_key()), clocks);
        let id = issued(&registry, "mx1.hopital.mssante.fr").await;
        hold(&registry, id).await;
        let last = registry.now();
        registry.advance(-Duration::MINUTE);
        assert_eq!(near.publish_revocation_lists().await.unwrap(), 1);
        assert_eq!(newest(&registry).await.this_update(), last);
    });
}

#[test]
fn a_key_that_cannot_be_used_is_an_alert_until_one_can() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let overdue = AlertCode::RevocationListOverdue;
        assert_eq!(open_alerts(&registry).await, [overdue], "there is none yet");
        let broken = node(&registry, Some(Odd::gone()));
        refused(
            broken.publish_revocation_lists().await,
            &AUTHORITY_UNAVAILABLE,
        );
        let not_published = AlertCode::RevocationListNotPublished;
        assert_eq!(open_alerts(&registry).await, [not_published, overdue]);
        renewed(&registry).await;
        assert!(open_alerts(&registry).await.is_empty());
        registry.advance(Duration::hours(17));
        let ageing = AlertCode::RevocationListAgeing;
        assert_eq!(open_alerts(&registry).await, [ageing]);
        registry.advance(Duration::hours(7));
        assert_eq!(open_alerts(&registry).await, [overdue]);
        // A node without the key has nothing to sign, and nothing to complain of.
        let without = node(&registry, None);
        assert_eq!(without.publish_revocation_lists().await.unwrap(), 0);
    });
}

#[test]
fn a_node_signs_at_once_when_something_changed() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let id = issued(&registry, "mx1.hopital.mssante.fr").await;
        let serial = serial(&registry, id).await;
        let cancel = CancellationToken::new();
        let keeper = registry.space.clone().keep_revocation_lists(cancel.clone());
        let keeper = tokio::spawn(keeper);
        let web = Web::new(&registry.space);
        let follower = web.status.clone();
        let follower = tokio::spawn(follower.follow(registry.pool.clone(), cancel.clone()));
        let served = async |wanted: IssuedStatus| {
            let reached = async {
                loop {
                    let list = web.ask(NOBODY, &format!("GET {CRL}"), &[], "").await.body;
                    let read = RevocationList::read(&list, 1 << 20);
                    if read.is_ok_and(|list| list.status_of(&serial) == wanted) {
                        return;
                    }
                    sleep(Wait::from_millis(5)).await;
                }
            };
            let reached = timeout(DEADLINE, reached).await;
            reached.unwrap_or_else(|_| panic!("never: {wanted:?}"));
        };
        served(IssuedStatus::Good).await;
        hold(&registry, id).await;
        served(IssuedStatus::OnHold(registry.now())).await;
        revoke(&registry, id, RevocationReason::KeyCompromise).await;
        let why = RevocationReason::KeyCompromise;
        served(IssuedStatus::Revoked(registry.now(), why)).await;
        cancel.cancel();
        keeper.await.unwrap();
        follower.await.unwrap();
    });
}
