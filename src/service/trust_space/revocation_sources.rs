//! Where other authorities are asked what they revoked, as people look at it.

use time::OffsetDateTime;

use super::TrustSpace;
use crate::domain::alert::{Alert, AlertCode};
use crate::domain::calendar::rfc3339;
use crate::domain::error::Failure;
use crate::domain::figure::counted;
use crate::domain::revocation_source::RevocationSource;
use crate::storage::{Connection, revocation_sources};

impl TrustSpace {
    /// Every place that is asked, by address.
    pub async fn revocation_sources(&self) -> Result<Vec<RevocationSource>, Failure> {
        let mut truth = self.connection().await?;
        Ok(revocation_sources::all(&mut truth).await?)
    }
}

/// One alert for each that fails so that it matters.
pub(super) async fn failing(
    truth: &mut Connection,
    now: OffsetDateTime,
) -> Result<Vec<Alert>, Failure> {
    let sources = revocation_sources::all(truth).await?;
    Ok(sources.iter().filter_map(|it| alert(it, now)).collect())
}

fn alert(source: &RevocationSource, now: OffsetDateTime) -> Option<Alert> {
    let severity = source.severity(now)?;
    let times = counted(u64::from(source.failures), "time", "times");
    let problem = source.problem.as_deref().unwrap_or("no reason is known");
    let until = match source.evidence {
        Some(evidence) if now < evidence.until => {
            format!("what it said last holds until {}", rfc3339(evidence.until))
        }
        Some(evidence) => format!(
            "what it said last ended at {} and the certificates that rest on it are refused",
            rfc3339(evidence.until)
        ),
        None => {
            "it never said anything and the certificates that rest on it are refused".to_owned()
        }
    };
    Some(Alert {
        code: AlertCode::RevocationSourceFailing,
        severity,
        subject: format!("revocation_source:{}", source.url),
        detail: format!(
            "{} was asked {times} in vain and {until}: {problem}.",
            source.url
        ),
        since: source.fetched_at.or(source.tried_at).unwrap_or(now),
        expiry: None,
    })
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;
    use crate::domain::alert::AlertSeverity;
    use crate::domain::revocation_source::{SourceKind, Span};

    #[test]
    fn an_alert_says_what_fails_and_what_follows() {
        let now = datetime!(2026-06-01 12:00 UTC);
        let source = RevocationSource {
            url: "http://crl.essai.fr/1.crl".to_owned(),
            kind: SourceKind::Crl,
            tried_at: Some(now),
            fetched_at: Some(now - Duration::HOUR * 5),
            next_try_at: now,
            failures: 3,
            refusals: 0,
            problem: Some("it answers with status 503".to_owned()),
            evidence: Some(Span {
                from: now - Duration::HOUR * 5,
                until: now + Duration::HOUR,
            }),
        };
        let told = alert(&source, now).unwrap();
        assert_eq!(told.severity, AlertSeverity::Warning);
        assert_eq!(told.since, now - Duration::HOUR * 5);
        assert_eq!(
            told.detail,
            "http://crl.essai.fr/1.crl was asked 3 times in vain and what it said last holds until \
             2026-06-01T13:00:00Z: it answers with status 503."
        );
        let late = alert(&source, now + Duration::HOUR).unwrap();
        assert_eq!(late.severity, AlertSeverity::Critical);
        assert!(late.detail.contains("are refused"), "{}", late.detail);
        let fine = RevocationSource {
            failures: 0,
            ..source
        };
        assert_eq!(alert(&fine, now + Duration::DAY), None);
    }
}
