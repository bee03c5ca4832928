//! A node beside a gateway: it follows the real interface over a real socket, and answers as that does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::asking::Service;
use crate::api::{Beside, RequestIds, router_beside, serve};
use crate::config;
use crate::domain::clock::FixedClock;
use crate::remote::{Access, Client, Redirects, Roots};
use crate::service::admission::Admission;
use crate::service::admission::deciding::Deciding;
use crate::service::admission::testing::{
    ACTIVE_DOMAIN, EPOCH, NOW, SUSPENDED_DOMAIN, active, admission, suspended, unready,
};
use crate::service::watching::{Registry, Watching};
use crate::telemetry::Metrics;

fn beside(admission: &Admission) -> Router {
    let metrics = Metrics::new();
    let state = Beside {
        admission: admission.clone(),
        deciding: Deciding::new(admission.clone(), metrics.clone(), 2),
    };
    let ids = Arc::new(RequestIds::new(7));
    router_beside(state, &config::Http::default(), ids, metrics)
}

async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let answer = router.clone().oneshot(request).await.unwrap();
    let (status, body) = (answer.status(), answer.into_body());
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

async fn decision(router: &Router, question: Value) -> (StatusCode, Value) {
    let request = Request::post("/v1/admission/decisions")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(question.to_string()));
    ask(router, request.unwrap()).await
}

async fn health(router: &Router) -> (StatusCode, Value) {
    ask(router, Request::get("/health").body(Body::empty()).unwrap()).await
}

fn about(chain: &[Vec<u8>], mail_domain: &str) -> Value {
    let chain: Vec<_> = chain.iter().map(|it| STANDARD.encode(it)).collect();
    json!({ "chain": chain, "mail_domain": mail_domain, "role": "smtp-client" })
}

#[tokio::test]
async fn questions_are_answered_as_the_registry_answers_them() {
    let router = beside(&admission());
    let registry = Service::new().router();
    for question in [
        about(&active(), ACTIVE_DOMAIN),
        about(&suspended(), SUSPENDED_DOMAIN),
        about(&[], ACTIVE_DOMAIN),
        json!({ "chain": "nothing", "role": "smtp-client" }),
        json!({ "chain": [] }),
        json!([]),
    ] {
        let own = decision(&router, question.clone()).await;
        let theirs = decision(&registry, question.clone()).await;
        assert_eq!(own.0, theirs.0, "{question}");
        // Words tell of the lease to the nanosecond, and of the request.
        for member in [
            "verdict", "reasons", "grade", "operator", "epoch", "list", "code",
        ] {
            assert_eq!(own.1[member], theirs.1[member], "{question}");
        }
    }
    let (status, problem) = decision(
        &router,
        json!({ "chain": [], "role": "smtp-client", "at": "2099-01-01T00:00:00Z" }),
    )
    .await;
    assert_eq!(status, 404);
    assert_eq!(problem["code"], "admission.past_unknown");
}

#[tokio::test]
async fn health_is_whether_it_decides() {
    let (status, view) = health(&beside(&admission())).await;
    assert_eq!(status, 200);
    assert_eq!(view["state"], "current");
    assert_eq!(view["epoch"], EPOCH);
    assert_eq!(view["list"]["sequence"], 3);
    assert!(view["decides_until"].is_string(), "{view}");
    let nothing = unready(Arc::new(FixedClock(NOW)), 10);
    let (status, view) = health(&beside(&nothing)).await;
    assert_eq!(
        (status, view),
        (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "state": "unready" })
        )
    );
}

#[tokio::test]
async fn a_node_reads_what_the_registry_writes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let service = Service::new();
    let (router, stop) = (service.router(), CancellationToken::new());
    let stopping = stop.clone();
    let settings = config::Http {
        shutdown_grace: Duration::from_millis(10),
        ..config::Http::default()
    };
    let serving = tokio::spawn(async move { serve(listener, router, &settings, stopping).await });
    let client = Client::new(&Access {
        permits: |_| true,
        timeout: Duration::from_secs(10),
        redirects: Redirects::Never,
        roots: Roots::Only(Vec::new()),
        identity: None,
    });
    let registry = Registry::new(client.unwrap(), &format!("http://{address}"));
    let own = unready(Arc::new(FixedClock(NOW)), 10);
    let dir = tempfile::tempdir().unwrap();
    let mut node = Watching::open(own.clone(), registry, Vec::new(), dir.path())
        .await
        .unwrap();
    // This registry serves no list: nothing is confirmed, and what is taken away is taken away.
    let error = node.look().await.unwrap_err();
    assert!(error.to_string().contains("404"), "{error}");
    let known = own.snapshot().unwrap();
    assert_eq!(**known.state(), **admission().snapshot().unwrap().state());
    stop.cancel();
    serving.await.unwrap().unwrap();
}
