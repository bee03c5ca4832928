//! Administrators: their names, roles and the digests of their tokens.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::administrator::{Administrator, AdministratorRecord, AdministratorRole};

fn role(id: i64, name: &str) -> Result<AdministratorRole, StorageError> {
    AdministratorRole::from_name(name).ok_or_else(|| StorageError::Inconsistent {
        table: "administrator",
        key: id.to_string(),
        problem: format!("unknown role {name:?}"),
    })
}

/// Adds an administrator and gives the number; `None` where the name is, or was, another's.
pub async fn add(
    truth: &mut PgConnection,
    name: &str,
    role: AdministratorRole,
    token_sha256: &[u8],
    at: OffsetDateTime,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "insert into administrator (name, role, token_sha256, created_at)
        values ($1, $2, $3, $4)
        on conflict (name) do nothing
        returning id",
        name,
        role.as_str(),
        token_sha256,
        at,
    )
    .fetch_optional(truth)
    .await?)
}

/// Takes an administrator's rights back; false where there is none of this name who still has them.
pub async fn disable(
    truth: &mut PgConnection,
    name: &str,
    at: OffsetDateTime,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "update administrator set disabled_at = $2 where name = $1 and disabled_at is null",
        name,
        at,
    )
    .execute(truth)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whose token has this digest, while they have their rights.
pub async fn of_token(
    truth: &mut PgConnection,
    token_sha256: &[u8],
) -> Result<Option<Administrator>, StorageError> {
    let row = sqlx::query!(
        "select
            id,
            name,
            role
        from administrator
        where token_sha256 = $1 and disabled_at is null",
        token_sha256,
    )
    .fetch_optional(truth)
    .await?;
    row.map(|row| {
        Ok(Administrator {
            role: role(row.id, &row.role)?,
            id: row.id,
            name: row.name,
        })
    })
    .transpose()
}

/// The role of an administrator who still has rights, kept so until the transaction ends.
pub async fn hold(
    truth: &mut PgConnection,
    id: i64,
) -> Result<Option<AdministratorRole>, StorageError> {
    let name = sqlx::query_scalar!(
        "select role from administrator where id = $1 and disabled_at is null for share",
        id,
    )
    .fetch_optional(truth)
    .await?;
    name.map(|name| role(id, &name)).transpose()
}

/// Who of these names may act still, in the order they came; they stay so until the transaction ends.
pub async fn with_rights(
    truth: &mut PgConnection,
    names: &[String],
) -> Result<Vec<String>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select name
        from administrator
        where name = any ($1)
        and disabled_at is null
        and role = 'administrator'
        order by id
        for share",
        names,
    )
    .fetch_all(truth)
    .await?)
}

/// Everybody who is or was an administrator, in the order they came.
pub async fn list(truth: &mut PgConnection) -> Result<Vec<AdministratorRecord>, StorageError> {
    let rows = sqlx::query!(
        "select
            id,
            name,
            role,
            created_at,
            disabled_at
        from administrator
        order by id"
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(AdministratorRecord {
                administrator: Administrator {
                    role: role(row.id, &row.role)?,
                    id: row.id,
                    name: row.name,
                },
                created_at: row.created_at,
                disabled_at: row.disabled_at,
            })
        })
        .collect()
}
