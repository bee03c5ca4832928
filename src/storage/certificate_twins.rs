//! Certificates that share a name or a key with another one: what is decided of one is decided of
//! them, or leaves them to be told of.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use super::certificates::Row;
use crate::domain::certificate::Doubt;
use crate::domain::certificate_record::CertificateRecord;

/// What is decided of a certificate together with it: other spellings of a name where nothing but
/// the name is known; where there is a doubt, those of the same key. In the order of their numbers,
/// of its operator, and none that is over.
pub async fn bound_to(
    truth: &mut PgConnection,
    certificate: i64,
    doubt: Doubt,
) -> Result<Vec<CertificateRecord>, StorageError> {
    let (of_key, of_authority) = match doubt {
        Doubt::Nothing => (false, false),
        Doubt::Authority => (false, true),
        Doubt::Key => (true, false),
    };
    sqlx::query_as!(
        Row,
        "select
            twin.id,
            twin.operator_id,
            twin.dn,
            twin.sha256,
            twin.spki_sha256,
            twin.issuer_dn,
            twin.serial,
            twin.not_before,
            twin.not_after,
            twin.state,
            twin.state_since,
            twin.revocation_reason,
            twin.findings,
            twin.created_at
        from certificate
        join certificate twin on twin.operator_id = certificate.operator_id
        where certificate.id = $1
        and twin.id <> $1
        and twin.state in ('pending', 'active', 'suspended')
        and (
            certificate.der is null and twin.der is null and twin.match_key = certificate.match_key
            or twin.spki_sha256 = certificate.spki_sha256
            and ($2 or $3 and twin.issuer_dn = certificate.issuer_dn)
        )
        order by twin.id",
        certificate,
        of_key,
        of_authority,
    )
    .fetch_all(truth)
    .await?
    .into_iter()
    .map(Row::record)
    .collect()
}

/// A certificate that stays in force when others leave with which it shares something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// Number of the certificate.
    pub certificate: i64,
    /// Whether that is the name, spelling aside; else the key.
    pub is_namesake: bool,
}

/// What stays in force under the name or with the key of certificates that leave.
pub async fn remaining(
    truth: &mut PgConnection,
    leaving: &[i64],
    now: OffsetDateTime,
) -> Result<Vec<Remaining>, StorageError> {
    Ok(sqlx::query_as!(
        Remaining,
        r#"select
            twin.id as certificate,
            bool_or(twin.match_key = certificate.match_key) as "is_namesake!"
        from certificate
        join certificate twin on twin.operator_id = certificate.operator_id
        where certificate.id = any($1)
        and twin.id <> all($1)
        and twin.state = 'active'
        and coalesce(twin.not_before <= $2 and twin.not_after >= $2, true)
        and (twin.match_key = certificate.match_key or twin.spki_sha256 = certificate.spki_sha256)
        group by twin.id
        order by twin.id"#,
        leaving,
        now,
    )
    .fetch_all(truth)
    .await?)
}
