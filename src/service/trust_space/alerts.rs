//! What somebody should look at now, read from the truth: nothing here is remembered but what was
//! raised because it failed.

use time::{Duration, OffsetDateTime};

use super::TrustSpace;
use super::authority_alerts::of_authorities;
use super::certificates::key;
use super::paths::without_path;
use super::revocation_sources::failing;
use crate::domain::alert::{Alert, AlertCode, AlertSeverity, Expiry, Succession, expiry_severity};
use crate::domain::calendar::rfc3339;
use crate::domain::certificate::{CertificateState, EXPIRY_THRESHOLDS, expiry_threshold};
use crate::domain::error::Failure;
use crate::domain::figure::counted;
use crate::storage::Connection;
use crate::storage::alerts::{
    self, EndingCertificate, NewestList, RaisedAlert, SignerInUse, WaitingApproval,
};
use crate::telemetry::Metrics;
use crate::telemetry::trust::{ListReading, TrustReading};
use crate::trust::certificate::Certificate;

impl TrustSpace {
    /// Every alert as it stands now, the most pressing first, then by code and subject.
    pub async fn alerts(&self) -> Result<Vec<Alert>, Failure> {
        let mut truth = self.connection().await?;
        alerts_at(self, &mut truth, self.clock.now()).await
    }

    /// Measures the trust space for who watches from outside; what is not known is not shown.
    pub async fn observe(&self, metrics: &Metrics) -> Result<(), Failure> {
        let reading = self.reading().await;
        metrics.trust(reading.as_ref().ok());
        reading.map(drop)
    }

    async fn reading(&self) -> Result<TrustReading, Failure> {
        let now = self.clock.now();
        let mut truth = self.connection().await?;
        let open = alerts_at(self, &mut truth, now).await?;
        let list = alerts::newest_list(&mut truth).await?;
        let counted = alerts::certificates_by_state(&mut truth).await?;
        let certificates = counted.into_iter().filter_map(|(state, count)| {
            CertificateState::from_name(&state).zip(u64::try_from(count).ok())
        });
        Ok(TrustReading {
            certificates: certificates.collect(),
            thresholds_passed: open
                .iter()
                .filter(|alert| alert.code == AlertCode::CertificateExpiring)
                .filter_map(|alert| Some(alert.expiry?.threshold))
                .collect(),
            alerts: open.iter().map(|it| (it.code, it.severity)).collect(),
            list: list.map(|list| ListReading {
                sequence: list.sequence,
                age_seconds: (now - list.generated_at).whole_seconds(),
                entries: list.entries,
            }),
        })
    }
}

async fn alerts_at(
    space: &TrustSpace,
    truth: &mut Connection,
    now: OffsetDateTime,
) -> Result<Vec<Alert>, Failure> {
    let widest = EXPIRY_THRESHOLDS.into_iter().max().unwrap_or_default();
    let before = now + Duration::days(i64::from(widest));
    let mut open = Vec::new();
    let ending = alerts::ending_certificates(truth, now, before).await?;
    open.extend(ending.iter().filter_map(|it| certificate_ending(it, now)));
    let signers = alerts::signers_in_use(truth).await?;
    open.extend(
        signers
            .iter()
            .filter_map(|it| signer_ending(it, &signers, now)),
    );
    if let Some(list) = alerts::newest_list(truth).await? {
        open.extend(list_age(&list, now));
    }
    let waiting = alerts::waiting_approvals(truth, now).await?;
    open.extend(waiting.iter().map(|it| approval_waiting(it, now)));
    for (operator, since) in alerts::operators_without_certificate(truth, now).await? {
        open.push(alert(
            AlertCode::OperatorWithoutValidCertificate,
            format!("operator:{operator}"),
            format!("Operator {operator} is active and has no certificate in force: none of its mail domains is in the list."),
            since,
        ));
    }
    open.extend(of_authorities(truth, now).await?);
    open.extend(without_path(space, truth, now).await?);
    open.extend(failing(truth, now).await?);
    open.extend(alerts::open(truth).await?.into_iter().map(raised));
    open.sort_by(|a, b| {
        let pressing = b.severity.cmp(&a.severity);
        pressing.then_with(|| (a.code, &a.subject).cmp(&(b.code, &b.subject)))
    });
    Ok(open)
}

pub(super) fn alert(
    code: AlertCode,
    subject: String,
    detail: String,
    since: OffsetDateTime,
) -> Alert {
    Alert {
        code,
        severity: code.severity(),
        subject,
        detail,
        since,
        expiry: None,
    }
}

fn raised(raised: RaisedAlert) -> Alert {
    alert(raised.code, raised.subject, raised.detail, raised.raised_at)
}

/// An alert of an end, once a threshold is passed.
pub(super) fn ending(
    code: AlertCode,
    subject: String,
    not_after: OffsetDateTime,
    now: OffsetDateTime,
    (entries, succession): (u64, Succession),
    detail: impl FnOnce(&str) -> String,
) -> Option<Alert> {
    let threshold = expiry_threshold(not_after, now)?;
    let days_left = (not_after - now).whole_seconds().div_euclid(86_400);
    let left = match days_left {
        ..0 => "has ended".to_owned(),
        0 => "ends within a day".to_owned(),
        1 => "ends in 1 day".to_owned(),
        days => format!("ends in {days} days"),
    };
    let expiry = Expiry {
        not_after,
        days_left,
        threshold,
        entries,
        succession,
    };
    Some(Alert {
        severity: expiry_severity(threshold, succession),
        expiry: Some(expiry),
        ..alert(
            code,
            subject,
            detail(&left),
            not_after - Duration::days(i64::from(threshold)),
        )
    })
}

fn certificate_ending(certificate: &EndingCertificate, now: OffsetDateTime) -> Option<Alert> {
    let entries = u64::try_from(certificate.entries).unwrap_or_default();
    let (succession, then) = match certificate.successor {
        Some(successor) => (
            Succession::Settled(successor),
            format!("certificate {successor} stands ready"),
        ),
        None => (Succession::Open, "no successor is active".to_owned()),
    };
    ending(
        AlertCode::CertificateExpiring,
        key(certificate.id),
        certificate.not_after,
        now,
        (entries, succession),
        |left| {
            let behind = counted(entries, "entry", "entries");
            format!(
                "Certificate {} {left}; it stands behind {behind} and {then}.",
                certificate.dn
            )
        },
    )
}

fn signer_ending(
    signer: &SignerInUse,
    signers: &[SignerInUse],
    now: OffsetDateTime,
) -> Option<Alert> {
    let subject = format!("signer:{}", signer.id);
    // It was read when it was announced; one that cannot be read now is worth an alert of its own.
    let Ok(certificate) = Certificate::parse(&signer.der) else {
        let detail = format!("The certificate of signer {} cannot be read.", signer.id);
        return Some(Alert {
            severity: AlertSeverity::Critical,
            ..alert(AlertCode::SignerExpiring, subject, detail, now)
        });
    };
    let next = signers
        .iter()
        .find(|other| other.is_next && other.id != signer.id);
    let later = next.filter(|next| {
        Certificate::parse(&next.der).is_ok_and(|next| next.not_after > certificate.not_after)
    });
    let (succession, then) = match later {
        Some(next) => (Succession::Settled(next.id), "the next one is announced"),
        None => (Succession::Open, "no later one is announced"),
    };
    ending(
        AlertCode::SignerExpiring,
        subject,
        certificate.not_after,
        now,
        (0, succession),
        |left| {
            let state = if signer.is_next { "next" } else { "current" };
            format!("The certificate of the {state} signing key {left}; {then}.")
        },
    )
}

/// A list says itself when a newer one should be there; two thirds of the way a person can still
/// find out why there is none.
fn list_age(list: &NewestList, now: OffsetDateTime) -> Option<Alert> {
    let ageing_at = list.generated_at + (list.next_update - list.generated_at) * 2 / 3;
    let (code, since) = match () {
        () if now > list.next_update => (AlertCode::TrustListOverdue, list.next_update),
        () if now > ageing_at => (AlertCode::TrustListAgeing, ageing_at),
        () => return None,
    };
    let detail = format!(
        "List {} of {} is the newest; the next was due until {}.",
        list.sequence,
        rfc3339(list.generated_at),
        rfc3339(list.next_update)
    );
    Some(alert(
        code,
        format!("list:{}", list.sequence),
        detail,
        since,
    ))
}

/// More pressing on its last day; most where no list comes out until somebody agrees.
fn approval_waiting(approval: &WaitingApproval, now: OffsetDateTime) -> Alert {
    let (severity, held_back) = match () {
        () if approval.publishes => (
            AlertSeverity::Critical,
            " It publishes a list that loses much: no list comes out until then, so that nothing decided since is in force for nodes.",
        ),
        () if approval.expires_at - now <= Duration::DAY => (AlertSeverity::Warning, ""),
        () => (AlertSeverity::Info, ""),
    };
    Alert {
        severity,
        ..alert(
            AlertCode::ApprovalWaiting,
            format!("approval:{}", approval.id),
            format!(
                "Approval {} waits for a second administrator until {}.{held_back}",
                approval.id,
                rfc3339(approval.expires_at)
            ),
            approval.requested_at,
        )
    }
}
