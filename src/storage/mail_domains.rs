//! Mail domains, and which operators run them.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{StorageError, changes};
use crate::domain::mail_domain::{MailDomain, MailDomainFilter, MailDomainName};

struct MailDomainRow {
    name: String,
    description: String,
    professions: Vec<String>,
    version: i64,
    operators: Vec<i64>,
}

impl TryFrom<MailDomainRow> for MailDomain {
    type Error = StorageError;

    fn try_from(row: MailDomainRow) -> Result<Self, StorageError> {
        let name =
            MailDomainName::parse(&row.name).map_err(|error| StorageError::Inconsistent {
                table: "mail_domain",
                key: row.name,
                problem: error.to_string(),
            })?;
        Ok(Self {
            name,
            description: row.description,
            allowed_professions: row.professions,
            operators: row.operators,
            version: row.version,
        })
    }
}

/// Records a mail domain; false where there is one of this name.
pub async fn add(
    truth: &mut PgConnection,
    name: &MailDomainName,
    description: &str,
    professions: &[String],
    at: OffsetDateTime,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "insert into mail_domain (name, description, allowed_professions, created_at)
        values ($1, $2, $3, $4)
        on conflict (name) do nothing",
        name.as_str(),
        description,
        professions,
        at,
    )
    .execute(truth)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The mail domain of this name.
pub async fn find(
    truth: &mut PgConnection,
    name: &MailDomainName,
) -> Result<Option<MailDomain>, StorageError> {
    sqlx::query_as!(
        MailDomainRow,
        r#"select
            name,
            description,
            allowed_professions as professions,
            version,
            array(
                select operator_id
                from mail_domain_operator
                where mail_domain = name
                order by operator_id
            ) as "operators!"
        from mail_domain
        where name = $1"#,
        name.as_str(),
    )
    .fetch_optional(truth)
    .await?
    .map(MailDomain::try_from)
    .transpose()
}

/// The same, kept as it is until the transaction ends.
pub async fn hold(
    truth: &mut PgConnection,
    name: &MailDomainName,
) -> Result<Option<MailDomain>, StorageError> {
    sqlx::query!(
        "select from mail_domain where name = $1 for update",
        name.as_str(),
    )
    .fetch_optional(&mut *truth)
    .await?;
    find(truth, name).await
}

/// Mail domains after a name, in the order of their names.
pub async fn list(
    truth: &mut PgConnection,
    filter: &MailDomainFilter,
    after: Option<&MailDomainName>,
    limit: i64,
) -> Result<Vec<MailDomain>, StorageError> {
    sqlx::query_as!(
        MailDomainRow,
        r#"select
            name,
            description,
            allowed_professions as professions,
            version,
            array(
                select operator_id
                from mail_domain_operator
                where mail_domain = name
                order by operator_id
            ) as "operators!"
        from mail_domain
        where ($1::text is null or name > $1)
        and (
            $2::bigint is null
            or exists (
                select from mail_domain_operator
                where mail_domain = name and operator_id = $2
            )
        )
        and (
            $3::text is null
            or strpos(name, lower($3)) > 0
            or strpos(lower(description), lower($3)) > 0
        )
        order by name
        limit $4"#,
        after.map(MailDomainName::as_str),
        filter.operator,
        filter.text,
        limit,
    )
    .fetch_all(truth)
    .await?
    .into_iter()
    .map(MailDomain::try_from)
    .collect()
}

/// Writes what a mail domain says of itself; its row is held.
pub async fn amend(
    truth: &mut PgConnection,
    name: &MailDomainName,
    description: &str,
    professions: &[String],
) -> Result<(), StorageError> {
    sqlx::query!(
        "update mail_domain
        set
            description = $2,
            allowed_professions = $3,
            version = version + 1
        where name = $1",
        name.as_str(),
        description,
        professions,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// Gives a mail domain to an operator too; false where it was its before.
pub async fn assign(
    truth: &mut PgConnection,
    name: &MailDomainName,
    operator: i64,
    at: OffsetDateTime,
) -> Result<bool, StorageError> {
    changes::act_at(truth, at).await?;
    let done = sqlx::query!(
        "insert into mail_domain_operator (mail_domain, operator_id)
        values ($1, $2)
        on conflict do nothing",
        name.as_str(),
        operator,
    )
    .execute(truth)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a mail domain from an operator; `None` where it was not its. Its certificates do not stand
/// behind the mail domain any more: their numbers are given.
pub async fn release(
    truth: &mut PgConnection,
    name: &MailDomainName,
    operator: i64,
    at: OffsetDateTime,
) -> Result<Option<Vec<i64>>, StorageError> {
    changes::act_at(truth, at).await?;
    let done = sqlx::query!(
        "delete from mail_domain_operator where mail_domain = $1 and operator_id = $2",
        name.as_str(),
        operator,
    )
    .execute(&mut *truth)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    let unbound = sqlx::query_scalar!(
        "delete from binding
        using certificate
        where certificate.id = binding.certificate_id
        and binding.mail_domain = $1
        and certificate.operator_id = $2
        returning binding.certificate_id",
        name.as_str(),
        operator,
    )
    .fetch_all(truth)
    .await?;
    Ok(Some(unbound))
}

/// Mail domains that published mailboxes are in, whoever runs them.
pub async fn of_mailboxes(truth: &mut PgConnection) -> Result<Vec<MailDomainName>, StorageError> {
    let names = sqlx::query_scalar!(
        r#"select distinct split_part(address, '@', 2) as "name!"
        from mailbox
        where closed_on is null
        order by 1"#
    )
    .fetch_all(truth)
    .await?;
    // A mailbox may be in what is no mail domain of the trust space: its extract is not ours.
    Ok(names
        .iter()
        .filter_map(|name| MailDomainName::parse(name).ok())
        .collect())
}

/// Mail domains that other operators than this one run.
pub async fn taken(
    truth: &mut PgConnection,
    operator: i64,
) -> Result<Vec<MailDomainName>, StorageError> {
    let names = sqlx::query_scalar!(
        "select distinct mail_domain from mail_domain_operator where operator_id <> $1",
        operator,
    )
    .fetch_all(truth)
    .await?;
    names
        .iter()
        .map(|name| {
            MailDomainName::parse(name).map_err(|error| StorageError::Inconsistent {
                table: "mail_domain_operator",
                key: name.clone(),
                problem: error.to_string(),
            })
        })
        .collect()
}
