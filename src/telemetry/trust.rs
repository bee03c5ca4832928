//! Measurements of the trust space: what ends, what is open, how old the list is. Absent while not
//! known: an old figure would be taken for a good one.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::known::Known;
use crate::domain::alert::{AlertCode, AlertSeverity};
use crate::domain::certificate::{CertificateState, EXPIRY_THRESHOLDS};

/// What is known of the trust space at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustReading {
    /// Open alerts, each with how pressing it is.
    pub alerts: Vec<(AlertCode, AlertSeverity)>,
    /// Certificates in each state; a state that is not named has none.
    pub certificates: Vec<(CertificateState, u64)>,
    /// For each active certificate that ends within a threshold, the one it passed last, in days.
    pub thresholds_passed: Vec<u16>,
    /// The newest list; none before the first.
    pub list: Option<ListReading>,
}

/// The newest list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListReading {
    /// Its number.
    pub sequence: i64,
    /// Seconds since it was made.
    pub age_seconds: i64,
    /// How many entries it has.
    pub entries: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AlertLabels {
    code: &'static str,
    severity: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ThresholdLabels {
    threshold: u16,
}

/// The families of these measurements.
#[derive(Default)]
pub(super) struct TrustFamilies {
    alerts: Family<AlertLabels, Gauge>,
    certificates: Family<StateLabels, Gauge>,
    expiring: Family<ThresholdLabels, Gauge>,
    sequence: Known,
    age: Known,
    entries: Known,
}

impl TrustFamilies {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "alerts",
            "Open alerts of the trust space, by code and severity",
            self.alerts.clone(),
        );
        registry.register(
            "certificates",
            "Certificates of operators, by state",
            self.certificates.clone(),
        );
        registry.register(
            "certificate_expiry_days",
            "Active certificates that have no more than so many days left",
            self.expiring.clone(),
        );
        registry.register(
            "trust_list_sequence",
            "Number of the newest list",
            self.sequence.clone(),
        );
        registry.register(
            "trust_list_age_seconds",
            "Time since the newest list was made",
            self.age.clone(),
        );
        registry.register(
            "trust_list_entries",
            "Entries of the newest list",
            self.entries.clone(),
        );
    }

    /// Shows this reading in the place of the last one; nothing where nothing is known.
    pub(super) fn show(&self, reading: Option<&TrustReading>) {
        self.alerts.clear();
        self.certificates.clear();
        self.expiring.clear();
        let list = reading.and_then(|reading| reading.list);
        self.sequence.set(list.map(|list| list.sequence));
        self.age.set(list.map(|list| list.age_seconds));
        self.entries.set(list.map(|list| list.entries));
        let Some(reading) = reading else {
            return;
        };
        for (code, severity) in &reading.alerts {
            let labels = AlertLabels {
                code: code.as_str(),
                severity: severity.as_str(),
            };
            self.alerts.get_or_create(&labels).inc();
        }
        for state in CertificateState::ALL {
            let counted = reading.certificates.iter().find(|(it, _)| *it == state);
            let count = counted.map_or(0, |(_, count)| *count);
            let labels = StateLabels {
                state: state.as_str(),
            };
            self.certificates
                .get_or_create(&labels)
                .set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        for threshold in EXPIRY_THRESHOLDS {
            let passed = reading.thresholds_passed.iter();
            let within = passed.filter(|passed| **passed <= threshold).count();
            self.expiring
                .get_or_create(&ThresholdLabels { threshold })
                .set(i64::try_from(within).unwrap_or(i64::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::metrics::{Metrics, ReadModelReading};
    use super::*;

    fn shown(metrics: &Metrics) -> Vec<String> {
        let text = metrics.render(&ReadModelReading::default()).unwrap();
        let ours = [
            "annuaire_alerts",
            "annuaire_certificate",
            "annuaire_trust_list",
        ];
        text.lines()
            .filter(|line| ours.iter().any(|name| line.starts_with(name)))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn what_is_known_is_shown_and_what_is_not_is_absent() {
        let metrics = Metrics::new();
        assert_eq!(shown(&metrics), [""; 0]);
        metrics.trust(Some(&TrustReading {
            alerts: vec![
                (AlertCode::CertificateExpiring, AlertSeverity::Warning),
                (AlertCode::CertificateExpiring, AlertSeverity::Warning),
                (AlertCode::TrustListOverdue, AlertSeverity::Critical),
            ],
            certificates: vec![(CertificateState::Active, 7)],
            thresholds_passed: vec![30, 7, 90],
            list: Some(ListReading {
                sequence: 42,
                age_seconds: 90,
                entries: 6_494,
            }),
        }));
        let lines = shown(&metrics);
        for line in [
            "annuaire_alerts{code=\"certificate.expiring\",severity=\"warning\"} 2",
            "annuaire_alerts{code=\"trust_list.overdue\",severity=\"critical\"} 1",
            "annuaire_certificates{state=\"active\"} 7",
            "annuaire_certificates{state=\"revoked\"} 0",
            "annuaire_certificate_expiry_days{threshold=\"1\"} 0",
            "annuaire_certificate_expiry_days{threshold=\"7\"} 1",
            "annuaire_certificate_expiry_days{threshold=\"30\"} 2",
            "annuaire_certificate_expiry_days{threshold=\"90\"} 3",
            "annuaire_trust_list_sequence 42",
            "annuaire_trust_list_age_seconds 90",
            "annuaire_trust_list_entries 6494",
        ] {
            assert!(lines.iter().any(|held| held == line), "{line}: {lines:#?}");
        }
        // An alert that is over is gone; a node that cannot read says nothing.
        metrics.trust(Some(&TrustReading::default()));
        let lines = shown(&metrics);
        assert!(!lines.iter().any(|line| line.starts_with("annuaire_alerts")));
        assert!(!lines.iter().any(|line| line.starts_with("annuaire_trust")));
        metrics.trust(None);
        assert_eq!(shown(&metrics), [""; 0]);
    }
}
