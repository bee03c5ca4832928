//! The real router over a trust space, asked as somebody: nobody, an auditor, an administrator.

use std::sync::Arc;

use annuaire::api::{ApiState, RequestIds, router};
use annuaire::config;
use annuaire::domain::clock::{Clock, SystemClock};
use annuaire::search::{ReadModel, SearchOptions};
use annuaire::service::admission::Admission;
use annuaire::service::admission::deciding::Deciding;
use annuaire::service::admission::past::Past;
use annuaire::service::certificate_status::CertificateStatus;
use annuaire::service::directory::Directory;
use annuaire::service::health::Health;
use annuaire::service::imports::Imports;
use annuaire::service::published_list::PublishedList;
use annuaire::service::recipients::Recipients;
use annuaire::service::trust_space::TrustSpace;
use annuaire::telemetry::Metrics;
use annuaire::trust::chain::Anchors;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::support::scratch;

/// Who asks. The fixtures' tokens are the names of their holders.
pub(crate) const NOBODY: Option<&str> = None;
pub(crate) const ANNE: Option<&str> = Some("anne");
pub(crate) const BRUNO: Option<&str> = Some("bruno");
pub(crate) const CLAIRE_THE_AUDITOR: Option<&str> = Some("claire");

pub(crate) struct Web {
    router: Router,
    pub(crate) list: PublishedList,
    pub(crate) status: CertificateStatus,
    pub(crate) admission: Admission,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Web {
    pub(crate) fn new(trust_space: &TrustSpace) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let index = scratch::directory("web-index");
        let model = ReadModel::open(&index, SearchOptions::default(), Arc::clone(&clock)).unwrap();
        let metrics = Metrics::new();
        let list = PublishedList::default();
        let settings = config::Admission::default();
        let admission = Admission::new(Arc::clone(&clock), settings, Anchors::default());
        let status = CertificateStatus::default();
        let router = router(ApiState {
            directory: Directory::new(model.clone(), metrics.clone(), 2),
            recipients: Recipients::new(model.clone(), admission.clone(), metrics.clone()),
            health: Health::new(model, Arc::clone(&clock)),
            imports: Imports::new(|_| async { Ok(None) }),
            published_list: list.clone(),
            deciding: Deciding::new(admission.clone(), metrics.clone(), 2),
            past: Past::of(trust_space, admission.clone()),
            admission: admission.clone(),
            certificate_status: status.clone(),
            trust_space: trust_space.clone(),
            metrics,
            settings: Arc::new(config::Http::default()),
            request_ids: Arc::new(RequestIds::new(1)),
        });
        Self {
            router,
            list,
            status,
            admission,
        }
    }

    /// An answer that goes on, piece by piece.
    pub(crate) async fn stream(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        }
    }

    /// Asks as somebody, with headers.
    pub(crate) async fn ask(
        &self,
        who: Option<&str>,
        what: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let (method, uri) = what.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(who) = who {
            request = request.header("authorization", format!("Bearer {who}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Gets what must be there.
    pub(crate) async fn get(&self, who: Option<&str>, uri: &str) -> Answer {
        let answer = self.ask(who, &format!("GET {uri}"), &[], "").await;
        assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
        answer
    }

    /// Sends JSON.
    pub(crate) async fn json(&self, who: Option<&str>, what: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.ask(who, what, &headers, body.to_string()).await
    }
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// Fails unless this is a problem of this status and code.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) -> Value {
        let problem = self.value();
        assert_eq!(
            (self.status.as_u16(), problem["code"].as_str()),
            (status, Some(code)),
            "{problem}"
        );
        problem
    }
}
