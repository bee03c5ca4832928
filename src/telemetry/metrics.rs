//! Measurements in the Prometheus text format; a handle that is passed on, never a global.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::admission::{AdmissionFamilies, DecisionOrigin};
use super::known::Known;
use super::peers::{ConnectedPeer, PeerFamilies};
use super::revocation::RevocationFamilies;
use super::trust::{TrustFamilies, TrustReading};
use crate::domain::admission::Decision;
use crate::domain::feed::{DocumentKind, FeedPosition};

/// The measurements of this process; cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Families>);

struct Families {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_duration: Family<RouteLabels, Histogram>,
    search_duration: Family<KindLabels, Histogram>,
    recipients: Family<OutcomeLabels, Counter>,
    position: Known,
    head: Known,
    lag: Known,
    age: Gauge<f64, AtomicU64>,
    connected: Gauge,
    documents: Family<KindLabels, Gauge>,
    rebuild_done: Gauge,
    rebuild_total: Gauge,
    skipped: Gauge,
    trust: TrustFamilies,
    peers: PeerFamilies,
    revocation: RevocationFamilies,
    admission: AdmissionFamilies,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

/// What the read model says of itself at the moment of a reading.
#[derive(Clone, Debug, Default)]
pub struct ReadModelReading {
    /// Whether the truth answers.
    pub connected: bool,
    /// Where the snapshot stands in the change feed.
    pub position: Option<FeedPosition>,
    /// Where the change feed stands.
    pub head: Option<FeedPosition>,
    /// Time since the snapshot was last known to hold everything.
    pub age: Option<Duration>,
    /// Documents of each kind.
    pub documents: Vec<(DocumentKind, u64)>,
    /// Documents left out since they are inconsistent in the truth.
    pub left_out: u64,
    /// Documents written and to be written, while the index is rebuilt.
    pub rebuild: Option<(u64, u64)>,
}

/// Upper bounds in seconds, from what an exact lookup takes to what a caller still waits for.
const SECONDS: [f64; 13] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0,
];

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Measurements that all stand at zero.
    pub fn new() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        let mut families = Families {
            registry: Registry::with_prefix("annuaire"),
            requests: Family::default(),
            request_duration: Family::new_with_constructor(histogram),
            search_duration: Family::new_with_constructor(histogram),
            recipients: Family::default(),
            position: Known::default(),
            head: Known::default(),
            lag: Known::default(),
            age: Gauge::default(),
            connected: Gauge::default(),
            documents: Family::default(),
            rebuild_done: Gauge::default(),
            rebuild_total: Gauge::default(),
            skipped: Gauge::default(),
            trust: TrustFamilies::default(),
            peers: PeerFamilies::default(),
            revocation: RevocationFamilies::default(),
            admission: AdmissionFamilies::default(),
        };
        families.register();
        Self(Arc::new(families))
    }

    /// One request was answered; `route` is a template, never a path.
    pub fn request(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        let route = route.to_owned();
        self.0
            .requests
            .get_or_create(&RequestLabels {
                route: route.clone(),
                method,
                status,
            })
            .inc();
        self.0
            .request_duration
            .get_or_create(&RouteLabels { route })
            .observe(took.as_secs_f64());
    }

    /// One search of the index was answered.
    pub fn search(&self, kind: DocumentKind, took: Duration) {
        self.0
            .search_duration
            .get_or_create(&KindLabels {
                kind: kind.as_str(),
            })
            .observe(took.as_secs_f64());
    }

    /// So many recipients had this outcome.
    pub fn recipients(&self, outcome: &'static str, count: u64) {
        if count > 0 {
            self.0
                .recipients
                .get_or_create(&OutcomeLabels { outcome })
                .inc_by(count);
        }
    }

    /// One question about a peer was answered.
    pub fn admission(&self, decision: &Decision, origin: DecisionOrigin) {
        self.0.admission.decided(decision, origin);
    }

    /// One request about peers was turned away since too many waited.
    pub fn admission_turned_away(&self) {
        self.0.admission.turned_away();
    }

    /// What is known of the trust space now; `None` where it cannot be read.
    pub fn trust(&self, reading: Option<&TrustReading>) {
        self.0.trust.show(reading);
    }

    /// An operator was received; its connection counts as open until what is answered is dropped.
    pub fn peer_connected(&self) -> ConnectedPeer {
        self.0.peers.connected()
    }

    /// A peer was turned away, for this reason first.
    pub fn peer_refused(&self, reason: &'static str) {
        self.0.peers.refused(reason);
    }

    /// The connection of an operator was closed, for this reason first.
    pub fn peer_closed(&self, reason: &'static str) {
        self.0.peers.closed(reason);
    }

    pub(super) fn revocation(&self) -> &RevocationFamilies {
        &self.0.revocation
    }

    /// Everything measured, in the text format (`OpenMetrics` 1.0), with this reading.
    pub fn render(&self, reading: &ReadModelReading) -> Result<String, std::fmt::Error> {
        let families = &self.0;
        families.position.set(reading.position.map(|at| at.0));
        families.head.set(reading.head.map(|at| at.0));
        let lag = |(head, position): (FeedPosition, FeedPosition)| {
            head.0.saturating_sub(position.0).max(0)
        };
        families
            .lag
            .set(reading.head.zip(reading.position).map(lag));
        families
            .age
            .set(reading.age.map_or(f64::NAN, |age| age.as_secs_f64()));
        families.connected.set(i64::from(reading.connected));
        for (kind, count) in &reading.documents {
            families
                .documents
                .get_or_create(&KindLabels {
                    kind: kind.as_str(),
                })
                .set(i64::try_from(*count).unwrap_or(i64::MAX));
        }
        let (done, total) = reading.rebuild.unwrap_or_default();
        families
            .rebuild_done
            .set(i64::try_from(done).unwrap_or(i64::MAX));
        families
            .rebuild_total
            .set(i64::try_from(total).unwrap_or(i64::MAX));
        families
            .skipped
            .set(i64::try_from(reading.left_out).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &families.registry)?;
        Ok(text)
    }
}

impl Families {
    fn register(&mut self) {
        let registry = &mut self.registry;
        self.trust.register(registry);
        self.peers.register(registry);
        self.revocation.register(registry);
        self.admission.register(registry);
        registry.register(
            "http_requests",
            "Requests answered, by route, method and status",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time from the head of a request to the head of its answer",
            Unit::Seconds,
            self.request_duration.clone(),
        );
        registry.register_with_unit(
            "search_duration",
            "Time a search of the index took",
            Unit::Seconds,
            self.search_duration.clone(),
        );
        registry.register(
            "recipients_validated",
            "Recipients validated, by outcome",
            self.recipients.clone(),
        );
        registry.register(
            "feed_position",
            "Last change of the feed that the snapshot holds",
            self.position.clone(),
        );
        registry.register(
            "feed_head",
            "Last change of the feed that is known",
            self.head.clone(),
        );
        registry.register(
            "feed_lag",
            "Changes of the feed that the snapshot does not hold yet",
            self.lag.clone(),
        );
        registry.register_with_unit(
            "snapshot_age",
            "Time since the snapshot was last known to hold everything",
            Unit::Seconds,
            self.age.clone(),
        );
        registry.register(
            "feed_connected",
            "Whether the database answers",
            self.connected.clone(),
        );
        registry.register(
            "documents",
            "Documents that can be found, by kind",
            self.documents.clone(),
        );
        registry.register(
            "documents_skipped",
            "Documents left out of the index since they are inconsistent in the database",
            self.skipped.clone(),
        );
        registry.register(
            "rebuild_done",
            "Documents written by the running rebuild of the index",
            self.rebuild_done.clone(),
        );
        registry.register(
            "rebuild_total",
            "Documents to be written by the running rebuild of the index",
            self.rebuild_total.clone(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_can_be_read() {
        let metrics = Metrics::new();
        metrics.request("/v1/practitioners", "GET", 200, Duration::from_millis(2));
        metrics.search(DocumentKind::Practitioner, Duration::from_micros(300));
        metrics.recipients("unknown", 3);
        metrics.recipients("deliverable", 0);
        let text = metrics
            .render(&ReadModelReading {
                connected: true,
                position: Some(FeedPosition(40)),
                head: Some(FeedPosition(42)),
                age: Some(Duration::from_millis(1500)),
                documents: vec![(DocumentKind::Mailbox, 7)],
                left_out: 2,
                rebuild: Some((5, 10)),
            })
            .unwrap();
        for line in [
            "annuaire_http_requests_total{route=\"/v1/practitioners\",method=\"GET\",status=\"200\"} 1",
            "annuaire_http_request_duration_seconds_bucket{le=\"0.0025\",route=\"/v1/practitioners\"} 1",
            "annuaire_search_duration_seconds_bucket{le=\"0.00025\",kind=\"practitioner\"} 0",
            "annuaire_search_duration_seconds_bucket{le=\"0.0005\",kind=\"practitioner\"} 1",
            "annuaire_recipients_validated_total{outcome=\"unknown\"} 3",
            "annuaire_feed_position 40",
            "annuaire_feed_lag 2",
            "annuaire_snapshot_age_seconds 1.5",
            "annuaire_feed_connected 1",
            "annuaire_documents{kind=\"mailbox\"} 7",
            "annuaire_documents_skipped 2",
            "annuaire_rebuild_done 5",
            "# EOF",
        ] {
            assert!(
                text.lines().any(|held| held == line),
                "{line} is not in\n{text}"
            );
        }
        assert!(!text.contains("deliverable"));
    }

    #[test]
    fn a_place_in_the_feed_that_is_not_known_is_not_shown() {
        let metrics = Metrics::new();
        let shown = |reading: &ReadModelReading| {
            let text = metrics.render(reading).unwrap();
            let lines = text
                .lines()
                .filter(|line| line.starts_with("annuaire_feed_"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let known = ReadModelReading {
            position: Some(FeedPosition(40)),
            head: Some(FeedPosition(42)),
            ..ReadModelReading::default()
        };
        let without_head = ReadModelReading {
            head: None,
            ..known.clone()
        };
        assert!(shown(&known).contains(&"annuaire_feed_head 42".to_owned()));
        assert_eq!(
            shown(&without_head),
            ["annuaire_feed_position 40", "annuaire_feed_connected 0"]
        );
        assert_eq!(
            shown(&ReadModelReading::default()),
            ["annuaire_feed_connected 0"]
        );
    }
}
