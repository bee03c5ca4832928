//! Conformance campaigns as the registry keeps them: one at a time, whole or closed.

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

use annuaire::config;
use annuaire::domain::campaign::{Campaign, CheckName};
use annuaire::domain::clock::FixedClock;
use annuaire::domain::error::{CAMPAIGN_NOT_FOUND, CAMPAIGN_RUNNING, OPERATOR_INCOMPLETE};
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::service::trust_space::TrustSpace;
use annuaire::storage::campaigns::CampaignLock;
use tokio::time::{sleep, timeout};

use super::council::refused;
use super::pki::NOW;
use super::registered::{Registered, with_registered};

/// Long enough for any machine; nothing waits this long but a failing test.
const DEADLINE: Duration = Duration::from_mins(1);

/// The trust space with probes that ask this name server.
fn asking(registry: &Registered, settings: config::trust::Campaign) -> TrustSpace {
    TrustSpace::new(
        registry.pool.clone(),
        Arc::new(FixedClock(NOW)),
        Arc::new(config::Trust {
            campaign: settings,
            ..config::Trust::default()
        }),
        Vec::new(),
    )
}

/// A name server that is there and never answers.
fn silent() -> (UdpSocket, config::trust::Campaign) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let settings = config::trust::Campaign {
        resolver: Some(socket.local_addr().unwrap()),
        timeout: Duration::from_millis(100),
        ..config::trust::Campaign::default()
    };
    (socket, settings)
}

async fn ended(space: &TrustSpace, id: i64) -> Campaign {
    let end = async {
        loop {
            let campaign = space.campaign(id).await.unwrap();
            if campaign.finished_at.is_some() {
                return campaign;
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(DEADLINE, end).await.unwrap()
}

async fn told(registry: &Registered) -> Vec<String> {
    registry
        .texts(
            "select concat_ws(' ', action, actor, detail->>'green') from registry_event
            where action like 'campaign.%' order by id",
        )
        .await
}

#[test]
fn a_campaign_runs_by_itself_and_its_report_is_kept() {
    with_registered(async |registry| {
        let (_socket, settings) = silent();
        let space = asking(&registry, settings);
        let begun = space.start_campaign(&registry.anne, 1).await.unwrap();
        let names: Vec<_> = begun
            .mail_domains
            .iter()
            .map(MailDomainName::as_str)
            .collect();
        assert_eq!(names, ["a.mssante.fr", "b.mssante.fr", "shared.mssante.fr"]);
        assert_eq!(begun.started_by, "anne");
        let campaign = ended(&space, begun.id).await;
        assert_eq!(campaign.green, Some(false));
        let report = campaign.report.unwrap();
        assert_eq!(report.routes.len(), 3);
        assert!(report.checks.iter().any(|it| it.name == CheckName::DnsName));
        assert_eq!(
            told(&registry).await,
            ["campaign.started anne", "campaign.ended schedule false"]
        );
        let all = space.campaigns(1).await.unwrap();
        assert_eq!(all.len(), 1);
        refused(space.campaign(99).await, &CAMPAIGN_NOT_FOUND);
    });
}

#[test]
fn settings_that_do_not_allow_a_campaign_are_its_problem() {
    with_registered(async |registry| {
        let space = asking(
            &registry,
            config::trust::Campaign {
                listed: Some(config::trust::Identity {
                    certificate_file: "/nowhere/certificate.pem".into(),
                    key_file: "/nowhere/key.pem".into(),
                }),
                ..config::trust::Campaign::default()
            },
        );
        let begun = space.start_campaign(&registry.anne, 1).await.unwrap();
        let campaign = ended(&space, begun.id).await;
        assert_eq!((campaign.green, campaign.report), (Some(false), None));
        let problem = campaign.problem.unwrap();
        assert!(problem.contains("trust.campaign.listed"), "{problem}");
        assert!(!problem.contains("nowhere"), "{problem}");
    });
}

#[test]
fn one_campaign_of_an_operator_runs_at_a_time() {
    with_registered(async |registry| {
        let (_socket, settings) = silent();
        let space = asking(&registry, settings);
        // As another node does while it probes.
        let lock = CampaignLock::try_take(&registry.pool, 1).await.unwrap();
        refused(
            space.start_campaign(&registry.anne, 1).await,
            &CAMPAIGN_RUNNING,
        );
        let other = space.start_campaign(&registry.anne, 2).await.unwrap();
        ended(&space, other.id).await;
        lock.unwrap().release().await.unwrap();
        let begun = space.start_campaign(&registry.anne, 1).await.unwrap();
        ended(&space, begun.id).await;
        sqlx::raw_sql(
            "delete from binding; delete from mail_domain_operator where operator_id = 1",
        )
        .execute(&registry.pool)
        .await
        .unwrap();
        // The lock goes a moment after the end is told.
        let refusal = timeout(DEADLINE, async {
            loop {
                match other_than_running(&space, &registry).await {
                    Some(refusal) => return refusal,
                    None => sleep(Duration::from_millis(10)).await,
                }
            }
        })
        .await
        .unwrap();
        assert_eq!(refusal.code.code, OPERATOR_INCOMPLETE.code);
    });
}

/// Why a campaign does not start, unless it is that one runs.
async fn other_than_running(
    space: &TrustSpace,
    registry: &Registered,
) -> Option<annuaire::domain::error::Failure> {
    let failure = space.start_campaign(&registry.anne, 1).await.unwrap_err();
    (failure.code.code != CAMPAIGN_RUNNING.code).then_some(failure)
}

#[test]
fn a_campaign_whose_process_died_is_closed_and_one_that_runs_is_not() {
    with_registered(async |registry| {
        let space = &registry.space;
        sqlx::raw_sql(
            "insert into campaign (operator_id, mail_domains, certificates, started_by, started_at)
            values (1, '{}', '{}', 'anne', '2026-11-20'), (2, '{}', '{}', 'anne', '2026-11-20')",
        )
        .execute(&registry.pool)
        .await
        .unwrap();
        let running = CampaignLock::try_take(&registry.pool, 2)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(space.run_due().await.unwrap().interrupted, 1);
        assert_eq!(space.run_due().await.unwrap().interrupted, 0);
        let dead = space.campaign(1).await.unwrap();
        assert_eq!(dead.green, Some(false));
        assert!(dead.problem.unwrap().starts_with("interrupted"));
        assert_eq!(space.campaign(2).await.unwrap().finished_at, None);
        // Its process dies: the connection goes, and the lock with it.
        drop(running);
        let closed = async {
            while space.run_due().await.unwrap().interrupted == 0 {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(DEADLINE, closed).await.unwrap();
        assert_eq!(told(&registry).await, ["campaign.ended schedule false"; 2]);
    });
}
