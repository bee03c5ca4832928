//! How a certificate comes into the registry, and why not.

use annuaire::domain::act::Act;
use annuaire::domain::certificate::CertificateState;
use annuaire::domain::certificate_record::CertificateFilter;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose};
use time::Duration;

use super::pki::{Authority, NOW, gateway, named};
use super::registered::{NUMBERS, with_registered};

#[test]
fn a_good_chain_is_kept_as_pending_and_told_to_history_and_to_the_feed() {
    with_registered(async |registry| {
        let params = gateway("mx1.hopital.mssante.fr", NUMBERS[0], 365);
        let upload = Authority::trusted().chain(&params);
        let record = registry
            .space
            .add_certificate(&registry.anne, 1, &upload, "first gateway")
            .await
            .unwrap();
        assert_eq!(record.state, CertificateState::Pending);
        assert_eq!(
            record.dn.to_string(),
            format!(
                "CN=mx1.hopital.mssante.fr,OU={},O=HOPITAL FICTIF,ST=Paris (75),C=FR",
                NUMBERS[0]
            )
        );
        let content = record.content.clone().unwrap();
        assert_eq!(content.not_after, params.not_after);
        assert_eq!(content.sha256.len(), 64);
        assert_eq!(content.issuer_dn, "CN=AC racine organisations,C=FR");

        let detail = registry.space.certificate(record.id).await.unwrap();
        assert_eq!(detail.record, record);
        assert_eq!(detail.chain.len(), 2, "the certificate and its authority");
        assert!(detail.mail_domains.is_empty());

        let events = registry
            .space
            .certificate_events(record.id, 0, 10)
            .await
            .unwrap();
        let told = events.iter().map(|event| {
            let state = event.to_state.as_deref().unwrap();
            (
                event.actor.as_str(),
                event.action.as_str(),
                state,
                event.reason.as_str(),
            )
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [("anne", "certificate.added", "pending", "first gateway")]
        );
        assert_eq!(
            registry
                .texts("select kind || ' ' || keys::text from feed")
                .await,
            [format!("trust {{certificate:{}}}", record.id)]
        );
    });
}

/// A change to a good certificate, the rule that it then breaks, and the value that is named.
type Breach = (fn(&mut CertificateParams), &'static str, &'static str);

#[test]
fn what_breaks_a_rule_is_refused_with_every_finding_and_nothing_is_kept() {
    const BREACHES: &[Breach] = &[
        (
            |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection],
            "extended_usage.role",
            "emailProtection",
        ),
        (
            |params| params.not_after = NOW - Duration::HOUR,
            "validity.expired",
            "2026-11-21T11:00:00Z",
        ),
        (
            |params| params.crl_distribution_points.clear(),
            "distribution.present",
            "neither a cRLDistributionPoint nor an OCSP responder",
        ),
        (
            |params| params.key_usages.push(KeyUsagePurpose::KeyCertSign),
            "usage.leaf",
            "keyCertSign",
        ),
        (
            |params| {
                params.distinguished_name = named(&[
                    (DnType::CountryName, "FR"),
                    (DnType::OrganizationName, "AUTRE"),
                    (DnType::OrganizationalUnitName, NUMBERS[1]),
                    (DnType::CommonName, "mx1.hopital.mssante.fr"),
                ]);
            },
            "registry.number",
            NUMBERS[1],
        ),
    ];
    with_registered(async |registry| {
        for (change, rule, value) in BREACHES {
            let mut params = gateway("mx1.hopital.mssante.fr", NUMBERS[0], 365);
            change(&mut params);
            let upload = Authority::trusted().chain(&params);
            let added = registry
                .space
                .add_certificate(&registry.anne, 1, &upload, "a test");
            let failure = added.await.unwrap_err();
            assert_eq!(failure.code.code, "certificate.refused", "{failure}");
            let findings = failure.particulars.unwrap()["findings"].take();
            let [finding] = findings.as_array().unwrap().as_slice() else {
                panic!("{findings:#}");
            };
            assert_eq!(finding["rule"], *rule);
            assert_eq!(finding["severity"], "refuse");
            for part in [*rule, *value, finding["clause"].as_str().unwrap()] {
                let detail = &failure.detail;
                assert!(detail.contains(part), "{part} is not in {detail}");
            }
        }
        assert_eq!(registry.texts("select dn from certificate").await, [""; 0]);
        assert_eq!(
            registry.texts("select action from registry_event").await,
            [""; 0]
        );
    });
}

#[test]
fn every_refusal_is_told_at_once() {
    with_registered(async |registry| {
        let mut params = gateway("mx1.hopital.mssante.fr", NUMBERS[1], 365);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
        params.not_after = NOW - Duration::HOUR;
        let upload = Authority::trusted().chain(&params);
        let added = registry
            .space
            .add_certificate(&registry.anne, 1, &upload, "a test");
        let failure = added.await.unwrap_err();
        for rule in ["registry.number", "validity.expired", "extended_usage.role"] {
            assert!(failure.detail.contains(rule), "{rule} is not in {failure}");
        }
    });
}

#[test]
fn who_has_no_path_to_an_anchor_stays_outside() {
    with_registered(async |registry| {
        let params = gateway("mx1.hopital.mssante.fr", NUMBERS[0], 365);
        let mut own = params.clone();
        own.is_ca = IsCa::ExplicitNoCa;
        let own = own.self_signed(&KeyPair::generate().unwrap()).unwrap();
        for upload in [
            Authority::unknown().chain(&params),
            own.pem().into_bytes(),
            own.der().to_vec(),
        ] {
            let findings = registry.space.lint(&upload).await.unwrap();
            let added = registry
                .space
                .add_certificate(&registry.anne, 1, &upload, "a test");
            let failure = added.await.unwrap_err();
            assert_eq!(failure.code.code, "certificate.refused");
            assert!(failure.detail.contains("path.issuer"), "{failure}");
            assert_eq!(
                failure.particulars.unwrap()["findings"],
                serde_json::json!(findings),
                "the dry run says the same"
            );
        }
    });
}

#[test]
fn what_is_no_certificate_is_told_so() {
    with_registered(async |registry| {
        let key = KeyPair::generate().unwrap().serialize_pem();
        let one = Authority::trusted().chain(&gateway("a", NUMBERS[0], 10));
        let two = [
            one,
            Authority::trusted().chain(&gateway("b", NUMBERS[0], 10)),
        ]
        .concat();
        for (upload, word) in [
            (b"".as_slice(), "empty"),
            (b"hello", "neither"),
            (key.as_bytes(), "private key"),
            (&two, "more than one"),
        ] {
            let failure = registry.space.lint(upload).await.unwrap_err();
            assert_eq!(failure.code.code, "certificate.unreadable");
            assert!(failure.detail.contains(word), "{word} is not in {failure}");
        }
    });
}

#[test]
fn a_certificate_and_a_name_have_one_owner() {
    with_registered(async |registry| {
        let params = gateway("mx1.hopital.mssante.fr", NUMBERS[0], 365);
        let upload = Authority::trusted().chain(&params);
        let space = &registry.space;
        let first = space
            .add_certificate(&registry.anne, 1, &upload, "a test")
            .await
            .unwrap();
        let twice = space
            .add_certificate(&registry.bruno, 1, &upload, "a test")
            .await
            .unwrap_err();
        assert_eq!(twice.code.code, "certificate.exists");
        assert!(
            twice.detail.contains(&format!("certificate {}", first.id)),
            "{twice}"
        );

        // The next certificate of the same name is a rotation.
        registry
            .add(1, "mx1.hopital.mssante.fr", 400)
            .await
            .unwrap();
        // Another operator under a name that reads the same: in capitals, with two spaces, in quotes.
        registry
            .add_by_name(
                2,
                "CN=mx9.editeur.mssante.fr,OU=1440000040,O=\"Hopital  Fictif\",ST=Paris (75),C=FR",
                &[],
            )
            .await;
        let taken = registry
            .add(1, "MX9.editeur.mssante.fr", 365)
            .await
            .unwrap_err();
        assert_eq!(taken.code.code, "certificate.name_taken");
        assert!(taken.detail.contains("operator 2"), "{taken}");
    });
}

#[test]
fn two_who_register_one_certificate_at_once_are_told_apart() {
    with_registered(async |registry| {
        let upload = Authority::trusted().chain(&gateway("mx1", NUMBERS[0], 365));
        let space = &registry.space;
        let (one, other) = tokio::join!(
            space.add_certificate(&registry.anne, 1, &upload, "a test"),
            space.add_certificate(&registry.bruno, 1, &upload, "a test"),
        );
        let refused = match (one, other) {
            (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
            both => panic!("{both:?}"),
        };
        assert_eq!(refused.code.code, "certificate.exists");
    });
}

#[test]
fn who_may_only_look_registers_nothing_and_who_left_neither() {
    with_registered(async |registry| {
        let upload = Authority::trusted().chain(&gateway("mx1", NUMBERS[0], 365));
        let space = &registry.space;
        let auditor = space
            .add_certificate(&registry.claire, 1, &upload, "a test")
            .await;
        assert_eq!(auditor.unwrap_err().code.code, "administrator.role");
        let nobody = space
            .add_certificate(&registry.anne, 99, &upload, "a test")
            .await;
        assert_eq!(nobody.unwrap_err().code.code, "operator.not_found");
        for state in ["withdrawn", "revoked"] {
            sqlx::query("update operator set state = $1 where id = 1")
                .bind(state)
                .execute(&registry.pool)
                .await
                .unwrap();
            let gone = space
                .add_certificate(&registry.anne, 1, &upload, "a test")
                .await;
            assert_eq!(gone.unwrap_err().code.code, "operator.transition");
        }
    });
}

#[test]
fn certificates_are_listed_by_what_is_asked_page_by_page() {
    with_registered(async |registry| {
        let near = registry.add(1, "mx1", 20).await.unwrap();
        let far = registry.add(1, "mx2", 300).await.unwrap();
        let other = registry.add(2, "mx3", 25).await.unwrap();
        let named = registry.add_by_name(2, "CN=mx4,C=FR", &[]).await;
        let any = CertificateFilter::default();
        let expiring = CertificateFilter {
            expiring_within_days: Some(30),
            ..any
        };
        let active = CertificateFilter {
            state: Some(CertificateState::Active),
            ..any
        };
        let of_second = CertificateFilter {
            operator: Some(2),
            ..expiring
        };
        for (filter, after, limit, expected) in [
            (any, 0, 10, vec![near, far, other, named]),
            (any, near, 2, vec![far, other]),
            (any, named, 2, vec![]),
            (expiring, 0, 10, vec![near, other]),
            (active, 0, 10, vec![named]),
            (of_second, 0, 10, vec![other]),
        ] {
            let found = registry
                .space
                .certificates(&filter, after, limit)
                .await
                .unwrap();
            let found: Vec<i64> = found.iter().map(|record| record.id).collect();
            assert_eq!(found, expected, "{filter:?} after {after}");
        }
        let absent = registry.space.certificate(99).await.unwrap_err();
        assert_eq!(absent.code.code, "certificate.not_found");
    });
}

#[test]
fn a_certificate_of_tomorrow_is_registered_today() {
    with_registered(async |registry| {
        let mut params = gateway("mx1", NUMBERS[0], 365);
        params.not_before = NOW + Duration::DAY;
        let upload = Authority::trusted().chain(&params);
        let added = registry
            .space
            .add_certificate(&registry.anne, 1, &upload, "a test");
        assert_eq!(added.await.unwrap().state, CertificateState::Pending);
        // Not where its authority is over by then.
        params.not_before = NOW + Duration::days(3651);
        params.not_after = NOW + Duration::days(3700);
        let upload = Authority::trusted().chain(&params);
        let added = registry
            .space
            .add_certificate(&registry.anne, 1, &upload, "a test");
        let failure = added.await.unwrap_err();
        assert_eq!(failure.code.code, "certificate.refused", "{failure}");
    });
}

#[test]
fn a_key_serves_one_operator_and_none_once_it_leaked() {
    with_registered(async |registry| {
        let key = KeyPair::generate().unwrap();
        let add = async |operator: i64, common_name: &str| {
            let number = NUMBERS[usize::try_from(operator).unwrap() - 1];
            let params = gateway(common_name, number, 365);
            let upload = Authority::trusted().chain_on(&params, &key);
            let who = &registry.anne;
            let added = registry
                .space
                .add_certificate(who, operator, &upload, "a test");
            added.await
        };
        let first = add(1, "mx1").await.unwrap();
        assert_eq!(first.findings, serde_json::json!([]));
        let renewed = add(1, "mx1").await.unwrap();
        assert_eq!(renewed.findings[0]["rule"], "registry.key");
        assert_eq!(renewed.findings[0]["severity"], "warn");
        let foreign = add(2, "mx9").await.unwrap_err();
        assert_eq!(foreign.code.code, "certificate.refused");
        assert!(foreign.detail.contains("of operator 1"), "{foreign}");
        sqlx::query(
            "update certificate set state = 'revoked', revocation_reason = 'keyCompromise' where id = $1",
        )
        .bind(first.id)
        .execute(&registry.pool)
        .await
        .unwrap();
        let leaked = add(1, "mx1").await.unwrap_err();
        assert_eq!(leaked.code.code, "certificate.refused");
        assert!(leaked.detail.contains("in other hands"), "{leaked}");
        let activate = Act::ActivateCertificate {
            certificate: renewed.id,
            replaces: None,
        };
        let late = registry.space.request(&registry.anne, activate, "a test");
        let late = late.await.unwrap_err();
        assert_eq!(late.code.code, "certificate.refused", "{late}");
    });
}
