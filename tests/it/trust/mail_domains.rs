//! Mail domains: recorded, described, given to operators and taken from them.

use annuaire::domain::error::{
    ACT_INVALID, MAIL_DOMAIN_EXISTS, MAIL_DOMAIN_FOREIGN, MAIL_DOMAIN_INVALID,
    MAIL_DOMAIN_NOT_FOUND, OPERATOR_NOT_FOUND, OPERATOR_TRANSITION, RECORD_CHANGED,
};
use annuaire::domain::mail_domain::{MailDomainFilter, MailDomainName};
use annuaire::domain::onboarding::OperatorState;
use annuaire::service::trust_space::{MailDomainChanges, NewMailDomain, OperatorChanges};

use super::council::{moved, refused};
use super::registered::{Registered, with_registered};

fn name(text: &str) -> MailDomainName {
    MailDomainName::parse(text).unwrap()
}

fn infirmier(operator: Option<i64>) -> NewMailDomain {
    NewMailDomain {
        name: name("infirmier.mssante.fr"),
        description: "Ordre national des infirmiers".to_owned(),
        allowed_professions: vec!["60".to_owned(), "60".to_owned()],
        operator,
    }
}

async fn updates(registry: &Registered) -> Vec<String> {
    registry
        .texts("select mail_domain || ' ' || updated_at::date from binding order by mail_domain")
        .await
}

#[test]
fn a_mail_domain_is_recorded_once_and_amended_by_version() {
    with_registered(async |registry| {
        let space = &registry.space;
        let anne = &registry.anne;
        let recorded = space
            .create_mail_domain(anne, infirmier(Some(1)), "theirs")
            .await
            .unwrap();
        assert_eq!(recorded.operators, [1]);
        assert_eq!(recorded.allowed_professions, ["60"]);
        refused(
            space
                .create_mail_domain(anne, infirmier(None), "again")
                .await,
            &MAIL_DOMAIN_EXISTS,
        );
        let describe = |text: &str| MailDomainChanges {
            description: Some(text.to_owned()),
            allowed_professions: None,
        };
        let amend = async |version, text: &str| {
            space
                .amend_mail_domain(anne, &recorded.name, version, describe(text), "a test")
                .await
        };
        assert_eq!(amend(1, "Infirmiers").await.unwrap().version, 2);
        refused(amend(1, "Autre").await, &RECORD_CHANGED);
        refused(amend(2, "a\u{0}b").await, &MAIL_DOMAIN_INVALID);
        refused(
            space.mail_domain(&name("nobody.mssante.fr")).await,
            &MAIL_DOMAIN_NOT_FOUND,
        );
        let mut bad = infirmier(None);
        bad.name = name("autre.mssante.fr");
        bad.allowed_professions = vec!["no code".to_owned()];
        refused(
            space.create_mail_domain(anne, bad, "a test").await,
            &MAIL_DOMAIN_INVALID,
        );
    });
}

#[test]
fn a_new_description_is_a_new_date_of_its_entries() {
    with_registered(async |registry| {
        let space = &registry.space;
        registry
            .add_by_name(1, "CN=mx,C=FR", &["a.mssante.fr", "b.mssante.fr"])
            .await;
        let changes = MailDomainChanges {
            description: Some("Domaine a, et plus".to_owned()),
            allowed_professions: None,
        };
        space
            .amend_mail_domain(&registry.anne, &name("a.mssante.fr"), 1, changes, "a test")
            .await
            .unwrap();
        assert_eq!(
            updates(&registry).await,
            ["a.mssante.fr 2026-11-21", "b.mssante.fr 2026-02-02"]
        );
    });
}

#[test]
fn a_mail_domain_has_several_operators_and_loses_them_with_their_bindings() {
    with_registered(async |registry| {
        let space = &registry.space;
        let anne = &registry.anne;
        let (shared, c) = (name("shared.mssante.fr"), name("c.mssante.fr"));
        registry
            .add_by_name(1, "CN=un,C=FR", &["shared.mssante.fr"])
            .await;
        registry
            .add_by_name(2, "CN=deux,C=FR", &["shared.mssante.fr"])
            .await;
        refused(
            space.release_mail_domain(anne, &c, 1, "a test").await,
            &MAIL_DOMAIN_FOREIGN,
        );
        let left = space
            .release_mail_domain(anne, &shared, 1, "a test")
            .await
            .unwrap();
        assert_eq!(left.operators, [2]);
        assert_eq!(registry.standing().await, ["shared.mssante.fr 2"]);
        assert_eq!(
            registry
                .texts(
                    "select detail::text from registry_event where action = 'mail_domain.released'"
                )
                .await,
            [r#"{"unbound_certificates": [1]}"#]
        );
        let back = space
            .assign_mail_domain(anne, &shared, 1, "a test")
            .await
            .unwrap();
        assert_eq!(back.operators, [1, 2]);
        space
            .assign_mail_domain(anne, &shared, 1, "a test")
            .await
            .unwrap();
        assert_eq!(registry.standing().await, ["shared.mssante.fr 2"]);
        let told = registry
            .texts("select action from registry_event where action = 'mail_domain.assigned'")
            .await;
        assert_eq!(told.len(), 1);
        refused(
            space.assign_mail_domain(anne, &shared, 99, "a test").await,
            &OPERATOR_NOT_FOUND,
        );
        moved(&registry, 2, OperatorState::Revoked).await;
        refused(
            space
                .assign_mail_domain(anne, &name("a.mssante.fr"), 2, "a test")
                .await,
            &OPERATOR_TRANSITION,
        );
    });
}

#[test]
fn mail_domains_are_listed_by_what_is_asked_page_by_page() {
    with_registered(async |registry| {
        let space = &registry.space;
        let names = async |operator, text: Option<&str>, after: Option<&str>, limit| {
            let filter = MailDomainFilter {
                operator,
                text: text.map(ToOwned::to_owned),
            };
            let after = after.map(name);
            let found = space
                .mail_domains(&filter, after.as_ref(), limit)
                .await
                .unwrap();
            found
                .into_iter()
                .map(|domain| domain.name.as_str().replace(".mssante.fr", ""))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(None, None, None, 10).await, ["a", "b", "c", "shared"]);
        assert_eq!(names(None, None, Some("b.mssante.fr"), 1).await, ["c"]);
        assert_eq!(names(Some(2), None, None, 10).await, ["c", "shared"]);
        assert_eq!(names(None, Some("DOMAINE A"), None, 10).await, ["a"]);
        assert_eq!(names(None, Some("share"), None, 10).await, ["shared"]);
    });
}

#[test]
fn nobody_changes_who_is_listed_without_saying_why() {
    with_registered(async |registry| {
        let space = &registry.space;
        let anne = &registry.anne;
        let (a, shared) = (name("a.mssante.fr"), name("shared.mssante.fr"));
        let described = || MailDomainChanges {
            description: Some("Autre".to_owned()),
            allowed_professions: None,
        };
        let renamed = || OperatorChanges {
            legal_name: Some("Autre".to_owned()),
            ..OperatorChanges::default()
        };
        for none in ["", " \n"] {
            refused(
                space.assign_mail_domain(anne, &a, 2, none).await,
                &ACT_INVALID,
            );
            refused(
                space.release_mail_domain(anne, &shared, 1, none).await,
                &ACT_INVALID,
            );
            refused(
                space
                    .amend_mail_domain(anne, &a, 1, described(), none)
                    .await,
                &ACT_INVALID,
            );
            refused(
                space.amend_operator(anne, 1, 1, renamed(), none).await,
                &ACT_INVALID,
            );
        }
        let why = "convention 2026/17";
        space.assign_mail_domain(anne, &a, 2, why).await.unwrap();
        space
            .release_mail_domain(anne, &shared, 1, why)
            .await
            .unwrap();
        space
            .amend_mail_domain(anne, &a, 1, described(), why)
            .await
            .unwrap();
        space
            .amend_operator(anne, 1, 1, renamed(), why)
            .await
            .unwrap();
        let told = registry.texts("select reason from registry_event").await;
        assert_eq!(told, [why; 4]);
    });
}
