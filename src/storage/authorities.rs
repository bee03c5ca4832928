//! Our own authorities, by their certificates: added when they are made known, never changed.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::authority::{AuthorityKind, AuthorityRecord};
use crate::domain::digest::Digest;

/// An authority that is to be made known.
#[derive(Clone, Copy, Debug)]
pub struct NewAuthority<'a> {
    /// Its name in addresses.
    pub name: &'a str,
    /// What it does.
    pub kind: AuthorityKind,
    /// Its certificate.
    pub der: &'a [u8],
    /// SHA-256 of that.
    pub sha256: &'a Digest,
    /// SHA-256 of its key.
    pub spki_sha256: &'a Digest,
    /// Last second of its validity.
    pub not_after: OffsetDateTime,
    /// Now.
    pub at: OffsetDateTime,
}

/// Adds an authority and gives its number; `None` where its name, its certificate or its key is known.
pub async fn insert(
    truth: &mut PgConnection,
    new: &NewAuthority<'_>,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "insert into authority (name, kind, der, sha256, spki_sha256, not_after, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict do nothing
        returning id",
        new.name,
        new.kind.as_str(),
        new.der,
        new.sha256.as_bytes(),
        new.spki_sha256.as_bytes(),
        new.not_after,
        new.at,
    )
    .fetch_optional(truth)
    .await?)
}

/// Every authority, in the order they were made known. Few: one or two in ten years.
pub async fn all(truth: &mut PgConnection) -> Result<Vec<AuthorityRecord>, StorageError> {
    let rows = sqlx::query!(
        "select
            id,
            name,
            kind,
            der,
            sha256,
            spki_sha256,
            not_after,
            created_at
        from authority
        order by id"
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter()
        .map(|row| {
            let inconsistent = |problem: &str| StorageError::Inconsistent {
                table: "authority",
                key: row.id.to_string(),
                problem: problem.to_owned(),
            };
            let digest = |bytes: &[u8]| {
                let bytes = bytes.try_into().map(Digest::new);
                bytes.map_err(|_| inconsistent("a digest of another length"))
            };
            Ok(AuthorityRecord {
                id: row.id,
                kind: AuthorityKind::from_name(&row.kind)
                    .ok_or_else(|| inconsistent("unknown kind"))?,
                sha256: digest(&row.sha256)?,
                spki_sha256: digest(&row.spki_sha256)?,
                name: row.name,
                der: row.der,
                not_after: row.not_after,
                created_at: row.created_at,
            })
        })
        .collect()
}
