//! Certificates of operators, and names of certificates that a list told of.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use super::certificate_names::NameHolder;
pub use super::issued_certificates::{issued_by, taken_back_by};
use crate::domain::certificate::{CertificateState, RevocationReason};
use crate::domain::certificate_record::{CertificateContent, CertificateFilter, CertificateRecord};
use crate::domain::digest::Digest;
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
    /// Number of the authority of ours that issued it; none: somebody else's.
    pub authority: Option<i64>,
    /// Now.
    pub at: OffsetDateTime,
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
            created_at,
            authority_id
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'pending', $12, $13, $12, $14)
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
        new.authority,
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

/// A certificate with a key that is met again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    /// Number of the certificate.
    pub certificate: i64,
    /// Number of its operator.
    pub operator: i64,
    /// Whether it was revoked since its key may be in other hands.
    pub is_compromised: bool,
}

/// Other certificates with this key, in the order of their numbers. The key is held until the
/// transaction ends: two operators cannot register it at once.
pub async fn with_key(
    truth: &mut PgConnection,
    spki_sha256: &[u8],
    sha256: &[u8],
) -> Result<Vec<KeyHolder>, StorageError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('certificate.key:' || encode($1::bytea, 'hex'), 0))",
        spki_sha256,
    )
    .execute(&mut *truth)
    .await?;
    Ok(sqlx::query_as!(
        KeyHolder,
        r#"select
            id as certificate,
            operator_id as operator,
            coalesce(revocation_reason = $3, false) as "is_compromised!"
        from certificate
        where spki_sha256 = $1 and sha256 <> $2
        order by id"#,
        spki_sha256,
        sha256,
        RevocationReason::KeyCompromise.as_str(),
    )
    .fetch_all(truth)
    .await?)
}

/// Another certificate with the key of this one, revoked since that may be in other hands.
pub async fn compromised_twin(
    truth: &mut PgConnection,
    id: i64,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select twin.id
        from certificate
        join certificate twin on twin.spki_sha256 = certificate.spki_sha256
        where certificate.id = $1 and twin.id <> $1 and twin.revocation_reason = $2
        order by twin.id
        limit 1",
        id,
        RevocationReason::KeyCompromise.as_str(),
    )
    .fetch_optional(truth)
    .await?)
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

/// The numbers of certificates in force whose bytes are known, each with its bytes and those sent
/// with it.
pub async fn chains_in_force(
    truth: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<Vec<(i64, Vec<Vec<u8>>)>, StorageError> {
    let rows = sqlx::query!(
        r#"select id, der || chain as "chain!: Vec<Vec<u8>>"
        from certificate
        where state = 'active' and not_before <= $1 and not_after >= $1
        order by id"#,
        now,
    )
    .fetch_all(truth)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.chain)).collect())
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

/// A row as it is read.
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) operator_id: i64,
    pub(super) dn: String,
    pub(super) sha256: Option<Vec<u8>>,
    pub(super) spki_sha256: Option<Vec<u8>>,
    pub(super) issuer_dn: Option<String>,
    pub(super) serial: Option<String>,
    pub(super) not_before: Option<OffsetDateTime>,
    pub(super) not_after: Option<OffsetDateTime>,
    pub(super) state: String,
    pub(super) state_since: OffsetDateTime,
    pub(super) revocation_reason: Option<String>,
    pub(super) findings: serde_json::Value,
    pub(super) created_at: OffsetDateTime,
}

impl Row {
    /// The record that the row is.
    pub(super) fn record(self) -> Result<CertificateRecord, StorageError> {
        let inconsistent = |problem: String| StorageError::Inconsistent {
            table: "certificate",
            key: self.id.to_string(),
            problem,
        };
        let written = |sha256: &[u8]| {
            let bytes = sha256.try_into().map(Digest::new);
            let digest =
                bytes.map_err(|_| inconsistent("a digest of other than 32 bytes".to_owned()));
            digest.map(|it| it.to_string())
        };
        let content = match (
            &self.sha256,
            &self.spki_sha256,
            self.not_before,
            self.not_after,
        ) {
            (Some(sha256), Some(spki), Some(not_before), Some(not_after)) => {
                Some(CertificateContent {
                    sha256: written(sha256)?,
                    spki_sha256: written(spki)?,
                    issuer_dn: self.issuer_dn.unwrap_or_default(),
                    serial: self.serial.unwrap_or_default(),
                    not_before,
                    not_after,
                })
            }
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
