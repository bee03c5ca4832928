//! Validation of recipients, and bodies that are wrong.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

use super::asking::Service;

const VALIDATE: &str = "/v1/recipients/validate";

#[tokio::test]
async fn each_address_is_told_apart_in_its_order() {
    let service = Service::new();
    let addresses = json!({ "addresses": [
        "Eleonore.LHeritier-Fictif@medecin.mssante.fr",
        "secretariat.cardiologie@ch-fictif.mssante.fr",
        "personne@ch-fictif.mssante.fr",
        "personne@ailleurs.fr",
        "personne@ailleurs",
        "no at sign",
        "",
    ]});
    let answer = service.post(VALIDATE, addresses.to_string()).await.json();
    assert_eq!(
        answer,
        json!({
            "snapshot": { "position": 42 },
            "epoch": 42,
            "recipients": [
                { "address": "Eleonore.LHeritier-Fictif@medecin.mssante.fr", "outcome": "deliverable", "trust": "trusted", "kind": "PER", "accepts_paperless": false },
                { "address": "secretariat.cardiologie@ch-fictif.mssante.fr", "outcome": "deliverable", "trust": "operator_suspended", "kind": "ORG", "accepts_paperless": true },
                { "address": "personne@ch-fictif.mssante.fr", "outcome": "unknown", "trust": "operator_suspended" },
                { "address": "personne@ailleurs.fr", "outcome": "unknown", "trust": "untrusted_domain" },
                { "address": "personne@ailleurs", "outcome": "unknown", "trust": "untrusted_domain" },
                { "address": "no at sign", "outcome": "invalid_address", "reason": "holds a space or a control character" },
                { "address": "", "outcome": "invalid_address", "reason": "has no @" },
            ]
        })
    );
    let metrics = service.ask("GET", "/metrics", &[]).await.text();
    assert!(metrics.contains("recipients_validated_total{outcome=\"deliverable\"} 2"));
}

#[tokio::test]
async fn from_one_to_a_thousand_addresses_are_taken() {
    let service = Service::new();
    for (count, status) in [(0, 400), (1, 200), (1000, 200), (1001, 400)] {
        let addresses: Vec<String> = (0..count).map(|n| format!("a{n}@b.fr")).collect();
        let body = json!({ "addresses": addresses }).to_string();
        let answer = service.post(VALIDATE, body).await;
        assert_eq!(answer.status, status, "{count}");
        if status == 200 {
            assert_eq!(answer.json()["recipients"].as_array().unwrap().len(), count);
        } else {
            assert_eq!(answer.problem().1["code"], "parameter.invalid");
        }
    }
    // A thousand of the longest addresses fit into the largest body.
    let longest = format!("{}@b.fr", "x".repeat(249));
    let body = json!({ "addresses": vec![longest; 1000] }).to_string();
    assert_eq!(service.post(VALIDATE, body).await.status, 200);
}

#[tokio::test]
async fn a_wrong_body_is_a_problem() {
    let service = Service::new();
    for (body, said) in [
        ("", "ends too early"),
        ("{\"addresses\":[\"a@b\"]", "ends too early"),
        ("{addresses}", "not JSON"),
        ("{\"addresses\":\"a@b\"}", "wrong type"),
        ("{\"adresses\":[]}", "unknown"),
        ("{\"addresses\":[],\"more\":1}", "unknown"),
        ("\u{0}", "not JSON"),
    ] {
        let (status, problem) = service.post(VALIDATE, body).await.problem();
        assert_eq!(
            (status, problem["code"].as_str()),
            (400, Some("body.invalid")),
            "{body}"
        );
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(said), "{body}: {detail}");
        assert!(!detail.contains("a@b"), "{detail}");
    }
    let not_utf8 = b"{\"addresses\":[\"\xFF\"]}".to_vec();
    assert_eq!(service.post(VALIDATE, not_utf8).await.status, 400);
}

#[tokio::test]
async fn a_body_of_another_type_or_size_is_refused() {
    let service = Service::new();
    for content_type in [None, Some("text/plain"), Some("multipart/form-data")] {
        let mut request = Request::post(VALIDATE);
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let request = request
            .body(Body::from("{\"addresses\":[\"a@b\"]}"))
            .unwrap();
        let (status, problem) = service.send(request).await.problem();
        assert_eq!(
            (status, problem["code"].as_str()),
            (415, Some("body.media_type"))
        );
    }
    let large = || vec![b' '; 600 << 10];
    // Announced, and refused before it is read.
    let announced = Request::post(VALIDATE)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header(header::CONTENT_LENGTH, large().len())
        .body(Body::from(large()))
        .unwrap();
    // Not announced, and cut while it is read.
    let unannounced = Request::post(VALIDATE)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(large()))
        .unwrap();
    for request in [announced, unannounced] {
        let (status, problem) = service.send(request).await.problem();
        assert_eq!(
            (status, problem["code"].as_str()),
            (413, Some("body.too_large"))
        );
    }
}
