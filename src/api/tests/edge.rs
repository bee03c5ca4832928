//! What holds for every request: ids, limits, headers, compression, fingerprints, the log.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use axum::routing::{MethodRouter, get};
use serde_json::Value;
use tower::ServiceExt as _;

use super::asking::Service;
use crate::api::{RequestIds, behind};
use crate::config::Http;
use crate::telemetry::Metrics;
use crate::telemetry::log::tests::Lines;

#[tokio::test]
async fn every_answer_carries_an_id_and_says_what_a_browser_may_do() {
    let service = Service::new();
    for uri in [
        "/v1/practitioners",
        "/v1/nothing",
        "/healthz",
        "/docs/",
        "/metrics",
    ] {
        let answer = service.ask("GET", uri, &[]).await;
        assert!(
            answer
                .header("x-request-id")
                .starts_with("000000000000f1c7-"),
            "{uri}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{uri}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{uri}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{uri}");
        assert_eq!(
            policy.contains("default-src 'self'"),
            uri == "/docs/",
            "{uri}"
        );
    }
    let answer = service
        .ask("GET", "/healthz", &[("x-request-id", "trace-7")])
        .await;
    assert_eq!(answer.header("x-request-id"), "trace-7");
    let answer = service
        .ask("GET", "/v1/nothing", &[("x-request-id", "not sane")])
        .await;
    assert_ne!(answer.problem().1["request_id"], "not sane");
}

#[tokio::test]
async fn a_resource_that_is_held_already_is_not_sent_again() {
    let service = Service::new();
    for uri in [
        "/v1/practitioners/99000000010",
        "/v1/organizations/770816478",
        "/v1/mailboxes/e.lheritier-fictif@ch-fictif.mssante.fr",
        "/v1/codes/profession",
    ] {
        let first = service.ask("GET", uri, &[]).await;
        let tag = first.header("etag");
        assert!(!tag.is_empty(), "{uri}");
        let again = service.ask("GET", uri, &[("if-none-match", tag)]).await;
        assert_eq!(again.status, 304, "{uri}");
        assert!(again.bytes.is_empty());
        assert_eq!(again.header("etag"), tag);
        let other = service.ask("GET", uri, &[("if-none-match", "\"x\"")]).await;
        assert_eq!(other.status, 200, "{uri}");
    }
    let one = service
        .ask("GET", "/v1/practitioners/99000000010", &[])
        .await;
    let other = service
        .ask("GET", "/v1/practitioners/99000000028", &[])
        .await;
    assert_ne!(one.header("etag"), other.header("etag"));
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_can_read_it() {
    let service = Service::new();
    let plain = service.ask("GET", "/v1/practitioners", &[]).await;
    assert_eq!(plain.header("content-encoding"), "");
    for encoding in ["gzip", "br"] {
        let packed = service
            .ask("GET", "/v1/practitioners", &[("accept-encoding", encoding)])
            .await;
        assert_eq!(packed.header("content-encoding"), encoding);
        assert!(packed.bytes.len() < plain.bytes.len() / 2);
    }
}

#[tokio::test]
async fn head_is_get_without_the_body_and_other_methods_are_refused() {
    let service = Service::new();
    for uri in [
        "/v1/practitioners/99000000010",
        "/v1/practitioners",
        "/healthz",
    ] {
        let head = service.ask("HEAD", uri, &[]).await;
        assert_eq!(head.status, 200, "{uri}");
        assert!(head.bytes.is_empty(), "{uri}");
        let get = service.ask("GET", uri, &[]).await;
        assert_eq!(
            head.header("content-length"),
            get.bytes.len().to_string(),
            "{uri}"
        );
        assert_eq!(head.header("etag"), get.header("etag"), "{uri}");
    }
    let absent = service.ask("HEAD", "/v1/nothing", &[]).await;
    assert_eq!(absent.status, 404);
    assert!(absent.bytes.is_empty());
    for (method, uri, allowed) in [
        ("DELETE", "/v1/practitioners", "GET,HEAD"),
        ("GET", "/v1/recipients/validate", "POST"),
        ("INVENTED", "/v1/status", "GET,HEAD"),
    ] {
        let answer = service.ask(method, uri, &[]).await;
        let (status, problem) = answer.problem();
        assert_eq!(
            (status, problem["code"].as_str()),
            (405, Some("route.method_not_allowed"))
        );
        assert_eq!(answer.header("allow"), allowed);
    }
}

#[tokio::test]
async fn a_remote_client_that_asks_too_often_is_told_when_to_come_back() {
    let mut settings = Http::default();
    settings.rate_limit.requests_per_second = NonZeroU32::MIN;
    settings.rate_limit.burst = NonZeroU32::new(5).unwrap();
    let service = Service::with(settings);
    let ask = |peer: &str| {
        let mut request = Request::get("/healthz").body(Body::empty()).unwrap();
        let peer: SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        service.send(request)
    };
    let mut refused = None;
    for _ in 0..100 {
        let answer = ask("203.0.113.9:4444").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.unwrap();
    assert_eq!(refused.problem().1["code"], "request.rate_limited");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(ask("203.0.113.10:4444").await.status, 200);
    for _ in 0..100 {
        assert_eq!(ask("127.0.0.1:4444").await.status, 200);
    }
}

/// One route behind the edge.
fn alone(path: &str, route: MethodRouter, settings: &Http) -> Router {
    let ids = Arc::new(RequestIds::new(1));
    behind(
        Router::new().route(path, route),
        settings,
        ids,
        Metrics::new(),
    )
}

async fn failed(router: Router, uri: &str) -> (u16, Value) {
    let request = Request::get(uri).body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "application/problem+json"
    );
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let settings = Http {
        request_timeout: Duration::from_millis(1),
        ..Http::default()
    };
    let never = get(std::future::pending::<&'static str>);
    let (status, problem) = failed(alone("/never", never, &settings), "/never").await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (503, Some("request.timeout"))
    );
    assert!(problem["detail"].as_str().unwrap().contains("1ms"));
}

#[tokio::test]
async fn a_panic_is_one_failed_answer_whose_cause_stays_in_the_log() {
    async fn broken() -> &'static str {
        panic!("index 7 out of bounds")
    }
    let lines = Lines::default();
    let _log = tracing::subscriber::set_default(lines.subscriber("info"));
    let router = alone("/broken", get(broken), &Http::default());
    let (status, problem) = failed(router, "/broken").await;
    assert_eq!((status, problem["code"].as_str()), (500, Some("internal")));
    assert!(!problem.to_string().contains("out of bounds"));
    let log = lines.text();
    assert_eq!(log.matches("out of bounds").count(), 1, "{log}");
    assert!(log.contains("0000000000000001-0"), "{log}");
}

#[tokio::test]
async fn the_log_names_routes_and_nobody() {
    let lines = Lines::default();
    let service = Service::new();
    {
        let _log = tracing::subscriber::set_default(lines.subscriber("info"));
        for uri in [
            "/v1/practitioners?q=heritier",
            "/v1/practitioners/99000000010",
            "/v1/mailboxes/e.lheritier-fictif@ch-fictif.mssante.fr",
            "/v1/mailboxes/heritier-without-at",
            "/v1/practitioners?heritier=1",
            "/heritier/99000000010",
        ] {
            service.ask("GET", uri, &[]).await;
        }
        let body = "{\"addresses\":[\"e.lheritier-fictif@ch-fictif.mssante.fr\", \"heritier\"]}";
        service.post("/v1/recipients/validate", body).await;
    }
    let log = lines.text();
    assert_eq!(log.lines().count(), 7, "{log}");
    for private in ["eritier", "99000000010", "@", "q="] {
        assert!(!log.contains(private), "{private}: {log}");
    }
    let line: Value = serde_json::from_str(log.lines().nth(1).unwrap()).unwrap();
    assert_eq!(line["http.method"], "GET");
    assert_eq!(line["http.route"], "/v1/practitioners/{id}");
    assert_eq!(line["http.status"], 200);
    assert!(line["http.duration_ms"].is_f64());
    assert!(line["http.bytes"].as_u64().unwrap() > 100);
    assert!(line["http.request_id"].is_string());
    assert!(log.contains("\"http.route\":\"unmatched\""));
    assert!(log.contains("\"error.code\":\"parameter.unknown\""));
}
