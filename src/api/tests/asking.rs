//! A service in memory, and how tests ask it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::fixture;
use crate::api::{ApiState, RequestIds, router};
use crate::config;
use crate::domain::clock::{Clock, FixedClock};
use crate::domain::feed::FeedPosition;
use crate::search::{Document, ReadModel, SearchOptions};
use crate::service::admission::deciding::Deciding;
use crate::service::admission::past::Past;
use crate::service::admission::{Admission, testing as peers};
use crate::service::certificate_status::CertificateStatus;
use crate::service::directory::Directory;
use crate::service::health::Health;
use crate::service::imports::Imports;
use crate::service::published_list::PublishedList;
use crate::service::recipients::Recipients;
use crate::telemetry::Metrics;

/// Where the fictional directory stands in its feed.
pub(super) const POSITION: i64 = 42;

/// The interface, and the directory it rests on.
pub(super) struct Service {
    router: Router,
    pub(super) model: ReadModel,
    _index: TempDir,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) bytes: Vec<u8>,
}

impl Service {
    /// The fictional directory under the default settings.
    pub(super) fn new() -> Self {
        Self::with(config::Http::default())
    }

    /// The fictional directory under other settings.
    pub(super) fn with(settings: config::Http) -> Self {
        let service = Self::empty(settings);
        service.load(&fixture::documents(), POSITION);
        service
    }

    /// A directory that is not loaded yet.
    pub(super) fn empty(settings: config::Http) -> Self {
        Self::of(settings, peers::admission(), CertificateStatus::default())
    }

    /// The same, of a node that tells this of our own certificates.
    pub(super) fn telling(certificate_status: CertificateStatus, settings: config::Http) -> Self {
        Self::of(settings, peers::admission(), certificate_status)
    }

    /// A directory that is not loaded yet, with this admission.
    pub(super) fn of(
        settings: config::Http,
        admission: Admission,
        certificate_status: CertificateStatus,
    ) -> Self {
        let index = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(FixedClock(peers::NOW));
        let options = SearchOptions::default();
        let model = ReadModel::open(index.path(), options, Arc::clone(&clock)).unwrap();
        let metrics = Metrics::new();
        let trust_space = fixture::trust_space();
        let router = router(ApiState {
            directory: Directory::new(model.clone(), metrics.clone(), 2),
            recipients: Recipients::new(model.clone(), admission.clone(), metrics.clone()),
            health: Health::new(model.clone(), Arc::clone(&clock)),
            imports: Imports::new(fixture::rejects),
            published_list: PublishedList::default(),
            deciding: Deciding::new(admission.clone(), metrics.clone(), 2),
            past: Past::of(&trust_space, admission.clone()),
            admission,
            certificate_status,
            trust_space,
            metrics,
            settings: Arc::new(settings),
            request_ids: Arc::new(RequestIds::new(0xF1C7)),
        });
        Self {
            router,
            model,
            _index: index,
        }
    }

    /// Puts these documents in the place of those that serve.
    pub(super) fn load(&self, documents: &[Document], position: i64) {
        let mut rebuild = self.model.rebuild().unwrap();
        for document in documents {
            rebuild.add(document).unwrap();
        }
        let labels = fixture::labels();
        rebuild.finish(FeedPosition(position), &labels).unwrap();
    }

    /// The interface, to be served on a socket.
    pub(super) fn router(&self) -> Router {
        self.router.clone()
    }

    /// Sends a request as it is.
    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        }
    }

    /// Sends a request without a body.
    pub(super) async fn ask(&self, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers
            .iter()
            .fold(Request::builder(), |request, (name, value)| {
                request.header(*name, *value)
            });
        let request = request.method(method).uri(uri).body(Body::empty());
        self.send(request.unwrap()).await
    }

    /// Gets what must be there.
    pub(super) async fn get(&self, uri: &str) -> Value {
        let answer = self.ask("GET", uri, &[]).await;
        assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
        answer.json()
    }

    /// Gets what must be refused: its status and the problem.
    pub(super) async fn refused(&self, uri: &str) -> (u16, Value) {
        self.ask("GET", uri, &[]).await.problem()
    }

    /// Posts a body as JSON.
    pub(super) async fn post(&self, uri: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.into());
        self.send(request.unwrap()).await
    }
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| {
            panic!("{error}: {}", self.text());
        })
    }

    /// The problem this must be: whole, and named by the request id.
    pub(super) fn problem(&self) -> (u16, Value) {
        let status = self.status.as_u16();
        assert!(status >= 400, "{status}: {}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        for member in ["type", "title", "detail", "code"] {
            assert!(problem[member].is_string(), "{member}: {problem}");
        }
        (status, problem)
    }
}
