//! Measurements of the listener for operators: who came, who was turned away, who was let go.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

/// The families of these measurements.
#[derive(Default)]
pub(super) struct PeerFamilies {
    accepted: Counter,
    refused: Family<ReasonLabels, Counter>,
    closed: Family<ReasonLabels, Counter>,
    connected: Gauge,
}

/// A connection that counts as open until this is dropped.
#[derive(Debug)]
pub struct ConnectedPeer(Gauge);

impl Drop for ConnectedPeer {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl PeerFamilies {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "peers_accepted",
            "Connections of operators that were admitted",
            self.accepted.clone(),
        );
        registry.register(
            "peers_refused",
            "Connections of operators that were turned away, by the first reason",
            self.refused.clone(),
        );
        registry.register(
            "peers_closed",
            "Open connections of operators that were closed since they are no longer admitted, by the first reason",
            self.closed.clone(),
        );
        registry.register(
            "peers_connected",
            "Open connections of operators",
            self.connected.clone(),
        );
    }

    pub(super) fn connected(&self) -> ConnectedPeer {
        self.accepted.inc();
        self.connected.inc();
        ConnectedPeer(self.connected.clone())
    }

    pub(super) fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&ReasonLabels { reason }).inc();
    }

    pub(super) fn closed(&self, reason: &'static str) {
        self.closed.get_or_create(&ReasonLabels { reason }).inc();
    }
}

#[cfg(test)]
mod tests {
    use crate::telemetry::Metrics;
    use crate::telemetry::metrics::ReadModelReading;

    #[test]
    fn connections_are_counted_while_they_are_open() {
        let metrics = Metrics::new();
        let shown = |metrics: &Metrics| -> Vec<String> {
            let text = metrics.render(&ReadModelReading::default()).unwrap();
            text.lines()
                .filter_map(|line| line.strip_prefix("annuaire_peers_"))
                .map(str::to_owned)
                .collect()
        };
        let first = metrics.peer_connected();
        let second = metrics.peer_connected();
        metrics.peer_refused("certificate.revoked");
        metrics.peer_closed("operator.suspended");
        drop(first);
        assert_eq!(
            shown(&metrics),
            [
                "accepted_total 2",
                "refused_total{reason=\"certificate.revoked\"} 1",
                "closed_total{reason=\"operator.suspended\"} 1",
                "connected 1"
            ]
        );
        drop(second);
        assert!(shown(&metrics).contains(&"connected 0".to_owned()));
    }
}
