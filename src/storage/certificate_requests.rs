//! Requests for certificates that our own authorities issue.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::authority::RequestState;
use crate::domain::certificate_request::{CertificateRequestRecord, RequestFilter, Settled};
use crate::domain::digest::Digest;
use crate::domain::distinguished_name::OperatorDn;

/// A request that is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewRequest<'a> {
    /// Number of its operator.
    pub operator: i64,
    /// Number of the authority that is to issue.
    pub authority: i64,
    /// Its bytes.
    pub csr: &'a [u8],
    /// SHA-256 of them.
    pub csr_sha256: &'a Digest,
    /// SHA-256 of the key.
    pub spki_sha256: &'a Digest,
    /// The subject that will be certified, as the list writes it.
    pub dn: &'a str,
    /// The host names that will be certified.
    pub hosts: &'a [String],
    /// The certificate whose place it is to take.
    pub renews: Option<i64>,
    /// What the rules warned of, an array.
    pub findings: &'a serde_json::Value,
    /// Name of who sends it.
    pub by: &'a str,
    /// Now.
    pub at: OffsetDateTime,
}

/// Keeps a request and gives its number; `None` where the same bytes were sent before.
pub async fn insert(
    truth: &mut PgConnection,
    new: &NewRequest<'_>,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "insert into certificate_request (
            operator_id,
            authority_id,
            csr,
            csr_sha256,
            spki_sha256,
            dn,
            hosts,
            renews,
            findings,
            state,
            requested_by,
            requested_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'submitted', $10, $11)
        on conflict (csr_sha256) do nothing
        returning id",
        new.operator,
        new.authority,
        new.csr,
        new.csr_sha256.as_bytes(),
        new.spki_sha256.as_bytes(),
        new.dn,
        new.hosts,
        new.renews,
        new.findings,
        new.by,
        new.at,
    )
    .fetch_optional(truth)
    .await?)
}

/// The number of the request with these bytes.
pub async fn with_csr(
    truth: &mut PgConnection,
    csr_sha256: &Digest,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select id from certificate_request where csr_sha256 = $1",
        csr_sha256.as_bytes(),
    )
    .fetch_optional(truth)
    .await?)
}

/// A request of another operator for the same key that waits still.
pub async fn waiting_with_key_of_other(
    truth: &mut PgConnection,
    spki_sha256: &Digest,
    operator: i64,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select id from certificate_request
        where spki_sha256 = $1 and operator_id <> $2 and state = 'submitted'
        order by id
        limit 1",
        spki_sha256.as_bytes(),
        operator,
    )
    .fetch_optional(truth)
    .await?)
}

/// A request.
pub async fn find(
    truth: &mut PgConnection,
    id: i64,
) -> Result<Option<CertificateRequestRecord>, StorageError> {
    let filter = RequestFilter::default();
    Ok(read(truth, Some(id), &filter, 0, 1).await?.pop())
}

/// A request, its row locked until the transaction ends.
pub async fn hold(
    truth: &mut PgConnection,
    id: i64,
) -> Result<Option<CertificateRequestRecord>, StorageError> {
    sqlx::query!(
        "select from certificate_request where id = $1 for update",
        id
    )
    .fetch_optional(&mut *truth)
    .await?;
    find(truth, id).await
}

/// Requests after a number, in the order of their numbers.
pub async fn list(
    truth: &mut PgConnection,
    filter: &RequestFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<CertificateRequestRecord>, StorageError> {
    read(truth, None, filter, after, limit).await
}

async fn read(
    truth: &mut PgConnection,
    id: Option<i64>,
    filter: &RequestFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<CertificateRequestRecord>, StorageError> {
    let rows = sqlx::query_file!(
        "src/storage/sql/certificate_requests.sql",
        id,
        filter.operator,
        filter.state.map(RequestState::as_str),
        after,
        limit,
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter()
        .map(|row| {
            let inconsistent = |problem: String| StorageError::Inconsistent {
                table: "certificate_request",
                key: row.id.to_string(),
                problem,
            };
            let spki = <[u8; 32]>::try_from(row.spki_sha256.as_slice())
                .map_err(|_| inconsistent("a digest of another length".to_owned()))?;
            let settled = row.settled_at.map(|at| Settled {
                by: row.settled_by.unwrap_or_default(),
                at,
                why: row.settled_why.unwrap_or_default(),
                certificate: row.certificate_id,
            });
            Ok(CertificateRequestRecord {
                id: row.id,
                operator: row.operator_id,
                spki_sha256: Digest::new(spki),
                dn: OperatorDn::parse(&row.dn).map_err(|error| inconsistent(error.to_string()))?,
                state: RequestState::from_name(&row.state)
                    .ok_or_else(|| inconsistent(format!("unknown state {:?}", row.state)))?,
                authority: row.authority,
                csr: row.csr,
                hosts: row.hosts,
                renews: row.renews,
                findings: row.findings,
                requested_by: row.requested_by,
                requested_at: row.requested_at,
                settled,
            })
        })
        .collect()
}

/// Ends a request, whose row is held: as issued where there is a certificate, else as refused.
pub async fn settle(
    truth: &mut PgConnection,
    id: i64,
    settled: &Settled,
) -> Result<(), StorageError> {
    let state = match settled.certificate {
        Some(_) => RequestState::Issued,
        None => RequestState::Refused,
    };
    sqlx::query!(
        "update certificate_request
        set
            state = $2,
            settled_by = $3,
            settled_at = $4,
            settled_why = $5,
            certificate_id = $6
        where id = $1 and state = 'submitted'",
        id,
        state.as_str(),
        settled.by,
        settled.at,
        settled.why,
        settled.certificate,
    )
    .execute(truth)
    .await?;
    Ok(())
}
