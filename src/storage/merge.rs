//! Comparing what was staged with what is there, and applying the difference.
//!
//! Statements are written from [`Entity`]; every name in them is a constant of this program.

use sqlx::{AssertSqlSafe, PgConnection};
use time::Date;

use super::entities::Scope;
use super::{Entity, StorageError};

/// What an import would change in one table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Open rows before.
    pub before: i64,
    /// Rows in the files, each key once.
    pub staged: i64,
    /// New rows, and closed ones that came back.
    pub added: i64,
    /// Rows with another content.
    pub changed: i64,
    /// Open rows that the files no longer hold.
    pub removed: i64,
}

impl Difference {
    /// Rows that stay as they are.
    pub const fn unchanged(&self) -> i64 {
        self.staged - self.added - self.changed
    }
}

/// What happens to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// New, or back.
    Added,
    /// Another content.
    Changed,
    /// Gone from the files.
    Removed,
}

impl Operation {
    /// The marks that stand in the delta table: `a`dded, re`o`pened, `c`hanged, `r`emoved.
    const fn marks(self) -> &'static str {
        match self {
            Self::Added => "'a', 'o'",
            Self::Changed => "'c'",
            Self::Removed => "'r'",
        }
    }
}

fn same_key(entity: &Entity, left: &str, right: &str) -> String {
    let pairs: Vec<String> = entity
        .key
        .iter()
        .map(|column| format!("{left}.{column} = {right}.{column}"))
        .collect();
    pairs.join(" and ")
}

fn list(columns: impl Iterator<Item = &'static str>, write: impl Fn(&str) -> String) -> String {
    columns.map(write).collect::<Vec<_>>().join(", ")
}

async fn run(connection: &mut PgConnection, statement: String) -> Result<u64, StorageError> {
    Ok(sqlx::query(AssertSqlSafe(statement))
        .execute(connection)
        .await?
        .rows_affected())
}

/// Keeps one staged row per key, the one with the lowest digest, whatever the order of the file; in time
/// that does not depend on how many rows share a key.
///
/// Rows of one key can differ when the publisher repeats a person or a structure with two spellings.
pub async fn keep_one_per_key(
    connection: &mut PgConnection,
    entity: &Entity,
) -> Result<u64, StorageError> {
    let name = entity.name;
    let key = list(entity.key.iter().copied(), str::to_owned);
    run(
        connection,
        format!(
            "delete from staging.{name} where ctid in (
                select ctid from (
                    select ctid, row_number() over (
                        partition by {key} order by digest, flags collate \"C\", ctid
                    ) as rank
                    from staging.{name}
                ) ranked
                where rank > 1
            )"
        ),
    )
    .await
}

/// Writes how many equal rows stand behind each staged one: `extra` beyond the first, by digest.
pub async fn set_copies(
    connection: &mut PgConnection,
    entity: &Entity,
    extra: impl IntoIterator<Item = (u128, i32)>,
) -> Result<(), StorageError> {
    let (digests, counts): (Vec<uuid::Uuid>, Vec<i32>) = extra
        .into_iter()
        .map(|(digest, count)| (uuid::Uuid::from_u128(digest), count))
        .unzip();
    sqlx::query(AssertSqlSafe(format!(
        "update staging.{} s set copies = 1 + extra.count
        from unnest($1::uuid[], $2::int[]) as extra (digest, count)
        where s.digest = extra.digest",
        entity.name
    )))
    .bind(digests)
    .bind(counts)
    .execute(connection)
    .await?;
    Ok(())
}

/// Compares the staged rows of an entity with the open ones, into a temporary table that the
/// transaction drops; `origins` are those of the files being imported.
pub async fn compare(
    connection: &mut PgConnection,
    entity: &Entity,
    origins: &[&str],
) -> Result<Difference, StorageError> {
    let name = entity.name;
    let keys = list(entity.key.iter().copied(), |c| {
        format!("coalesce(s.{c}, t.{c}) as {c}")
    });
    let former: Vec<String> = entity
        .former
        .iter()
        .map(|column| format!("t.{column} as former_{column},"))
        .collect();
    let former = former.concat();
    let same = same_key(entity, "s", "t");
    let differs = entity.differs;
    let scope = match entity.scope {
        Scope::Whole => "true".to_owned(),
        Scope::ByOrigin => {
            let quoted: Vec<String> = origins.iter().map(|o| format!("'{o}'")).collect();
            format!("origin in ({})", quoted.join(", "))
        }
    };
    run(connection, format!("analyze staging.{name}")).await?;
    run(
        connection,
        format!(
            "create temporary table delta_{name} on commit drop as
            select {keys}, {former}
                case when t.digest is null then 'a' when s.digest is null then 'r'
                    when t.closed_on is not null then 'o' else 'c' end as mark
            from staging.{name} s
            full join (select * from {name} where {scope}) t on {same}
            where t.digest is null
                or (s.digest is null and t.closed_on is null)
                or (s.digest is not null and (t.closed_on is not null or {differs}))"
        ),
    )
    .await?;
    run(connection, format!("analyze delta_{name}")).await?;
    let (before, staged, added, changed, removed): (i64, i64, i64, i64, i64) =
        sqlx::query_as(AssertSqlSafe(format!(
            "select
                (select count(*) from {name} where closed_on is null and {scope}),
                (select count(*) from staging.{name}),
                count(*) filter (where mark in ('a', 'o')),
                count(*) filter (where mark = 'c'),
                count(*) filter (where mark = 'r')
            from delta_{name}"
        )))
        .fetch_one(connection)
        .await?;
    Ok(Difference {
        before,
        staged,
        added,
        changed,
        removed,
    })
}

/// The first keys to which something happens, in order, parts separated by a space.
pub async fn examples(
    connection: &mut PgConnection,
    entity: &Entity,
    operation: Operation,
    limit: i64,
) -> Result<Vec<String>, StorageError> {
    let name = entity.name;
    let marks = operation.marks();
    let keys = list(entity.key.iter().copied(), str::to_owned);
    Ok(sqlx::query_scalar(AssertSqlSafe(format!(
        "select concat_ws(' ', {keys}) from delta_{name} where mark in ({marks})
        order by {keys} limit $1"
    )))
    .bind(limit)
    .fetch_all(connection)
    .await?)
}

/// Applies the difference found by [`compare`]: new rows in, changed rows over, missing rows closed.
pub async fn apply(
    connection: &mut PgConnection,
    entity: &Entity,
    import_id: i64,
    closed_on: Date,
) -> Result<(), StorageError> {
    let name = entity.name;
    let columns = list(entity.columns(), str::to_owned);
    let staged = list(entity.columns(), |c| format!("s.{c}"));
    let from_delta = same_key(entity, "s", "d");
    // In the order of the key, so that the index grows at one end instead of everywhere.
    let keys = list(entity.key.iter().copied(), |c| format!("s.{c}"));
    run(
        connection,
        format!(
            "insert into {name} ({columns}, import_id)
            select {staged}, {import_id}
            from staging.{name} s join delta_{name} d on {from_delta}
            where d.mark = 'a'
            order by {keys}"
        ),
    )
    .await?;
    let assignments = list(entity.content.iter().copied(), |c| format!("{c} = s.{c}"));
    let target = same_key(entity, "t", "s");
    run(
        connection,
        format!(
            "update {name} t set {assignments}, closed_on = null, import_id = {import_id}
            from staging.{name} s join delta_{name} d on {from_delta}
            where {target} and d.mark in ('c', 'o')"
        ),
    )
    .await?;
    let gone = same_key(entity, "t", "d");
    run(
        connection,
        format!(
            "update {name} t set closed_on = '{closed_on}', import_id = {import_id}
            from delta_{name} d where {gone} and d.mark = 'r'"
        ),
    )
    .await?;
    Ok(())
}

/// Writes the keys of every document that the differences touch into the temporary table
/// `touched (kind, key)`, for [`super::changes::append_touched`]. Run after [`apply`].
pub async fn touch(
    connection: &mut PgConnection,
    entities: &[&Entity],
) -> Result<i64, StorageError> {
    run(
        connection,
        "create temporary table touched (kind text not null, key text not null) on commit drop"
            .to_owned(),
    )
    .await?;
    let parts: Vec<&str> = entities
        .iter()
        .map(|entity| touched_by(entity.name))
        .filter(|part| !part.is_empty())
        .collect();
    if !parts.is_empty() {
        run(
            connection,
            format!(
                "insert into touched (kind, key)
                select kind, key from ({}) all_touched where key <> ''",
                parts.join("\nunion\n")
            ),
        )
        .await?;
        run(connection, "analyze touched".to_owned()).await?;
    }
    Ok(sqlx::query_scalar("select count(*) from touched")
        .fetch_one(connection)
        .await?)
}

/// Which documents show something of a row of this table.
fn touched_by(entity: &str) -> &'static str {
    match entity {
        "practitioner" => {
            "select 'practitioner' as kind, national_id as key from delta_practitioner"
        }
        "practice" => "select 'practitioner' as kind, national_id as key from delta_practice",
        "specialty" => "select 'practitioner' as kind, national_id as key from delta_specialty",
        "diploma" => "select 'practitioner' as kind, national_id as key from delta_diploma",
        "role" => "select 'practitioner' as kind, national_id as key from delta_role",
        // A structure shows in the documents of those who work there, and under its national
        // identifier, the former one too, it gives and takes mailboxes.
        "organization" => {
            "select 'organization' as kind, id as key from delta_organization
            union select 'organization', organization.national_id
                from delta_organization join organization using (id)
            union select 'organization', former_national_id from delta_organization
            union select 'practitioner', role.national_id
                from delta_organization d join role on role.organization_id = d.id
                where role.closed_on is null
            union select 'mailbox', attachment.address
                from (
                    select national_id from delta_organization join organization using (id)
                    union select former_national_id from delta_organization
                ) named
                join attachment on attachment.structure_id = named.national_id
                where attachment.structure_id <> '' and attachment.closed_on is null"
        }
        "mailbox" => {
            "select 'mailbox' as kind, address as key from delta_mailbox
            union select 'practitioner', attachment.person_id
                from delta_mailbox join attachment using (address)
            union select 'organization', attachment.structure_id
                from delta_mailbox join attachment using (address)"
        }
        "attachment" => {
            "select 'mailbox' as kind, address as key from delta_attachment
            union select 'practitioner', attachment.person_id
                from delta_attachment join attachment using (address, digest)
            union select 'organization', attachment.structure_id
                from delta_attachment join attachment using (address, digest)"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::ENTITIES;

    #[test]
    fn every_entity_says_which_documents_show_it() {
        for entity in ENTITIES {
            assert!(
                touched_by(entity.name).contains(entity.name),
                "{}",
                entity.name
            );
        }
    }
}
