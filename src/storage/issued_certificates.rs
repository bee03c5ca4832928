//! What our authorities issued and how it stands: what their revocation lists and responders tell.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::authority::{IssuedCertificate, IssuedStatus};
use crate::domain::certificate::{CertificateState, RevocationReason};

/// Every certificate that an authority issued, by number of the record, with how it stands.
pub async fn issued_by(
    truth: &mut PgConnection,
    authority: i64,
) -> Result<Vec<IssuedCertificate>, StorageError> {
    read(truth, authority, Which::All).await
}

/// Those of them against which something is said.
pub async fn taken_back_by(
    truth: &mut PgConnection,
    authority: i64,
) -> Result<Vec<IssuedCertificate>, StorageError> {
    let mut found = read(truth, authority, Which::MayBeTakenBack).await?;
    found.retain(|it| it.status != IssuedStatus::Good);
    Ok(found)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    /// In a state in which something may be said against it.
    MayBeTakenBack,
}

/// One that was on hold as its last second passed is on hold for ever: nobody released it.
async fn read(
    truth: &mut PgConnection,
    authority: i64,
    which: Which,
) -> Result<Vec<IssuedCertificate>, StorageError> {
    let rows = sqlx::query!(
        r#"select
            certificate.id,
            certificate.serial as "serial!",
            certificate.state,
            certificate.state_since,
            certificate.revocation_reason,
            certificate.not_after as "not_after!",
            before.state_since as "held_since?"
        from certificate
        left join lateral (
            select state, state_since
            from certificate_history
            where certificate.state = 'expired'
            and certificate_history.certificate_id = certificate.id
            and certificate_history.state <> 'expired'
            order by certificate_history.since desc, certificate_history.id desc
            limit 1
        ) before on before.state = 'suspended'
        where certificate.authority_id = $1
        and ($2 or certificate.state in ('suspended', 'revoked', 'expired'))
        order by certificate.id"#,
        authority,
        which == Which::All,
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter()
        .map(|row| {
            let inconsistent = |problem: &str| StorageError::Inconsistent {
                table: "certificate",
                key: row.id.to_string(),
                problem: problem.to_owned(),
            };
            let state = CertificateState::from_name(&row.state)
                .ok_or_else(|| inconsistent("unknown state"))?;
            let reason = row
                .revocation_reason
                .as_deref()
                .map_or(
                    Some(RevocationReason::Unspecified),
                    RevocationReason::from_name,
                )
                .ok_or_else(|| inconsistent("unknown reason"))?;
            Ok(IssuedCertificate {
                id: row.id,
                serial: hex::decode(&row.serial)
                    .map_err(|_| inconsistent("a serial number that is not hexadecimal"))?,
                status: status(state, row.state_since, row.held_since, reason),
                not_after: row.not_after,
            })
        })
        .collect()
}

fn status(
    state: CertificateState,
    since: OffsetDateTime,
    held_since: Option<OffsetDateTime>,
    reason: RevocationReason,
) -> IssuedStatus {
    match state {
        CertificateState::Suspended => IssuedStatus::OnHold(since),
        CertificateState::Revoked => IssuedStatus::Revoked(since, reason),
        CertificateState::Expired => held_since.map_or(IssuedStatus::Good, IssuedStatus::OnHold),
        CertificateState::Pending | CertificateState::Active | CertificateState::Superseded => {
            IssuedStatus::Good
        }
    }
}
