//! Acts with a time of their own: agreed to before, done once, told where they can no longer be.

use annuaire::domain::act::Act;
use annuaire::domain::approval::ApprovalState;
use annuaire::domain::error::{
    ACT_INVALID, APPROVAL_STALE, SCHEDULED_ACT_NOT_FOUND, SCHEDULED_ACT_SETTLED,
};
use annuaire::domain::onboarding::OperatorState;
use annuaire::domain::scheduled_act::ScheduledState;
use annuaire::service::trust_space::{Due, Requested};
use time::Duration;

use super::council::{moved, pending, refused, state, step};
use super::registered::{Registered, with_registered};

fn at(registry: &Registered, operator: i64, to: OperatorState, hours: i64) -> Act {
    let mut step = step(operator, to);
    step.effective_at = Some(registry.now() + Duration::hours(hours));
    Act::MoveOperator(step)
}

async fn scheduled(registry: &Registered, act: Act) -> i64 {
    match registry
        .space
        .request(&registry.anne, act, "a test")
        .await
        .unwrap()
    {
        Requested::Scheduled { id } => id,
        other => panic!("not scheduled: {other:?}"),
    }
}

async fn scheduled_states(registry: &Registered) -> Vec<String> {
    registry
        .texts("select state from scheduled_act order by id")
        .await
}

const fn done(done: usize) -> Due {
    Due {
        done,
        failed: 0,
        stuck: 0,
        lapsed: 0,
        interrupted: 0,
    }
}

#[test]
fn an_act_waits_for_its_time_and_then_happens() {
    with_registered(async |registry| {
        let space = &registry.space;
        scheduled(&registry, at(&registry, 1, OperatorState::Suspended, 2)).await;
        assert_eq!(space.run_due().await.unwrap(), done(0));
        assert_eq!(state(space, 1).await, OperatorState::Active);
        registry.advance(Duration::hours(2));
        assert_eq!(space.run_due().await.unwrap(), done(1));
        assert_eq!(state(space, 1).await, OperatorState::Suspended);
        assert_eq!(space.run_due().await.unwrap(), done(0));
        let operator = space.operator(1).await.unwrap().operator;
        assert_eq!(operator.state_since, registry.now());
        let act = &space.scheduled_acts().await.unwrap()[0];
        assert_eq!(act.state, ScheduledState::Done);
        assert_eq!(act.requested_by, "anne");
    });
}

#[test]
fn an_activation_is_agreed_to_before_its_time() {
    with_registered(async |registry| {
        let space = &registry.space;
        registry
            .add_by_name(1, "CN=mx.hopital,C=FR", &["a.mssante.fr"])
            .await;
        moved(&registry, 1, OperatorState::Suspended).await;
        let act = at(&registry, 1, OperatorState::Active, 24);
        let waiting = pending(space, &registry.anne, act).await;
        registry.advance(Duration::hours(1));
        let agreed = space.approve(&registry.bruno, waiting.id).await.unwrap();
        assert_eq!(agreed.state, ApprovalState::Scheduled);
        assert_eq!(state(space, 1).await, OperatorState::Suspended);
        registry.advance(Duration::hours(23));
        assert_eq!(space.run_due().await.unwrap(), done(1));
        assert_eq!(state(space, 1).await, OperatorState::Active);
        let told = registry
            .texts(
                "select concat_ws(' ', action, actor, array_to_string(approved_by, ','))
                from registry_event where action like 'act.%' or to_state = 'active' order by id",
            )
            .await;
        assert_eq!(
            told,
            ["act.scheduled anne bruno", "operator.moved anne bruno"]
        );
    });
}

#[test]
fn who_agrees_after_the_time_does_it_at_once() {
    with_registered(async |registry| {
        let space = &registry.space;
        let act = at(&registry, 1, OperatorState::Revoked, 2);
        let waiting = pending(space, &registry.anne, act).await;
        registry.advance(Duration::hours(3));
        let done = space.approve(&registry.bruno, waiting.id).await.unwrap();
        assert_eq!(done.state, ApprovalState::Executed);
        assert_eq!(state(space, 1).await, OperatorState::Revoked);
    });
}

#[test]
fn a_time_that_has_passed_is_refused() {
    with_registered(async |registry| {
        for hours in [-1, 0] {
            let act = at(&registry, 1, OperatorState::Suspended, hours);
            refused(
                registry.space.request(&registry.anne, act, "a test").await,
                &ACT_INVALID,
            );
        }
    });
}

#[test]
fn one_administrator_takes_a_scheduled_act_back() {
    with_registered(async |registry| {
        let space = &registry.space;
        let id = scheduled(&registry, at(&registry, 1, OperatorState::Suspended, 2)).await;
        refused(
            space.cancel_scheduled(&registry.bruno, id, "").await,
            &ACT_INVALID,
        );
        space
            .cancel_scheduled(&registry.bruno, id, "mended")
            .await
            .unwrap();
        refused(
            space.cancel_scheduled(&registry.anne, id, "again").await,
            &SCHEDULED_ACT_SETTLED,
        );
        refused(
            space.cancel_scheduled(&registry.anne, 99, "what").await,
            &SCHEDULED_ACT_NOT_FOUND,
        );
        registry.advance(Duration::hours(3));
        assert_eq!(space.run_due().await.unwrap(), done(0));
        assert_eq!(state(space, 1).await, OperatorState::Active);
        assert_eq!(scheduled_states(&registry).await, ["cancelled"]);
    });
}

#[test]
fn three_nodes_do_what_is_due_once_and_in_order() {
    with_registered(async |registry| {
        let space = &registry.space;
        registry
            .add_by_name(1, "CN=mx.hopital,C=FR", &["a.mssante.fr"])
            .await;
        let rounds = 4;
        for round in 0..rounds {
            // A suspension and the end of the operator behind it: the other way round only one goes.
            let (first, second) = (OperatorState::Suspended, OperatorState::Withdrawn);
            scheduled(&registry, at(&registry, 1, first, 1)).await;
            scheduled(&registry, at(&registry, 1, second, 2)).await;
            registry.advance(Duration::hours(2));
            let nodes: Vec<_> = (0..3)
                .map(|_| {
                    let space = space.clone();
                    tokio::spawn(async move { space.run_due().await.unwrap() })
                })
                .collect();
            let mut sum = 0;
            for node in nodes {
                let due = node.await.unwrap();
                assert_eq!(due.failed, 0);
                sum += due.done;
            }
            // Who found another one at it left it to that one.
            sum += space.run_due().await.unwrap().done;
            assert_eq!(sum, 2, "round {round}");
            assert_eq!(state(space, 1).await, OperatorState::Withdrawn);
            sqlx::query("update operator set state = 'active' where id = 1")
                .execute(&registry.pool)
                .await
                .unwrap();
        }
        let moves = registry
            .texts(
                "select to_state from registry_event where action = 'operator.moved' order by id",
            )
            .await;
        assert_eq!(moves, ["suspended", "withdrawn"].repeat(rounds));
    });
}

#[test]
fn a_due_act_that_is_no_longer_possible_is_an_alert() {
    with_registered(async |registry| {
        let space = &registry.space;
        scheduled(&registry, at(&registry, 1, OperatorState::Suspended, 2)).await;
        scheduled(&registry, at(&registry, 2, OperatorState::Suspended, 2)).await;
        moved(&registry, 1, OperatorState::Suspended).await;
        registry.advance(Duration::hours(2));
        let due = space.run_due().await.unwrap();
        assert_eq!((due.done, due.failed), (1, 1));
        assert_eq!(scheduled_states(&registry).await, ["failed", "done"]);
        let raised =
            "select code || ' ' || subject || ' ' || detail from alert where cleared_at is null";
        assert_eq!(
            registry.texts(raised).await,
            [
                "scheduled_act.failed operator:1 Scheduled act 1 was no longer possible: \
              operator.transition: The operator is suspended; it may become active, withdrawn or \
              revoked, not suspended."
            ]
        );
        assert_eq!(
            registry
                .texts("select actor from registry_event where action = 'act.failed'")
                .await,
            ["schedule"]
        );
        // Someone looks after the operator.
        moved(&registry, 1, OperatorState::Withdrawn).await;
        assert!(registry.texts(raised).await.is_empty());
    });
}

#[test]
fn an_act_that_nobody_can_read_does_not_keep_the_others() {
    with_registered(async |registry| {
        let space = &registry.space;
        scheduled(&registry, at(&registry, 1, OperatorState::Suspended, 1)).await;
        scheduled(&registry, at(&registry, 2, OperatorState::Suspended, 2)).await;
        sqlx::query(r#"update scheduled_act set act = '{"act": "unheard_of"}' where id = 1"#)
            .execute(&registry.pool)
            .await
            .unwrap();
        registry.advance(Duration::hours(2));
        let due = space.run_due().await.unwrap();
        assert_eq!((due.done, due.stuck), (1, 1));
        assert_eq!(scheduled_states(&registry).await, ["waiting", "done"]);
    });
}

#[test]
fn an_old_agreement_does_not_lift_a_new_suspension() {
    with_registered(async |registry| {
        let space = &registry.space;
        registry
            .add_by_name(1, "CN=mx.hopital,C=FR", &["a.mssante.fr"])
            .await;
        moved(&registry, 1, OperatorState::Suspended).await;
        registry.advance(Duration::HOUR);
        // Two agree to lift the suspension in thirty days; another one waits for its second.
        let in_a_month = at(&registry, 1, OperatorState::Active, 30 * 24);
        let agreed = pending(space, &registry.anne, in_a_month).await;
        space.approve(&registry.bruno, agreed.id).await.unwrap();
        let in_two_months = at(&registry, 1, OperatorState::Active, 60 * 24);
        let waiting = pending(space, &registry.anne, in_two_months).await;
        // It is lifted before, and then there is a new reason to suspend.
        moved(&registry, 1, OperatorState::Active).await;
        registry.advance(Duration::HOUR);
        moved(&registry, 1, OperatorState::Suspended).await;
        let why = refused(
            space.approve(&registry.bruno, waiting.id).await,
            &APPROVAL_STALE,
        );
        assert!(why.contains("suspended since"), "{why}");
        let end = space.approval(waiting.id).await.unwrap();
        assert_eq!(end.state, ApprovalState::Failed);

        registry.advance(Duration::days(30));
        let due = space.run_due().await.unwrap();
        assert_eq!((due.done, due.failed), (0, 1));
        assert_eq!(state(space, 1).await, OperatorState::Suspended);
        let raised = registry
            .texts("select code || ' ' || subject from alert where cleared_at is null")
            .await;
        assert_eq!(raised, ["scheduled_act.failed operator:1"]);
    });
}

#[test]
fn whose_rights_were_taken_back_has_agreed_to_nothing_that_is_still_to_come() {
    with_registered(async |registry| {
        let space = &registry.space;
        let act = at(&registry, 1, OperatorState::Revoked, 24);
        let waiting = pending(space, &registry.anne, act).await;
        space.approve(&registry.bruno, waiting.id).await.unwrap();
        let alone = at(&registry, 2, OperatorState::Suspended, 24);
        scheduled(&registry, alone).await;
        space.disable_administrator("bruno").await.unwrap();
        registry.advance(Duration::DAY);
        // One of two is too few for the first act and enough for the second.
        let due = space.run_due().await.unwrap();
        assert_eq!((due.done, due.failed), (1, 1));
        assert_eq!(state(space, 1).await, OperatorState::Active);
        assert_eq!(state(space, 2).await, OperatorState::Suspended);
        let raised = "select detail from alert where cleared_at is null";
        assert_eq!(
            registry.texts(raised).await,
            [
                "Scheduled act 1 was no longer possible: administrator.role: Of those who agreed \
              (anne, bruno), 1 may act still; it takes 2."
            ]
        );
        scheduled(&registry, at(&registry, 2, OperatorState::Withdrawn, 1)).await;
        space.disable_administrator("anne").await.unwrap();
        registry.advance(Duration::HOUR);
        assert_eq!(space.run_due().await.unwrap().failed, 1);
        assert_eq!(state(space, 2).await, OperatorState::Suspended);
    });
}
