//! What nobody may learn, and what nobody may break.

use super::asking::Service;
use super::fixture::HIDDEN;

#[tokio::test]
async fn a_mailbox_on_the_liste_rouge_appears_nowhere() {
    let service = Service::new();
    for uri in [
        "/v1/practitioners",
        "/v1/practitioners/99000000010",
        "/v1/practitioners?has_mailbox=true",
        "/v1/organizations",
        "/v1/organizations/770816478",
        "/v1/mailboxes",
        "/v1/mailboxes?owner=99000000010",
        "/v1/mailboxes?domain=ch-fictif.mssante.fr",
        "/v1/status",
        "/metrics",
    ] {
        let answer = service.ask("GET", uri, &[]).await;
        assert_eq!(answer.status, 200, "{uri}");
        assert!(!answer.text().contains("liste.rouge"), "{uri}");
    }
    assert_eq!(service.get("/v1/mailboxes").await["total"], 3);
    // Not there, and in no way different from an address that never was.
    let (status, hidden) = service.refused(&format!("/v1/mailboxes/{HIDDEN}")).await;
    let (_, absent) = service
        .refused("/v1/mailboxes/absent@ch-fictif.mssante.fr")
        .await;
    assert_eq!(status, 404);
    assert_eq!(hidden["detail"], absent["detail"]);
    assert_eq!(hidden["code"], absent["code"]);
    let body = format!("{{\"addresses\":[\"{HIDDEN}\"]}}");
    let answer = service.post("/v1/recipients/validate", body).await.json();
    assert_eq!(answer["recipients"][0]["outcome"], "unknown");
}

#[tokio::test]
async fn hostile_text_is_refused_or_finds_nobody() {
    let service = Service::new();
    let long = "x".repeat(10_000);
    for (query, status, code) in [
        (format!("q={long}"), 400, "parameter.too_long"),
        (format!("q={}", "x".repeat(201)), 400, "parameter.too_long"),
        (format!("{}=1", "x".repeat(500)), 400, "parameter.unknown"),
        ("q=%00".to_owned(), 400, "parameter.invalid"),
        ("q=a%00b".to_owned(), 400, "parameter.invalid"),
        ("q=%FF".to_owned(), 400, "parameter.invalid"),
        ("q=%C3%28".to_owned(), 400, "parameter.invalid"),
        ("q=%".to_owned(), 400, "parameter.invalid"),
        ("q=%E2%80%AE".to_owned(), 400, "parameter.invalid"),
        ("q=%2D%27".to_owned(), 400, "parameter.invalid"),
        ("q=%E2%80%AEzzzzzz".to_owned(), 200, ""),
        ("q=%F0%9D%94%9Faa%F0%9F%92%A9".to_owned(), 200, ""),
        (format!("q={}", "a%CC%80".repeat(100)), 200, ""),
        (format!("q={}", "a+".repeat(100)), 200, ""),
    ] {
        let uri = format!("/v1/practitioners?{query}");
        let answer = service.ask("GET", &uri, &[]).await;
        let shown: String = query.chars().take(40).collect();
        assert_eq!(answer.status, status, "{shown}: {}", answer.text());
        if status == 400 {
            let (_, problem) = answer.problem();
            assert_eq!(problem["code"], code, "{shown}");
            assert!(answer.bytes.len() < 1_000, "{shown}");
        }
    }
    for path in [
        "/v1/practitioners/%FF",
        "/v1/mailboxes/%00@x",
        "/v1/mailboxes/no-at-sign",
    ] {
        let (status, problem) = service.refused(path).await;
        assert_eq!(
            (status, problem["code"].as_str()),
            (400, Some("parameter.invalid")),
            "{path}"
        );
    }
    let (status, _) = service.refused("/v1/practitioners/8%0099").await;
    assert_eq!(status, 404);
}
