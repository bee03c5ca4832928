//! People with their professions, activities and mailboxes.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::organizations::summaries;
use super::{grouped, parsed};
use crate::domain::ids::{NationalId, StructureNationalId};
use crate::domain::mailbox::{Listing, MailAddress, MailboxKind, OwnedMailbox};
use crate::domain::organization::OrganizationSummary;
use crate::domain::practitioner::{Diploma, Origin, Practice, Practitioner, Specialty};
use crate::domain::role::PractitionerRole;
use crate::storage::StorageError;

/// The documents of these keys; a key without an open person or mailbox has none.
pub async fn practitioners(
    connection: &mut PgConnection,
    keys: &[String],
) -> Result<Vec<Practitioner>, StorageError> {
    let people = sqlx::query!(
        "select
            national_id,
            civility,
            family,
            given
        from practitioner
        where national_id = any($1) and closed_on is null",
        keys,
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut practices = practices(connection, keys).await?;
    let mut specialties = specialties(connection, keys).await?;
    let mut diplomas = diplomas(connection, keys).await?;
    let mut roles = roles(connection, keys).await?;
    let mut attached = attached(connection, keys).await?;

    let mut documents = Vec::with_capacity(keys.len());
    for person in people {
        let key = person.national_id;
        documents.push(Practitioner {
            national_id: parsed("practitioner", &key, NationalId::parse(&key))?,
            civility: person.civility,
            family: person.family,
            given: person.given,
            practices: practices.remove(&key).unwrap_or_default(),
            specialties: specialties.remove(&key).unwrap_or_default(),
            diplomas: diplomas.remove(&key).unwrap_or_default(),
            roles: roles.remove(&key).unwrap_or_default(),
            mailboxes: attached
                .remove(&key)
                .map(|named| named.mailboxes)
                .unwrap_or_default(),
            origin: Origin::Register,
        });
    }
    for (key, named) in attached {
        documents.push(named.into_practitioner(parsed(
            "attachment",
            &key,
            NationalId::parse(&key),
        )?));
    }
    Ok(documents)
}

async fn practices(
    connection: &mut PgConnection,
    keys: &[String],
) -> Result<HashMap<String, Vec<Practice>>, StorageError> {
    let rows = sqlx::query!(
        "select
            national_id,
            profession,
            category,
            title
        from practice
        where national_id = any($1) and closed_on is null
        order by national_id, profession, category",
        keys,
    )
    .fetch_all(connection)
    .await?;
    grouped(rows, |row| {
        Ok((
            row.national_id,
            Practice {
                profession: row.profession,
                category: row.category,
                title: row.title,
            },
        ))
    })
}

async fn specialties(
    connection: &mut PgConnection,
    keys: &[String],
) -> Result<HashMap<String, Vec<Specialty>>, StorageError> {
    let rows = sqlx::query!(
        "select distinct
            national_id,
            profession,
            kind,
            code
        from specialty
        where national_id = any($1) and closed_on is null
        order by national_id, profession, kind, code",
        keys,
    )
    .fetch_all(connection)
    .await?;
    grouped(rows, |row| {
        Ok((
            row.national_id,
            Specialty {
                profession: row.profession,
                kind: row.kind,
                code: row.code,
            },
        ))
    })
}

async fn diplomas(
    connection: &mut PgConnection,
    keys: &[String],
) -> Result<HashMap<String, Vec<Diploma>>, StorageError> {
    let rows = sqlx::query!(
        "select
            national_id,
            kind,
            code,
            authorization_kind,
            discipline
        from diploma
        where national_id = any($1) and closed_on is null
        order by national_id, kind, code, authorization_kind, discipline",
        keys,
    )
    .fetch_all(connection)
    .await?;
    grouped(rows, |row| {
        Ok((
            row.national_id,
            Diploma {
                kind: row.kind,
                code: row.code,
                authorization: row.authorization_kind,
                discipline: row.discipline,
            },
        ))
    })
}

async fn roles(
    connection: &mut PgConnection,
    keys: &[String],
) -> Result<HashMap<String, Vec<PractitionerRole>>, StorageError> {
    let rows = sqlx::query!(
        "select
            national_id,
            profession,
            category,
            practice_mode,
            function,
            activity_kind,
            pharmacist_section,
            registration_authority,
            organization_id,
            copies
        from role
        where national_id = any($1) and closed_on is null
        order by national_id, organization_id, digest",
        keys,
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut named: Vec<String> = rows
        .iter()
        .filter(|row| !row.organization_id.is_empty())
        .map(|row| row.organization_id.clone())
        .collect();
    named.sort_unstable();
    named.dedup();
    let structures: HashMap<String, OrganizationSummary> = summaries(connection, &named).await?;
    grouped(rows, |row| {
        let copies = parsed("role", &row.national_id, u32::try_from(row.copies))?;
        Ok((
            row.national_id,
            PractitionerRole {
                profession: row.profession,
                category: row.category,
                practice_mode: row.practice_mode,
                function: row.function,
                activity_kind: row.activity_kind,
                pharmacist_section: row.pharmacist_section,
                registration_authority: row.registration_authority,
                copies,
                organization: structures.get(&row.organization_id).cloned(),
            },
        ))
    })
}

/// What the mailbox extract says of one person.
struct NamedPerson {
    family: String,
    given: String,
    practices: Vec<Practice>,
    specialties: Vec<Specialty>,
    mailboxes: Vec<OwnedMailbox>,
}

impl NamedPerson {
    fn into_practitioner(self, national_id: NationalId) -> Practitioner {
        Practitioner {
            national_id,
            civility: String::new(),
            family: self.family,
            given: self.given,
            practices: self.practices,
            specialties: self.specialties,
            diplomas: Vec::new(),
            roles: Vec::new(),
            mailboxes: self.mailboxes,
            origin: Origin::Mailboxes,
        }
    }
}

async fn attached(
    connection: &mut PgConnection,
    keys: &[String],
) -> Result<HashMap<String, NamedPerson>, StorageError> {
    let rows = sqlx::query!(
        "select
            attachment.person_id,
            attachment.title,
            attachment.family,
            attachment.given,
            attachment.category,
            attachment.profession,
            attachment.specialty,
            attachment.structure_id,
            attachment.service,
            mailbox.address,
            mailbox.kind,
            mailbox.accepts_paperless,
            mailbox.unlisted
        from attachment
        join mailbox using (address)
        where attachment.person_id = any($1)
          and attachment.person_id <> '' -- what the partial index asks for
          and attachment.closed_on is null
          and mailbox.closed_on is null
        order by attachment.person_id, mailbox.address, attachment.digest",
        keys,
    )
    .fetch_all(connection)
    .await?;
    let mut people: HashMap<String, NamedPerson> = HashMap::new();
    for row in rows {
        let mailbox = owned(OwnedRow {
            address: &row.address,
            kind: &row.kind,
            accepts_paperless: row.accepts_paperless,
            unlisted: row.unlisted,
            service: row.service,
            structure_id: &row.structure_id,
        })?;
        let person = people.entry(row.person_id).or_insert_with(|| NamedPerson {
            family: row.family,
            given: row.given,
            practices: Vec::new(),
            specialties: Vec::new(),
            mailboxes: Vec::new(),
        });
        let practice = Practice {
            profession: row.profession,
            category: row.category,
            title: row.title,
        };
        if !row.specialty.is_empty() {
            let specialty = Specialty {
                profession: practice.profession.clone(),
                kind: String::new(),
                code: row.specialty,
            };
            if !person.specialties.contains(&specialty) {
                person.specialties.push(specialty);
            }
        }
        if !practice.profession.is_empty() && !person.practices.contains(&practice) {
            person.practices.push(practice);
        }
        person.mailboxes.push(mailbox);
    }
    Ok(people)
}

/// The columns of a mailbox as its owner lists it.
pub(super) struct OwnedRow<'a> {
    pub(super) address: &'a str,
    pub(super) kind: &'a str,
    pub(super) accepts_paperless: bool,
    pub(super) unlisted: bool,
    pub(super) service: String,
    pub(super) structure_id: &'a str,
}

pub(super) fn owned(row: OwnedRow<'_>) -> Result<OwnedMailbox, StorageError> {
    Ok(OwnedMailbox {
        address: parsed("mailbox", row.address, MailAddress::parse(row.address))?,
        kind: kind(row.address, row.kind)?,
        accepts_paperless: row.accepts_paperless,
        listing: listing(row.unlisted),
        department: row.service,
        structure: super::optional(row.structure_id, StructureNationalId::parse),
    })
}

pub(super) fn kind(address: &str, code: &str) -> Result<MailboxKind, StorageError> {
    MailboxKind::from_code(code).ok_or_else(|| StorageError::Inconsistent {
        table: "mailbox",
        key: address.to_owned(),
        problem: format!("unknown kind {code:?}"),
    })
}

pub(super) const fn listing(unlisted: bool) -> Listing {
    if unlisted {
        Listing::Unlisted
    } else {
        Listing::Listed
    }
}
