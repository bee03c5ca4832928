//! Revocation lists, our own and others', as they were: added to, never changed (a trigger of the
//! database refuses).

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::digest::Digest;

/// A list that is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewRevocationList<'a> {
    /// SHA-256 of the key of who signed it.
    pub issuer_spki_sha256: &'a Digest,
    /// Who signed it.
    pub issuer_dn: &'a str,
    /// Its number, lower-case hexadecimal, two digits a byte.
    pub number: &'a str,
    /// When it was made.
    pub this_update: OffsetDateTime,
    /// When a newer one should be there.
    pub next_update: OffsetDateTime,
    /// Its bytes.
    pub der: &'a [u8],
    /// SHA-256 of them.
    pub sha256: &'a Digest,
    /// `own`, `upload` or the address it was fetched from.
    pub source: &'a str,
    /// Now.
    pub at: OffsetDateTime,
}

/// What a kept list says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationListHead {
    /// Number of the record.
    pub id: i64,
    /// SHA-256 of the key of who signed it.
    pub issuer_spki_sha256: Vec<u8>,
    /// Its number, lower-case hexadecimal.
    pub number: String,
    /// When it was made, UTC.
    pub this_update: OffsetDateTime,
    /// When a newer one should be there, UTC.
    pub next_update: OffsetDateTime,
}

/// Keeps a list; says whether it is new.
pub async fn insert(
    truth: &mut PgConnection,
    new: &NewRevocationList<'_>,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "insert into revocation_list (
            issuer_spki_sha256,
            issuer_dn,
            number,
            this_update,
            next_update,
            der,
            sha256,
            source,
            fetched_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (issuer_spki_sha256, sha256) do nothing",
        new.issuer_spki_sha256.as_bytes(),
        new.issuer_dn,
        new.number,
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

/// The newest list of each issuer: the one that was kept last.
pub async fn newest_of_each(
    truth: &mut PgConnection,
) -> Result<Vec<RevocationListHead>, StorageError> {
    Ok(sqlx::query_as!(
        RevocationListHead,
        r#"select
            newest.id as "id!",
            newest.issuer_spki_sha256 as "issuer_spki_sha256!",
            newest.number as "number!",
            newest.this_update as "this_update!",
            newest.next_update as "next_update!"
        from (select distinct issuer_spki_sha256 from revocation_list) issuer
        cross join lateral (
            select id, issuer_spki_sha256, number, this_update, next_update
            from revocation_list
            where revocation_list.issuer_spki_sha256 = issuer.issuer_spki_sha256
            order by this_update desc, id desc
            limit 1
        ) newest
        order by newest.id"#
    )
    .fetch_all(truth)
    .await?)
}

/// The newest list of an issuer, by the key it signs with.
pub async fn newest(
    truth: &mut PgConnection,
    issuer_spki_sha256: &Digest,
) -> Result<Option<RevocationListHead>, StorageError> {
    Ok(sqlx::query_as!(
        RevocationListHead,
        "select
            id,
            issuer_spki_sha256,
            number,
            this_update,
            next_update
        from revocation_list
        where issuer_spki_sha256 = $1
        order by this_update desc, id desc
        limit 1",
        issuer_spki_sha256.as_bytes(),
    )
    .fetch_optional(truth)
    .await?)
}

/// The bytes of a list that was kept.
pub async fn der(truth: &mut PgConnection, id: i64) -> Result<Vec<u8>, StorageError> {
    Ok(
        sqlx::query_scalar!("select der from revocation_list where id = $1", id)
            .fetch_one(truth)
            .await?,
    )
}

/// The time by the clock of the database.
pub async fn clock(truth: &mut PgConnection) -> Result<OffsetDateTime, StorageError> {
    Ok(sqlx::query_scalar("select clock_timestamp()")
        .fetch_one(truth)
        .await?)
}

/// Lets nobody else add a list of this issuer until the transaction ends.
///
/// [`StorageError::ListsHeld`] after eight seconds, within the time of a request; the transaction then
/// is over.
pub async fn lock(truth: &mut PgConnection, issuer: &Digest) -> Result<(), StorageError> {
    // SQLSTATE lock_not_available
    const NOT_AVAILABLE: &str = "55P03";
    sqlx::query("set local lock_timeout = '8s'")
        .execute(&mut *truth)
        .await?;
    let locked = sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('revocation_list:' || encode($1::bytea, 'hex'), 0))",
        issuer.as_bytes(),
    )
    .fetch_one(&mut *truth)
    .await;
    match locked {
        Ok(_) => {}
        Err(sqlx::Error::Database(refusal)) if refusal.code().as_deref() == Some(NOT_AVAILABLE) => {
            return Err(StorageError::ListsHeld);
        }
        Err(error) => return Err(error.into()),
    }
    sqlx::query("set local lock_timeout to default")
        .execute(truth)
        .await?;
    Ok(())
}
