//! Loads what a list tells into the registry, set by set: adds and brings up to date, never removes.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{StorageError, changes};

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

/// Who imports, and when: what the events of an import have in common.
#[derive(Clone, Copy, Debug)]
pub struct ImportedBy<'a> {
    /// Name of who asked.
    pub actor: &'a str,
    /// Names of the others who agreed.
    pub approved_by: &'a [String],
    /// Which list.
    pub reason: &'a str,
    /// Now.
    pub at: OffsetDateTime,
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
    by: ImportedBy<'_>,
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
        by.at,
    )
    .fetch_all(&mut *truth)
    .await?;
    let ids: Vec<i64> = rows.iter().map(|operator| operator.id).collect();
    sqlx::query!(
        "insert into registry_event (at, actor, approved_by, action, operator_id, to_state, reason)
        select $2, $3, $4, 'operator.imported', id, 'active', $5
        from unnest($1::bigint[]) as told (id)
        order by id",
        &ids,
        by.at,
        by.actor,
        by.approved_by,
        by.reason,
    )
    .execute(truth)
    .await?;
    Ok(rows)
}

/// Registers mail domains that are not there, with an event each; says how many were not.
pub async fn add_mail_domains(
    truth: &mut PgConnection,
    names: &[String],
    descriptions: &[String],
    by: ImportedBy<'_>,
) -> Result<u64, StorageError> {
    let done = sqlx::query!(
        "with added as (
            insert into mail_domain (name, description, created_at)
            select name, description, $3
            from unnest($1::text[], $2::text[]) as told (name, description)
            on conflict (name) do nothing
            returning name
        )
        insert into registry_event (at, actor, approved_by, action, mail_domain, reason)
        select $3, $4, $5, 'mail_domain.imported', name, $6
        from added
        order by name",
        names,
        descriptions,
        by.at,
        by.actor,
        by.approved_by,
        by.reason,
    )
    .execute(truth)
    .await?;
    Ok(done.rows_affected())
}

/// Places of the pairs that administrators took apart here: the certificate, or one of its name, was
/// taken from the mail domain, or the mail domain from its operator, and it was not put back.
pub async fn taken_apart(
    truth: &mut PgConnection,
    mail_domains: &[String],
    certificates: &[i64],
) -> Result<Vec<i64>, StorageError> {
    Ok(sqlx::query_file_scalar!(
        "src/storage/sql/taken_apart.sql",
        mail_domains,
        certificates
    )
    .fetch_all(truth)
    .await?)
}

/// Notes which operators run which mail domains, pair by pair, with an event each; says how many were
/// not noted.
pub async fn assign(
    truth: &mut PgConnection,
    mail_domains: &[String],
    operators: &[i64],
    by: ImportedBy<'_>,
) -> Result<u64, StorageError> {
    changes::act_at(truth, by.at).await?;
    let done = sqlx::query!(
        "with added as (
            insert into mail_domain_operator (mail_domain, operator_id)
            select distinct mail_domain, operator
            from unnest($1::text[], $2::bigint[]) as told (mail_domain, operator)
            on conflict do nothing
            returning mail_domain, operator_id
        )
        insert into registry_event (at, actor, approved_by, action, operator_id, mail_domain, reason)
        select $3, $4, $5, 'mail_domain.assigned', operator_id, mail_domain, $6
        from added
        order by mail_domain, operator_id",
        mail_domains,
        operators,
        by.at,
        by.actor,
        by.approved_by,
        by.reason,
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
    at: OffsetDateTime,
) -> Result<Written, StorageError> {
    changes::act_at(truth, at).await?;
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
