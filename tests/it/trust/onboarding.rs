//! The life of an operator, from a candidate to an entry of the list and out of it again.

use annuaire::domain::error::{
    ErrorCode, OPERATOR_EXISTS, OPERATOR_INCOMPLETE, OPERATOR_INVALID, OPERATOR_NOT_FOUND,
    OPERATOR_TRANSITION, RECORD_CHANGED,
};
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::domain::onboarding::OperatorState;
use annuaire::domain::operator::{OperatorFilter, OperatorKind, RegisteredNumber};
use annuaire::service::trust_space::{NewMailDomain, NewOperator, OperatorChanges};
use time::Duration;

use super::council::{moved, moving, refused, step};
use super::registered::{Registered, with_registered};
use annuaire::domain::act::Act;

fn candidate(number: &str) -> NewOperator {
    NewOperator {
        legal_name: " CHU de Nulle-Part ".to_owned(),
        kind: Some(OperatorKind::Establishment),
        number: Some(RegisteredNumber::parse(number).unwrap()),
        responsible_contact: "+33 2 00 00 00 00".to_owned(),
        support_contact: "aide@nulle-part.invalid".to_owned(),
    }
}

async fn recorded(registry: &Registered) -> i64 {
    let space = &registry.space;
    let operator = space
        .create_operator(&registry.anne, candidate("1290000017"), "they wrote")
        .await
        .unwrap();
    let new = NewMailDomain {
        name: MailDomainName::parse("nulle-part.mssante.fr").unwrap(),
        description: "CHU de Nulle-Part".to_owned(),
        allowed_professions: Vec::new(),
        operator: Some(operator.id),
    };
    space
        .create_mail_domain(&registry.anne, new, "theirs")
        .await
        .unwrap();
    operator.id
}

async fn not_moved(
    registry: &Registered,
    operator: i64,
    to: OperatorState,
    code: &ErrorCode,
) -> String {
    let asked = registry
        .space
        .request(&registry.anne, moving(operator, to), "a test")
        .await;
    refused(asked, code)
}

/// A campaign as if it had been run: whatever of it a test says.
async fn campaign(registry: &Registered, operator: i64, green: bool, mail_domains: &[&str]) {
    sqlx::query(
        "insert into campaign (operator_id, mail_domains, certificates, started_by, started_at, finished_at, green)
        values ($1, $2, '{}', 'anne', $3, $3, $4)",
    )
    .bind(operator)
    .bind(mail_domains)
    .bind(registry.now())
    .bind(green)
    .execute(&registry.pool)
    .await
    .unwrap();
}

#[test]
fn a_candidate_becomes_an_entry_step_by_step() {
    use OperatorState::{Active, Contracted, Engaged, Revoked, Suspended, Testing};
    with_registered(async |registry| {
        let space = &registry.space;
        let operator = recorded(&registry).await;
        let detail = space.operator(operator).await.unwrap();
        assert_eq!(detail.operator.legal_name, "CHU de Nulle-Part");
        assert_eq!(detail.next_states, [Engaged, OperatorState::Withdrawn]);
        not_moved(&registry, operator, Active, &OPERATOR_TRANSITION).await;

        let mut bare = step(operator, Engaged);
        bare.documents.clear();
        let asked = space
            .request(&registry.anne, Act::MoveOperator(bare), "a test")
            .await;
        assert_eq!(
            refused(asked, &OPERATOR_INCOMPLETE),
            "Documents are missing: letter_of_engagement."
        );
        moved(&registry, operator, Engaged).await;
        assert!(
            space
                .operator(operator)
                .await
                .unwrap()
                .operator
                .launch_on
                .is_some()
        );

        let domain = "nulle-part.mssante.fr";
        campaign(&registry, operator, true, &[domain]).await;
        registry.advance(Duration::HOUR);
        moved(&registry, operator, Testing).await;
        for (green, covered) in [(false, domain), (true, "other.mssante.fr")] {
            not_moved(&registry, operator, Contracted, &OPERATOR_INCOMPLETE).await;
            campaign(&registry, operator, green, &[covered]).await;
        }
        let why = not_moved(&registry, operator, Contracted, &OPERATOR_INCOMPLETE).await;
        assert!(
            why.ends_with(&format!("did not cover mail domain {domain}.")),
            "{why}"
        );
        campaign(&registry, operator, true, &[domain]).await;
        moved(&registry, operator, Contracted).await;

        let why = not_moved(&registry, operator, Active, &OPERATOR_INCOMPLETE).await;
        assert!(
            why.contains("no mail domain with an active certificate"),
            "{why}"
        );
        let certificate = registry
            .add_by_name(operator, "CN=mx.nulle-part,C=FR", &[])
            .await;
        not_moved(&registry, operator, Active, &OPERATOR_INCOMPLETE).await;
        registry.bind(domain, certificate).await.unwrap();
        registry.force_state(certificate, "pending").await;
        not_moved(&registry, operator, Active, &OPERATOR_INCOMPLETE).await;
        registry.force_state(certificate, "active").await;
        moved(&registry, operator, Active).await;
        assert_eq!(
            registry.standing().await,
            [format!("{domain} {certificate}")]
        );
        moved(&registry, operator, Suspended).await;
        assert!(registry.standing().await.is_empty());
        moved(&registry, operator, Active).await;
        moved(&registry, operator, Revoked).await;
        not_moved(&registry, operator, Active, &OPERATOR_TRANSITION).await;

        let events = space.operator_events(operator, 0, 100).await.unwrap();
        let steps: Vec<_> = events
            .iter()
            .filter(|event| event.action == "operator.moved")
            .map(|event| {
                (
                    event.from_state.as_deref().unwrap(),
                    event.to_state.as_deref().unwrap(),
                    event.actor.as_str(),
                    event.approved_by.len(),
                    event.documents.as_array().unwrap().len(),
                )
            })
            .collect();
        assert_eq!(
            steps,
            [
                ("candidate", "engaged", "anne", 0, 3),
                ("engaged", "testing", "anne", 0, 3),
                ("testing", "contracted", "anne", 0, 3),
                ("contracted", "active", "anne", 1, 3),
                ("active", "suspended", "anne", 0, 3),
                ("suspended", "active", "anne", 1, 3),
                ("active", "revoked", "anne", 1, 3),
            ]
        );
        assert_eq!(events[0].action, "operator.created");
        assert_eq!(events[0].reason, "they wrote");
        // Page by page is the same.
        let mut paged = Vec::new();
        while let Some(event) = space
            .operator_events(operator, paged.last().map_or(0, |it: &i64| *it), 1)
            .await
            .unwrap()
            .pop()
        {
            paged.push(event.id);
        }
        assert_eq!(
            paged,
            events.iter().map(|event| event.id).collect::<Vec<_>>()
        );
    });
}

#[test]
fn history_is_added_to_and_never_changed() {
    with_registered(async |registry| {
        moved(&registry, 1, OperatorState::Suspended).await;
        for statement in [
            "update registry_event set reason = 'another'",
            "delete from registry_event",
            "truncate registry_event",
        ] {
            let error = sqlx::query(statement)
                .execute(&registry.pool)
                .await
                .unwrap_err();
            assert!(error.to_string().contains("append-only"), "{error}");
        }
        assert_eq!(registry.space.events(0, 10).await.unwrap().len(), 1);
    });
}

#[test]
fn every_step_is_in_the_feed() {
    with_registered(async |registry| {
        let operator = recorded(&registry).await;
        moved(&registry, 1, OperatorState::Suspended).await;
        let keys = registry
            .texts("select unnest(keys) from feed where kind = 'trust' order by position")
            .await;
        assert_eq!(
            keys,
            [
                format!("operator:{operator}"),
                "mail_domain:nulle-part.mssante.fr".to_owned(),
                "operator:1".to_owned()
            ]
        );
    });
}

#[test]
fn a_record_that_someone_else_changed_is_not_overwritten() {
    with_registered(async |registry| {
        let space = &registry.space;
        let changes = |name: &str| OperatorChanges {
            legal_name: Some(name.to_owned()),
            ..OperatorChanges::default()
        };
        let operator = space.operator(1).await.unwrap().operator;
        let version = operator.version;
        let (one, other) = tokio::join!(
            space.amend_operator(&registry.anne, 1, version, changes("Hôpital A"), "a test"),
            space.amend_operator(&registry.bruno, 1, version, changes("Hôpital B"), "a test"),
        );
        let (kept, lost) = if one.is_ok() {
            (one, other)
        } else {
            (other, one)
        };
        assert_eq!(kept.unwrap().version, version + 1);
        refused(lost, &RECORD_CHANGED);
        // A step changes the record too.
        moved(&registry, 1, OperatorState::Suspended).await;
        refused(
            space
                .amend_operator(
                    &registry.anne,
                    1,
                    version + 1,
                    changes("Hôpital C"),
                    "a test",
                )
                .await,
            &RECORD_CHANGED,
        );
        let event = &registry
            .texts("select detail->'before'->>'legal_name' from registry_event where action = 'operator.amended'")
            .await;
        assert_eq!(event, &["Hôpital fictif"]);
    });
}

#[test]
fn what_cannot_be_recorded_is_refused_before_it_is_kept() {
    with_registered(async |registry| {
        let space = &registry.space;
        let create = async |change: fn(&mut NewOperator)| {
            let mut new = candidate("1290000017");
            change(&mut new);
            space.create_operator(&registry.anne, new, "a test").await
        };
        let bad: [fn(&mut NewOperator); 5] = [
            |new| new.legal_name.clear(),
            |new| new.legal_name = "a".repeat(201),
            |new| new.legal_name = "a\u{0}b".to_owned(),
            |new| new.responsible_contact = "a\nb".to_owned(),
            |new| new.support_contact = "é".repeat(501),
        ];
        for change in bad {
            refused(create(change).await, &OPERATOR_INVALID);
        }
        let taken = |new: &mut NewOperator| {
            new.number = Some(RegisteredNumber::parse("1440000040").unwrap());
        };
        refused(create(taken).await, &OPERATOR_EXISTS);
        let amend = async |id, changes| {
            let version = 1;
            space
                .amend_operator(&registry.anne, id, version, changes, "a test")
                .await
        };
        let number = |text| OperatorChanges {
            number: Some(RegisteredNumber::parse(text).unwrap()),
            ..OperatorChanges::default()
        };
        let other = refused(amend(1, number("318310021300028")).await, &OPERATOR_EXISTS);
        assert!(other.contains("operator 2"), "{other}");
        registry.add_by_name(1, "CN=mx,C=FR", &[]).await;
        refused(amend(1, number("1290000017")).await, &OPERATOR_INVALID);
        let silent = OperatorChanges {
            support_contact: Some(" ".to_owned()),
            ..OperatorChanges::default()
        };
        refused(amend(1, silent).await, &OPERATOR_INVALID);
        refused(amend(99, number("1290000017")).await, &OPERATOR_NOT_FOUND);
        assert!(
            registry
                .texts("select action from registry_event")
                .await
                .is_empty()
        );
    });
}

#[test]
fn operators_are_listed_by_what_is_asked_page_by_page() {
    with_registered(async |registry| {
        let space = &registry.space;
        moved(&registry, 2, OperatorState::Suspended).await;
        let ids = async |state, text: Option<&str>, after, limit| {
            let filter = OperatorFilter {
                state,
                text: text.map(ToOwned::to_owned),
            };
            let found = space.operators(&filter, after, limit).await.unwrap();
            found
                .into_iter()
                .map(|operator| operator.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(None, None, 0, 10).await, [1, 2]);
        assert_eq!(ids(None, None, 0, 1).await, [1]);
        assert_eq!(ids(None, None, 1, 10).await, [2]);
        assert_eq!(ids(Some(OperatorState::Suspended), None, 0, 10).await, [2]);
        assert_eq!(ids(None, Some("HÔPITAL"), 0, 10).await, [1]);
        assert_eq!(ids(None, Some("318310021300028"), 0, 10).await, [2]);
        assert_eq!(ids(None, Some("%"), 0, 10).await, [0; 0]);
    });
}
