//! Loads what a list tells into the registry, set by set: adds and brings up to date, never removes.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;

/// An operator that is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownOperator {
    /// Number of the record.
    pub id: i64,
    /// Raison sociale.
    pub legal_name: String,
    /// Registered number, as in a certificate's OU.
    pub number: Option<String>,
}

/// An operator that a list tells of.
#[derive(Clone, Debug, Default)]
pub struct NewOperator {
    /// Raison sociale.
    pub legal_name: String,
    /// Registered number, as in a certificate's OU.
    pub number: Option<String>,
    /// Whom to call.
    pub responsible_contact: String,
    /// Whom to call.
    pub support_contact: String,
}

/// A registered certificate that bears a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownName {
    /// Number of the certificate.
    pub id: i64,
    /// Its operator.
    pub operator: i64,
    /// The name, as our list writes it.
    pub dn: String,
    /// Whether nothing but the name is known.
    pub by_name: bool,
    /// Whether it stands in the list while its operator does.
    pub is_active: bool,
}

/// A name that a list tells of.
#[derive(Clone, Debug)]
pub struct NewName {
    /// Its operator.
    pub operator: i64,
    /// As our list writes it.
    pub dn: String,
    /// What names of the same subject share.
    pub match_key: String,
}

/// An entry that a list tells of.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The mail domain.
    pub mail_domain: String,
    /// The certificate that bears its name.
    pub certificate: i64,
    /// `Description`.
    pub description: String,
    /// `ResponsableContact`.
    pub responsible_contact: String,
    /// `SupportContact`.
    pub support_contact: String,
    /// `DateMAJ`.
    pub updated_at: OffsetDateTime,
}

/// What became of entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// They were not there.
    pub added: u64,
    /// They were there as of an earlier time.
    pub updated: u64,
}

/// When the newest list was generated that was imported; none before the first.
pub async fn newest_imported(
    truth: &mut PgConnection,
) -> Result<Option<OffsetDateTime>, StorageError> {
    let at = sqlx::query_scalar!(
        "select max((detail ->> 'generated_at')::timestamptz)
        from registry_event
        where action = 'trust_list.imported'"
    )
    .fetch_one(truth)
    .await?;
    Ok(at)
}

/// Every operator.
pub async fn operators(truth: &mut PgConnection) -> Result<Vec<KnownOperator>, StorageError> {
    let rows = sqlx::query_as!(
        KnownOperator,
        "select
            id,
            legal_name,
            number
        from operator
        order by id"
    )
    .fetch_all(truth)
    .await?;
    Ok(rows)
}

/// Registers operators as active ones, with an event each; gives them with their numbers.
pub async fn add_operators(
    truth: &mut PgConnection,
    new: &[NewOperator],
    actor: &str,
    reason: &str,
    at: OffsetDateTime,
) -> Result<Vec<KnownOperator>, StorageError> {
    let column = |of: fn(&NewOperator) -> &String| -> Vec<String> {
        new.iter().map(|operator| of(operator).clone()).collect()
    };
    let numbers: Vec<Option<String>> = new.iter().map(|it| it.number.clone()).collect();
    let rows = sqlx::query_as!(
        KnownOperator,
        r#"insert into operator (
            legal_name,
            number,
            responsible_contact,
            support_contact,
            state,
            state_since,
            created_at
        )
        select
            legal_name,
            number,
            responsible_contact,
            support_contact,
            'active',
            $5,
            $5
        from unnest($1::text[], $2::text[], $3::text[], $4::text[])
            with ordinality
            as told (legal_name, number, responsible_contact, support_contact, place)
        order by place
        returning
            id,
            legal_name,
            number"#,
        &column(|it| &it.legal_name),
        &numbers as _,
        &column(|it| &it.responsible_contact),
        &column(|it| &it.support_contact),
        at,
    )
    .fetch_all(&mut *truth)
    .await?;
    let ids: Vec<i64> = rows.iter().map(|operator| operator.id).collect();
    sqlx::query!(
        "insert into registry_event (at, actor, action, operator_id, to_state, reason)
        select $2, $3, 'operator.imported', id, 'active', $4
        from unnest($1::bigint[]) as told (id)
        order by id",
        &ids,
        at,
        actor,
        reason,
    )
    .execute(truth)
    .await?;
    Ok(rows)
}

/// Registers mail domains that are not there; says how many were not.
pub async fn add_mail_domains(
    truth: &mut PgConnection,
    names: &[String],
    descriptions: &[String],
    at: OffsetDateTime,
) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "insert into mail_domain (name, description, created_at)
        select name, description, $3
        from unnest($1::text[], $2::text[]) as told (name, description)
        on conflict (name) do nothing",
        names,
        descriptions,
        at,
    )
    .execute(truth)
    .await?;
    Ok(done.rows_affected())
}

/// The certificates that bear one of these names.
pub async fn with_names(
    truth: &mut PgConnection,
    names: &[String],
) -> Result<Vec<KnownName>, StorageError> {
    let rows = sqlx::query_as!(
        KnownName,
        r#"select
            id,
            operator_id as operator,
            dn,
            der is null as "by_name!",
            state = 'active' as "is_active!"
        from certificate
        where dn = any($1)
        order by id"#,
        names,
    )
    .fetch_all(truth)
    .await?;
    Ok(rows)
}

/// Registers certificates of which nothing but the name is known, active, with an event each; gives
/// them with their numbers.
pub async fn add_names(
    truth: &mut PgConnection,
    new: &[NewName],
    actor: &str,
    reason: &str,
    at: OffsetDateTime,
) -> Result<Vec<KnownName>, StorageError> {
    let operators: Vec<i64> = new.iter().map(|name| name.operator).collect();
    let dns: Vec<String> = new.iter().map(|name| name.dn.clone()).collect();
    let keys: Vec<String> = new.iter().map(|name| name.match_key.clone()).collect();
    let rows = sqlx::query_as!(
        KnownName,
        r#"insert into certificate (
            operator_id,
            dn,
            match_key,
            state,
            state_since,
            created_at
        )
        select operator, dn, match_key, 'active', $4, $4
        from unnest($1::bigint[], $2::text[], $3::text[])
            with ordinality as told (operator, dn, match_key, place)
        order by place
        returning
            id,
            operator_id as operator,
            dn,
            true as "by_name!",
            true as "is_active!""#,
        &operators,
        &dns,
        &keys,
        at,
    )
    .fetch_all(&mut *truth)
    .await?;
    let (ids, operators): (Vec<i64>, Vec<i64>) =
        rows.iter().map(|name| (name.id, name.operator)).unzip();
    sqlx::query!(
        "insert into registry_event (
            at,
            actor,
            action,
            operator_id,
            certificate_id,
            to_state,
            reason
        )
        select $3, $4, 'certificate.imported', operator, id, 'active', $5
        from unnest($1::bigint[], $2::bigint[]) as told (id, operator)
        order by id",
        &ids,
        &operators,
        at,
        actor,
        reason,
    )
    .execute(truth)
    .await?;
    Ok(rows)
}

/// Notes which operators run which mail domains, pair by pair; says how many were not noted.
pub async fn assign(
    truth: &mut PgConnection,
    mail_domains: &[String],
    operators: &[i64],
) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "insert into mail_domain_operator (mail_domain, operator_id)
        select distinct mail_domain, operator
        from unnest($1::text[], $2::bigint[]) as told (mail_domain, operator)
        on conflict do nothing",
        mail_domains,
        operators,
    )
    .execute(truth)
    .await?;
    Ok(done.rows_affected())
}

/// Writes entries that are not there, or are there as of an earlier time. Texts that the mail domain or
/// the operator says likewise are left to them.
pub async fn write_entries(
    truth: &mut PgConnection,
    new: &[NewEntry],
) -> Result<Written, StorageError> {
    let column = |of: fn(&NewEntry) -> &String| -> Vec<String> {
        new.iter().map(|entry| of(entry).clone()).collect()
    };
    let certificates: Vec<i64> = new.iter().map(|entry| entry.certificate).collect();
    let updated: Vec<OffsetDateTime> = new.iter().map(|entry| entry.updated_at).collect();
    let row = sqlx::query_file!(
        "src/storage/sql/write_entries.sql",
        &column(|it| &it.mail_domain),
        &certificates,
        &column(|it| &it.description),
        &column(|it| &it.responsible_contact),
        &column(|it| &it.support_contact),
        &updated,
    )
    .fetch_one(truth)
    .await?;
    Ok(Written {
        added: u64::try_from(row.added).unwrap_or_default(),
        updated: u64::try_from(row.updated).unwrap_or_default(),
    })
}
