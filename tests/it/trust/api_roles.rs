//! Who may ask what: nobody, an auditor, an administrator.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::publishing::with_key;
use super::web::{ANNE, CLAIRE_THE_AUDITOR, NOBODY, Web};

/// Whom an operation is for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum For {
    Everybody,
    Readers,
    Administrators,
}
use For::{Administrators, Everybody, Readers};

/// Every operation of the trust space, and whom it is for.
const OPERATIONS: &[(&str, For)] = &[
    ("GET /trust/listeblanchemssante.xml", Everybody),
    ("GET /trust/listeblanchemssante.meta.jws", Everybody),
    ("GET /trust/listeblanchemssante.json", Everybody),
    ("GET /v1/trust-lists", Everybody),
    ("GET /v1/trust-lists/{sequence}", Everybody),
    ("GET /v1/trust-lists/{sequence}/xml", Everybody),
    ("GET /v1/trust-lists/{sequence}/meta", Everybody),
    ("GET /v1/trust-lists/diff", Everybody),
    ("GET /v1/trust-lists/log/head", Everybody),
    ("GET /v1/trust-lists/log/inclusion", Everybody),
    ("GET /v1/trust-lists/log/consistency", Everybody),
    ("GET /v1/signers", Everybody),
    ("POST /v1/admission/decisions", Everybody),
    ("POST /v1/admission/decisions/batch", Everybody),
    ("GET /v1/admission/reasons", Everybody),
    ("GET /v1/operators", Readers),
    ("GET /v1/operators/{id}", Readers),
    ("GET /v1/operators/{id}/events", Readers),
    ("GET /v1/operators/{id}/campaigns", Readers),
    ("GET /v1/campaigns/{id}", Readers),
    ("GET /v1/mail-domains", Readers),
    ("GET /v1/mail-domains/{name}", Readers),
    ("GET /v1/certificates", Readers),
    ("GET /v1/certificates/{id}", Readers),
    ("GET /v1/certificates/{id}/events", Readers),
    ("POST /v1/certificates/lint", Readers),
    ("POST /v1/acts/preview", Readers),
    ("GET /v1/approvals", Readers),
    ("GET /v1/approvals/{id}", Readers),
    ("GET /v1/scheduled-acts", Readers),
    ("GET /v1/alerts", Readers),
    ("GET /v1/events", Readers),
    ("GET /v1/administrators", Readers),
    ("GET /v1/nodes", Readers),
    ("POST /v1/operators", Administrators),
    ("PATCH /v1/operators/{id}", Administrators),
    ("POST /v1/operators/{id}/transitions", Administrators),
    ("POST /v1/operators/{id}/certificates", Administrators),
    ("POST /v1/operators/{id}/campaigns", Administrators),
    ("POST /v1/mail-domains", Administrators),
    (
        "PUT /v1/mail-domains/{name}/operators/{operator}",
        Administrators,
    ),
    (
        "DELETE /v1/mail-domains/{name}/operators/{operator}",
        Administrators,
    ),
    (
        "PUT /v1/mail-domains/{name}/certificates/{certificate}",
        Administrators,
    ),
    (
        "DELETE /v1/mail-domains/{name}/certificates/{certificate}",
        Administrators,
    ),
    ("POST /v1/acts", Administrators),
    ("POST /v1/certificates/{id}/acts", Administrators),
    ("POST /v1/scheduled-acts/{id}/cancel", Administrators),
    ("POST /v1/approvals/{id}/approve", Administrators),
    ("POST /v1/approvals/{id}/refuse", Administrators),
    ("POST /v1/trust-lists/publish", Administrators),
];

/// The operation on things that are not there, with a body that is of no use: what is refused is who
/// asks, or what is asked for.
fn concrete(operation: &str) -> String {
    operation
        .replace("{id}", "999")
        .replace("{sequence}", "999")
        .replace("{name}", "nowhere.mssante.fr")
        .replace("{operator}", "999")
        .replace("{certificate}", "999")
}

#[test]
fn each_operation_is_for_whom_it_is_for() {
    with_key(async |fixture| {
        let web = Web::new(&fixture.space);
        for (operation, whom) in OPERATIONS {
            let asked = concrete(operation);
            for (who, comes_in) in [
                (NOBODY, *whom == Everybody),
                (CLAIRE_THE_AUDITOR, *whom != Administrators),
                (ANNE, true),
            ] {
                let answer = web.json(who, &asked, &json!({})).await;
                let came_in = !matches!(answer.status.as_u16(), 401 | 403);
                assert_eq!(came_in, comes_in, "{who:?} {operation}: {}", answer.text());
                assert!(!answer.status.is_server_error(), "{operation}");
                match (who, came_in) {
                    (None, false) => {
                        answer.refused(401, "authentication.required");
                        assert_eq!(
                            answer.header("www-authenticate"),
                            "Bearer realm=\"annuaire\""
                        );
                    }
                    (Some(_), false) => drop(answer.refused(403, "administrator.role")),
                    (_, true) => {}
                }
            }
        }
    });
}

#[test]
fn the_specification_says_the_same_of_every_operation() {
    let specification: Value =
        serde_json::from_str(&annuaire::api::openapi::to_json().unwrap()).unwrap();
    let known: BTreeSet<&str> = OPERATIONS.iter().map(|(operation, _)| *operation).collect();
    let mut open = BTreeSet::new();
    for (path, operations) in specification["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = format!("{} {path}", method.to_uppercase());
            if operation["security"].is_null() {
                open.insert(name);
                continue;
            }
            let whom = OPERATIONS.iter().find(|(known, _)| *known == name);
            let (_, whom) = whom.unwrap_or_else(|| panic!("{name} is in no role's reach"));
            assert_ne!(*whom, Everybody, "{name}");
            let refusals = &operation["responses"];
            assert!(refusals["401"].is_object(), "{name}");
            assert_eq!(
                refusals["403"].is_object(),
                *whom == Administrators || name.starts_with("POST"),
                "{name}"
            );
        }
    }
    for (operation, whom) in OPERATIONS {
        assert_eq!(open.contains(*operation), *whom == Everybody, "{operation}");
    }
    assert_eq!(known.len(), OPERATIONS.len());
}

#[test]
fn a_token_that_opens_nothing_is_refused_in_any_form() {
    with_key(async |fixture| {
        let web = Web::new(&fixture.space);
        for given in [
            "Bearer dora",
            "Bearer ",
            "Basic YW5uZTphbm5l",
            "anne",
            "Bearer anne anne",
        ] {
            let answer = web
                .ask(NOBODY, "GET /v1/operators", &[("authorization", given)], "")
                .await;
            answer.refused(401, "authentication.invalid");
            assert!(
                answer.header("www-authenticate").contains("invalid_token"),
                "{given}"
            );
        }
        // Rights that were taken back open nothing from then on.
        web.get(ANNE, "/v1/operators").await;
        fixture.space.disable_administrator("anne").await.unwrap();
        let answer = web.ask(ANNE, "GET /v1/operators", &[], "").await;
        answer.refused(401, "authentication.invalid");
    });
}
