//! How checks end, and how their ends become a decision.

use time::OffsetDateTime;

use crate::domain::admission::{Check, CheckResult, Decision, Outcome, Reason, Verdict};

/// What a check that holds found.
pub(super) struct Held<T> {
    /// What the checks after it go on with.
    pub(super) value: T,
    /// Until when it holds if nothing happens; none: for ever.
    pub(super) until: Option<OffsetDateTime>,
    /// In words.
    pub(super) detail: String,
}

/// Why a check does not hold.
pub(super) enum Missed {
    /// It was made, and failed.
    Failed(Vec<Reason>, String),
    /// It was not made.
    Skipped(&'static str),
}

/// How a check ended.
pub(super) type Ended<T> = Result<Held<T>, Missed>;

/// It holds, for ever.
#[expect(
    clippy::unnecessary_wraps,
    reason = "stands beside `failed` and `skipped` in the arms of one match"
)]
pub(super) fn held<T>(value: T, detail: impl Into<String>) -> Ended<T> {
    Ok(Held {
        value,
        until: None,
        detail: detail.into(),
    })
}

/// It holds until a moment.
#[expect(
    clippy::unnecessary_wraps,
    reason = "stands beside `failed` and `skipped` in the arms of one match"
)]
pub(super) fn held_until<T>(
    value: T,
    until: OffsetDateTime,
    detail: impl Into<String>,
) -> Ended<T> {
    Ok(Held {
        value,
        until: Some(until),
        detail: detail.into(),
    })
}

/// It fails for one reason.
pub(super) fn failed<T>(reason: Reason, detail: impl Into<String>) -> Ended<T> {
    Err(Missed::Failed(vec![reason], detail.into()))
}

/// It was not made.
pub(super) fn skipped<T>(why: &'static str) -> Ended<T> {
    Err(Missed::Skipped(why))
}

/// The checks made so far, in order.
pub(super) struct Report {
    results: Vec<CheckResult>,
    until: Option<OffsetDateTime>,
}

impl Report {
    pub(super) fn new() -> Self {
        Self {
            results: Vec::with_capacity(Check::ALL.len()),
            until: None,
        }
    }

    /// Writes down how a check ended; what it found, where it holds.
    pub(super) fn take<T>(&mut self, check: Check, ended: Ended<T>) -> Option<T> {
        let (outcome, reasons, detail, value) = match ended {
            Ok(held) => {
                if let Some(until) = held.until {
                    self.limit(until);
                }
                (Outcome::Pass, Vec::new(), held.detail, Some(held.value))
            }
            Err(Missed::Failed(reasons, detail)) => (Outcome::Fail, reasons, detail, None),
            Err(Missed::Skipped(why)) => (Outcome::Skipped, Vec::new(), why.to_owned(), None),
        };
        debug_assert!(
            reasons.iter().all(|reason| reason.check() == check),
            "a reason of another check than {check:?}: {reasons:?}"
        );
        self.results.push(CheckResult {
            check,
            outcome,
            reasons,
            detail: shortened(detail),
        });
        value
    }

    /// The answer may be believed until this moment at the longest.
    pub(super) fn limit(&mut self, until: OffsetDateTime) {
        self.until = Some(self.until.map_or(until, |before| before.min(until)));
    }

    /// The decision, of which only what the checks say is written.
    pub(super) fn decision(self, at: OffsetDateTime) -> Decision {
        let reasons: Vec<Reason> = self
            .results
            .iter()
            .flat_map(|result| result.reasons.iter().copied())
            .collect();
        let is_refused = self
            .results
            .iter()
            .any(|result| result.outcome == Outcome::Fail);
        let verdict = if is_refused {
            Verdict::Refuse
        } else {
            Verdict::Admit
        };
        Decision {
            verdict,
            reasons,
            checks: self.results,
            grade: None,
            operator: None,
            certificate: None,
            epoch: None,
            list: None,
            at,
            valid_until: match verdict {
                Verdict::Admit => self.until,
                Verdict::Refuse => None,
            },
        }
    }
}

/// Bytes of a detail at most: names in it were chosen by the peer, and decisions are kept.
const DETAIL: usize = 2000;

fn shortened(mut detail: String) -> String {
    if detail.len() > DETAIL {
        detail.truncate(detail.floor_char_boundary(DETAIL));
        detail.push('…');
        detail.shrink_to_fit();
    }
    detail
}

/// The answer where one reason is known before any check is made.
pub(super) fn refused(reason: Reason, at: OffsetDateTime) -> Decision {
    let mut report = Report::new();
    for check in Check::ALL {
        let ended: Ended<()> = if check == reason.check() {
            failed(reason, reason.sentence())
        } else {
            skipped("")
        };
        report.take(check, ended);
    }
    report.decision(at)
}
