//! Which certificates stand behind which mail domains, and what of it may stand in a list.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{StorageError, changes};
use crate::domain::mail_domain::MailDomainName;

/// How a mail domain and an operator belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// The mail domain is one of the operator's.
    Own,
    /// There is such a mail domain and it is not the operator's.
    Foreign,
    /// There is no such mail domain.
    Unknown,
}

/// How many entries certificates stand behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Mail domains of these entries.
    pub mail_domains: u64,
    /// Published mailboxes in these mail domains.
    pub mailboxes: u64,
    /// Entries that come or go with the certificates.
    pub entries: u64,
    /// Entries of the list as it would be built now.
    pub of_entries: u64,
}

/// Whether a mail domain is the operator's. What is answered holds until the transaction ends.
pub async fn holding(
    truth: &mut PgConnection,
    mail_domain: &MailDomainName,
    operator: i64,
) -> Result<Holding, StorageError> {
    let own = sqlx::query!(
        "select from mail_domain_operator where mail_domain = $1 and operator_id = $2 for share",
        mail_domain.as_str(),
        operator,
    )
    .fetch_optional(&mut *truth)
    .await?;
    if own.is_some() {
        return Ok(Holding::Own);
    }
    let known = sqlx::query_scalar!(
        r#"select exists (select from mail_domain where name = $1) as "known!""#,
        mail_domain.as_str(),
    )
    .fetch_one(truth)
    .await?;
    Ok(if known {
        Holding::Foreign
    } else {
        Holding::Unknown
    })
}

/// Puts a certificate behind a mail domain; says whether it was not there yet.
pub async fn bind(
    truth: &mut PgConnection,
    mail_domain: &MailDomainName,
    certificate: i64,
    at: OffsetDateTime,
) -> Result<bool, StorageError> {
    changes::act_at(truth, at).await?;
    let done = sqlx::query!(
        "insert into binding (mail_domain, certificate_id, updated_at)
        values ($1, $2, $3)
        on conflict do nothing",
        mail_domain.as_str(),
        certificate,
        at,
    )
    .execute(truth)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes a certificate away from a mail domain; says whether it was there.
pub async fn unbind(
    truth: &mut PgConnection,
    mail_domain: &MailDomainName,
    certificate: i64,
    at: OffsetDateTime,
) -> Result<bool, StorageError> {
    changes::act_at(truth, at).await?;
    let done = sqlx::query!(
        "delete from binding where mail_domain = $1 and certificate_id = $2",
        mail_domain.as_str(),
        certificate,
    )
    .execute(truth)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Puts a certificate behind every mail domain of another one of its operator, with their texts;
/// gives those that it was not behind yet. A mail domain that the operator gave up meanwhile is left.
pub async fn copy(
    truth: &mut PgConnection,
    from: i64,
    to: i64,
    at: OffsetDateTime,
) -> Result<Vec<String>, StorageError> {
    changes::act_at(truth, at).await?;
    Ok(sqlx::query_scalar!(
        "insert into binding (
            mail_domain,
            certificate_id,
            description,
            responsible_contact,
            support_contact,
            updated_at
        )
        select
            binding.mail_domain,
            successor.id,
            binding.description,
            binding.responsible_contact,
            binding.support_contact,
            -- The same name again is the same entry: nothing of it changes.
            case when successor.dn = replaced.dn then binding.updated_at else $3 end
        from binding
        join certificate replaced on replaced.id = binding.certificate_id
        join certificate successor on successor.id = $2
        join mail_domain_operator
            on mail_domain_operator.mail_domain = binding.mail_domain
            and mail_domain_operator.operator_id = successor.operator_id
        where binding.certificate_id = $1
        on conflict do nothing
        returning mail_domain",
        from,
        to,
        at,
    )
    .fetch_all(truth)
    .await?)
}

/// The entries of a certificate come into the list, or come back; not those that another
/// certificate of the same name holds there, of which nothing changes.
pub async fn touch_certificate(
    truth: &mut PgConnection,
    certificate: i64,
    at: OffsetDateTime,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update binding
        set updated_at = coalesce(
            (
                select max(twin.updated_at)
                from standing_entry twin
                where twin.mail_domain = binding.mail_domain
                and twin.dn = certificate.dn
                and twin.certificate_id <> certificate.id
            ),
            $2
        )
        from certificate
        where certificate.id = $1 and binding.certificate_id = certificate.id",
        certificate,
        at,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// The entries of all certificates of an operator changed: it came back, or whom to call changed.
pub async fn touch_operator(
    truth: &mut PgConnection,
    operator: i64,
    at: OffsetDateTime,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update binding set updated_at = $2
        from certificate
        where certificate.id = binding.certificate_id and certificate.operator_id = $1",
        operator,
        at,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// The same of all certificates behind a mail domain: its description changed.
pub async fn touch_mail_domain(
    truth: &mut PgConnection,
    mail_domain: &MailDomainName,
    at: OffsetDateTime,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update binding set updated_at = $2 where mail_domain = $1",
        mail_domain.as_str(),
        at,
    )
    .execute(truth)
    .await?;
    Ok(())
}

/// Mail domains that are bound to a certificate, in the order of the alphabet.
pub async fn of_certificate(
    truth: &mut PgConnection,
    certificate: i64,
) -> Result<Vec<MailDomainName>, StorageError> {
    let names = sqlx::query_scalar!(
        "select mail_domain from binding where certificate_id = $1 order by mail_domain",
        certificate,
    )
    .fetch_all(truth)
    .await?;
    names.into_iter().map(parsed).collect()
}

/// Mail domains of a certificate that no other certificate in force stands behind.
pub async fn left_alone_without(
    truth: &mut PgConnection,
    certificate: i64,
    now: OffsetDateTime,
) -> Result<Vec<MailDomainName>, StorageError> {
    let names = sqlx::query_scalar!(
        "select mail_domain
        from binding
        where certificate_id = $1
        and not exists (
            select
            from binding other
            join certificate on certificate.id = other.certificate_id
            where other.mail_domain = binding.mail_domain
            and other.certificate_id <> $1
            and certificate.operator_id = (select operator_id from certificate where id = $1)
            and certificate.state = 'active'
            and coalesce(certificate.not_before <= $2 and certificate.not_after >= $2, true)
        )
        order by mail_domain",
        certificate,
        now,
    )
    .fetch_all(truth)
    .await?;
    names.into_iter().map(parsed).collect()
}

/// What stands in the list by these certificates alone: entries of the same name that others keep
/// there are not counted.
pub async fn standing(
    truth: &mut PgConnection,
    certificates: &[i64],
    now: OffsetDateTime,
) -> Result<Standing, StorageError> {
    let row = sqlx::query_file!("src/storage/sql/standing.sql", certificates, now)
        .fetch_one(truth)
        .await?;
    Ok(Standing {
        mail_domains: count(row.mail_domains),
        mailboxes: count(row.mailboxes),
        entries: count(row.entries),
        of_entries: count(row.of_entries),
    })
}

/// What would come into the list if these certificates and their operators were in force.
pub async fn bound(
    truth: &mut PgConnection,
    certificates: &[i64],
    now: OffsetDateTime,
) -> Result<Standing, StorageError> {
    let row = sqlx::query_file!("src/storage/sql/bound.sql", certificates, now)
        .fetch_one(truth)
        .await?;
    Ok(Standing {
        mail_domains: count(row.mail_domains),
        mailboxes: count(row.mailboxes),
        entries: count(row.entries),
        of_entries: count(row.of_entries),
    })
}

fn parsed(name: String) -> Result<MailDomainName, StorageError> {
    MailDomainName::parse(&name).map_err(|error| StorageError::Inconsistent {
        table: "binding",
        problem: error.to_string(),
        key: name,
    })
}

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}
