//! Decisions about the past, made again from history; and those of a command, which reads the truth once.

use std::sync::Arc;

use annuaire::config;
use annuaire::domain::act::Act;
use annuaire::domain::admission::{Decision, Role};
use annuaire::domain::clock::Clock;
use annuaire::domain::onboarding::OperatorState;
use annuaire::service::admission::Admission;
use annuaire::service::admission::deciding::{Asked, Deciding, MailDomainAsked};
use annuaire::service::admission::past::Past;
use annuaire::service::admission::reading::take_up;
use annuaire::telemetry::Metrics;
use annuaire::trust::chain::Anchors;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::admitted::published;
use super::council::moving;
use super::following::done;
use super::pki::Authority;
use super::registered::Registered;
use crate::support::database::with_database;

fn admission(registry: &Registered) -> Admission {
    let clock: Arc<dyn Clock> = registry.clock();
    let anchors = std::fs::read(&Authority::trusted().anchor_file).unwrap();
    let anchors = Anchors::from_pem(&anchors).unwrap();
    Admission::new(clock, config::Admission::default(), anchors)
}

fn reasons(decision: &Decision) -> Vec<&'static str> {
    let reasons = decision.reasons.iter();
    reasons.map(|reason| reason.code()).collect()
}

#[test]
fn every_moment_is_decided_by_what_was_known_then() {
    with_database(async |database| {
        let registry = published(database.pool.clone()).await;
        let admission = admission(&registry);
        take_up(&admission, &registry.pool).await.unwrap();
        let snapshot = admission.snapshot().unwrap();
        let asked = Asked {
            chain: snapshot.state().certificates[0].chain.clone().into(),
            mail_domain: MailDomainAsked::of("a.mssante.fr"),
            role: Role::SmtpClient,
            host: None,
            stapled: None,
        };
        let past = Past::of(&registry.space, admission.clone());
        let then = async |at: OffsetDateTime| {
            let decided = past.decide(asked.clone(), at).await;
            decided.map(|answer| reasons(&answer.decision))
        };
        // Each act in turn, with the moment after it and what is refused then.
        let certificate = 1;
        let mut moments = vec![(registry.now(), vec![])];
        for (act, refused) in [
            (
                Act::SuspendCertificate { certificate },
                vec!["certificate.suspended"],
            ),
            (Act::ReleaseCertificate { certificate }, vec![]),
            (
                moving(1, OperatorState::Suspended),
                vec!["operator.suspended"],
            ),
            (moving(1, OperatorState::Active), vec![]),
        ] {
            registry.advance(Duration::minutes(10));
            done(&registry, act).await;
            moments.push((registry.now(), refused));
        }
        // Asked twice: the second time from what is kept.
        for _ in 0..2 {
            for (at, refused) in &moments {
                assert_eq!(then(*at).await.unwrap(), *refused, "{at}");
                let before_the_next = *at + Duration::minutes(9);
                if before_the_next < registry.now() {
                    assert_eq!(then(before_the_next).await.unwrap(), *refused, "{at}");
                }
            }
        }
        let future = registry.now() + Duration::SECOND;
        for at in [future, datetime!(2000-01-01 0:00 UTC)] {
            let unknown = then(at).await.unwrap_err();
            assert_eq!(unknown.code.code, "admission.past_unknown", "{at}");
        }

        // A command reads the truth anew and decides by it as a node does.
        let deciding = Deciding::new(admission.clone(), Metrics::new(), 1);
        let now = deciding.decide(asked.clone()).await.unwrap();
        assert_eq!(reasons(&now.decision), ["node.lease_lost"]);
        take_up(&admission, &registry.pool).await.unwrap();
        let now = deciding.decide(asked.clone()).await.unwrap();
        assert_eq!(reasons(&now.decision), [""; 0]);
        assert!(now.decision.epoch > Some(snapshot.epoch()));
    });
}
