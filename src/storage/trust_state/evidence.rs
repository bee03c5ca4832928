//! What authorities said about revocation: of everything that was fetched, what is newest.

use std::collections::HashMap;

use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

use crate::domain::trust_state::Evidence;
use crate::storage::StorageError;

/// How far the clock of one who decides may be behind: to it a certificate is over that much later.
const LATEST_CLOCK: Duration = Duration::DAY;

/// Evidence with the numbers of its rows.
pub(super) struct Newest {
    pub(super) evidence: Vec<Evidence>,
    pub(super) numbers: Vec<i64>,
}

/// Bytes of rows, by their number.
#[derive(Default)]
pub(super) struct Stored<'a> {
    known: HashMap<i64, &'a [u8]>,
    read: HashMap<i64, Vec<u8>>,
}

impl<'a> Stored<'a> {
    /// What was read before.
    pub(super) fn known(evidence: &'a [Evidence], numbers: &[i64]) -> Self {
        let bytes = evidence.iter().map(|it| it.der.as_slice());
        Self {
            known: numbers.iter().copied().zip(bytes).collect(),
            read: HashMap::new(),
        }
    }

    fn unread(&self, rows: &[Row]) -> Vec<i64> {
        let numbers = rows.iter().map(|row| row.id);
        numbers.filter(|id| !self.known.contains_key(id)).collect()
    }

    fn newest(mut self, rows: Vec<Row>) -> Newest {
        let numbers = rows.iter().map(|row| row.id).collect();
        let evidence = rows.into_iter().map(|row| Evidence {
            der: match self.known.get(&row.id) {
                Some(known) => known.to_vec(),
                None => self.read.remove(&row.id).unwrap_or_default(),
            },
            source: row.source,
            fetched_at: row.fetched_at,
        });
        Newest {
            evidence: evidence.collect(),
            numbers,
        }
    }
}

struct Row {
    id: i64,
    source: String,
    fetched_at: OffsetDateTime,
}

/// The newest revocation list that each source gave of each issuer, by what they say of their time: one
/// that is played again takes no newer one's place.
pub(super) async fn revocation_lists(
    truth: &mut PgConnection,
    until: Option<OffsetDateTime>,
    mut stored: Stored<'_>,
) -> Result<Newest, StorageError> {
    let rows = sqlx::query_file_as!(Row, "src/storage/sql/newest_revocation_lists.sql", until)
        .fetch_all(&mut *truth)
        .await?;
    let bytes = sqlx::query!(
        "select id, der from revocation_list where id = any($1)",
        &stored.unread(&rows),
    )
    .fetch_all(truth)
    .await?;
    stored.read = bytes.into_iter().map(|row| (row.id, row.der)).collect();
    Ok(stored.newest(rows))
}

/// The newest answer about each certificate, likewise, and the newest that says it is revoked, which no
/// later one takes back. `at` is now, or that past moment: what is said of certificates that were over
/// by then tells nothing.
pub(super) async fn ocsp_answers(
    truth: &mut PgConnection,
    at: OffsetDateTime,
    until: Option<OffsetDateTime>,
    mut stored: Stored<'_>,
) -> Result<Newest, StorageError> {
    let rows = sqlx::query_file_as!(
        Row,
        "src/storage/sql/newest_ocsp_answers.sql",
        until,
        at.saturating_sub(LATEST_CLOCK),
    )
    .fetch_all(&mut *truth)
    .await?;
    let bytes = sqlx::query!(
        "select id, der from ocsp_answer where id = any($1)",
        &stored.unread(&rows),
    )
    .fetch_all(truth)
    .await?;
    stored.read = bytes.into_iter().map(|row| (row.id, row.der)).collect();
    Ok(stored.newest(rows))
}
