//! Whose names certificates bear: a list knows an operator by nothing else.

use sqlx::PgConnection;

use super::StorageError;
use super::certificates::Row;
use crate::domain::certificate_record::CertificateRecord;

/// Whose name a certificate bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameHolder {
    /// Number of the certificate.
    pub certificate: i64,
    /// Number of its operator.
    pub operator: i64,
}

/// A certificate of another operator under this name, in whatever state. The name is held until
/// the transaction ends: two operators cannot register it at once.
pub async fn held_by_other(
    truth: &mut PgConnection,
    match_key: &str,
    operator: i64,
) -> Result<Option<NameHolder>, StorageError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('certificate.match_key:' || $1, 0))",
        match_key,
    )
    .execute(&mut *truth)
    .await?;
    Ok(sqlx::query_as!(
        NameHolder,
        "select id as certificate, operator_id as operator
        from certificate
        where match_key = $1 and operator_id <> $2
        order by id
        limit 1",
        match_key,
        operator,
    )
    .fetch_optional(truth)
    .await?)
}

/// A certificate that is on hold and shares the name, spelling aside, or the key of this one of the
/// same operator.
pub async fn on_hold(
    truth: &mut PgConnection,
    certificate: i64,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select twin.id
        from certificate
        join certificate twin on twin.operator_id = certificate.operator_id
        where certificate.id = $1
        and twin.id <> $1
        and twin.state = 'suspended'
        and (twin.match_key = certificate.match_key or twin.spki_sha256 = certificate.spki_sha256)
        order by twin.id
        limit 1",
        certificate,
    )
    .fetch_optional(truth)
    .await?)
}

/// Certificates of an operator that are known by their name alone, which is this one, and are not
/// over; locked for a change.
pub async fn known_by_name(
    truth: &mut PgConnection,
    operator: i64,
    match_key: &str,
) -> Result<Vec<CertificateRecord>, StorageError> {
    sqlx::query_as!(
        Row,
        "select
            id,
            operator_id,
            dn,
            sha256,
            spki_sha256,
            issuer_dn,
            serial,
            not_before,
            not_after,
            state,
            state_since,
            revocation_reason,
            findings,
            created_at
        from certificate
        where der is null
        and operator_id = $1
        and match_key = $2
        and state in ('pending', 'active')
        order by id
        for update",
        operator,
        match_key,
    )
    .fetch_all(truth)
    .await?
    .into_iter()
    .map(Row::record)
    .collect()
}
