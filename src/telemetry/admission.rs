//! Measurements of admission: how questions were decided, and how many were turned away.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use crate::domain::admission::{Decision, Verdict};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DecisionLabels {
    verdict: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OriginLabels {
    origin: &'static str,
}

/// Whether a decision had to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionOrigin {
    /// It was made before and still held.
    Kept,
    /// It was made now.
    Made,
}

/// The families of these measurements.
#[derive(Default)]
pub(super) struct AdmissionFamilies {
    decisions: Family<DecisionLabels, Counter>,
    origins: Family<OriginLabels, Counter>,
    turned_away: Counter,
}

impl AdmissionFamilies {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "admission_decisions",
            "Decisions answered, by verdict and the first reason of a refusal",
            self.decisions.clone(),
        );
        registry.register(
            "admission_decisions_by_origin",
            "Decisions answered, by whether they were kept from before or made",
            self.origins.clone(),
        );
        registry.register(
            "admission_turned_away",
            "Questions that were not decided since too many waited",
            self.turned_away.clone(),
        );
    }

    pub(super) fn decided(&self, decision: &Decision, origin: DecisionOrigin) {
        let verdict = match decision.verdict {
            Verdict::Admit => "admit",
            Verdict::Refuse => "refuse",
        };
        let reason = decision.reasons.first();
        let reason = reason.map_or("none", |reason| reason.code());
        let labels = DecisionLabels { verdict, reason };
        self.decisions.get_or_create(&labels).inc();
        let origin = match origin {
            DecisionOrigin::Kept => "kept",
            DecisionOrigin::Made => "made",
        };
        self.origins.get_or_create(&OriginLabels { origin }).inc();
    }

    pub(super) fn turned_away(&self) {
        self.turned_away.inc();
    }
}
