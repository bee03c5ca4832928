//! Whoever follows a node: told of every change and of the present, with the state to decide by; and who
//! pressed the button, told when each node took it up.

use annuaire::domain::act::Act;
use annuaire::domain::trust_change::{Alive, TrustChange};
use annuaire::domain::trust_state::TrustState;
use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use serde_json::Value;
use tokio::time::timeout;
use tokio_stream::StreamExt as _;

use super::deciding_node::{DEADLINE, Node};
use super::following::{active, done};
use super::registered::{Registered, with_registered};
use super::web::{ANNE, NOBODY, Web};

/// A stream of events, read one by one.
struct Following {
    body: BodyDataStream,
    read: String,
}

/// Name, id and data of an event.
type Read = (String, Option<i64>, Value);

impl Following {
    async fn of(web: &Web, uri: &str, last: Option<i64>) -> Self {
        let mut request = Request::get(uri);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = web.stream(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(!response.headers().contains_key("content-encoding"));
        Self {
            body: response.into_body().into_data_stream(),
            read: String::new(),
        }
    }

    /// The next event that is no comment; none at the end.
    async fn next(&mut self) -> Option<Read> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| {
                    let mut lines = event.lines();
                    lines.find_map(|line| Some(line.strip_prefix(name)?.to_owned()))
                };
                let name = field("event: ");
                let id = field("id: ").map(|id| id.parse().unwrap());
                let data = field("data: ").map(|data| serde_json::from_str(&data).unwrap());
                self.read = String::from(rest);
                if let (Some(name), Some(data)) = (name, data) {
                    return Some((name, id, data));
                }
                continue;
            }
            let piece = timeout(DEADLINE, self.body.next()).await.unwrap()?;
            self.read += std::str::from_utf8(&piece.unwrap()).unwrap();
        }
    }

    async fn next_of(&mut self, wanted: &str) -> (Option<i64>, Value) {
        loop {
            let (name, id, data) = self.next().await.expect("the stream goes on");
            if name == wanted {
                return (id, data);
            }
        }
    }
}

async fn epochs(registry: &Registered) -> Vec<i64> {
    sqlx::query_scalar("select position from feed where kind = 'trust' order by position")
        .fetch_all(&registry.pool)
        .await
        .unwrap()
}

#[test]
fn a_follower_hears_of_every_change_and_of_the_present() {
    with_registered(async |registry| {
        let (certificate, epoch) = active(&registry).await;
        let web = Web::new(&registry.space);
        let node = Node::of("a", web.admission.clone(), registry.pool.clone());
        node.reaches(epoch).await;
        node.becomes(true).await;
        let mut following = Following::of(&web, "/v1/trust-list/events?after=0", None).await;
        for epoch in epochs(&registry).await {
            let (id, data) = following.next_of("changed").await;
            let change: TrustChange = serde_json::from_value(data).unwrap();
            assert_eq!((id, change.epoch), (Some(epoch), epoch));
        }
        let (id, data) = following.next_of("alive").await;
        let alive: Alive = serde_json::from_value(data).unwrap();
        assert_eq!((id, alive.epoch), (None, epoch));
        assert!(alive.age_ms < 60_000);
        let epoch = done(&registry, Act::SuspendCertificate { certificate }).await;
        let (id, data) = following.next_of("changed").await;
        assert_eq!(id, Some(epoch));
        assert_eq!(data["reason"], "certificate.moved");
        assert_eq!(data["changed"][0], format!("certificate:{certificate}"));
        // Whoever comes back hears of what was missed, and of nothing else.
        let again = "/v1/trust-list/events?after=0";
        let mut again = Following::of(&web, again, Some(epoch - 1)).await;
        assert_eq!(again.next().await.unwrap().1, Some(epoch));
        assert_eq!(again.next().await.unwrap().0, "alive");
        // The streams end with the node.
        node.end().await;
        while following.next().await.is_some() {}
        while again.next().await.is_some() {}
    });
}

#[test]
fn the_state_is_that_of_the_node_and_is_sent_once() {
    with_registered(async |registry| {
        let (_, epoch) = active(&registry).await;
        let web = Web::new(&registry.space);
        let uri = "/v1/trust-space/state";
        web.ask(NOBODY, &format!("GET {uri}"), &[], "")
            .await
            .refused(503, "admission.unready");
        let node = Node::of("a", web.admission.clone(), registry.pool.clone());
        node.reaches(epoch).await;
        let answer = web.get(NOBODY, uri).await;
        let state: TrustState = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(state, **node.admission.snapshot().unwrap().state());
        assert_eq!(answer.header("cache-control"), "no-cache");
        let tag = answer.header("etag").to_owned();
        assert!(tag.starts_with(&format!("\"{epoch}-")), "{tag}");
        let held = [("if-none-match", tag.as_str())];
        let again = web.ask(NOBODY, &format!("GET {uri}"), &held, "").await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        let packed = [("accept-encoding", "gzip")];
        let packed = web.ask(NOBODY, &format!("GET {uri}"), &packed, "").await;
        assert!(packed.body.len() < answer.body.len());
        node.end().await;
    });
}

#[test]
fn who_pressed_the_button_sees_when_each_node_took_it_up() {
    with_registered(async |registry| {
        let (certificate, epoch) = active(&registry).await;
        let web = Web::new(&registry.space);
        let lease = std::time::Duration::from_mins(1);
        let nodes =
            ["a", "b"].map(|name| Node::start(name, &registry, registry.pool.clone(), lease));
        for node in &nodes {
            node.reaches(epoch).await;
        }
        web.ask(NOBODY, "GET /v1/nodes", &[], "")
            .await
            .refused(401, "authentication.required");
        for wrong in ["wait=6s", "wait=x", "epoch=x"] {
            web.ask(ANNE, &format!("GET /v1/nodes?{wrong}"), &[], "")
                .await
                .refused(400, "parameter.invalid");
        }
        let act = serde_json::json!({
            "act": { "act": "suspend_certificate", "certificate": certificate },
            "reason": "a test",
        });
        let done = web.json(ANNE, "POST /v1/acts", &act).await;
        assert_eq!(done.status, 200, "{}", done.text());
        let epoch = done.value()["epoch"].as_i64().unwrap();
        let told = web
            .get(ANNE, &format!("/v1/nodes?epoch={epoch}&wait=5s"))
            .await
            .value();
        assert_eq!(told["everywhere"], true, "{told}");
        for (place, name) in ["a", "b"].iter().enumerate() {
            let node = &told["items"][place];
            assert_eq!(
                (&node["name"], &node["state"]),
                (&(*name).into(), &"current".into())
            );
            assert!(node["after_ms"].is_u64() && node["acknowledged_at"].is_string());
        }
        // What nobody decides by yet is waited for no longer than was asked.
        let later = web
            .get(ANNE, &format!("/v1/nodes?epoch={}&wait=50ms", epoch + 1))
            .await
            .value();
        assert_eq!(later["everywhere"], false);
        assert!(later["items"][0]["acknowledged_at"].is_null());
        for node in nodes {
            node.end().await;
        }
    });
}

#[test]
fn without_an_epoch_the_newest_one_is_waited_for() {
    with_registered(async |registry| {
        let (certificate, epoch) = active(&registry).await;
        let web = Web::new(&registry.space);
        let start = || {
            let lease = std::time::Duration::from_mins(1);
            Node::start("a", &registry, registry.pool.clone(), lease)
        };
        let node = start();
        node.reaches(epoch).await;
        node.end().await;
        let act = serde_json::json!({
            "act": { "act": "suspend_certificate", "certificate": certificate },
            "reason": "a test",
        });
        let done = web.json(ANNE, "POST /v1/acts", &act).await;
        let epoch = done.value()["epoch"].as_i64().unwrap();
        // The node comes back after the question was asked.
        let (told, node) = tokio::join!(web.get(ANNE, "/v1/nodes?wait=5s"), async {
            let node = start();
            node.reaches(epoch).await;
            node
        });
        let told = told.value();
        assert_eq!(told["epoch"], epoch, "{told}");
        assert_eq!(told["everywhere"], true, "{told}");
        node.end().await;
    });
}
