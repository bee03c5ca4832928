//! Two different administrators: who counts, who comes second, what is left when time or the world
//! moved on.

use annuaire::domain::act::Act;
use annuaire::domain::administrator::Actor;
use annuaire::domain::approval::{Approval, ApprovalState};
use annuaire::domain::error::{
    ACT_INVALID, ACT_PENDING, APPROVAL_NOT_FOUND, APPROVAL_OWN, APPROVAL_SETTLED, APPROVAL_STALE,
    Failure, OPERATOR_NOT_FOUND, OPERATOR_TRANSITION, ROLE_INSUFFICIENT,
};
use annuaire::domain::onboarding::OperatorState;
use annuaire::service::trust_space::{Requested, TrustSpace};
use time::Duration;

use super::council::{join, moved, moving, pending, refused, state, step};
use super::registered::{Registered, with_registered};

const REVOKE: fn(i64) -> Act = |operator| moving(operator, OperatorState::Revoked);

async fn moves(registry: &Registered) -> Vec<String> {
    registry
        .texts(
            "select concat_ws(' ', actor, nullif(array_to_string(approved_by, ','), ''), from_state, to_state)
            from registry_event where action = 'operator.moved' order by id",
        )
        .await
}

#[test]
fn an_act_that_takes_two_waits_for_another_one() {
    with_registered(async |registry| {
        let space = &registry.space;
        let waiting = pending(space, &registry.anne, REVOKE(1)).await;
        assert_eq!(waiting.state, ApprovalState::Pending);
        assert_eq!(waiting.agreed_by, ["anne"]);
        assert_eq!(waiting.expires_at, registry.now() + Duration::days(7));
        assert_eq!(state(space, 1).await, OperatorState::Active);
        refused(
            space.approve(&registry.anne, waiting.id).await,
            &APPROVAL_OWN,
        );
        assert_eq!(state(space, 1).await, OperatorState::Active);
        let done = space.approve(&registry.bruno, waiting.id).await.unwrap();
        assert_eq!(done.state, ApprovalState::Executed);
        assert_eq!(done.agreed_by, ["anne", "bruno"]);
        assert_eq!(done.settled_by.as_deref(), Some("bruno"));
        assert_eq!(state(space, 1).await, OperatorState::Revoked);
        assert_eq!(moves(&registry).await, ["anne bruno active revoked"]);
        let again = refused(
            space.approve(&registry.bruno, waiting.id).await,
            &APPROVAL_SETTLED,
        );
        assert_eq!(again, format!("Approval {} is executed.", waiting.id));
        refused(
            space.approve(&registry.bruno, 99).await,
            &APPROVAL_NOT_FOUND,
        );
    });
}

#[test]
fn one_suspends_at_once_and_two_lift() {
    with_registered(async |registry| {
        let space = &registry.space;
        registry
            .add_by_name(1, "CN=mx.hopital,C=FR", &["a.mssante.fr"])
            .await;
        let act = moving(1, OperatorState::Suspended);
        let requested = space.request(&registry.anne, act, "a leak").await.unwrap();
        let Requested::Done { epoch } = requested else {
            panic!("{requested:?}");
        };
        let newest = registry.texts("select max(position)::text from feed").await;
        assert_eq!(newest, [epoch.to_string()]);
        assert!(registry.standing().await.is_empty());
        let lifting = pending(space, &registry.anne, moving(1, OperatorState::Active)).await;
        assert!(registry.standing().await.is_empty());
        let lifted = space.approve(&registry.bruno, lifting.id).await.unwrap();
        assert_eq!(lifted.epoch, Some(epoch + 1));
        assert_eq!(registry.standing().await, ["a.mssante.fr 1"]);
    });
}

/// Both press; says who was told what.
async fn together<A, B>(one: A, other: B) -> (Result<Approval, Failure>, Result<Approval, Failure>)
where
    A: Future<Output = Result<Approval, Failure>> + Send + 'static,
    B: Future<Output = Result<Approval, Failure>> + Send + 'static,
{
    let (one, other) = (tokio::spawn(one), tokio::spawn(other));
    (one.await.unwrap(), other.await.unwrap())
}

#[test]
fn of_two_who_press_at_the_same_moment_one_does_it() {
    with_registered(async |registry| {
        let space = &registry.space;
        let denise = join(space, "Denise").await;
        let approve = |actor: &Actor, id| {
            let (space, actor): (TrustSpace, _) = (space.clone(), actor.clone());
            async move { space.approve(&actor, id).await }
        };
        for round in 0..10 {
            let operator = 1;
            sqlx::query("update operator set state = 'active' where id = 1")
                .execute(&registry.pool)
                .await
                .unwrap();
            let waiting = pending(space, &registry.anne, REVOKE(operator)).await;
            let (bruno, second) = together(
                approve(&registry.bruno, waiting.id),
                approve(&denise, waiting.id),
            )
            .await;
            let (done, told) = if bruno.is_ok() {
                (bruno, second)
            } else {
                (second, bruno)
            };
            assert_eq!(done.unwrap().state, ApprovalState::Executed);
            refused(told, &APPROVAL_SETTLED);
            assert_eq!(moves(&registry).await.len(), round + 1);
        }
    });
}

#[test]
fn an_agreement_and_a_refusal_at_the_same_moment_are_one_of_both() {
    with_registered(async |registry| {
        let space = &registry.space;
        let denise = join(space, "Denise").await;
        for _ in 0..10 {
            sqlx::query("update operator set state = 'active' where id = 1")
                .execute(&registry.pool)
                .await
                .unwrap();
            let waiting = pending(space, &registry.anne, REVOKE(1)).await;
            let id = waiting.id;
            let approve = {
                let (space, bruno) = (space.clone(), registry.bruno.clone());
                async move { space.approve(&bruno, id).await }
            };
            let refuse = {
                let (space, denise) = (space.clone(), denise.clone());
                async move { space.refuse(&denise, id, "not now").await }
            };
            let (approved, declined) = together(approve, refuse).await;
            let is = state(space, 1).await;
            if let Ok(approved) = approved {
                assert_eq!(approved.state, ApprovalState::Executed);
                refused(declined, &APPROVAL_SETTLED);
                assert_eq!(is, OperatorState::Revoked);
            } else {
                assert_eq!(declined.unwrap().state, ApprovalState::Refused);
                refused(approved, &APPROVAL_SETTLED);
                assert_eq!(is, OperatorState::Active);
            }
        }
    });
}

#[test]
fn what_the_registry_asks_for_takes_two_people() {
    with_registered(async |registry| {
        let space = &registry.space;
        let waiting = pending(space, &Actor::Schedule, REVOKE(1)).await;
        assert_eq!(waiting.requested_by, "schedule");
        assert!(waiting.agreed_by.is_empty());
        refused(
            space.approve(&Actor::Schedule, waiting.id).await,
            &ROLE_INSUFFICIENT,
        );
        let first = space.approve(&registry.anne, waiting.id).await.unwrap();
        assert_eq!(first.state, ApprovalState::Pending);
        assert_eq!(state(space, 1).await, OperatorState::Active);
        refused(
            space.approve(&registry.anne, waiting.id).await,
            &APPROVAL_OWN,
        );
        let second = space.approve(&registry.bruno, waiting.id).await.unwrap();
        assert_eq!(second.state, ApprovalState::Executed);
        assert_eq!(
            moves(&registry).await,
            ["schedule anne,bruno active revoked"]
        );
    });
}

#[test]
fn the_agreement_of_one_who_was_disabled_does_not_count() {
    with_registered(async |registry| {
        let space = &registry.space;
        let denise = join(space, "Denise").await;
        let waiting = pending(space, &denise, REVOKE(1)).await;
        space.disable_administrator("Denise").await.unwrap();
        let still = space.approve(&registry.anne, waiting.id).await.unwrap();
        assert_eq!(still.state, ApprovalState::Pending);
        assert_eq!(state(space, 1).await, OperatorState::Active);
        let done = space.approve(&registry.bruno, waiting.id).await.unwrap();
        assert_eq!(done.state, ApprovalState::Executed);
        assert_eq!(moves(&registry).await, ["Denise anne,bruno active revoked"]);
    });
}

#[test]
fn a_refusal_has_a_reason_and_is_the_end() {
    with_registered(async |registry| {
        let space = &registry.space;
        let waiting = pending(space, &registry.anne, REVOKE(1)).await;
        for empty in ["", " \n ", "a\u{7}b"] {
            refused(
                space.refuse(&registry.bruno, waiting.id, empty).await,
                &ACT_INVALID,
            );
        }
        let end = space
            .refuse(&registry.bruno, waiting.id, "wrong operator")
            .await
            .unwrap();
        assert_eq!(end.state, ApprovalState::Refused);
        assert_eq!(end.settled_why.as_deref(), Some("wrong operator"));
        refused(
            space.approve(&registry.bruno, waiting.id).await,
            &APPROVAL_SETTLED,
        );
        assert_eq!(state(space, 1).await, OperatorState::Active);
    });
}

#[test]
fn an_approval_lapses_with_its_time() {
    with_registered(async |registry| {
        let space = &registry.space;
        let waiting = pending(space, &registry.anne, REVOKE(1)).await;
        registry.advance(Duration::days(7) - Duration::SECOND);
        assert_eq!(space.run_due().await.unwrap().lapsed, 0);
        registry.advance(Duration::SECOND);
        // Before the schedule came by, already.
        let detail = refused(
            space.approve(&registry.bruno, waiting.id).await,
            &APPROVAL_SETTLED,
        );
        assert!(detail.ends_with("is expired."), "{detail}");
        assert_eq!(space.run_due().await.unwrap().lapsed, 1);
        assert_eq!(space.run_due().await.unwrap().lapsed, 0);
        let end = space.approval(waiting.id).await.unwrap();
        assert_eq!(end.state, ApprovalState::Expired);
        assert_eq!(end.settled_by.as_deref(), Some("schedule"));
        assert_eq!(state(space, 1).await, OperatorState::Active);
    });
}

#[test]
fn an_act_that_is_no_longer_possible_fails_and_leaves_nothing() {
    with_registered(async |registry| {
        let space = &registry.space;
        let waiting = pending(space, &registry.anne, REVOKE(1)).await;
        let withdrawal = moving(1, OperatorState::Withdrawn);
        space
            .request(&registry.anne, withdrawal, "it left")
            .await
            .unwrap();
        let why = refused(
            space.approve(&registry.bruno, waiting.id).await,
            &APPROVAL_STALE,
        );
        assert!(why.starts_with("operator.transition: "), "{why}");
        let end = space.approval(waiting.id).await.unwrap();
        assert_eq!(end.state, ApprovalState::Failed);
        assert_eq!(end.settled_why, Some(why));
        assert_eq!(state(space, 1).await, OperatorState::Withdrawn);
        assert_eq!(moves(&registry).await, ["anne active withdrawn"]);
    });
}

#[test]
fn the_same_act_waits_once() {
    with_registered(async |registry| {
        let space = &registry.space;
        let waiting = pending(space, &registry.anne, REVOKE(1)).await;
        let detail = refused(
            space.request(&registry.bruno, REVOKE(1), "me too").await,
            &ACT_PENDING,
        );
        assert!(detail.contains(&format!("approval {}", waiting.id)));
        pending(space, &registry.bruno, REVOKE(2)).await;
        space
            .refuse(&registry.bruno, waiting.id, "no")
            .await
            .unwrap();
        let waiting = pending(space, &registry.bruno, REVOKE(1)).await;
        // One whose time is over is in nobody's way.
        registry.advance(Duration::days(8));
        let next = pending(space, &registry.bruno, REVOKE(1)).await;
        assert_ne!(next.id, waiting.id);
        let states = registry
            .texts("select state from approval order by id")
            .await;
        assert_eq!(states, ["refused", "expired", "expired", "pending"]);
    });
}

#[test]
fn an_act_that_nobody_can_read_lapses_too() {
    with_registered(async |registry| {
        let space = &registry.space;
        pending(space, &registry.anne, REVOKE(1)).await;
        sqlx::query(r#"update approval set act = '{"act": "unheard_of"}'"#)
            .execute(&registry.pool)
            .await
            .unwrap();
        registry.advance(Duration::days(7));
        assert_eq!(space.run_due().await.unwrap().lapsed, 1);
    });
}

#[test]
fn what_cannot_be_done_is_not_asked_for() {
    with_registered(async |registry| {
        let space = &registry.space;
        let ask =
            async |act, reason: &'static str| space.request(&registry.anne, act, reason).await;
        let detail = refused(
            ask(moving(1, OperatorState::Active), "a test").await,
            &OPERATOR_TRANSITION,
        );
        assert_eq!(
            detail,
            "The operator is active; it may become suspended, withdrawn or revoked, not active."
        );
        refused(ask(REVOKE(99), "a test").await, &OPERATOR_NOT_FOUND);
        for reason in ["", "  ", "a\u{0}b"] {
            refused(ask(REVOKE(1), reason).await, &ACT_INVALID);
        }
        assert!(space.approvals(None).await.unwrap().is_empty());
        assert!(
            registry
                .texts("select action from registry_event")
                .await
                .is_empty()
        );
    });
}

#[test]
fn an_act_is_asked_for_anew_once_its_subject_is_not_where_it_stood() {
    with_registered(async |registry| {
        let space = &registry.space;
        registry
            .add_by_name(1, "CN=mx.hopital,C=FR", &["a.mssante.fr"])
            .await;
        moved(&registry, 1, OperatorState::Suspended).await;
        let lift = || moving(1, OperatorState::Active);
        let mut documented = step(1, OperatorState::Active);
        documented.documents.clear();
        let old = pending(space, &registry.anne, lift()).await;
        let other = pending(space, &registry.anne, Act::MoveOperator(documented)).await;
        space.approve(&registry.bruno, other.id).await.unwrap();
        registry.advance(Duration::HOUR);
        moved(&registry, 1, OperatorState::Suspended).await;
        // The vote of before is for the suspension of before.
        let new = pending(space, &registry.anne, lift()).await;
        assert_ne!(new.id, old.id);
        let end = space.approval(old.id).await.unwrap();
        assert_eq!(end.state, ApprovalState::Failed);
        space.approve(&registry.bruno, new.id).await.unwrap();
        assert_eq!(state(space, 1).await, OperatorState::Active);
        // What keeps out goes ahead from wherever it may: suspended meanwhile or not.
        let revoke = pending(space, &registry.anne, REVOKE(1)).await;
        moved(&registry, 1, OperatorState::Suspended).await;
        space.approve(&registry.bruno, revoke.id).await.unwrap();
        assert_eq!(state(space, 1).await, OperatorState::Revoked);
    });
}
