//! Health, measurements, status, rejects and the table of failures.

use super::asking::Service;
use super::fixture;
use crate::config::Http;
use crate::domain::error::ERROR_CODES;

#[tokio::test]
async fn a_node_lives_before_it_is_ready() {
    let service = Service::empty(Http::default());
    assert_eq!(service.ask("GET", "/healthz", &[]).await.text(), "alive\n");
    assert_eq!(service.ask("GET", "/readyz", &[]).await.status, 503);
    let status = service.get("/v1/status").await;
    assert_eq!(status["ready"], false);
    assert!(status["snapshot"]["position"].is_null());

    let service = Service::new();
    assert_eq!(service.ask("GET", "/readyz", &[]).await.text(), "ready\n");
    let status = service.get("/v1/status").await;
    assert_eq!(status["ready"], true);
    assert_eq!(status["snapshot"]["position"], 42);
    assert_eq!(status["snapshot"]["database_connected"], false);
    assert_eq!(status["snapshot"]["documents"]["practitioners"], 4);
    assert_eq!(status["snapshot"]["documents"]["mailboxes"], 3);
    assert_eq!(status["sources"][0]["source"], "rpps");
    assert_eq!(status["sources"][0]["known"], false);
}

#[tokio::test]
async fn requests_are_measured_by_route() {
    let service = Service::new();
    service.get("/v1/practitioners/99000000010").await;
    service.get("/v1/practitioners?q=heritier").await;
    service.refused("/v1/nothing/at/all").await;
    service.ask("INVENTED", "/v1/status", &[]).await;
    let answer = service.ask("GET", "/metrics", &[]).await;
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    let metrics = answer.text();
    for line in [
        "annuaire_http_requests_total{route=\"/v1/practitioners/{id}\",method=\"GET\",status=\"200\"} 1",
        "annuaire_http_requests_total{route=\"unmatched\",method=\"GET\",status=\"404\"} 1",
        "annuaire_http_requests_total{route=\"/v1/status\",method=\"other\",status=\"405\"} 1",
        "annuaire_search_duration_seconds_count{kind=\"practitioner\"} 1",
        "annuaire_feed_position 42",
        "annuaire_documents{kind=\"organization\"} 4",
    ] {
        assert!(
            metrics.lines().any(|held| held == line),
            "{line}\n{metrics}"
        );
    }
    assert!(!metrics.contains("nothing"));
}

#[tokio::test]
async fn rejected_rows_can_be_downloaded_while_the_database_is_there() {
    let service = Service::new();
    let answer = service.ask("GET", "/v1/imports/1/rejects.csv", &[]).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        answer
            .header("content-disposition")
            .contains("import-1-rejects.csv")
    );
    assert_eq!(answer.text(), fixture::REJECTS);
    let (status, problem) = service.refused("/v1/imports/3/rejects.csv").await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (503, Some("database.unavailable"))
    );
    assert!(!problem.to_string().contains("pool"), "{problem}");
    let (status, problem) = service.refused("/v1/imports/4/rejects.csv").await;
    assert_eq!((status, problem["code"].as_str()), (500, Some("internal")));
}

#[tokio::test]
async fn every_failure_is_listed_with_its_status() {
    let errors = Service::new().get("/v1/errors").await;
    assert_eq!(errors["total"], ERROR_CODES.len());
    let items = errors["items"].as_array().unwrap();
    for (code, status) in [
        ("mailbox.not_found", 404),
        ("parameter.unknown", 400),
        ("route.method_not_allowed", 405),
        ("body.media_type", 415),
        ("body.too_large", 413),
        ("request.rate_limited", 429),
        ("request.timeout", 503),
        ("internal", 500),
    ] {
        let item = items.iter().find(|item| item["code"] == code).unwrap();
        assert_eq!(item["status"], status, "{code}");
    }
}
