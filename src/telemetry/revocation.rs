//! Measurements of asking other authorities what they revoked.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::Metrics;
use crate::domain::revocation_source::SourceKind;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    kind: &'static str,
    outcome: &'static str,
}

/// The families of these measurements.
#[derive(Default)]
pub(super) struct RevocationFamilies {
    asked: Family<Labels, Counter>,
}

impl RevocationFamilies {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "revocation_sources_asked",
            "Questions to other authorities, by kind of source and outcome: new, unchanged, refused, failed",
            self.asked.clone(),
        );
    }
}

impl Metrics {
    /// A source was asked: `new`, `unchanged`, `refused` or `failed`.
    pub fn revocation_source(&self, kind: SourceKind, outcome: &'static str) {
        let labels = Labels {
            kind: kind.as_str(),
            outcome,
        };
        self.revocation().asked.get_or_create(&labels).inc();
    }
}
