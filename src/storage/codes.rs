//! Labels of codes, as the extracts spell them.

use sqlx::PgConnection;

use super::StorageError;
use crate::domain::code::CodeSystem;

/// Every published label; systems that this version does not know are passed over.
pub async fn labels(
    connection: &mut PgConnection,
) -> Result<Vec<(CodeSystem, String, String)>, StorageError> {
    let rows = sqlx::query!("select system, code, label from code_label order by system, code")
        .fetch_all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((CodeSystem::from_name(&row.system)?, row.code, row.label)))
        .collect())
}

/// Adds labels and replaces those that changed; says how many did.
pub async fn upsert(
    connection: &mut PgConnection,
    labels: &[(CodeSystem, String, String)],
) -> Result<u64, StorageError> {
    let (mut systems, mut codes, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for (system, code, label) in labels {
        systems.push(system.name().to_owned());
        codes.push(code.clone());
        texts.push(label.clone());
    }
    let done = sqlx::query!(
        "insert into code_label (system, code, label)
        select system, code, label from unnest($1::text[], $2::text[], $3::text[]) as new (system, code, label)
        on conflict (system, code) do update set label = excluded.label
        where code_label.label <> excluded.label",
        &systems,
        &codes,
        &texts,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
