//! Signing keys of the list, by their certificates: which signs, which comes next, which did.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::digest::Digest;
use crate::domain::list_version::{ListSigner, SignerState};

/// Every key that was ever announced, in the order of announcement. Few: one in some years.
pub async fn all(truth: &mut PgConnection) -> Result<Vec<ListSigner>, StorageError> {
    let rows = sqlx::query!(
        "select
            id,
            der,
            sha256,
            state,
            announced_at,
            announced_in,
            current_at,
            retired_at
        from list_signer
        order by id"
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter()
        .map(|row| {
            let inconsistent = |problem: &str| StorageError::Inconsistent {
                table: "list_signer",
                key: row.id.to_string(),
                problem: problem.to_owned(),
            };
            let sha256 = <[u8; 32]>::try_from(row.sha256.as_slice())
                .map_err(|_| inconsistent("a digest of another length"))?;
            let announced_in = row
                .announced_in
                .map(u64::try_from)
                .transpose()
                .map_err(|_| inconsistent("a negative number"))?;
            Ok(ListSigner {
                id: row.id,
                state: SignerState::from_name(&row.state)
                    .ok_or_else(|| inconsistent("unknown state"))?,
                sha256: Digest::new(sha256),
                der: row.der,
                announced_at: row.announced_at,
                announced_in,
                current_at: row.current_at,
                retired_at: row.retired_at,
            })
        })
        .collect()
}

/// Adds a key as the next one, or as the current one where there was none.
pub async fn announce(
    truth: &mut PgConnection,
    der: &[u8],
    sha256: &Digest,
    state: SignerState,
    at: OffsetDateTime,
) -> Result<(), StorageError> {
    let current_at = match state {
        SignerState::Current => Some(at),
        SignerState::Next | SignerState::Retired => None,
    };
    sqlx::query!(
        "insert into list_signer (der, sha256, state, announced_at, current_at)
        values ($1, $2, $3, $4, $5)",
        der,
        sha256.as_bytes(),
        state.as_str(),
        at,
        current_at,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// Lets the next key sign and retires the one that did.
pub async fn switch(truth: &mut PgConnection, at: OffsetDateTime) -> Result<(), StorageError> {
    sqlx::query!(
        "update list_signer set state = 'retired', retired_at = $1 where state = 'current'",
        at,
    )
    .execute(&mut *truth)
    .await?;
    sqlx::query!(
        "update list_signer set state = 'current', current_at = $1 where state = 'next'",
        at,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// Takes back the announcement of the next key.
pub async fn withdraw(truth: &mut PgConnection, at: OffsetDateTime) -> Result<(), StorageError> {
    sqlx::query!(
        "update list_signer set state = 'retired', retired_at = $1 where state = 'next'",
        at,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// Notes that this version named the next key, where none did before.
pub async fn mark_announced(truth: &mut PgConnection, sequence: u64) -> Result<(), StorageError> {
    sqlx::query!(
        "update list_signer
        set announced_in = $1
        where state = 'next'
            and announced_in is null",
        i64::try_from(sequence).unwrap_or(i64::MAX),
    )
    .execute(truth)
    .await?;
    Ok(())
}
