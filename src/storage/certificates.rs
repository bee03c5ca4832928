//! Certificates of operators, and names of certificates that a list told of.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::certificate::{CertificateState, RevocationReason};
use crate::domain::certificate_record::{CertificateContent, CertificateFilter, CertificateRecord};
use crate::domain::distinguished_name::OperatorDn;

/// A certificate that is to be registered.
#[derive(Clone, Debug)]
pub struct NewCertificate<'a> {
    /// Number of its operator.
    pub operator: i64,
    /// Its subject, as the list writes it.
    pub dn: &'a str,
    /// What names of the same subject share.
    pub match_key: &'a str,
    /// Its bytes.
    pub der: &'a [u8],
    /// What was sent with it, DER.
    pub chain: &'a [Vec<u8>],
    /// SHA-256 of its bytes.
    pub sha256: &'a [u8],
    /// SHA-256 of its key.
    pub spki_sha256: &'a [u8],
    /// Who signed it.
    pub issuer_dn: &'a str,
    /// Its serial number, lower-case hexadecimal.
    pub serial: &'a str,
    /// First second of its validity.
    pub not_before: OffsetDateTime,
    /// Last second of its validity.
    pub not_after: OffsetDateTime,
    /// What the rules warned of, an array.
    pub findings: &'a serde_json::Value,
    /// Now.
    pub at: OffsetDateTime,
}

/// Whose name a certificate bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameHolder {
    /// Number of the certificate.
    pub certificate: i64,
    /// Number of its operator.
    pub operator: i64,
}

/// Registers a pending certificate and gives its number; `None` where the same bytes are registered.
pub async fn insert(
    truth: &mut PgConnection,
    new: &NewCertificate<'_>,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "insert into certificate (
            operator_id,
            dn,
            match_key,
            der,
            chain,
            sha256,
            spki_sha256,
            issuer_dn,
            serial,
            not_before,
            not_after,
            state,
            state_since,
            findings,
            created_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'pending', $12, $13, $12)
        on conflict (sha256) do nothing
        returning id",
        new.operator,
        new.dn,
        new.match_key,
        new.der,
        new.chain,
        new.sha256,
        new.spki_sha256,
        new.issuer_dn,
        new.serial,
        new.not_before,
        new.not_after,
        new.at,
        new.findings,
    )
    .fetch_optional(truth)
    .await?)
}

/// The certificate with these bytes.
pub async fn with_sha256(
    truth: &mut PgConnection,
    sha256: &[u8],
) -> Result<Option<NameHolder>, StorageError> {
    Ok(sqlx::query_as!(
        NameHolder,
        "select id as certificate, operator_id as operator from certificate where sha256 = $1",
        sha256,
    )
    .fetch_optional(truth)
    .await?)
}

/// A certificate of another operator under this name, in whatever state. The name is held until
/// the transaction ends: two operators cannot register it at once.
pub async fn name_held_by_other(
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

/// A certificate of an operator that is on hold under this name.
pub async fn on_hold(
    truth: &mut PgConnection,
    operator: i64,
    match_key: &str,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select id
        from certificate
        where operator_id = $1 and match_key = $2 and state = 'suspended'
        order by id
        limit 1",
        operator,
        match_key,
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

/// A certificate.
pub async fn find(
    truth: &mut PgConnection,
    id: i64,
) -> Result<Option<CertificateRecord>, StorageError> {
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
        where id = $1",
        id,
    )
    .fetch_optional(truth)
    .await?
    .map(Row::record)
    .transpose()
}

/// A certificate, its row locked until the transaction ends.
pub async fn hold(
    truth: &mut PgConnection,
    id: i64,
) -> Result<Option<CertificateRecord>, StorageError> {
    sqlx::query!("select from certificate where id = $1 for update", id)
        .fetch_optional(&mut *truth)
        .await?;
    find(truth, id).await
}

/// The bytes of a certificate and of what was sent with it, the certificate first; empty where it
/// is known by its name alone.
pub async fn chain(truth: &mut PgConnection, id: i64) -> Result<Vec<Vec<u8>>, StorageError> {
    let chain = sqlx::query_scalar!(
        r#"select der || chain as "chain!: Vec<Vec<u8>>" from certificate
        where id = $1 and der is not null"#,
        id,
    )
    .fetch_optional(truth)
    .await?;
    Ok(chain.unwrap_or_default())
}

/// Certificates after a number, in the order of their numbers.
pub async fn list(
    truth: &mut PgConnection,
    filter: &CertificateFilter,
    now: OffsetDateTime,
    after: i64,
    limit: i64,
) -> Result<Vec<CertificateRecord>, StorageError> {
    let ends_by = filter
        .expiring_within_days
        .map(|days| now + time::Duration::days(i64::from(days)));
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
        where id > $1
        and ($2::bigint is null or operator_id = $2)
        and ($3::text is null or state = $3)
        and ($4::timestamptz is null or not_after <= $4)
        order by id
        limit $5",
        after,
        filter.operator,
        filter.state.map(CertificateState::as_str),
        ends_by,
        limit,
    )
    .fetch_all(truth)
    .await?
    .into_iter()
    .map(Row::record)
    .collect()
}

/// Certificates whose last second has passed and whose state does not say so yet, locked; those
/// that someone else is changing are left for the next time.
pub async fn ended(
    truth: &mut PgConnection,
    now: OffsetDateTime,
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
        where not_after < $1 and state in ('pending', 'active', 'suspended')
        order by id
        for update skip locked",
        now,
    )
    .fetch_all(truth)
    .await?
    .into_iter()
    .map(Row::record)
    .collect()
}

/// Puts a certificate into a state; the reason goes with a revocation only.
pub async fn set_state(
    truth: &mut PgConnection,
    id: i64,
    state: CertificateState,
    revocation_reason: Option<RevocationReason>,
    at: OffsetDateTime,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update certificate
        set state = $2, state_since = $3, revocation_reason = $4
        where id = $1",
        id,
        state.as_str(),
        at,
        revocation_reason.map(RevocationReason::as_str),
    )
    .execute(truth)
    .await?;
    Ok(())
}

struct Row {
    id: i64,
    operator_id: i64,
    dn: String,
    sha256: Option<Vec<u8>>,
    spki_sha256: Option<Vec<u8>>,
    issuer_dn: Option<String>,
    serial: Option<String>,
    not_before: Option<OffsetDateTime>,
    not_after: Option<OffsetDateTime>,
    state: String,
    state_since: OffsetDateTime,
    revocation_reason: Option<String>,
    findings: serde_json::Value,
    created_at: OffsetDateTime,
}

impl Row {
    fn record(self) -> Result<CertificateRecord, StorageError> {
        let inconsistent = |problem: String| StorageError::Inconsistent {
            table: "certificate",
            key: self.id.to_string(),
            problem,
        };
        let content = match (self.sha256, self.not_before, self.not_after) {
            (Some(sha256), Some(not_before), Some(not_after)) => Some(CertificateContent {
                sha256: hexadecimal(&sha256),
                spki_sha256: hexadecimal(&self.spki_sha256.unwrap_or_default()),
                issuer_dn: self.issuer_dn.unwrap_or_default(),
                serial: self.serial.unwrap_or_default(),
                not_before,
                not_after,
            }),
            _ => None,
        };
        let revocation_reason = self
            .revocation_reason
            .map(|name| {
                RevocationReason::from_name(&name)
                    .ok_or_else(|| inconsistent(format!("unknown reason {name:?}")))
            })
            .transpose()?;
        Ok(CertificateRecord {
            id: self.id,
            operator: self.operator_id,
            dn: OperatorDn::parse(&self.dn).map_err(|error| inconsistent(error.to_string()))?,
            content,
            state: CertificateState::from_name(&self.state)
                .ok_or_else(|| inconsistent(format!("unknown state {:?}", self.state)))?,
            state_since: self.state_since,
            revocation_reason,
            findings: self.findings,
            created_at: self.created_at,
        })
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
