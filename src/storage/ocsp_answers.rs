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

/// Keeps an answer; says whether it is new.
pub async fn insert(
    truth: &mut PgConnection,
    new: &NewOcspAnswer<'_>,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "insert into ocsp_answer (
            certificate_sha256,
            this_update,
            next_update,
            der,
            sha256,
            source,
            fetched_at
        )
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (certificate_sha256, sha256) do nothing",
        new.certificate_sha256.as_bytes(),
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

/// When what was said last of a certificate was known; none where nothing was said.
pub async fn newest_of(
    truth: &mut PgConnection,
    certificate_sha256: &Digest,
) -> Result<Option<OffsetDateTime>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select max(this_update) from ocsp_answer where certificate_sha256 = $1",
        certificate_sha256.as_bytes(),
    )
    .fetch_one(truth)
    .await?)
}
