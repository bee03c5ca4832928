//! Who administers the trust space: known by a token, refused without, for good once disabled.

use annuaire::domain::administrator::{Actor, AdministratorRole};
use annuaire::domain::error::{
    ADMINISTRATOR_EXISTS, ADMINISTRATOR_INVALID, ADMINISTRATOR_NOT_FOUND, AUTHENTICATION_INVALID,
    ROLE_INSUFFICIENT,
};
use annuaire::domain::onboarding::OperatorState;

use super::council::{join, moving, pending, refused};
use super::registered::with_registered;

#[test]
fn a_token_opens_and_is_not_kept() {
    with_registered(async |registry| {
        let space = &registry.space;
        let new = space
            .add_administrator(" Denise ", AdministratorRole::Auditor)
            .await
            .unwrap();
        assert_eq!(
            space.authenticate(&new.token).await.unwrap(),
            Actor::Administrator(new.administrator)
        );
        let kept = registry
            .texts("select to_jsonb(administrator)::text from administrator")
            .await;
        assert!(kept.iter().all(|row| !row.contains(&new.token[4..])));
        let upper = new.token.to_uppercase();
        let longer = format!("{}A", new.token);
        for wrong in ["", "ann_", "denise", &upper, &longer, &"a".repeat(100_000)] {
            refused(space.authenticate(wrong).await, &AUTHENTICATION_INVALID);
        }
    });
}

#[test]
fn a_name_is_one_persons_for_good() {
    with_registered(async |registry| {
        let space = &registry.space;
        let role = AdministratorRole::Administrator;
        join(space, "Denise").await;
        space.disable_administrator("Denise").await.unwrap();
        for (name, code) in [
            ("Denise", &ADMINISTRATOR_EXISTS),
            ("schedule", &ADMINISTRATOR_INVALID),
            ("", &ADMINISTRATOR_INVALID),
            ("a\u{0}b", &ADMINISTRATOR_INVALID),
        ] {
            refused(space.add_administrator(name, role).await.map(drop), code);
        }
        refused(
            space.disable_administrator("Denise").await,
            &ADMINISTRATOR_NOT_FOUND,
        );
        let names: Vec<_> = space
            .administrators()
            .await
            .unwrap()
            .into_iter()
            .map(|record| (record.administrator.name, record.disabled_at.is_some()))
            .collect();
        assert_eq!(names.last().unwrap(), &("Denise".to_owned(), true));
        let told = registry
            .texts("select action || ' ' || actor from registry_event order by id")
            .await;
        assert_eq!(
            told,
            [
                "administrator.added console",
                "administrator.disabled console"
            ]
        );
    });
}

#[test]
fn who_was_disabled_opens_and_does_nothing_more() {
    with_registered(async |registry| {
        let space = &registry.space;
        let new = space
            .add_administrator("Denise", AdministratorRole::Administrator)
            .await
            .unwrap();
        // Recognised a moment before.
        let denise = space.authenticate(&new.token).await.unwrap();
        let waiting = pending(space, &registry.anne, moving(1, OperatorState::Revoked)).await;
        space.disable_administrator("Denise").await.unwrap();
        refused(
            space.authenticate(&new.token).await,
            &AUTHENTICATION_INVALID,
        );
        let act = moving(1, OperatorState::Suspended);
        refused(
            space.request(&denise, act, "a test").await,
            &AUTHENTICATION_INVALID,
        );
        refused(
            space.approve(&denise, waiting.id).await,
            &AUTHENTICATION_INVALID,
        );
    });
}

#[test]
fn an_auditor_reads_and_does_nothing() {
    with_registered(async |registry| {
        let space = &registry.space;
        let waiting = pending(space, &registry.anne, moving(1, OperatorState::Revoked)).await;
        let claire = &registry.claire;
        let act = moving(1, OperatorState::Suspended);
        refused(
            space.request(claire, act, "a test").await,
            &ROLE_INSUFFICIENT,
        );
        refused(space.approve(claire, waiting.id).await, &ROLE_INSUFFICIENT);
        refused(
            space.refuse(claire, waiting.id, "a test").await,
            &ROLE_INSUFFICIENT,
        );
        refused(
            space.cancel_scheduled(claire, 1, "a test").await,
            &ROLE_INSUFFICIENT,
        );
        refused(space.start_campaign(claire, 1).await, &ROLE_INSUFFICIENT);
        // One whose role was taken down since they were recognised, too.
        sqlx::query("update administrator set role = 'auditor' where name = 'bruno'")
            .execute(&registry.pool)
            .await
            .unwrap();
        refused(
            space.approve(&registry.bruno, waiting.id).await,
            &ROLE_INSUFFICIENT,
        );
        assert_eq!(space.approvals(None).await.unwrap().len(), 1);
    });
}
