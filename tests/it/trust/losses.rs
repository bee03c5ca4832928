//! A list that loses much is published by two administrators, for one step and so much.

use annuaire::domain::act::Act;
use annuaire::domain::alert::{AlertCode, AlertSeverity};
use annuaire::domain::approval::{Approval, ApprovalState};
use annuaire::domain::digest::Digest;
use annuaire::domain::error::{ACT_INVALID, APPROVAL_STALE};
use annuaire::service::trust_space::{Published, Requested};
use time::Duration;

use super::publishing::{ENTRIES, Publishing, with_key};

async fn asked(fixture: &Publishing) -> Approval {
    fixture.advance(Duration::HOUR);
    match fixture
        .space
        .publish(&fixture.anne, "grand ménage")
        .await
        .unwrap()
    {
        Published::Pending(approval) => approval,
        other => panic!("{other:?}"),
    }
}

async fn newest(fixture: &Publishing) -> (u64, u64, Vec<String>) {
    let newest = fixture
        .space
        .list_versions(None, 1)
        .await
        .unwrap()
        .remove(0);
    (newest.sequence, newest.entries, newest.approved_by)
}

#[test]
fn more_than_a_share_is_lost_only_when_two_agree() {
    with_key(async |fixture| {
        fixture.publish().await;
        // 1 % of 200 entries is two.
        fixture
            .sql("delete from binding where mail_domain in ('d1.mssante.fr', 'd2.mssante.fr')")
            .await;
        assert_eq!(fixture.publish().await.entries, ENTRIES - 2);
        fixture.sql("delete from binding where mail_domain in ('d3.mssante.fr', 'd4.mssante.fr', 'd5.mssante.fr')").await;
        let approval = asked(&fixture).await;
        assert_eq!(
            (approval.requested_by.as_str(), approval.reason.as_str()),
            ("anne", "grand ménage")
        );
        assert_eq!(approval.impact.entries, 3);
        let alerts = fixture.space.alerts().await.unwrap();
        let waiting = alerts
            .iter()
            .find(|alert| alert.code == AlertCode::ApprovalWaiting)
            .unwrap();
        assert_eq!(
            waiting.severity,
            AlertSeverity::Critical,
            "every list waits"
        );
        assert!(waiting.detail.contains("no list comes out"), "{waiting:?}");
        // Asked again it is the same approval, and nothing is published yet.
        assert_eq!(asked(&fixture).await.id, approval.id);
        assert_eq!(newest(&fixture).await.0, 2);
        let own = fixture
            .space
            .approve(&fixture.anne, approval.id)
            .await
            .unwrap_err();
        assert_eq!(own.code.code, "approval.own");

        let executed = fixture
            .space
            .approve(&fixture.bruno, approval.id)
            .await
            .unwrap();
        assert_eq!(executed.state, ApprovalState::Executed);
        assert_eq!(
            newest(&fixture).await,
            (3, ENTRIES - 5, vec!["bruno".to_owned()])
        );
    });
}

#[test]
fn an_agreement_is_for_one_step_and_so_many_entries() {
    with_key(async |fixture| {
        fixture.publish().await;
        fixture
            .sql("delete from binding where certificate_id = 2")
            .await;
        let fifty = asked(&fixture).await;
        fixture
            .sql("delete from binding where mail_domain = 'd1.mssante.fr'")
            .await;
        let failure = fixture
            .space
            .approve(&fixture.bruno, fifty.id)
            .await
            .unwrap_err();
        assert_eq!(failure.code, &APPROVAL_STALE, "{failure}");
        assert_eq!(newest(&fixture).await.0, 1);

        let alerts = fixture.open_alerts().await;
        assert!(alerts.is_empty(), "who agreed learns so: {alerts:?}");

        // One more list, published meanwhile, is another step.
        let more = asked(&fixture).await;
        assert_ne!(more.id, fifty.id);
        fixture.sql("insert into binding (mail_domain, certificate_id, updated_at) select mail_domain, operator_id, '2026-02-03' from mail_domain_operator on conflict do nothing").await;
        fixture.publish().await;
        fixture
            .sql("delete from binding where certificate_id = 2")
            .await;
        fixture.advance(Duration::HOUR);
        let failure = fixture
            .space
            .approve(&fixture.bruno, more.id)
            .await
            .unwrap_err();
        assert_eq!(failure.code, &APPROVAL_STALE, "{failure}");
        assert_eq!(newest(&fixture).await.0, 2);
        let alerts = fixture.open_alerts().await;
        assert!(alerts.is_empty(), "who agreed learns so: {alerts:?}");
    });
}

#[test]
fn an_agreement_is_for_these_entries_and_not_for_as_many_others() {
    with_key(async |fixture| {
        fixture.publish().await;
        fixture
            .sql("delete from binding where certificate_id = 2")
            .await;
        let approval = asked(&fixture).await;
        // As many again, of the other operator: those of the first are back.
        fixture.sql("insert into binding (mail_domain, certificate_id, updated_at) select mail_domain, operator_id, '2026-02-03' from mail_domain_operator on conflict do nothing; delete from binding where mail_domain in (select mail_domain from mail_domain_operator where operator_id = 1 order by mail_domain limit 50)").await;
        let agreed = fixture.space.approve(&fixture.bruno, approval.id).await;
        assert_eq!(agreed.unwrap_err().code, &APPROVAL_STALE);
        assert_eq!(newest(&fixture).await.0, 1);
    });
}

#[test]
fn what_a_list_removes_is_foreseen_when_it_is_asked_for() {
    with_key(async |fixture| {
        fixture.publish().await;
        fixture
            .sql("delete from binding where certificate_id = 2")
            .await;
        fixture.advance(Duration::HOUR);
        let ask = async |after, removes, removed| {
            let act = Act::PublishTrustList {
                after,
                removes,
                removed,
            };
            fixture.space.request(&fixture.anne, act, "un test").await
        };
        let other = Some(Digest::new([7; 32]));
        for (after, removes, removed, code) in [
            (7, 50, None, &APPROVAL_STALE),
            (0, 50, None, &APPROVAL_STALE),
            (1, 49, None, &ACT_INVALID),
            (1, ENTRIES + 1, None, &ACT_INVALID),
            (1, 50, other, &APPROVAL_STALE),
        ] {
            let refused = ask(after, removes, removed).await.unwrap_err();
            assert_eq!(refused.code, code, "{after} {removes}: {refused}");
        }
        // It is kept as it would be, and so it is the act that publishing asks for.
        let Requested::Pending(kept) = ask(1, ENTRIES, None).await.unwrap() else {
            panic!("a list was published by one");
        };
        assert_eq!(kept.impact.entries, 50);
        assert_eq!(asked(&fixture).await.id, kept.id);
    });
}
