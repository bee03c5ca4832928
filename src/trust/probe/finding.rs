//! What one probe found, before it becomes a line of the report.

use std::net::IpAddr;

use tokio::time::Instant;

use crate::domain::campaign::{Check, CheckName, Outcome, Subject};

/// The outcome of a probe and its sentence.
#[derive(Debug)]
pub(super) struct Finding {
    outcome: Outcome,
    detail: String,
}

impl Finding {
    pub(super) fn passed(detail: String) -> Self {
        Self {
            outcome: Outcome::Passed,
            detail,
        }
    }

    pub(super) fn failed(detail: String) -> Self {
        Self {
            outcome: Outcome::Failed,
            detail,
        }
    }

    pub(super) fn skipped(why: &str, detail: &str) -> Self {
        Self {
            outcome: Outcome::Skipped {
                why: why.to_owned(),
            },
            detail: detail.to_owned(),
        }
    }
}

/// The checks of one subject, in the order in which they were made.
pub(super) struct Sheet {
    subject: Subject,
    address: Option<IpAddr>,
    since: Instant,
    checks: Vec<Check>,
}

impl Sheet {
    /// Begins, and starts to count time.
    pub(super) fn new(subject: Subject, address: Option<IpAddr>) -> Self {
        Self {
            subject,
            address,
            since: Instant::now(),
            checks: Vec::new(),
        }
    }

    /// Writes a finding down; it took the time since the one before.
    pub(super) fn note(&mut self, name: CheckName, finding: Finding) {
        let now = Instant::now();
        let took = now - std::mem::replace(&mut self.since, now);
        self.checks.push(Check {
            name,
            subject: self.subject.clone(),
            address: self.address,
            outcome: finding.outcome,
            detail: finding.detail,
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        });
    }

    /// All that was written down.
    pub(super) fn into_checks(self) -> Vec<Check> {
        self.checks
    }
}
