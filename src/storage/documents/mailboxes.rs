//! Mailboxes with everything they are attached to.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::practitioners::{kind, listing};
use super::{lines, parsed};
use crate::domain::ids::{NationalId, OrganizationId, StructureNationalId};
use crate::domain::mailbox::{AttachedPerson, AttachedStructure, Attachment, MailAddress, Mailbox};
use crate::domain::organization::{Address, department_of};
use crate::storage::StorageError;

/// The documents of these addresses; a closed mailbox has none.
pub async fn mailboxes(
    connection: &mut PgConnection,
    keys: &[String],
) -> Result<Vec<Mailbox>, StorageError> {
    let rows = sqlx::query!(
        "select
            address,
            kind,
            accepts_paperless,
            unlisted
        from mailbox
        where address = any($1) and closed_on is null",
        keys,
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut attachments = attachments(connection, keys).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Mailbox {
                address: parsed("mailbox", &row.address, MailAddress::parse(&row.address))?,
                kind: kind(&row.address, &row.kind)?,
                accepts_paperless: row.accepts_paperless,
                listing: listing(row.unlisted),
                attachments: attachments.remove(&row.address).unwrap_or_default(),
            })
        })
        .collect()
}

async fn attachments(
    connection: &mut PgConnection,
    keys: &[String],
) -> Result<HashMap<String, Vec<Attachment>>, StorageError> {
    let rows = sqlx::query_file!("src/storage/sql/attachments.sql", keys)
        .fetch_all(connection)
        .await?;
    super::grouped(rows, |row| {
        let person = match row.person_id.as_str() {
            "" => None,
            id => Some(AttachedPerson {
                national_id: parsed("attachment", &row.address, NationalId::parse(id))?,
                title: row.title,
                family: row.family,
                given: row.given,
                category: row.category,
                profession: row.profession,
                specialty: row.specialty,
            }),
        };
        let structure = match row.structure_id.as_str() {
            "" => None,
            id => Some(AttachedStructure {
                national_id: parsed("attachment", &row.address, StructureNationalId::parse(id))?,
                organizations: row
                    .organizations
                    .iter()
                    .map(|id| parsed("organization", id, OrganizationId::parse(id)))
                    .collect::<Result<_, _>>()?,
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
            }),
        };
        Ok((
            row.address,
            Attachment {
                person,
                structure,
                department: row.service,
            },
        ))
    })
}
