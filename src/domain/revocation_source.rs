//! Where another authority says what it revoked, how often it is asked, and how that goes. It asks nobody.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::alert::AlertSeverity;

/// What is asked for at a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A revocation list (RFC 5280 §5).
    Crl,
    /// A responder (RFC 6960).
    Ocsp,
}

impl SourceKind {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crl => "crl",
            Self::Ocsp => "ocsp",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Crl, Self::Ocsp]
            .into_iter()
            .find(|it| it.as_str() == name)
    }
}

/// From when until when something that an authority signed says it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// `thisUpdate`.
    pub from: OffsetDateTime,
    /// `nextUpdate`.
    pub until: OffsetDateTime,
}

/// A source, and how asking it went last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationSource {
    /// Its address.
    pub url: String,
    /// What is asked for.
    pub kind: SourceKind,
    /// When it was asked last; none: never.
    pub tried_at: Option<OffsetDateTime>,
    /// When what it said was taken last.
    pub fetched_at: Option<OffsetDateTime>,
    /// When it is asked next.
    pub next_try_at: OffsetDateTime,
    /// How often it failed since.
    pub failures: u32,
    /// How many of these were an answer that was refused for what it said.
    pub refusals: u32,
    /// What went wrong last, if it did.
    pub problem: Option<String>,
    /// What it said last; of a responder, what ends first.
    pub evidence: Option<Span>,
}

impl RevocationSource {
    /// How pressing it is that a source fails: not until half of the time of what it said is over, unless
    /// what came was refused; most when nothing holds any more, for then its certificates are refused.
    pub fn severity(&self, now: OffsetDateTime) -> Option<AlertSeverity> {
        if self.failures == 0 {
            return None;
        }
        let Some(evidence) = self.evidence else {
            return Some(AlertSeverity::Critical);
        };
        let half = evidence.from + (evidence.until - evidence.from) / 2;
        if now >= evidence.until {
            Some(AlertSeverity::Critical)
        } else if now >= half || self.refusals > 0 {
            Some(AlertSeverity::Warning)
        } else {
            None
        }
    }
}

/// Shortest time from one question to the next at the same place.
pub const SHORTEST_PAUSE: Duration = Duration::MINUTE;

/// When a source is asked again after it answered: when half of the time is over that its answer has left,
/// and not later than `every`. Half leaves time for as many failures as the first half had questions.
pub fn next_after_success(
    now: OffsetDateTime,
    until: OffsetDateTime,
    every: Duration,
) -> OffsetDateTime {
    let half: Duration = (until - now) / 2;
    now.saturating_add(half.min(every).max(SHORTEST_PAUSE))
}

/// When a source is asked again after it failed so often in a row: soon, then ever later, and never later
/// than `every`. `scatter` is any number that differs from node to node and from source to source: of a
/// thousand that failed at once a fifth of the pause keeps them from coming back at once.
pub fn next_after_failure(
    now: OffsetDateTime,
    failures: u32,
    every: Duration,
    scatter: u64,
) -> OffsetDateTime {
    let doubled = SHORTEST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(10));
    let pause = doubled.min(every).max(SHORTEST_PAUSE);
    let thousandth = i32::try_from(scatter % 200).unwrap_or_default();
    now.saturating_add(pause + pause * thousandth / 1_000)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

    #[test]
    fn a_source_is_asked_at_half_of_what_is_left_and_at_least_every_so_often() {
        let every = Duration::HOUR;
        for (left, pause) in [
            (Duration::DAY, Duration::HOUR),
            (Duration::HOUR, Duration::minutes(30)),
            (Duration::minutes(3), Duration::seconds(90)),
            (Duration::seconds(30), Duration::MINUTE),
            (-Duration::DAY, Duration::MINUTE),
        ] {
            assert_eq!(
                next_after_success(NOW, NOW + left, every),
                NOW + pause,
                "{left}"
            );
        }
    }

    #[test]
    fn a_source_that_fails_is_left_alone_ever_longer_but_never_longer_than_one_that_does_not() {
        let every = Duration::HOUR;
        for (failures, minutes) in [
            (0, 1),
            (1, 1),
            (2, 2),
            (3, 4),
            (6, 32),
            (7, 60),
            (u32::MAX, 60),
        ] {
            let pause = Duration::minutes(minutes);
            assert_eq!(
                next_after_failure(NOW, failures, every, 0),
                NOW + pause,
                "{failures}"
            );
            let latest = next_after_failure(NOW, failures, every, 199);
            assert!(
                latest > NOW + pause && latest < NOW + pause * 6 / 5,
                "{failures}"
            );
        }
    }

    #[test]
    fn a_failing_source_presses_the_more_the_less_its_word_holds() {
        let source = |failures, refusals, hours: Option<(i64, i64)>| RevocationSource {
            url: String::new(),
            kind: SourceKind::Crl,
            tried_at: None,
            fetched_at: None,
            next_try_at: NOW,
            failures,
            refusals,
            problem: None,
            evidence: hours.map(|(from, until)| Span {
                from: NOW + Duration::hours(from),
                until: NOW + Duration::hours(until),
            }),
        };
        for (source, severity) in [
            (source(0, 0, None), None),
            (source(0, 0, Some((-2, -1))), None),
            (source(1, 0, None), Some(AlertSeverity::Critical)),
            (source(1, 0, Some((-2, 3))), None),
            (source(1, 1, Some((-2, 3))), Some(AlertSeverity::Warning)),
            (source(1, 0, Some((-2, 2))), Some(AlertSeverity::Warning)),
            (source(9, 9, Some((-2, 0))), Some(AlertSeverity::Critical)),
        ] {
            assert_eq!(source.severity(NOW), severity, "{source:?}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for kind in [SourceKind::Crl, SourceKind::Ocsp] {
            assert_eq!(SourceKind::from_name(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(SourceKind::from_name("ldap"), None);
    }
}
