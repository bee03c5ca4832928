//! A structure where professionals work, and its postal address.

use serde::{Deserialize, Serialize};

use super::ids::{Finess, OrganizationId, Siren, Siret, StructureNationalId};
use super::mailbox::OwnedMailbox;
use super::practitioner::Origin;

/// One structure (`EntiteGeographique` of the object model), with its mailboxes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// What the roles of its professionals say of it too.
    pub summary: OrganizationSummary,
    /// Number of the legal person.
    pub siren: Option<Siren>,
    /// FINESS of the legal entity (EJ).
    pub legal_entity_finess: Option<Finess>,
    /// Secteur d'activité (`TRE_R02`).
    pub sector: String,
    /// Fax number, as published.
    pub fax: String,
    /// Ordinary, not secure, mail address of the structure.
    pub email: String,
    /// Mailboxes attached to the structure itself.
    pub mailboxes: Vec<OwnedMailbox>,
    /// Where the structure is known from.
    pub origin: Origin,
}

/// What identifies and locates a structure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationSummary {
    /// The key: technical identifier of the directory, else the national one.
    pub id: OrganizationId,
    /// `idNat_struct`, by which mailboxes name structures.
    pub national_id: Option<StructureNationalId>,
    /// FINESS of the site (EG).
    pub finess: Option<Finess>,
    /// SIRET of the site.
    pub siret: Option<Siret>,
    /// Raison sociale.
    pub legal_name: String,
    /// Enseigne commerciale.
    pub trade_name: String,
    /// Where it is.
    pub address: Address,
    /// Telephone numbers, as published, at most two.
    pub phones: Vec<String>,
}

impl OrganizationSummary {
    /// The name to show: the trade name where there is one.
    pub fn display_name(&self) -> &str {
        if self.trade_name.is_empty() {
            &self.legal_name
        } else {
            &self.trade_name
        }
    }
}

/// A postal address (NF Z 10-011), every part as published and empty where unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Complément destinataire, complément point géographique, number, street, mention: top to bottom.
    pub lines: Vec<String>,
    /// Bureau cedex, such as `75012 PARIS`.
    pub cedex: String,
    /// Postal code.
    pub postal_code: String,
    /// Code of the commune (COG).
    pub commune_code: String,
    /// Name of the commune.
    pub commune: String,
    /// Country code (COG), empty for France in most rows.
    pub country: String,
    /// Department, `2A` and `971` included: published, else derived from commune or postal code.
    pub department: String,
}

impl Address {
    /// The town: the commune, else what stands in the bureau cedex between postal code and `CEDEX`.
    pub fn town(&self) -> &str {
        if !self.commune.is_empty() {
            return &self.commune;
        }
        let office = self
            .cedex
            .split_once(' ')
            .filter(|(code, _)| code.bytes().all(|b| b.is_ascii_digit()))
            .map_or(self.cedex.as_str(), |(_, office)| office);
        match office.split_once(" CEDEX") {
            Some((town, number)) if number.is_empty() || number.starts_with(' ') => town,
            _ => office,
        }
    }
}

/// The department of a commune code, else of a postal code; empty where neither tells.
///
/// Corsica splits one postal prefix in two departments (2A: 200 and 201, 2B: 202 and 206); overseas
/// departments take three digits.
pub fn department_of(commune_code: &str, postal_code: &str) -> String {
    let commune = commune_code.get(..2).unwrap_or_default();
    let overseas = |code: &str| code.get(..3).unwrap_or_default().to_owned();
    match commune {
        "97" | "98" => return overseas(commune_code),
        "" | "99" => {}
        _ if commune_code.len() == 5 => return commune.to_owned(),
        _ => {}
    }
    if postal_code.len() != 5 || !postal_code.bytes().all(|b| b.is_ascii_digit()) {
        return String::new();
    }
    match postal_code.get(..3).unwrap_or_default() {
        "200" | "201" => "2A".to_owned(),
        "202" | "206" => "2B".to_owned(),
        prefix if prefix.starts_with("97") || prefix.starts_with("98") => prefix.to_owned(),
        prefix => prefix.get(..2).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_department_comes_from_the_commune_else_from_the_postal_code() {
        for (commune, postal, department) in [
            ("44109", "44000", "44"),
            ("2A004", "20000", "2A"),
            ("2B033", "20200", "2B"),
            ("", "20200", "2B"),
            ("", "20137", "2A"),
            ("97801", "97150", "978"),
            ("", "97150", "971"),
            ("99132", "75012", "75"),
            ("", "GL", ""),
            ("", "", ""),
        ] {
            assert_eq!(
                department_of(commune, postal),
                department,
                "{commune} {postal}"
            );
        }
    }

    #[test]
    fn the_town_is_read_from_the_cedex_office_where_the_commune_is_empty() {
        let address = |cedex: &str, commune: &str| Address {
            cedex: cedex.to_owned(),
            commune: commune.to_owned(),
            ..Address::default()
        };
        assert_eq!(address("25300 DOUBS", "").town(), "DOUBS");
        assert_eq!(address("77000 MELUN CEDEX", "").town(), "MELUN");
        assert_eq!(address("75571 PARIS CEDEX 12", "").town(), "PARIS");
        assert_eq!(address("44000 NANTES", "Nantes").town(), "Nantes");
        assert_eq!(
            address("GL 5O 2QJ CHELTENHAM", "").town(),
            "GL 5O 2QJ CHELTENHAM"
        );
        assert_eq!(address("", "").town(), "");
    }
}
