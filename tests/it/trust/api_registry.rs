//! The registry over REST: records, acts and what waits for a second administrator.

use serde_json::{Value, json};

use super::pki::{Authority, gateway};
use super::publishing::with_key;
use super::registered::{NUMBERS, with_registered};
use super::web::{ANNE, BRUNO, CLAIRE_THE_AUDITOR, Web};

#[test]
fn an_operator_is_recorded_read_and_changed_by_who_read_it_last() {
    with_key(async |fixture| {
        let web = Web::new(&fixture.space);
        let draft = json!({
            "legal_name": "CLINIQUE FICTIVE",
            "kind": "establishment",
            "number": "1770816478",
            "responsible_contact": "01 02 03 04 05",
            "reason": "dossier 12",
        });
        let made = web.json(ANNE, "POST /v1/operators", &draft).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let at = made.header("location").to_owned();
        assert_eq!(made.value()["finess"], "770816478");
        assert_eq!(made.value()["state"], "candidate");
        web.json(ANNE, "POST /v1/operators", &draft)
            .await
            .refused(409, "operator.exists");

        let read = web.get(CLAIRE_THE_AUDITOR, &at).await;
        assert_eq!(read.value()["next_states"], json!(["engaged", "withdrawn"]));
        let tag = read.header("etag").to_owned();
        let held = web
            .ask(ANNE, &format!("GET {at}"), &[("if-none-match", &tag)], "")
            .await;
        assert_eq!(held.status, 304);

        let patch = format!("PATCH {at}");
        let changes =
            json!({ "support_contact": "aide@clinique.invalid", "reason": "un courrier" });
        web.json(ANNE, &patch, &changes)
            .await
            .refused(428, "record.version_required");
        let headers = [
            ("content-type", "application/json"),
            ("if-match", tag.as_str()),
        ];
        let amended = web.ask(ANNE, &patch, &headers, changes.to_string()).await;
        assert_eq!(amended.status, 200, "{}", amended.text());
        assert_eq!(amended.value()["support_contact"], "aide@clinique.invalid");
        assert_eq!(amended.value()["responsible_contact"], "01 02 03 04 05");
        // Who read it before was overtaken.
        web.ask(BRUNO, &patch, &headers, changes.to_string())
            .await
            .refused(412, "record.changed");

        for wrong in [
            json!({ "legal_name": "X", "kind": "establishment", "number": "42", "reason": "r" }),
            json!({ "legal_name": "", "kind": "establishment", "number": "1770816479", "reason": "r" }),
            json!({ "legal_name": "X", "kind": "bakery", "number": "1770816479", "reason": "r" }),
            json!({ "legal_name": "X", "kind": "establishment", "number": "1770816479", "x": 1, "reason": "r" }),
        ] {
            let answer = web.json(ANNE, "POST /v1/operators", &wrong).await;
            assert_eq!(answer.status, 400, "{wrong}: {}", answer.text());
        }
        web.ask(ANNE, "GET /v1/operators/999", &[], "")
            .await
            .refused(404, "operator.not_found");
        web.ask(ANNE, "GET /v1/operators/first", &[], "")
            .await
            .refused(404, "operator.not_found");
    });
}

#[test]
fn lists_are_read_page_by_page_and_cursors_belong_to_their_list() {
    with_key(async |fixture| {
        let web = Web::new(&fixture.space);
        for (list, key, all) in [
            ("operators", "id", 2),
            ("certificates", "id", 2),
            ("mail-domains", "name", 200),
        ] {
            let mut seen = Vec::new();
            let mut uri = format!("/v1/{list}?limit=1");
            if list == "mail-domains" {
                uri = format!("/v1/{list}?limit=99");
            }
            let first = uri.clone();
            loop {
                let page = web.get(ANNE, &uri).await.value();
                let items = page["items"].as_array().unwrap();
                seen.extend(items.iter().map(|item| item[key].to_string()));
                let Some(next) = page["next"].as_str() else {
                    break;
                };
                uri = format!("{first}&cursor={next}");
            }
            let read = seen.len();
            seen.dedup();
            assert_eq!((read, seen.len()), (all, all), "{list}");
            let foreign = web.get(ANNE, "/v1/events?limit=1").await.value();
            let foreign = foreign["next"].as_str().unwrap();
            web.ask(ANNE, &format!("GET /v1/{list}?cursor={foreign}"), &[], "")
                .await
                .refused(400, "cursor.invalid");
        }
        let found = web
            .get(ANNE, "/v1/operators?q=%C3%A9diteur&state=active")
            .await;
        assert_eq!(found.value()["items"].as_array().unwrap().len(), 1);
        let none = web.get(ANNE, "/v1/operators?state=revoked").await.value();
        assert_eq!(none["items"], json!([]));
        web.ask(ANNE, "GET /v1/operators?state=gone", &[], "")
            .await
            .refused(400, "parameter.invalid");
        let of = web.get(ANNE, "/v1/mail-domains?operator=2&limit=100").await;
        assert_eq!(of.value()["items"].as_array().unwrap().len(), 50);
    });
}

#[test]
fn one_suspends_and_two_lift_it() {
    with_key(async |fixture| {
        let web = Web::new(&fixture.space);
        let transitions = "POST /v1/operators/1/transitions";
        let suspend = json!({ "to": "suspended", "reason": "incident 7" });
        let lift = json!({ "to": "active", "reason": "incident 7 is over" });
        let act = json!({ "act": "move_operator", "operator": 1, "to": "suspended" });
        let preview = web
            .json(CLAIRE_THE_AUDITOR, "POST /v1/acts/preview", &act)
            .await
            .value();
        assert_eq!(preview["mail_domains"], 150, "{preview}");

        let done = web.json(ANNE, transitions, &suspend).await;
        assert_eq!(
            (done.status.as_u16(), &done.value()["outcome"]),
            (200, &json!("done"))
        );
        web.json(ANNE, transitions, &suspend)
            .await
            .refused(409, "operator.transition");

        let waits = web.json(ANNE, transitions, &lift).await;
        assert_eq!(waits.status, 202, "{}", waits.text());
        assert_eq!(waits.value()["outcome"], "pending");
        let at = waits.header("location").to_owned();
        let listed = web
            .get(CLAIRE_THE_AUDITOR, "/v1/approvals?state=pending")
            .await;
        assert_eq!(listed.value()["items"][0]["requested_by"], "anne");
        web.json(ANNE, &format!("POST {at}/approve"), &json!({}))
            .await
            .refused(403, "approval.own");
        let agreed = web
            .json(BRUNO, &format!("POST {at}/approve"), &json!({}))
            .await;
        assert_eq!(agreed.value()["state"], "executed", "{}", agreed.text());
        assert_eq!(agreed.value()["agreed_by"], json!(["anne", "bruno"]));
        web.json(
            BRUNO,
            &format!("POST {at}/refuse"),
            &json!({ "reason": "late" }),
        )
        .await
        .refused(409, "approval.settled");

        let events = web
            .get(CLAIRE_THE_AUDITOR, "/v1/operators/1/events")
            .await
            .value();
        let told: Vec<&Value> = events["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|event| event["action"] == "operator.moved")
            .map(|event| &event["to_state"])
            .collect();
        assert_eq!(told, [&json!("suspended"), &json!("active")]);
    });
}

#[test]
fn what_is_to_happen_later_is_listed_and_cancelled() {
    with_key(async |fixture| {
        let web = Web::new(&fixture.space);
        let later = json!({
            "to": "suspended", "reason": "end of contract", "effective_at": "2099-01-01T00:00:00Z"
        });
        let waits = web
            .json(ANNE, "POST /v1/operators/2/transitions", &later)
            .await;
        assert_eq!(waits.status, 202, "{}", waits.text());
        assert_eq!(waits.value()["outcome"], "scheduled");
        let id = waits.value()["scheduled_act"].as_i64().unwrap();
        let listed = web.get(ANNE, "/v1/scheduled-acts").await.value();
        assert_eq!(listed["items"][0]["due_at"], "2099-01-01T00:00:00Z");
        let cancel = format!("POST /v1/scheduled-acts/{id}/cancel");
        let why = json!({ "reason": "they stay" });
        assert_eq!(web.json(BRUNO, &cancel, &why).await.status, 204);
        web.json(BRUNO, &cancel, &why)
            .await
            .refused(409, "scheduled_act.settled");
        let listed = web.get(ANNE, "/v1/scheduled-acts").await.value();
        assert_eq!(listed["items"][0]["state"], "cancelled");
    });
}

#[test]
fn a_certificate_comes_in_as_a_file_or_in_json_and_a_refusal_names_every_rule() {
    with_registered(async |registry| {
        let web = Web::new(&registry.space);
        let add = "POST /v1/operators/1/certificates?reason=first";
        let chain = Authority::trusted().chain(&gateway("mx1.hopital.mssante.fr", NUMBERS[0], 365));
        let pem = [("content-type", "application/x-pem-file")];
        let added = web.ask(ANNE, add, &pem, chain.clone()).await;
        assert_eq!(added.status, 201, "{}", added.text());
        assert_eq!(added.value()["state"], "pending");
        let at = added.header("location").to_owned();
        web.ask(ANNE, add, &pem, chain)
            .await
            .refused(409, "certificate.exists");
        let second =
            Authority::trusted().chain(&gateway("mx2.hopital.mssante.fr", NUMBERS[0], 365));
        let body = json!({ "pem": String::from_utf8(second).unwrap(), "reason": "second" });
        let added = web
            .json(ANNE, "POST /v1/operators/1/certificates", &body)
            .await;
        assert_eq!(added.status, 201, "{}", added.text());
        assert!(web.get(ANNE, &at).await.value()["pem"].is_string());

        let mut params = gateway("mx3.hopital.mssante.fr", NUMBERS[0], 365);
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::EmailProtection];
        let bad = Authority::trusted().chain(&params);
        let problem = web
            .ask(ANNE, add, &pem, bad.clone())
            .await
            .refused(400, "certificate.refused");
        let findings = problem["particulars"]["findings"].as_array().unwrap();
        assert!(
            findings
                .iter()
                .any(|finding| finding["rule"] == "extended_usage.role"),
            "{problem}"
        );
        let judged = web
            .ask(CLAIRE_THE_AUDITOR, "POST /v1/certificates/lint", &pem, bad)
            .await
            .value();
        assert_eq!(judged["accepted"], false);

        let text = [("content-type", "text/plain")];
        web.ask(ANNE, add, &text, "x")
            .await
            .refused(415, "body.media_type");
        web.ask(ANNE, add, &pem, "x")
            .await
            .refused(400, "certificate.unreadable");
        let large = vec![b'x'; 600 << 10];
        web.ask(ANNE, add, &pem, large)
            .await
            .refused(413, "body.too_large");
    });
}
