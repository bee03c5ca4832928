//! Published versions of the list: added one after the other, never changed (a trigger of the
//! database refuses).

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::digest::Digest;
use crate::domain::list_version::ListVersion;

/// Key of the advisory lock under which lists follow each other and keys change ("mslist" in ASCII).
const LOCK: i64 = 0x6d73_6c69_7374;

/// A version to be added.
#[derive(Debug)]
pub struct NewVersion<'a> {
    /// What is kept of it.
    pub version: &'a ListVersion,
    /// Record of the key that signed it.
    pub signer_id: i64,
    /// The signed XML, compressed.
    pub xml_gzip: &'a [u8],
    /// Its side-car.
    pub meta_jws: &'a str,
    /// What the log says of it.
    pub log_entry: &'a [u8],
    /// The hash of that.
    pub leaf: &'a Digest,
}

/// The bytes of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredContent {
    /// The signed XML, compressed.
    pub xml_gzip: Vec<u8>,
    /// Its side-car.
    pub meta_jws: String,
    /// Certificate of the key that signed it, DER.
    pub signer: Vec<u8>,
}

/// The side-car of a version, without the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMeta {
    /// The side-car.
    pub meta_jws: String,
    /// Certificate of the key that signed it, DER.
    pub signer: Vec<u8>,
}

/// Waits for the right to add a version or to change keys, held until the transaction ends. Not for
/// ever: whoever holds it may wait for a device, which holds up the others' rows and connections.
/// [`StorageError::ListsHeld`] after eight seconds, within the time of a request; the transaction then
/// is over.
pub async fn lock(truth: &mut PgConnection) -> Result<(), StorageError> {
    // SQLSTATE lock_not_available
    const NOT_AVAILABLE: &str = "55P03";
    sqlx::query("set local lock_timeout = '8s'")
        .execute(&mut *truth)
        .await?;
    let locked = sqlx::query_scalar!("select pg_advisory_xact_lock($1)", LOCK)
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

/// A version as it is stored.
struct Row {
    sequence: i64,
    generated_at: OffsetDateTime,
    next_update: OffsetDateTime,
    xml_bytes: i64,
    xml_sha256: Vec<u8>,
    entries: i64,
    signer_sha256: Vec<u8>,
    published_by: String,
    approved_by: Vec<String>,
    reason: String,
    published_at: OffsetDateTime,
}

impl TryFrom<Row> for ListVersion {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let inconsistent = |problem: &str| StorageError::Inconsistent {
            table: "trust_list",
            key: row.sequence.to_string(),
            problem: problem.to_owned(),
        };
        let digest = |bytes: &[u8]| {
            <[u8; 32]>::try_from(bytes)
                .map(Digest::new)
                .map_err(|_| inconsistent("a digest of another length"))
        };
        let count =
            |number: i64| u64::try_from(number).map_err(|_| inconsistent("a negative number"));
        Ok(Self {
            sequence: count(row.sequence)?,
            generated_at: row.generated_at,
            next_update: row.next_update,
            bytes: count(row.xml_bytes)?,
            sha256: digest(&row.xml_sha256)?,
            entries: count(row.entries)?,
            signer: digest(&row.signer_sha256)?,
            published_by: row.published_by,
            approved_by: row.approved_by,
            reason: row.reason,
            published_at: row.published_at,
        })
    }
}

/// Versions before a number, the newest first.
pub async fn before(
    truth: &mut PgConnection,
    sequence: Option<i64>,
    limit: i64,
) -> Result<Vec<ListVersion>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "select
            trust_list.sequence,
            trust_list.generated_at,
            trust_list.next_update,
            trust_list.xml_bytes,
            trust_list.xml_sha256,
            trust_list.entries,
            list_signer.sha256 as signer_sha256,
            trust_list.published_by,
            trust_list.approved_by,
            trust_list.reason,
            trust_list.published_at
        from trust_list
        join list_signer on list_signer.id = trust_list.signer_id
        where $1::bigint is null or trust_list.sequence < $1
        order by trust_list.sequence desc
        limit $2",
        sequence,
        limit,
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter().map(ListVersion::try_from).collect()
}

/// The newest version.
pub async fn newest(truth: &mut PgConnection) -> Result<Option<ListVersion>, StorageError> {
    Ok(before(truth, None, 1).await?.pop())
}

/// The version of this number.
pub async fn find(
    truth: &mut PgConnection,
    sequence: i64,
) -> Result<Option<ListVersion>, StorageError> {
    let next = sequence.saturating_add(1);
    let found = before(truth, Some(next), 1).await?.pop();
    Ok(found.filter(|version| i64::try_from(version.sequence) == Ok(sequence)))
}

/// The bytes of the version of this number.
pub async fn content(
    truth: &mut PgConnection,
    sequence: i64,
) -> Result<Option<StoredContent>, StorageError> {
    let content = sqlx::query_as!(
        StoredContent,
        "select
            trust_list.xml_gzip,
            trust_list.meta_jws,
            list_signer.der as signer
        from trust_list
        join list_signer on list_signer.id = trust_list.signer_id
        where trust_list.sequence = $1",
        sequence,
    )
    .fetch_optional(truth)
    .await?;
    Ok(content)
}

/// The side-car of the version of this number; of a long list it is a thousandth.
pub async fn meta(
    truth: &mut PgConnection,
    sequence: i64,
) -> Result<Option<StoredMeta>, StorageError> {
    let meta = sqlx::query_as!(
        StoredMeta,
        "select
            trust_list.meta_jws,
            list_signer.der as signer
        from trust_list
        join list_signer on list_signer.id = trust_list.signer_id
        where trust_list.sequence = $1",
        sequence,
    )
    .fetch_optional(truth)
    .await?;
    Ok(meta)
}

/// The leaves of the log, in order.
pub async fn leaves(truth: &mut PgConnection) -> Result<Vec<Digest>, StorageError> {
    let rows = sqlx::query!("select sequence, leaf from trust_list order by sequence")
        .fetch_all(truth)
        .await?;
    rows.into_iter()
        .map(|row| {
            <[u8; 32]>::try_from(row.leaf.as_slice())
                .map(Digest::new)
                .map_err(|_| StorageError::Inconsistent {
                    table: "trust_list",
                    key: row.sequence.to_string(),
                    problem: "a leaf of another length".to_owned(),
                })
        })
        .collect()
}

/// Adds a version; its number must be the next one.
pub async fn insert(truth: &mut PgConnection, new: &NewVersion<'_>) -> Result<(), StorageError> {
    let version = new.version;
    sqlx::query!(
        "insert into trust_list (
            sequence,
            generated_at,
            next_update,
            xml_gzip,
            xml_bytes,
            xml_sha256,
            entries,
            meta_jws,
            log_entry,
            leaf,
            signer_id,
            published_by,
            approved_by,
            reason,
            published_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        stored(version.sequence)?,
        version.generated_at,
        version.next_update,
        new.xml_gzip,
        stored(version.bytes)?,
        version.sha256.as_bytes(),
        stored(version.entries)?,
        new.meta_jws,
        new.log_entry,
        new.leaf.as_bytes(),
        new.signer_id,
        version.published_by,
        &version.approved_by,
        version.reason,
        version.published_at,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// A number as the database holds it.
fn stored(number: u64) -> Result<i64, StorageError> {
    i64::try_from(number).map_err(|_| StorageError::Inconsistent {
        table: "trust_list",
        key: number.to_string(),
        problem: "a number beyond what is stored".to_owned(),
    })
}
