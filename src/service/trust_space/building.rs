//! From the rows of the truth to the list that is signed.

use std::collections::HashMap;

use time::OffsetDateTime;

use crate::domain::distinguished_name::OperatorDn;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::trust_list::{TrustEntry, TrustList};
use crate::storage::StorageError;
use crate::storage::trust_entries::PublishedEntry;

/// The list of these rows, as [`TrustList::assemble`] orders it: of two certificates with one name, the
/// later change dates the entry.
pub(super) fn build(
    rows: Vec<PublishedEntry>,
    generated_at: OffsetDateTime,
) -> Result<TrustList, StorageError> {
    // Each name stands behind many mail domains: it is read once and shared.
    let mut names: HashMap<String, OperatorDn> = HashMap::new();
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let operator_dn = if let Some(name) = names.get(&row.dn) {
            name.clone()
        } else {
            let name = read_name(&row.dn)?;
            names.insert(row.dn, name.clone());
            name
        };
        let mail_domain = MailDomainName::parse(&row.mail_domain)
            .map_err(|error| inconsistent("mail_domain", &row.mail_domain, &error))?;
        entries.push(TrustEntry {
            mail_domain,
            description: row.description,
            operator_dn,
            responsible_contact: row.responsible_contact,
            support_contact: row.support_contact,
            updated_at: row.updated_at,
        });
    }
    Ok(TrustList::assemble(generated_at, entries))
}

/// Reads a name, which must be written as our list writes it.
fn read_name(text: &str) -> Result<OperatorDn, StorageError> {
    let name =
        OperatorDn::parse(text).map_err(|error| inconsistent("certificate", text, &error))?;
    if name.as_str() == text {
        Ok(name)
    } else {
        let problem = format!("{text:?} is written {:?} in a list", name.as_str());
        Err(inconsistent("certificate", text, &problem))
    }
}

fn inconsistent(table: &'static str, key: &str, problem: &dyn std::fmt::Display) -> StorageError {
    StorageError::Inconsistent {
        table,
        key: key.to_owned(),
        problem: problem.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-21 12:00:00 UTC);

    fn row(mail_domain: &str, dn: &str) -> PublishedEntry {
        PublishedEntry {
            mail_domain: mail_domain.to_owned(),
            description: "Un domaine".to_owned(),
            dn: dn.to_owned(),
            responsible_contact: "01 02 03 04 05".to_owned(),
            support_contact: String::new(),
            updated_at: datetime!(2026-11-20 10:11:12.131415 UTC),
        }
    }

    #[test]
    fn rows_become_a_list_in_the_order_of_bytes() {
        let rows = vec![
            row("b.mssante.fr", "CN=b,C=FR"),
            row("a-b.mssante.fr", "CN=b,C=FR"),
            row("a.mssante.fr", "CN=é,C=FR"),
            row("a.mssante.fr", "CN=Z,C=FR"),
        ];
        let list = build(rows, NOW).unwrap();
        let pairs: Vec<_> = list
            .entries
            .iter()
            .map(|entry| (entry.mail_domain.as_str(), entry.operator_dn.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                ("a-b.mssante.fr", "CN=b,C=FR"),
                ("a.mssante.fr", "CN=Z,C=FR"),
                ("a.mssante.fr", "CN=é,C=FR"),
                ("b.mssante.fr", "CN=b,C=FR"),
            ]
        );
        let updated_at = datetime!(2026-11-20 10:11:12 UTC);
        assert!(
            list.entries
                .iter()
                .all(|entry| entry.updated_at == updated_at)
        );
    }

    #[test]
    fn of_two_certificates_with_one_name_the_later_change_is_told() {
        let of = |description: &str, updated_at| PublishedEntry {
            description: description.to_owned(),
            updated_at,
            ..row("a.mssante.fr", "CN=a,C=FR")
        };
        let (first, later) = (
            datetime!(2026-11-19 00:00 UTC),
            datetime!(2026-11-20 00:00 UTC),
        );
        for (rows, expected) in [
            (vec![of("new", later), of("old", first)], "new"),
            (vec![of("old", first), of("new", later)], "new"),
        ] {
            let list = build(rows, NOW).unwrap();
            let told: Vec<_> = list.entries.iter().map(|one| &one.description).collect();
            assert_eq!(told, [expected]);
        }
    }

    #[test]
    fn a_row_that_no_list_can_hold_stops_the_list() {
        for (mail_domain, dn) in [
            ("a b.mssante.fr", "CN=a,C=FR"),
            ("a.mssante.fr", "no name"),
            ("a.mssante.fr", "CN=a, C=FR"),
        ] {
            assert!(build(vec![row(mail_domain, dn)], NOW).is_err(), "{dn}");
        }
    }
}
