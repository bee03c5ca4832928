//! Questions about peers, as gateways ask them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::asking::Service;
use crate::config;
use crate::domain::clock::FixedClock;
use crate::service::admission::testing::{
    ACTIVE, ACTIVE_DOMAIN, EPOCH, NOW, SUSPENDED_DOMAIN, active, suspended, unready,
};
use crate::service::certificate_status::CertificateStatus;
use crate::trust::pki::pem;

const ONE: &str = "/v1/admission/decisions";
const MANY: &str = "/v1/admission/decisions/batch";

fn der(chain: &[Vec<u8>]) -> Value {
    chain.iter().map(|it| STANDARD.encode(it)).collect()
}

fn text(chain: &[Vec<u8>]) -> Value {
    let blocks = chain.iter().map(|it| pem(it));
    Value::String(blocks.collect::<Vec<_>>().concat())
}

fn about(chain: &Value, mail_domain: &str) -> Value {
    json!({ "chain": chain, "mail_domain": mail_domain, "role": "smtp-client" })
}

impl Service {
    async fn decision(&self, question: &Value) -> Value {
        let answer = self.post(ONE, question.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

#[tokio::test]
async fn a_peer_is_admitted_or_refused_with_every_check() {
    let service = Service::new();
    for chain in [der(&active()), text(&active())] {
        let question = about(&chain, ACTIVE_DOMAIN);
        let answer = service.post(ONE, question.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("annuaire-position"), EPOCH.to_string());
        let decision = answer.json();
        assert_eq!(decision["verdict"], "admit", "{decision}");
        assert_eq!(decision["reasons"], json!([]));
        assert_eq!(decision["operator"], ACTIVE);
        assert_eq!(decision["operator_name"], "GRADES FICTIF");
        assert_eq!(decision["grade"], "registered");
        assert_eq!(decision["epoch"], EPOCH);
        assert_eq!(decision["valid_until"], "2099-01-02T04:00:00Z");
        assert_eq!(decision["checks"].as_array().unwrap().len(), 11);
        // A second time the same bytes.
        let again = service.post(ONE, question.to_string()).await;
        assert_eq!(again.bytes, answer.bytes);
    }
    let refused = service
        .decision(&about(&der(&suspended()), SUSPENDED_DOMAIN))
        .await;
    assert_eq!(refused["verdict"], "refuse");
    assert_eq!(refused["reasons"], json!(["operator.suspended"]));
    for absent in ["grade", "valid_until"] {
        assert_eq!(refused.get(absent), None, "{absent}");
    }
    let metrics = service.ask("GET", "/metrics", &[]).await.text();
    for line in [
        "annuaire_admission_decisions_total{verdict=\"admit\",reason=\"none\"} 4",
        "annuaire_admission_decisions_total{verdict=\"refuse\",reason=\"operator.suspended\"} 1",
        // The same chain, however it was written.
        "annuaire_admission_decisions_by_origin_total{origin=\"kept\"} 3",
        "annuaire_admission_decisions_by_origin_total{origin=\"made\"} 2",
    ] {
        assert!(
            metrics.lines().any(|held| held == line),
            "{line}\n{metrics}"
        );
    }
}

#[tokio::test]
async fn whatever_a_peer_presents_is_judged_and_no_failure() {
    let service = Service::new();
    let chain = der(&active());
    let mut long = active();
    long.resize_with(9, || active()[1].clone());
    let endless: Vec<_> = std::iter::repeat_n(long.clone(), 20).flatten().collect();
    for (question, reason) in [
        (about(&json!([]), ACTIVE_DOMAIN), "chain.empty"),
        (about(&der(&long), ACTIVE_DOMAIN), "chain.too_long"),
        (about(&der(&endless), ACTIVE_DOMAIN), "chain.too_long"),
        (about(&text(&endless), ACTIVE_DOMAIN), "chain.too_long"),
        (
            about(&der(&[b"nonsense".to_vec()]), ACTIVE_DOMAIN),
            "chain.unreadable",
        ),
        (about(&json!([""]), ACTIVE_DOMAIN), "chain.unreadable"),
        (
            about(&text(&[b"nonsense".to_vec()]), ACTIVE_DOMAIN),
            "chain.unreadable",
        ),
        (
            about(&der(&[vec![0x30; 17 << 10]]), ACTIVE_DOMAIN),
            "chain.unreadable",
        ),
        (about(&chain, ""), "mail_domain.invalid"),
        (about(&chain, "münchen.mssante.fr"), "mail_domain.invalid"),
        (about(&chain, &"a.".repeat(50_000)), "mail_domain.invalid"),
        (
            about(&chain, "sous.medecin.mssante.fr"),
            "mail_domain.untrusted",
        ),
        (about(&chain, SUSPENDED_DOMAIN), "name.not_listed"),
    ] {
        let decision = service.decision(&question).await;
        assert_eq!(decision["verdict"], "refuse");
        let reasons = decision["reasons"].as_array().unwrap();
        assert!(reasons.contains(&json!(reason)), "{reason}: {reasons:?}");
        assert!(decision.to_string().len() < 20_000, "{reason}");
    }
}

#[tokio::test]
async fn what_is_no_question_is_a_problem() {
    let service = Service::new();
    let chain = der(&active());
    let with = |member: &str, value: Value| {
        let mut question = about(&chain, ACTIVE_DOMAIN);
        question[member] = value;
        question
    };
    let key = "-----BEGIN PRIVATE KEY-----\nYQ==\n-----END PRIVATE KEY-----\n";
    let question = |name: &str| json!({ "chain": name, "role": "smtp-client" });
    let batch = |questions: Vec<Value>| json!({ "chains": { "a": chain }, "questions": questions });
    for (path, body, code, detail) in [
        (ONE, json!({}), "body.invalid", "missing"),
        (ONE, json!([]), "body.invalid", "column"),
        (ONE, with("chain", json!(7)), "body.invalid", "wrong type"),
        (ONE, with("chain", json!([7])), "body.invalid", "wrong type"),
        (ONE, with("color", json!("red")), "body.invalid", "unknown"),
        (
            ONE,
            with("chain", json!(["YQ==", "*"])),
            "admission.unreadable",
            "`chain[1]`",
        ),
        (
            ONE,
            with("chain", json!("hello")),
            "admission.unreadable",
            "neither",
        ),
        (
            ONE,
            with("chain", json!("")),
            "admission.unreadable",
            "empty",
        ),
        (
            ONE,
            with("chain", json!(key)),
            "admission.unreadable",
            "private key",
        ),
        (
            ONE,
            with("role", json!("mx")),
            "admission.unreadable",
            "`list-signer`",
        ),
        (
            ONE,
            with("host", json!("a".repeat(254))),
            "admission.unreadable",
            "253",
        ),
        (
            ONE,
            with("stapled", json!("*")),
            "admission.unreadable",
            "`stapled`",
        ),
        (
            ONE,
            with("at", json!("yesterday")),
            "admission.unreadable",
            "`at`",
        ),
        (MANY, batch(vec![]), "admission.unreadable", "0 questions"),
        (
            MANY,
            batch(vec![question("a"); 101]),
            "admission.unreadable",
            "1 to 100",
        ),
        (
            MANY,
            batch(vec![question("a"), question("b")]),
            "admission.unreadable",
            "`questions[1].chain`",
        ),
    ] {
        let (status, problem) = service.post(path, body.to_string()).await.problem();
        assert_eq!((status, &problem["code"]), (400, &json!(code)), "{body}");
        let told = problem["detail"].as_str().unwrap();
        assert!(told.contains(detail), "{detail}: {told}");
    }
}

#[tokio::test]
async fn many_questions_share_chains_and_are_answered_in_order() {
    let service = Service::new();
    let ask = |chain: &str, mail_domain: &str| json!({ "chain": chain, "mail_domain": mail_domain, "role": "smtp-client" });
    let body = json!({
        "chains": { "a": der(&active()), "b": text(&suspended()) },
        "questions": [
            ask("a", ACTIVE_DOMAIN),
            ask("b", SUSPENDED_DOMAIN),
            ask("a", "autre.mssante.fr"),
            ask("b", "pas un domaine"),
            ask("a", ACTIVE_DOMAIN),
        ],
    });
    let answer = service.post(MANY, body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("annuaire-position"), EPOCH.to_string());
    let decisions = answer.json()["decisions"].clone();
    let verdicts: Vec<_> = decisions
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["verdict"])
        .collect();
    assert_eq!(verdicts, ["admit", "refuse", "refuse", "refuse", "admit"]);
    assert_eq!(decisions[3]["reasons"][0], "mail_domain.invalid");
    let alone = service
        .decision(&about(&der(&active()), ACTIVE_DOMAIN))
        .await;
    assert_eq!(decisions[0], alone);
}

#[tokio::test]
async fn the_past_needs_history() {
    let service = Service::new();
    for (at, status, code) in [
        ("2099-01-02T03:04:06Z", 404, "admission.past_unknown"),
        ("2099-01-02T03:04:05Z", 503, "database.unavailable"),
        ("2098-01-02T03:04:05+01:00", 503, "database.unavailable"),
    ] {
        let mut question = about(&der(&active()), ACTIVE_DOMAIN);
        question["at"] = json!(at);
        let (told, problem) = service.post(ONE, question.to_string()).await.problem();
        assert_eq!((told, &problem["code"]), (status, &json!(code)), "{at}");
    }
}

#[tokio::test]
async fn a_node_that_never_saw_the_registry_refuses_with_an_answer() {
    let admission = unready(std::sync::Arc::new(FixedClock(NOW)), 10);
    let service = Service::of(
        config::Http::default(),
        admission,
        CertificateStatus::default(),
    );
    let question = about(&der(&active()), ACTIVE_DOMAIN);
    let answer = service.post(ONE, question.to_string()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("annuaire-position"), "");
    assert_eq!(answer.json()["reasons"], json!(["node.unready"]));
}

#[tokio::test]
async fn every_reason_is_listed_with_its_check() {
    let service = Service::new();
    let reasons = service.get("/v1/admission/reasons").await;
    let items = reasons["items"].as_array().unwrap();
    assert_eq!(reasons["total"], items.len());
    assert!(items.contains(&json!({
        "code": "operator.suspended",
        "check": "operator",
        "title": "The operator is suspended.",
    })));
}
