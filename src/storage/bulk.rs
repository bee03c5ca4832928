//! Rows on their way into the staging tables, by COPY.

use sqlx::postgres::PgPool;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use tokio::sync::mpsc::Receiver;

use super::{Entity, StorageError, imports};

/// Rows in PostgreSQL's COPY text format (manual, "File Formats: Text Format"): tabs between fields,
/// backslash escapes, so that any data arrives unchanged.
#[derive(Debug, Default)]
pub struct CopyRows {
    bytes: Vec<u8>,
    in_row: bool,
}

impl CopyRows {
    /// Appends a text field; a zero byte, which PostgreSQL cannot hold, becomes U+FFFD.
    pub fn text(&mut self, field: &str) -> &mut Self {
        self.separate();
        let mut rest = field.as_bytes();
        while let Some(at) = rest
            .iter()
            .position(|byte| matches!(byte, b'\\' | b'\t' | b'\n' | b'\r' | 0))
        {
            let (plain, special) = rest.split_at(at);
            self.bytes.extend_from_slice(plain);
            let (first, after) = special.split_at(1);
            self.bytes.extend_from_slice(match first {
                b"\\" => b"\\\\",
                b"\t" => b"\\t",
                b"\n" => b"\\n",
                b"\r" => b"\\r",
                _ => "\u{fffd}".as_bytes(),
            });
            rest = after;
        }
        self.bytes.extend_from_slice(rest);
        self
    }

    /// Appends a truth value.
    pub fn boolean(&mut self, field: bool) -> &mut Self {
        self.separate();
        self.bytes.push(if field { b't' } else { b'f' });
        self
    }

    /// Appends a whole number.
    pub fn integer(&mut self, field: i32) -> &mut Self {
        self.text(&field.to_string())
    }

    /// Appends a 128-bit digest, for a uuid column.
    pub fn digest(&mut self, field: u128) -> &mut Self {
        self.text(
            uuid::Uuid::from_u128(field)
                .simple()
                .encode_lower(&mut [0; 32]),
        )
    }

    /// Ends the row.
    pub fn end(&mut self) {
        self.bytes.push(b'\n');
        self.in_row = false;
    }

    /// The bytes written since an earlier length.
    pub fn since(&self, start: usize) -> &[u8] {
        self.bytes.get(start..).unwrap_or_default()
    }

    /// Gives up what was written since an earlier length, where a row began.
    pub fn truncate(&mut self, start: usize) {
        self.bytes.truncate(start);
        self.in_row = false;
    }

    /// Bytes gathered so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is nothing yet.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Takes what was gathered and begins anew with the same room.
    pub fn take(&mut self) -> Vec<u8> {
        let room = self.bytes.capacity();
        std::mem::replace(&mut self.bytes, Vec::with_capacity(room))
    }

    fn separate(&mut self) {
        if self.in_row {
            self.bytes.push(b'\t');
        }
        self.in_row = true;
    }
}

/// Copies chunks of whole rows into the staging table of an entity until their sender is gone; all of
/// them or none. Nothing is asked of the database before the first.
///
/// The connection is one beside the pool: several tables are copied at once, and a copy that waited for
/// another to give a connection back would wait for a reader who waits for it.
///
/// An error leaves the channel closed, which ends the sender.
pub async fn copy_chunks(
    pool: &PgPool,
    entity: &Entity,
    import_id: i64,
    mut chunks: Receiver<Vec<u8>>,
) -> Result<(), StorageError> {
    let Some(first) = chunks.recv().await else {
        return Ok(());
    };
    let mut connection = pool.connect_options().connect().await?;
    let mut transaction = connection.begin().await?;
    if !imports::share_running(&mut transaction, import_id).await? {
        return Err(StorageError::Superseded);
    }
    let statement = format!(
        "copy staging.{} ({}) from stdin",
        entity.name,
        entity.staged_columns().join(", ")
    );
    let mut copy = transaction.copy_in_raw(&statement).await?;
    copy.send(first).await?;
    while let Some(chunk) = chunks.recv().await {
        copy.send(chunk).await?;
    }
    copy.finish().await?;
    transaction.commit().await?;
    Ok(connection.close().await?)
}

/// Empties every staging table for an import that runs, and for no other: an import that lost its right
/// must leave alone what the next one has staged.
pub async fn empty_staging_of(
    connection: &mut PgConnection,
    import_id: i64,
) -> Result<(), StorageError> {
    let mut transaction = connection.begin().await?;
    if !imports::hold_running(&mut transaction, import_id).await? {
        return Err(StorageError::Superseded);
    }
    empty_staging(&mut transaction).await?;
    Ok(transaction.commit().await?)
}

/// Empties every staging table, in a transaction that [holds](imports::hold_running) its import.
pub async fn empty_staging(connection: &mut PgConnection) -> Result<(), StorageError> {
    let tables: Vec<String> = super::ENTITIES
        .iter()
        .map(|entity| format!("staging.{}", entity.name))
        .collect();
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "truncate {}",
        tables.join(", ")
    )))
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_escaped_so_that_they_arrive_unchanged() {
        let mut rows = CopyRows::default();
        rows.text("a\tb\\c\nd\re\"f'")
            .boolean(true)
            .integer(-3)
            .text("");
        rows.end();
        rows.text("z\0z").boolean(false).end();
        assert_eq!(
            String::from_utf8(rows.take()).unwrap(),
            "a\\tb\\\\c\\nd\\re\"f'\tt\t-3\t\nz\u{fffd}z\tf\n"
        );
        assert!(rows.is_empty());
    }

    #[test]
    fn a_digest_is_written_as_thirty_two_hexadecimal_digits() {
        let mut rows = CopyRows::default();
        rows.digest(0xab).end();
        assert_eq!(rows.len(), 33);
        assert_eq!(rows.take(), b"000000000000000000000000000000ab\n");
    }
}
