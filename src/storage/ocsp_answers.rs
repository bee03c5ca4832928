//! What other authorities' responders said, as it was: added to, never changed (a trigger of the database
//! refuses).

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::digest::Digest;

/// An answer that is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewOcspAnswer<'a> {
    /// SHA-256 of the certificate it is about.
    pub certificate_sha256: &'a Digest,
    /// Last second of that certificate.
    pub not_after: OffsetDateTime,
    /// Whether it says that it is revoked.
    pub is_revocation: bool,
    /// When it was known.
    pub this_update: OffsetDateTime,
    /// When newer word should be there.
    pub next_update: OffsetDateTime,
    /// Its bytes.
    pub der: &'a [u8],
    /// SHA-256 of them.
    pub sha256: &'a Digest,
    /// The address it was fetched from.
    pub source: &'a str,
    /// Now.
    pub at: OffsetDateTime,
}

/// What was said of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaidBefore {
    /// When the last of it was known; none where nothing was said.
    pub this_update: Option<OffsetDateTime>,
    /// Whether it was ever said to be revoked.
    pub is_revoked: bool,
}

/// Keeps an answer; says whether it is new.
pub async fn insert(
    truth: &mut PgConnection,
    new: &NewOcspAnswer<'_>,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "insert into ocsp_answer (
            certificate_sha256,
            not_after,
            is_revocation,
            this_update,
            next_update,
            der,
            sha256,
            source,
            fetched_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (certificate_sha256, sha256) do nothing",
        new.certificate_sha256.as_bytes(),
        new.not_after,
        new.is_revocation,
        new.this_update,
        new.next_update,
        new.der,
        new.sha256.as_bytes(),
        new.source,
        new.at,
    )
    .execute(truth)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What was said of a certificate so far.
pub async fn said_of(
    truth: &mut PgConnection,
    certificate_sha256: &Digest,
) -> Result<SaidBefore, StorageError> {
    Ok(sqlx::query_as!(
        SaidBefore,
        r#"select
            (select max(this_update) from ocsp_answer where certificate_sha256 = $1) as this_update,
            exists (
                select from ocsp_answer where certificate_sha256 = $1 and is_revocation
            ) as "is_revoked!""#,
        certificate_sha256.as_bytes(),
    )
    .fetch_one(truth)
    .await?)
}
