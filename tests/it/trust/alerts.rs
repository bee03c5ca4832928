//! What somebody is told before it goes wrong.

use annuaire::domain::alert::{Alert, AlertCode, AlertSeverity, Succession};
use annuaire::storage::{acquire, alerts};
use annuaire::telemetry::Metrics;
use annuaire::telemetry::metrics::ReadModelReading;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use time::Duration;

use super::pki::{Authority, gateway};
use super::registered::{NUMBERS, Registered, with_registered};

async fn told(registry: &Registered) -> Vec<String> {
    let alerts = registry.space.alerts().await.unwrap();
    let word = |alert: &Alert| {
        format!(
            "{} {} {}",
            alert.severity.as_str(),
            alert.code.as_str(),
            alert.subject
        )
    };
    alerts.iter().map(word).collect()
}

/// Gives operator 2 something in force, so that it is no subject of an alert.
async fn settle_operator_2(registry: &Registered) {
    registry
        .add_by_name(2, "CN=mx.editeur,C=FR", &["c.mssante.fr"])
        .await;
}

#[test]
fn an_end_is_told_the_louder_the_nearer_it_is() {
    with_registered(async |registry| {
        settle_operator_2(&registry).await;
        let certificate = registry.add(1, "mx1", 100).await.unwrap();
        registry.bind("a.mssante.fr", certificate).await.unwrap();
        registry.bind("b.mssante.fr", certificate).await.unwrap();
        registry.force_state(certificate, "active").await;
        assert_eq!(told(&registry).await, [""; 0]);
        let mut passed = 0;
        for (day, severity, threshold) in [
            (10, AlertSeverity::Info, 90),
            (70, AlertSeverity::Warning, 30),
            (86, AlertSeverity::Warning, 14),
            (93, AlertSeverity::Critical, 7),
            (99, AlertSeverity::Critical, 1),
        ] {
            registry.advance(Duration::days(day - passed));
            passed = day;
            let alerts = registry.space.alerts().await.unwrap();
            let [alert] = alerts.as_slice() else {
                panic!("{alerts:?}");
            };
            assert_eq!(alert.code, AlertCode::CertificateExpiring);
            assert_eq!(alert.subject, format!("certificate:{certificate}"));
            assert_eq!(alert.severity, severity, "day {day}");
            let expiry = alert.expiry.unwrap();
            assert_eq!((expiry.threshold, expiry.days_left), (threshold, 100 - day));
            assert_eq!((expiry.entries, expiry.succession), (2, Succession::Open));
            assert_eq!(alert.since, registry.now(), "the threshold is passed now");
            assert!(alert.detail.contains("2 entries"), "{}", alert.detail);
        }
    });
}

#[test]
fn a_successor_makes_an_end_quiet_once_it_stands_behind_everything() {
    with_registered(async |registry| {
        settle_operator_2(&registry).await;
        let old = registry.add(1, "mx1", 5).await.unwrap();
        let new = registry.add(1, "mx2", 365).await.unwrap();
        for mail_domain in ["a.mssante.fr", "b.mssante.fr"] {
            registry.bind(mail_domain, old).await.unwrap();
        }
        registry.bind("a.mssante.fr", new).await.unwrap();
        registry.force_state(old, "active").await;
        let loud = [format!("critical certificate.expiring certificate:{old}")];
        assert_eq!(told(&registry).await, loud, "the successor is pending");
        registry.force_state(new, "active").await;
        assert_eq!(told(&registry).await, loud, "it does not stand behind b");
        registry.bind("b.mssante.fr", new).await.unwrap();
        let alerts = registry.space.alerts().await.unwrap();
        assert_eq!(alerts[0].severity, AlertSeverity::Info);
        assert_eq!(
            alerts[0].expiry.unwrap().succession,
            Succession::Settled(new)
        );
    });
}

#[test]
fn an_active_operator_with_nothing_in_force_is_told() {
    with_registered(async |registry| {
        let certificate = registry.add(1, "mx1", 5).await.unwrap();
        assert_eq!(
            told(&registry).await,
            [
                "critical operator.without_valid_certificate operator:1",
                "critical operator.without_valid_certificate operator:2"
            ]
        );
        settle_operator_2(&registry).await;
        registry.force_state(certificate, "active").await;
        assert_eq!(
            told(&registry).await,
            [format!(
                "critical certificate.expiring certificate:{certificate}"
            )]
        );
        // Past its last second, whether or not somebody has moved it yet.
        registry.advance(Duration::days(5) + Duration::SECOND);
        assert_eq!(
            told(&registry).await,
            [
                format!("critical certificate.expiring certificate:{certificate}"),
                "critical operator.without_valid_certificate operator:1".to_owned(),
            ]
        );
    });
}

#[test]
fn what_failed_is_told_once_until_it_is_mended() {
    with_registered(async |registry| {
        settle_operator_2(&registry).await;
        registry.add_by_name(1, "CN=mx1,C=FR", &[]).await;
        let mut truth = acquire(&registry.pool).await.unwrap();
        let code = AlertCode::TrustListNotPublished;
        let at = registry.now();
        assert!(
            alerts::raise(&mut truth, code, "", "no key", at)
                .await
                .unwrap()
        );
        let later = at + Duration::HOUR;
        assert!(
            !alerts::raise(&mut truth, code, "", "no device", later)
                .await
                .unwrap()
        );
        let open = registry.space.alerts().await.unwrap();
        let [alert] = open.as_slice() else {
            panic!("{open:?}");
        };
        assert_eq!(
            (alert.code, alert.severity),
            (code, AlertSeverity::Critical)
        );
        assert_eq!(alert.detail, "no device", "the newest cause");
        assert_eq!(alert.since, at, "since the first");
        assert!(
            !alerts::clear(&mut truth, code, "other", later)
                .await
                .unwrap()
        );
        assert!(alerts::clear(&mut truth, code, "", later).await.unwrap());
        assert!(!alerts::clear(&mut truth, code, "", later).await.unwrap());
        assert!(registry.space.alerts().await.unwrap().is_empty());
        assert!(
            alerts::raise(&mut truth, code, "", "again", later)
                .await
                .unwrap()
        );
        assert_eq!(registry.space.alerts().await.unwrap()[0].since, later);
    });
}

#[test]
fn a_list_grows_old_and_approvals_wait() {
    with_registered(async |registry| {
        settle_operator_2(&registry).await;
        registry.add_by_name(1, "CN=mx1,C=FR", &[]).await;
        sqlx::raw_sql(
            "insert into list_signer (der, sha256, state, announced_at)
            values ('\\x00', sha256('x'), 'retired', '2026-11-21');
            insert into trust_list (
                sequence, generated_at, next_update, xml_gzip, xml_bytes, xml_sha256, entries,
                meta_jws, log_entry, leaf, signer_id, published_by, published_at
            )
            values (
                1, '2026-11-21 12:00Z', '2026-11-24 12:00Z', '', 0, sha256('x'), 5,
                '', '', sha256('x'), 1, 'anne', '2026-11-21 12:00Z'
            );
            insert into approval (act, reason, impact, requested_by, requested_at, expires_at, state)
            values ('{}', '', '{}', 'anne', '2026-11-21 12:00Z', '2026-11-23 18:00Z', 'pending');",
        )
        .execute(&registry.pool)
        .await
        .unwrap();
        assert_eq!(told(&registry).await, ["info approval.waiting approval:1"]);
        registry.advance(Duration::days(2) + Duration::SECOND);
        assert_eq!(
            told(&registry).await,
            [
                "warning trust_list.ageing list:1",
                "warning approval.waiting approval:1"
            ]
        );
        registry.advance(Duration::days(1));
        assert_eq!(
            told(&registry).await,
            ["critical trust_list.overdue list:1"]
        );
    });
}

#[test]
fn who_watches_from_outside_sees_the_same_and_nothing_once_it_is_not_known() {
    with_registered(async |registry| {
        settle_operator_2(&registry).await;
        let certificate = registry.add(1, "mx1", 10).await.unwrap();
        registry.force_state(certificate, "active").await;
        let metrics = Metrics::new();
        registry.space.observe(&metrics).await.unwrap();
        let text = metrics.render(&ReadModelReading::default()).unwrap();
        for line in [
            "annuaire_alerts{code=\"certificate.expiring\",severity=\"warning\"} 1",
            "annuaire_certificates{state=\"active\"} 2",
            "annuaire_certificate_expiry_days{threshold=\"7\"} 0",
            "annuaire_certificate_expiry_days{threshold=\"14\"} 1",
        ] {
            assert!(
                text.lines().any(|held| held == line),
                "{line} is not in\n{text}"
            );
        }
        let is_list = |line: &str| line.starts_with("annuaire_trust_list_sequence");
        assert!(!text.lines().any(is_list), "there is no list");
        registry.pool.close().await;
        registry.space.observe(&metrics).await.unwrap_err();
        let text = metrics.render(&ReadModelReading::default()).unwrap();
        assert!(!text.contains("annuaire_alerts{"), "{text}");
    });
}

#[test]
fn the_end_of_a_signing_key_is_told_unless_a_later_one_is_announced() {
    with_registered(async |registry| {
        settle_operator_2(&registry).await;
        registry.add_by_name(1, "CN=mx1,C=FR", &[]).await;
        let announce = async |state: &str, days: i64| {
            let certificate = CertificateDer::from_pem_slice(
                &Authority::trusted().chain(&gateway("alb", NUMBERS[0], days)),
            )
            .unwrap();
            sqlx::query(
                "insert into list_signer (der, sha256, state, announced_at)
                values ($1, sha256($1), $2, '2026-11-21')",
            )
            .bind(certificate.as_ref())
            .bind(state)
            .execute(&registry.pool)
            .await
            .unwrap();
        };
        announce("retired", 1).await;
        announce("current", 5).await;
        assert_eq!(told(&registry).await, ["critical signer.expiring signer:2"]);
        announce("next", 3).await;
        let both = [
            "critical signer.expiring signer:2",
            "critical signer.expiring signer:3",
        ];
        assert_eq!(told(&registry).await, both, "the next one ends before it");
        sqlx::query("delete from list_signer where state = 'next'")
            .execute(&registry.pool)
            .await
            .unwrap();
        announce("next", 365).await;
        assert_eq!(told(&registry).await, ["info signer.expiring signer:2"]);
    });
}
