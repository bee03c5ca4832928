//! Documents for the read models: people, structures and mailboxes, whole, by key.
//!
//! A document gathers what several tables say. A person or a structure that only the mailbox
//! extract names has a document too, so that its mailboxes can be found.

mod mailboxes;
mod organizations;
mod practitioners;

pub use mailboxes::mailboxes;
pub use organizations::organizations;
pub use practitioners::practitioners;

use std::collections::HashMap;
use std::fmt::Display;

use sqlx::PgConnection;

use super::StorageError;
use crate::domain::feed::DocumentKind;

/// Keys of all documents of a kind that follow `after`, in the order of keys.
pub async fn keys_after(
    connection: &mut PgConnection,
    kind: DocumentKind,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<String>, StorageError> {
    let after = after.unwrap_or_default();
    let keys = match kind {
        DocumentKind::Practitioner => {
            sqlx::query_file_scalar!("src/storage/sql/practitioner_keys.sql", after, limit)
                .fetch_all(connection)
                .await?
        }
        DocumentKind::Organization => {
            sqlx::query_file_scalar!("src/storage/sql/organization_keys.sql", after, limit)
                .fetch_all(connection)
                .await?
        }
        DocumentKind::Mailbox => {
            sqlx::query_scalar!(
                r#"select address as "key!" from mailbox
                where closed_on is null and address > $1
                order by address limit $2"#,
                after,
                limit,
            )
            .fetch_all(connection)
            .await?
        }
    };
    Ok(keys)
}

/// How many documents of a kind there are, nearly: those known only from mailboxes are left out.
pub async fn count(connection: &mut PgConnection, kind: DocumentKind) -> Result<i64, StorageError> {
    let count = match kind {
        DocumentKind::Practitioner => {
            sqlx::query_scalar!(
                r#"select count(*) as "count!" from practitioner where closed_on is null"#
            )
            .fetch_one(connection)
            .await?
        }
        DocumentKind::Organization => {
            sqlx::query_scalar!(
                r#"select count(*) as "count!" from organization where closed_on is null"#
            )
            .fetch_one(connection)
            .await?
        }
        DocumentKind::Mailbox => {
            sqlx::query_scalar!(
                r#"select count(*) as "count!" from mailbox where closed_on is null"#
            )
            .fetch_one(connection)
            .await?
        }
    };
    Ok(count)
}

/// Groups rows by the key of the document they belong to.
fn grouped<R, V>(
    rows: Vec<R>,
    mut split: impl FnMut(R) -> Result<(String, V), StorageError>,
) -> Result<HashMap<String, Vec<V>>, StorageError> {
    let mut groups: HashMap<String, Vec<V>> = HashMap::new();
    for row in rows {
        let (key, value) = split(row)?;
        groups.entry(key).or_default().push(value);
    }
    Ok(groups)
}

/// Turns a parse failure of a stored value into the row that holds it.
fn parsed<T, E: Display>(
    table: &'static str,
    key: &str,
    value: Result<T, E>,
) -> Result<T, StorageError> {
    value.map_err(|problem| StorageError::Inconsistent {
        table,
        key: key.to_owned(),
        problem: problem.to_string(),
    })
}

/// A stored identifier: absent where the column is empty or holds what is not one.
fn optional<T, E>(text: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
    if text.is_empty() {
        None
    } else {
        parse(text).ok()
    }
}

/// Address lines as stored: one a line.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
