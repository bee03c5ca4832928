//! Where other authorities are asked what they revoked: when next, and how it went.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;
use crate::domain::digest::Digest;
use crate::domain::revocation_source::{RevocationSource, SourceKind, Span};

struct Row {
    url: String,
    kind: String,
    tried_at: Option<OffsetDateTime>,
    fetched_at: Option<OffsetDateTime>,
    next_try_at: OffsetDateTime,
    failures: i32,
    refusals: i32,
    problem: Option<String>,
    this_update: Option<OffsetDateTime>,
    next_update: Option<OffsetDateTime>,
}

impl TryFrom<Row> for RevocationSource {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let kind = SourceKind::from_name(&row.kind).ok_or_else(|| StorageError::Inconsistent {
            table: "revocation_source",
            key: row.url.clone(),
            problem: format!("unknown kind {:?}", row.kind),
        })?;
        let span = row.this_update.zip(row.next_update);
        Ok(Self {
            url: row.url,
            kind,
            tried_at: row.tried_at,
            fetched_at: row.fetched_at,
            next_try_at: row.next_try_at,
            failures: row.failures.try_into().unwrap_or_default(),
            refusals: row.refusals.try_into().unwrap_or_default(),
            problem: row.problem,
            evidence: span.map(|(from, until)| Span { from, until }),
        })
    }
}

/// Every source, by address.
pub async fn all(truth: &mut PgConnection) -> Result<Vec<RevocationSource>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "select
            url,
            kind,
            tried_at,
            fetched_at,
            next_try_at,
            failures,
            refusals,
            problem,
            this_update,
            next_update
        from revocation_source
        order by url"
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Certificates whose authority is asked: those of others that are or may come into force, with the
/// chain they were registered with, itself first.
pub async fn certificates(
    truth: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<Vec<(i64, Vec<Vec<u8>>)>, StorageError> {
    let rows = sqlx::query!(
        r#"select id, der || chain as "chain!: Vec<Vec<u8>>"
        from certificate
        where state in ('pending', 'active', 'suspended')
        and authority_id is null
        and der is not null
        and not_after >= $1
        order by id"#,
        now,
    )
    .fetch_all(truth)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.chain)).collect())
}

/// Makes these the sources there are: new ones are due at once, others keep how they stand.
pub async fn settle(
    truth: &mut PgConnection,
    urls: &[String],
    kinds: &[SourceKind],
    now: OffsetDateTime,
) -> Result<(), StorageError> {
    let kinds: Vec<String> = kinds.iter().map(|it| it.as_str().to_owned()).collect();
    sqlx::query!("delete from revocation_source where url <> all ($1)", urls)
        .execute(&mut *truth)
        .await?;
    sqlx::query!(
        "insert into revocation_source (url, kind, next_try_at)
        select url, kind, $3 from unnest($1::text[], $2::text[]) as wanted (url, kind)
        on conflict (url) do update set kind = excluded.kind
        where revocation_source.kind <> excluded.kind",
        urls,
        &kinds,
        now,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// Takes sources that are due, the longest due first, so that no other node asks them before `until`: if
/// this one dies, they are due then.
pub async fn claim(
    truth: &mut PgConnection,
    now: OffsetDateTime,
    until: OffsetDateTime,
    limit: i64,
) -> Result<Vec<RevocationSource>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "update revocation_source set next_try_at = $2
        where url in (
            select url
            from revocation_source
            where next_try_at <= $1
            order by next_try_at, url
            limit $3
            for update skip locked
        )
        returning
            url,
            kind,
            tried_at,
            fetched_at,
            next_try_at,
            failures,
            refusals,
            problem,
            this_update,
            next_update",
        now,
        until,
        limit,
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Keeps how a source stands after it was asked.
pub async fn keep(truth: &mut PgConnection, source: &RevocationSource) -> Result<(), StorageError> {
    sqlx::query!(
        "update revocation_source set
            tried_at = $2,
            fetched_at = $3,
            next_try_at = $4,
            failures = $5,
            refusals = $6,
            problem = $7,
            this_update = $8,
            next_update = $9
        where url = $1",
        source.url,
        source.tried_at,
        source.fetched_at,
        source.next_try_at,
        i32::try_from(source.failures).unwrap_or(i32::MAX),
        i32::try_from(source.refusals).unwrap_or(i32::MAX),
        source
            .problem
            .as_ref()
            .map(|it| it.replace('\0', "\u{fffd}")),
        source.evidence.map(|it| it.from),
        source.evidence.map(|it| it.until),
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// What the newest list says of itself that came from an address and is of this issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewestList {
    /// Its number, lower-case hexadecimal.
    pub number: String,
    /// When it was made, UTC.
    pub this_update: OffsetDateTime,
}

/// The newest list of an issuer that came from an address. An issuer may have several places, each with
/// a list and numbers of its own.
pub async fn newest_list(
    truth: &mut PgConnection,
    url: &str,
    issuer_spki_sha256: &Digest,
) -> Result<Option<NewestList>, StorageError> {
    Ok(sqlx::query_as!(
        NewestList,
        "select
            number,
            this_update
        from revocation_list
        where issuer_spki_sha256 = $1
        and source = $2
        order by this_update desc, id desc
        limit 1",
        issuer_spki_sha256.as_bytes(),
        url,
    )
    .fetch_optional(truth)
    .await?)
}
