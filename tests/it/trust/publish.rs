//! Publishing: whole and verifiable, or not at all, and then the last list stays.

use std::fs;
use std::process::Command;

use annuaire::domain::error::{
    Failure, ROLE_INSUFFICIENT, TRUST_LIST_DAMAGED, TRUST_LIST_NOT_SIGNED, TRUST_LIST_OUTDATED,
    TRUST_LIST_REFUSED,
};
use annuaire::service::trust_space::{Published, TrustSpace};
use annuaire::trust::sidecar;
use annuaire::trust::sign::{Signer, SignerCertificate};
use annuaire::trust::verify_at::VerifyAt;
use annuaire::trust::xml::{Limits, Pin, read_signed};
use time::Duration;
use time::macros::datetime;

use super::keys::{NOW, Odd, fingerprint, signer, signer_until};
use super::publishing::{ENTRIES, Publishing, with_entries, with_key};
use crate::support::scratch;

fn refusal(outcome: Result<Published, Failure>) -> &'static str {
    outcome.unwrap_err().code.code
}

async fn publish(fixture: &Publishing, space: &TrustSpace) -> Result<Published, Failure> {
    fixture.advance(Duration::HOUR);
    space.publish(&fixture.anne, "pour un test").await
}

/// Whether nothing stands but this many whole versions.
async fn assert_versions(fixture: &Publishing, count: usize) {
    let versions = fixture.space.list_versions(None, 100).await.unwrap();
    assert_eq!(versions.len(), count);
    for version in versions {
        fixture.space.list_files(version.sequence).await.unwrap();
    }
    let head = fixture.space.log_head(None).await.unwrap();
    assert_eq!(head.size, u64::try_from(count).unwrap());
}

#[test]
fn a_list_is_published_that_others_accept() {
    with_key(async |fixture| {
        let version = fixture.publish().await;
        assert_eq!((version.sequence, version.entries), (1, ENTRIES));
        assert_eq!(version.generated_at, NOW + Duration::HOUR);
        assert_eq!(
            version.next_update,
            NOW + Duration::HOUR + Duration::days(3)
        );
        assert_eq!(
            (version.published_by.as_str(), version.reason.as_str()),
            ("anne", "pour un test")
        );
        assert_eq!(version.signer, fingerprint(&*signer(0)));

        let files = fixture.space.list_files(1).await.unwrap();
        assert_eq!(files.version, version);
        let xml = files.xml().unwrap();
        let pin = Pin::Certificate(signer(0).certificate().to_vec());
        let at = VerifyAt::At(fixture.now());
        let read = read_signed(&xml, &[pin], at, &Limits::default()).unwrap();
        assert_eq!(read.sha256, version.sha256);
        let entry = &read.list.entries[0];
        assert_eq!(entry.mail_domain.as_str(), "d1.mssante.fr");
        assert_eq!(entry.description, "Domaine <1> & Cie");
        assert_eq!(entry.responsible_contact, "01 00 00 00 00");
        assert_eq!(entry.updated_at, datetime!(2026-02-03 04:05:06 UTC));
        assert!(
            read.list
                .entries
                .is_sorted_by_key(|entry| entry.mail_domain.clone())
        );

        let pins = [SignerCertificate::parse(signer(0).certificate()).unwrap()];
        let moment = VerifyAt::At(fixture.now());
        let meta = sidecar::verify(files.meta_jws.as_bytes(), &pins, moment).unwrap();
        assert_eq!(
            (meta.xml.sha256, meta.sequence, meta.previous),
            (version.sha256, 1, None)
        );

        assert!(xmlsec1_verifies(&xml), "xmlsec1 refuses the list");
        let event: (String, String, serde_json::Value) = sqlx::query_as(
            "select actor, reason, detail from registry_event where action = 'trust_list.published'",
        )
        .fetch_one(fixture.pool())
        .await
        .unwrap();
        assert_eq!(
            (event.0.as_str(), event.1.as_str()),
            ("anne", "pour un test")
        );
        assert_eq!(event.2["added"], 200);
        let fed: bool = sqlx::query_scalar(
            "select exists (select from feed where kind = 'trust' and keys = '{list:1}')",
        )
        .fetch_one(fixture.pool())
        .await
        .unwrap();
        assert!(fed, "nodes were not told");
    });
}

fn xmlsec1_verifies(xml: &[u8]) -> bool {
    let dir = scratch::directory("xmlsec1");
    let (list, certificate) = (dir.join("list.xml"), dir.join("signer.der"));
    fs::write(&list, xml).unwrap();
    fs::write(&certificate, signer(0).certificate()).unwrap();
    let said = Command::new("xmlsec1")
        .args(["--verify", "--pubkey-cert-der"])
        .args([&certificate, &list])
        .output()
        .unwrap();
    said.status.success()
}

#[test]
fn versions_follow_each_other_without_gaps() {
    with_key(async |fixture| {
        let mut metas = Vec::new();
        for sequence in 1..=3 {
            let version = fixture.publish().await;
            assert_eq!(version.sequence, sequence);
            let files = fixture.space.list_files(sequence).await.unwrap();
            let pins = [SignerCertificate::parse(signer(0).certificate()).unwrap()];
            let jws = files.meta_jws.as_bytes();
            metas.push(sidecar::verify(jws, &pins, VerifyAt::ListTime).unwrap());
        }
        assert_eq!(metas[1].follows(&metas[0]), Ok(()));
        assert_eq!(metas[2].follows(&metas[1]), Ok(()));
        assert_versions(&fixture, 3).await;
    });
}

#[test]
fn a_list_that_says_nothing_new_waits_a_minute() {
    with_key(async |fixture| {
        let first = fixture.publish().await;
        fixture.advance(Duration::seconds(59));
        let again = fixture.space.publish(&fixture.anne, "test").await.unwrap();
        let Published::Unchanged(version) = again else {
            panic!("{again:?}");
        };
        assert_eq!(version, first);
        fixture
            .sql("update mail_domain set description = 'Autre' where name = 'd7.mssante.fr'")
            .await;
        let changed = fixture.space.publish(&fixture.anne, "test").await.unwrap();
        assert!(matches!(changed, Published::List(version) if version.sequence == 2));
        fixture.advance(Duration::seconds(60));
        let fresh = fixture.space.publish(&fixture.anne, "test").await.unwrap();
        assert!(matches!(fresh, Published::List(version) if version.sequence == 3));
    });
}

#[test]
fn time_never_goes_back_nor_stands_still() {
    with_key(async |fixture| {
        fixture.publish().await;
        fixture
            .sql("update mail_domain set description = 'Autre' where name = 'd7.mssante.fr'")
            .await;
        for (behind, why) in [(0, "the same second"), (3600, "an hour")] {
            fixture.advance(Duration::seconds(-behind));
            let outcome = fixture.space.publish(&fixture.anne, "test").await;
            assert_eq!(refusal(outcome), TRUST_LIST_OUTDATED.code, "{why}");
        }
        assert_versions(&fixture, 1).await;
    });
}

#[test]
fn only_what_stands_is_in_the_list() {
    with_key(async |fixture| {
        for (change, entries) in [
            (
                "update certificate set state = 'suspended' where id = 2",
                150,
            ),
            ("update certificate set state = 'active' where id = 2", 200),
            ("update operator set state = 'suspended' where id = 2", 150),
            ("update operator set state = 'active' where id = 2", 200),
            (
                "delete from mail_domain_operator where mail_domain = 'd1.mssante.fr'",
                199,
            ),
            (
                "delete from binding where mail_domain = 'd2.mssante.fr'",
                198,
            ),
        ] {
            fixture.sql(change).await;
            fixture.advance(Duration::HOUR);
            let space = fixture.node(vec![signer(0)], |settings| settings.max_removed_share = 1.0);
            let published = space.publish(&fixture.anne, "test").await.unwrap();
            let Published::List(version) = published else {
                panic!("{change}: {published:?}");
            };
            assert_eq!(version.entries, entries, "{change}");
        }
    });
}

#[test]
fn a_key_that_fails_leaves_the_last_list_and_an_alert_until_it_works_again() {
    with_key(async |fixture| {
        let gone = fixture.node(vec![Odd::gone()], |_| {});
        for versions in [0, 1] {
            let failure = publish(&fixture, &gone).await.unwrap_err();
            assert_eq!(failure.code, &TRUST_LIST_NOT_SIGNED);
            assert!(
                failure.detail.contains("the token was taken out"),
                "{failure}"
            );
            assert_versions(&fixture, versions).await;
            assert_eq!(fixture.open_alerts().await, ["trust_list.not_published"]);
            // It fails again, and the alert is still the same one.
            publish(&fixture, &gone).await.unwrap_err();
            assert_eq!(fixture.open_alerts().await, ["trust_list.not_published"]);
            fixture.publish().await;
            assert!(fixture.open_alerts().await.is_empty());
        }
    });
}

#[test]
fn without_the_current_key_nothing_is_signed() {
    with_entries(async |fixture| {
        let nobody = publish(&fixture, &fixture.space).await;
        assert_eq!(
            refusal(nobody),
            TRUST_LIST_NOT_SIGNED.code,
            "none was announced"
        );
        fixture.announce(&*signer(0)).await.unwrap();
        let other = fixture.node(vec![signer(1)], |_| {});
        assert_eq!(
            refusal(publish(&fixture, &other).await),
            TRUST_LIST_NOT_SIGNED.code
        );
        let auditor = fixture.space.publish(&fixture.claire, "test").await;
        assert_eq!(refusal(auditor), ROLE_INSUFFICIENT.code);
        assert_versions(&fixture, 0).await;
    });
}

#[test]
fn no_list_outlives_the_certificate_of_its_signer() {
    with_entries(async |fixture| {
        let until = NOW + Duration::days(2);
        let short = signer_until(0, until);
        fixture.announce(&*short).await.unwrap();
        let space = fixture.node(vec![short], |_| {});
        let Published::List(version) = publish(&fixture, &space).await.unwrap() else {
            panic!("nothing was published");
        };
        assert_eq!(version.next_update, until);
        fixture.advance(Duration::days(2));
        assert_eq!(
            refusal(publish(&fixture, &space).await),
            TRUST_LIST_NOT_SIGNED.code
        );
        assert_versions(&fixture, 1).await;
    });
}

#[test]
fn nothing_is_published_that_our_own_reader_refuses() {
    with_key(async |fixture| {
        let others = Odd::new(|message, _| signer(1).sign(message));
        let spoilt = Odd::new(|message, signer| {
            let mut signature = signer.sign(message)?;
            signature[17] ^= 1;
            Ok(signature)
        });
        for odd in [others, spoilt] {
            let space = fixture.node(vec![odd], |_| {});
            assert_eq!(
                refusal(publish(&fixture, &space).await),
                TRUST_LIST_REFUSED.code
            );
        }
        assert_versions(&fixture, 0).await;
    });
}

#[test]
fn a_list_that_breaks_a_rule_is_not_signed() {
    with_key(async |fixture| {
        fixture.sql("update binding set description = repeat('x', 5000) where mail_domain = 'd9.mssante.fr'").await;
        let never = fixture.node(vec![Odd::new(|_, _| panic!("it was to be signed"))], |_| {});
        assert_eq!(
            refusal(publish(&fixture, &never).await),
            TRUST_LIST_REFUSED.code
        );
        fixture.sql("delete from binding").await;
        let empty = publish(&fixture, &never).await.unwrap_err();
        assert_eq!(empty.code, &TRUST_LIST_REFUSED);
        assert!(empty.detail.contains("list.empty"), "{empty}");
        assert_versions(&fixture, 0).await;
        assert_eq!(fixture.open_alerts().await, ["trust_list.not_published"]);
    });
}

#[test]
fn nothing_is_added_to_a_log_that_is_not_the_one_signed_last() {
    with_key(async |fixture| {
        fixture.publish().await;
        fixture.publish().await;
        // Somebody who owns the database writes into it.
        fixture
            .sql(
                "alter table trust_list disable trigger append_only;
                create table kept as select sequence, leaf from trust_list;",
            )
            .await;
        for change in [
            "update trust_list set leaf = sha256('x') where sequence = 1",
            "update trust_list set leaf = sha256('x') where sequence = 2",
        ] {
            fixture.sql(change).await;
            let failure = publish(&fixture, &fixture.space).await.unwrap_err();
            assert_eq!(failure.code, &TRUST_LIST_DAMAGED, "{change}");
            assert_eq!(fixture.open_alerts().await, ["trust_list.not_published"]);
            let versions = fixture.space.list_versions(None, 100).await.unwrap();
            assert_eq!(versions.len(), 2);
            fixture.sql("update trust_list set leaf = kept.leaf from kept where kept.sequence = trust_list.sequence").await;
        }
        assert_eq!(fixture.publish().await.sequence, 3);
    });
}

#[test]
fn a_database_lost_between_signing_and_publishing_keeps_the_last_list() {
    with_key(async |fixture| {
        fixture.publish().await;
        // The list is signed first, its side-car second: the connection is gone before either is kept.
        let lose = std::sync::Mutex::new(Some(
            fixture
                .database
                .end_connections_where("xact_start is not null"),
        ));
        let loses = Odd::new(move |message, signer| {
            let signature = signer.sign(message)?;
            if let Some(lose) = lose.lock().unwrap().take() {
                lose();
            }
            Ok(signature)
        });
        let space = fixture.node(vec![loses], |_| {});
        let failure = publish(&fixture, &space).await.unwrap_err();
        assert_eq!(failure.code.code, "database.unavailable", "{failure}");
        assert_versions(&fixture, 1).await;
        assert_eq!(fixture.open_alerts().await, ["trust_list.not_published"]);
        let Published::List(version) = publish(&fixture, &space).await.unwrap() else {
            panic!("nothing was published");
        };
        assert_eq!(version.sequence, 2);
        assert_versions(&fixture, 2).await;
    });
}

#[test]
fn of_many_who_publish_at_once_one_does() {
    with_key(async |fixture| {
        fixture.advance(Duration::HOUR);
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let space = fixture.node(vec![signer(0)], |_| {});
            let anne = fixture.anne.clone();
            tasks.spawn(async move { space.publish(&anne, "test").await });
        }
        let mut made = 0;
        while let Some(outcome) = tasks.join_next().await {
            match outcome.unwrap() {
                Ok(Published::List(_)) => made += 1,
                Ok(Published::Unchanged(version)) => assert_eq!(version.sequence, 1),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(made, 1);
        assert_versions(&fixture, 1).await;
    });
}
