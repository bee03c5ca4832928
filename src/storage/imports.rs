//! The register of imports: what was brought, when, with which outcome; one import at a time.

use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool};
use time::{OffsetDateTime, PrimitiveDateTime};

use super::{StorageError, changes};
use crate::domain::import::{ImportState, ImportSummary, Source};

/// Key of the advisory lock that one import at a time holds ("annuaire" in ASCII).
const LOCK: i64 = 0x616e_6e75_6169_7265;

/// Rejected rows kept for download; all are counted.
pub const REJECTS_KEPT: usize = 100_000;

/// A file as the register remembers it.
#[derive(Clone, Debug)]
pub struct ImportFile {
    /// Name, as published.
    pub name: String,
    /// Format name.
    pub format: String,
    /// SHA-256 of the uncompressed bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Uncompressed size.
    pub bytes: i64,
    /// Publisher's local time.
    pub source_time: Option<PrimitiveDateTime>,
}

/// A row that could not be used.
#[derive(Clone, Debug)]
pub struct StoredReject {
    /// File name.
    pub file: String,
    /// Line number, from 1.
    pub line: i64,
    /// Stable code.
    pub code: String,
    /// What was wrong.
    pub detail: String,
}

/// How an import ended.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The state.
    pub state: ImportState,
    /// When.
    pub at: OffsetDateTime,
    /// Rows that could not be used.
    pub rejected: i64,
    /// One sentence.
    pub message: &'a str,
    /// The whole report, as JSON.
    pub report: &'a serde_json::Value,
}

/// The right to import, held until dropped or the process dies.
#[derive(Debug)]
pub struct ImportLock {
    connection: PoolConnection<Postgres>,
}

impl ImportLock {
    /// Takes the lock, or says which import holds it.
    pub async fn try_take(pool: &PgPool) -> Result<Option<Self>, StorageError> {
        let mut connection = pool.acquire().await?;
        // This connection is closed, never given back: the lock must end with it.
        connection.close_on_drop();
        let taken = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "taken!""#, LOCK)
            .fetch_one(&mut *connection)
            .await?;
        Ok(taken.then_some(Self { connection }))
    }

    /// Closes imports that a dead process left running; only the holder of the lock may say so.
    pub async fn close_interrupted(&mut self, now: OffsetDateTime) -> Result<u64, StorageError> {
        let done = sqlx::query!(
            "update import
            set state = 'failed', finished_at = $1, message = 'interrupted: the process ended before the import did'
            where state = 'running'",
            now,
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected())
    }

    /// Gives the lock back. Closing the connection alone would leave it held until the server
    /// notices, and the next import would find it taken.
    pub async fn release(mut self) -> Result<(), StorageError> {
        sqlx::query_scalar!("select pg_advisory_unlock($1)", LOCK)
            .fetch_one(&mut *self.connection)
            .await?;
        Ok(())
    }
}

/// Registers a beginning import and gives its number.
pub async fn begin(
    connection: &mut PgConnection,
    source: Source,
    files: &[ImportFile],
    source_time: Option<PrimitiveDateTime>,
    now: OffsetDateTime,
) -> Result<i64, StorageError> {
    let id = sqlx::query_scalar!(
        "insert into import (source, state, source_time, started_at)
        values ($1, 'running', $2, $3)
        returning id",
        source.as_str(),
        source_time,
        now,
    )
    .fetch_one(&mut *connection)
    .await?;
    for file in files {
        sqlx::query!(
            "insert into import_file (import_id, name, format, sha256, bytes, source_time)
            values ($1, $2, $3, $4, $5, $6)",
            id,
            file.name,
            file.format,
            file.sha256,
            file.bytes,
            file.source_time,
        )
        .execute(&mut *connection)
        .await?;
    }
    changes::wake(connection).await?;
    Ok(id)
}

/// Registers an import that failed before its files could be told apart.
pub async fn record_failure(
    connection: &mut PgConnection,
    source: Source,
    message: &str,
    now: OffsetDateTime,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into import (source, state, started_at, finished_at, message)
        values ($1, 'failed', $2, $2, $3)",
        source.as_str(),
        now,
        message.replace('\0', "\u{fffd}"),
    )
    .execute(&mut *connection)
    .await?;
    changes::wake(connection).await
}

/// Whether an import still runs, for one of several transactions that fill its staging tables: as
/// long as they last nobody else can close the import, and so nobody else begins to stage.
pub async fn share_running(connection: &mut PgConnection, id: i64) -> Result<bool, StorageError> {
    let running = sqlx::query_scalar!(
        r#"select state = 'running' as "running!" from import where id = $1 for share"#,
        id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(running.unwrap_or(false))
}

/// Whether an import still runs, for the transaction that applies it: an import that lost its lock
/// with a broken connection, and was closed by the next one, must not.
pub async fn hold_running(connection: &mut PgConnection, id: i64) -> Result<bool, StorageError> {
    let running = sqlx::query_scalar!(
        r#"select state = 'running' as "running!" from import where id = $1 for update"#,
        id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(running.unwrap_or(false))
}

/// Registers the end of an import.
pub async fn finish(
    connection: &mut PgConnection,
    id: i64,
    outcome: &Outcome<'_>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update import
        set state = $2, finished_at = $3, rejected = $4, message = $5, report = $6
        where id = $1",
        id,
        outcome.state.as_str(),
        outcome.at,
        outcome.rejected,
        outcome.message,
        outcome.report,
    )
    .execute(&mut *connection)
    .await?;
    changes::wake(connection).await
}

/// The file of this format that was applied last.
pub async fn last_applied(
    connection: &mut PgConnection,
    format: &str,
) -> Result<Option<ImportFile>, StorageError> {
    Ok(sqlx::query_as!(
        ImportFile,
        "select
            import_file.name,
            import_file.format,
            import_file.sha256,
            import_file.bytes,
            import_file.source_time
        from import_file
        join import on import.id = import_file.import_id
        where import_file.format = $1 and import.state = 'applied'
        order by import.id desc
        limit 1",
        format,
    )
    .fetch_optional(connection)
    .await?)
}

/// The last imports, newest first, the last applied one of each source always among them.
pub async fn recent(
    connection: &mut PgConnection,
    limit: i64,
) -> Result<Vec<ImportSummary>, StorageError> {
    let rows = sqlx::query_file!("src/storage/sql/recent_imports.sql", limit)
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|row| {
            let inconsistent = |problem: String| StorageError::Inconsistent {
                table: "import",
                key: row.id.to_string(),
                problem,
            };
            Ok(ImportSummary {
                source: Source::from_name(&row.source)
                    .ok_or_else(|| inconsistent(format!("unknown source {:?}", row.source)))?,
                state: ImportState::from_name(&row.state)
                    .ok_or_else(|| inconsistent(format!("unknown state {:?}", row.state)))?,
                id: row.id,
                files: row.files,
                source_time: row.source_time,
                started_at: row.started_at,
                finished_at: row.finished_at,
                rejected: row.rejected,
                message: row.message,
            })
        })
        .collect()
}

/// Keeps rejected rows for download.
pub async fn keep_rejects(
    connection: &mut PgConnection,
    import_id: i64,
    rejects: &[StoredReject],
) -> Result<(), StorageError> {
    let files: Vec<String> = rejects.iter().map(|reject| reject.file.clone()).collect();
    let lines: Vec<i64> = rejects.iter().map(|reject| reject.line).collect();
    let codes: Vec<String> = rejects.iter().map(|reject| reject.code.clone()).collect();
    let details: Vec<String> = rejects
        .iter()
        .map(|reject| reject.detail.replace('\0', "\u{fffd}"))
        .collect();
    sqlx::query!(
        "insert into import_reject (import_id, ordinal, file, line, code, detail)
        select $1, ordinal, file, line, code, detail
        from unnest($2::text[], $3::bigint[], $4::text[], $5::text[])
            with ordinality as new (file, line, code, detail, ordinal)",
        import_id,
        &files,
        &lines,
        &codes,
        &details,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Rejected rows of an import, in order; `None` where there is no such import.
pub async fn rejects(
    connection: &mut PgConnection,
    import_id: i64,
) -> Result<Option<Vec<StoredReject>>, StorageError> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from import where id = $1) as "known!""#,
        import_id
    )
    .fetch_one(&mut *connection)
    .await?;
    if !known {
        return Ok(None);
    }
    let rows = sqlx::query_as!(
        StoredReject,
        "select
            file,
            line,
            code,
            detail
        from import_reject
        where import_id = $1
        order by ordinal",
        import_id,
    )
    .fetch_all(connection)
    .await?;
    Ok(Some(rows))
}
