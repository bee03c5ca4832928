//! Structures with their mailboxes.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::practitioners::{OwnedRow, owned};
use super::{grouped, lines, optional, parsed};
use crate::domain::ids::{Finess, OrganizationId, Siren, Siret, StructureNationalId};
use crate::domain::mailbox::OwnedMailbox;
use crate::domain::organization::{Address, Organization, OrganizationSummary, department_of};
use crate::domain::practitioner::Origin;
use crate::storage::StorageError;

struct OrganizationRow {
    id: String,
    national_id: String,
    siret: String,
    siren: String,
    finess: String,
    legal_entity_finess: String,
    legal_name: String,
    trade_name: String,
    address_lines: String,
    cedex: String,
    postal_code: String,
    commune_code: String,
    commune: String,
    country: String,
    department: String,
    phone: String,
    phone2: String,
    fax: String,
    email: String,
    sector: String,
}

impl OrganizationRow {
    fn into_organization(self, mailboxes: Vec<OwnedMailbox>) -> Result<Organization, StorageError> {
        let department = if self.department.is_empty() {
            department_of(&self.commune_code, &self.postal_code)
        } else {
            self.department
        };
        Ok(Organization {
            summary: OrganizationSummary {
                id: parsed("organization", &self.id, OrganizationId::parse(&self.id))?,
                national_id: optional(&self.national_id, StructureNationalId::parse),
                finess: optional(&self.finess, Finess::parse),
                siret: optional(&self.siret, Siret::parse),
                legal_name: self.legal_name,
                trade_name: self.trade_name,
                address: Address {
                    lines: lines(&self.address_lines),
                    cedex: self.cedex,
                    postal_code: self.postal_code,
                    commune_code: self.commune_code,
                    commune: self.commune,
                    country: self.country,
                    department,
                },
                phones: [self.phone, self.phone2]
                    .into_iter()
                    .filter(|phone| !phone.is_empty())
                    .collect(),
            },
            siren: optional(&self.siren, Siren::parse),
            legal_entity_finess: optional(&self.legal_entity_finess, Finess::parse),
            sector: self.sector,
            fax: self.fax,
            email: self.email,
            mailboxes,
            origin: Origin::Register,
        })
    }
}

async fn rows(
    connection: &mut PgConnection,
    keys: &[String],
) -> Result<Vec<OrganizationRow>, StorageError> {
    Ok(
        sqlx::query_file_as!(OrganizationRow, "src/storage/sql/organizations.sql", keys)
            .fetch_all(connection)
            .await?,
    )
}

/// Names and places of structures, by key.
pub(super) async fn summaries(
    connection: &mut PgConnection,
    keys: &[String],
) -> Result<HashMap<String, OrganizationSummary>, StorageError> {
    rows(connection, keys)
        .await?
        .into_iter()
        .map(|row| {
            let key = row.id.clone();
            Ok((key, row.into_organization(Vec::new())?.summary))
        })
        .collect()
}

/// The documents of these keys.
///
/// A key is a technical identifier, or the national identifier of structures that mailboxes name:
/// where the register holds such structures their documents are given, else one made from the
/// mailbox extract under the national identifier itself.
pub async fn organizations(
    connection: &mut PgConnection,
    keys: &[String],
) -> Result<Vec<Organization>, StorageError> {
    let registered = rows(connection, keys).await?;
    let mut names: Vec<String> = registered
        .iter()
        .filter(|row| !row.national_id.is_empty())
        .map(|row| row.national_id.clone())
        .collect();
    names.extend_from_slice(keys);
    let mailboxes = mailboxes(connection, &names).await?;
    let mut documents = Vec::with_capacity(keys.len());
    for row in registered {
        let held = mailboxes.get(&row.national_id).cloned().unwrap_or_default();
        documents.push(row.into_organization(held)?);
    }
    documents.extend(named_only(connection, keys, mailboxes).await?);
    Ok(documents)
}

async fn mailboxes(
    connection: &mut PgConnection,
    national_ids: &[String],
) -> Result<HashMap<String, Vec<OwnedMailbox>>, StorageError> {
    let rows = sqlx::query!(
        "select
            attachment.structure_id,
            attachment.service,
            mailbox.address,
            mailbox.kind,
            mailbox.accepts_paperless,
            mailbox.unlisted
        from attachment
        join mailbox using (address)
        where attachment.structure_id = any($1)
          and attachment.structure_id <> '' -- what the partial index asks for
          and attachment.person_id = ''
          and attachment.closed_on is null
          and mailbox.closed_on is null
        order by attachment.structure_id, mailbox.address, attachment.digest",
        national_ids,
    )
    .fetch_all(connection)
    .await?;
    grouped(rows, |row| {
        let mailbox = owned(OwnedRow {
            address: &row.address,
            kind: &row.kind,
            accepts_paperless: row.accepts_paperless,
            unlisted: row.unlisted,
            service: row.service,
            structure_id: &row.structure_id,
        })?;
        Ok((row.structure_id, mailbox))
    })
}

/// Structures that the register does not hold, as the mailbox extract names them.
async fn named_only(
    connection: &mut PgConnection,
    keys: &[String],
    mut mailboxes: HashMap<String, Vec<OwnedMailbox>>,
) -> Result<Vec<Organization>, StorageError> {
    let rows = sqlx::query_file!("src/storage/sql/named_structures.sql", keys)
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|row| {
            let national_id = parsed(
                "attachment",
                &row.structure_id,
                StructureNationalId::parse(&row.structure_id),
            )?;
            Ok(Organization {
                summary: OrganizationSummary {
                    id: parsed(
                        "attachment",
                        &row.structure_id,
                        OrganizationId::parse(&row.structure_id),
                    )?,
                    finess: national_id.finess(),
                    siret: national_id.siret(),
                    national_id: Some(national_id),
                    legal_name: row.legal_name,
                    trade_name: row.trade_name,
                    address: Address {
                        lines: lines(&row.address_lines),
                        department: if row.department.is_empty() {
                            department_of("", &row.postal_code)
                        } else {
                            row.department
                        },
                        cedex: row.cedex,
                        postal_code: row.postal_code,
                        country: row.country,
                        ..Address::default()
                    },
                    phones: Vec::new(),
                },
                siren: None,
                legal_entity_finess: None,
                sector: String::new(),
                fax: String::new(),
                email: String::new(),
                mailboxes: mailboxes.remove(&row.structure_id).unwrap_or_default(),
                origin: Origin::Mailboxes,
            })
        })
        .collect()
}
