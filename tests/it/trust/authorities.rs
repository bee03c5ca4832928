//! Our own authorities: made known from the root down, and the lists that administrators bring.

use annuaire::config;
use annuaire::domain::act::Act;
use annuaire::domain::authority::{IssuedCertificate, IssuedStatus};
use annuaire::domain::certificate::RevocationReason;
use annuaire::domain::error::{
    AUTHORITY_EXISTS, AUTHORITY_INVALID, AUTHORITY_UNAVAILABLE, REVOCATION_LIST_REFUSED,
    ROLE_INSUFFICIENT,
};
use annuaire::service::trust_space::{ConfiguredAuthority, OwnAuthorities};
use annuaire::trust::certificate::Certificate;
use annuaire::trust::revocation::RevocationList;
use rcgen::KeyPair;
use time::{Duration, OffsetDateTime};

use super::council::refused;
use super::ours::{ISSUING, OurPki, ROOT, ask, csr, decide, issued, node, pem, with_ours};
use super::pki::{Authority, gateway};
use super::registered::{NUMBERS, with_registered};

#[test]
fn authorities_are_made_known_from_the_root_down() {
    with_registered(async |mut registry| {
        let ours = OurPki::shared();
        registry.space = node(&registry, None);
        let (space, anne) = (&registry.space, &registry.anne);
        let (root, issuing) = (ours.file("root.pem"), ours.file("issuing.pem"));
        assert_eq!(space.unknown_authorities().await.unwrap(), [ISSUING]);

        let added = space.add_authority(anne, ISSUING, issuing.as_bytes(), "a test");
        let why = refused(added.await, &AUTHORITY_INVALID);
        assert!(why.contains("No root that is known here"), "{why}");
        let added = space.add_authority(&registry.claire, ROOT, root.as_bytes(), "a test");
        refused(added.await, &ROLE_INSUFFICIENT);
        let added = space.add_authority(anne, "Racine", root.as_bytes(), "a test");
        refused(added.await, &AUTHORITY_INVALID);

        let added = space.add_authority(anne, ROOT, root.as_bytes(), "a test");
        assert_eq!(added.await.unwrap().record.kind.as_str(), "root");
        let added = space.add_authority(anne, ISSUING, issuing.as_bytes(), "a test");
        let added = added.await.unwrap();
        assert_eq!(added.record.kind.as_str(), "issuing");
        assert_eq!(added.record.der, ours.made.issuing.der().to_vec());
        assert_eq!(added.newest_list, None);
        assert!(space.unknown_authorities().await.unwrap().is_empty());

        let again = space.add_authority(anne, "autre", issuing.as_bytes(), "a test");
        let why = refused(again.await, &AUTHORITY_EXISTS);
        assert!(why.contains(ISSUING), "{why}");
        // Of another root, under a name that is taken or not.
        let foreign = OurPki::foreign().file("issuing.pem");
        let added = space.add_authority(anne, "autre", foreign.as_bytes(), "a test");
        refused(added.await, &AUTHORITY_INVALID);
        let leaf = Authority::trusted().chain(&gateway("mx", NUMBERS[0], 90));
        for wrong in [&b""[..], b"no certificate", &leaf] {
            let added = space.add_authority(anne, "autre", wrong, "a test");
            refused(added.await, &AUTHORITY_INVALID);
        }
        assert_eq!(
            registry
                .texts("select detail ->> 'authority' from registry_event where action = 'authority.added' order by id")
                .await,
            [ROOT, ISSUING]
        );
    });
}

#[test]
fn an_authority_that_its_root_revoked_issues_nothing() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let ours = OurPki::shared();
        let list = ours.root_list(
            7,
            registry.now() - Duration::HOUR,
            &[IssuedCertificate {
                id: 0,
                serial: ours.made.issuing.serial.clone(),
                status: IssuedStatus::Revoked(
                    registry.now() - Duration::DAY,
                    RevocationReason::KeyCompromise,
                ),
                not_after: ours.made.issuing.not_after,
            }],
        );
        let brought =
            registry
                .space
                .add_revocation_list(&registry.anne, ROOT, list.as_bytes(), "it leaked");
        brought.await.unwrap();
        // Once and for all: a later list does not let it in again.
        let forgets = ours.root_list(8, registry.now(), &[]);
        let brought =
            registry
                .space
                .add_revocation_list(&registry.anne, ROOT, forgets.as_bytes(), "a test");
        let why = refused(brought.await, &REVOCATION_LIST_REFUSED);
        assert!(why.contains("forgets"), "{why}");
        let asked = ask(
            &registry,
            1,
            csr(1, "mx1.hopital.mssante.fr", &KeyPair::generate().unwrap()),
            None,
        );
        let why = refused(asked.await, &AUTHORITY_UNAVAILABLE);
        assert!(why.contains(ROOT), "{why}");
    });
}

#[test]
fn the_list_of_the_root_is_brought_and_follows_the_one_before() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let ours = OurPki::shared();
        let now = registry.now();
        let (space, anne) = (&registry.space, &registry.anne);
        let bring = async |name: &str, list: &str| {
            space
                .add_revocation_list(anne, name, list.as_bytes(), "a test")
                .await
        };
        let list = |number, at: OffsetDateTime| ours.root_list(number, at, &[]);
        let first = list(2, now - Duration::HOUR);
        for (name, wrong, what) in [
            (ROOT, "no list".to_owned(), "not an X.509 revocation list"),
            (ISSUING, first.clone(), "another issuer"),
            (
                ROOT,
                OurPki::foreign().root_list(2, now, &[]),
                "another key",
            ),
            (ROOT, list(2, now + Duration::HOUR), "yet to come"),
        ] {
            let why = refused(bring(name, &wrong).await, &REVOCATION_LIST_REFUSED);
            assert!(why.contains(what), "{why}");
        }
        let auditor = space.add_revocation_list(&registry.claire, ROOT, first.as_bytes(), "a test");
        refused(auditor.await, &ROLE_INSUFFICIENT);

        let brought = bring(ROOT, &first).await.unwrap().newest_list.unwrap();
        assert_eq!(brought.number, "02");
        for (number, at) in [
            (2, now - Duration::HOUR),
            (2, now),
            (1, now),
            (3, now - Duration::HOUR),
        ] {
            let why = refused(
                bring(ROOT, &list(number, at)).await,
                &REVOCATION_LIST_REFUSED,
            );
            assert!(why.contains("does not follow"), "{why}");
        }
        let brought = bring(ROOT, &list(17, now)).await.unwrap().newest_list;
        assert_eq!(brought.unwrap().number, "11");
        assert_eq!(
            registry
                .texts("select source || ' ' || number from revocation_list order by id")
                .await,
            ["upload 02", "upload 11"]
        );
    });
}

#[test]
fn who_has_the_key_elsewhere_brings_lists_that_lack_nobody() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let id = issued(&registry, "mx1.hopital.mssante.fr").await;
        registry.space.publish_revocation_lists().await.unwrap();
        let der: Vec<u8> = sqlx::query_scalar("select der from revocation_list")
            .fetch_one(&registry.pool)
            .await
            .unwrap();
        sqlx::query("alter table revocation_list disable trigger all")
            .execute(&registry.pool)
            .await
            .unwrap();
        sqlx::query("delete from revocation_list")
            .execute(&registry.pool)
            .await
            .unwrap();
        let space = &registry.space;
        let hold = Act::SuspendCertificate { certificate: id };
        space.request(&registry.anne, hold, "a test").await.unwrap();
        let brought = space.add_revocation_list(&registry.anne, ISSUING, &der, "a test");
        let why = refused(brought.await, &REVOCATION_LIST_REFUSED);
        assert!(why.contains(&format!("certificate {id}")), "{why}");

        // Somebody on it whom the registry did not take back would be forgotten by the next one.
        space.publish_revocation_lists().await.unwrap();
        let der: Vec<u8> = sqlx::query_scalar("select der from revocation_list")
            .fetch_one(&registry.pool)
            .await
            .unwrap();
        sqlx::query("delete from revocation_list")
            .execute(&registry.pool)
            .await
            .unwrap();
        let release = Act::ReleaseCertificate { certificate: id };
        decide(&registry, release).await;
        let brought = space.add_revocation_list(&registry.anne, ISSUING, &der, "a test");
        let why = refused(brought.await, &REVOCATION_LIST_REFUSED);
        assert!(why.contains("0 were taken back"), "{why}");
    });
}

/// Issued with our key elsewhere, or before the truth was restored from an older copy.
#[test]
fn a_certificate_of_ours_that_somebody_brings_is_on_our_lists_too() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let id = issued(&registry, "mx1.hopital.mssante.fr").await;
        let chain = registry.space.certificate(id).await.unwrap().chain;
        // The truth of before.
        sqlx::raw_sql(
            "alter table certificate_history disable trigger all;
            alter table registry_event disable trigger all;
            delete from certificate_request;
            delete from registry_event;
            delete from certificate_history;
            delete from certificate;",
        )
        .execute(&registry.pool)
        .await
        .unwrap();
        let upload: String = chain.iter().map(|der| pem("CERTIFICATE", der)).collect();
        let (space, anne) = (&registry.space, &registry.anne);
        let brought = space.add_certificate(anne, 1, upload.as_bytes(), "a test");
        let id = brought.await.unwrap().id;
        let other = registry.add(1, "mx2.hopital.mssante.fr", 90).await.unwrap();
        for certificate in [id, other] {
            let revoke = Act::RevokeCertificate {
                certificate,
                because: RevocationReason::Superseded,
            };
            decide(&registry, revoke).await;
        }
        assert_eq!(space.publish_revocation_lists().await.unwrap(), 1);
        let der: Vec<u8> = sqlx::query_scalar("select der from revocation_list")
            .fetch_one(&registry.pool)
            .await
            .unwrap();
        let list = RevocationList::read(&der, 1 << 20).unwrap();
        let leaf = Certificate::parse(&chain[0]).unwrap();
        let revoked = IssuedStatus::Revoked(registry.now(), RevocationReason::Superseded);
        assert_eq!(list.status_of(&leaf.serial), revoked);
        assert_eq!(
            list.entries(),
            1,
            "that of another authority is not ours to revoke"
        );
    });
}

/// What a root revoked is known beside its key alone.
#[test]
fn a_node_that_has_the_key_of_a_root_signs_no_list_in_its_name() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let ours = OurPki::shared();
        let own = OwnAuthorities {
            settings: config::Ca {
                public_url: Some("http://annuaire.invalid".to_owned()),
                ..config::Ca::default()
            },
            configured: vec![ConfiguredAuthority {
                name: ROOT.to_owned(),
                certificate: ours.made.root.der().to_vec(),
                key: Some(ours.root_key()),
            }],
        };
        let space = registry.space.clone().with_authorities(own);
        assert!(space.unknown_authorities().await.unwrap().is_empty());
        assert_eq!(space.publish_revocation_lists().await.unwrap(), 0);
    });
}
