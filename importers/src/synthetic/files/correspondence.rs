//! `Extraction_Correspondance_MSSante`: one row for each mailbox and attachment (directory-files §2.1). It must not know how
//! addresses are made.

use super::super::output::Draft;
use super::super::people::Person;
use super::super::sheet::{Ending, Line};
use super::super::structures::Structure;
use super::name;

pub(crate) const STEM: &str = "Extraction_Correspondance_MSSante";

/// 31 columns, and no delimiter at the end.
pub(crate) const HEADER: &str = "Type de BAL|Adresse BAL|Type Identifiant PP|Identifiant PP|Identification nationale PP|Type identifiant structure|Identification Structure|Service de rattachement|Civilité d'exercice|Nom d'exercice|Prénom d'exercice|Catégorie profession|Libellé de catégorie profession|Code Profession|Libellé Profession|Code savoir-faire|Libellé savoir-faire|Dématérialisation|Raison Sociale structure BAL|Enseigne commerciale structure BAL|L2COMPLEMENTLOCALISATION structure BAL|L3COMPLEMENTDISTRIBUTION structure BAL|L4NUMEROVOIE structure BAL|L4COMPLEMENTNUMEROVOIE structure BAL|NL4TYPEVOIE structure BAL|L4LIBELLEVOIE structure BAL|L5LIEUDITMENTION structure BAL|L6LIGNEACHEMINEMENT structure BAL|Code postal structure BAL|Département structure BAL|Pays structure BAL";

const PERSON_COLUMNS: usize = 9;
const STRUCTURE_COLUMNS: usize = 13;

/// Whom a mailbox is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Holder<'a> {
    /// PER, under the person's national identifier.
    Person(&'a Person),
    /// PER, of someone whose only identifier is the address (type 10).
    Unregistered(&'a Person),
    /// ORG, of a service named in free text.
    Service(&'a str),
}

/// Dématérialisation: whether the holder does without the copy on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paper {
    NotWanted,
    Wanted,
}

/// One row. A structure is optional for a person.
pub(crate) fn write(
    out: &mut Draft,
    line: &mut Line,
    address: &str,
    holder: Holder<'_>,
    structure: Option<&Structure>,
    paper: Paper,
) -> std::io::Result<()> {
    let (kind, service, person) = match holder {
        Holder::Person(person) | Holder::Unregistered(person) => ("PER", "", Some(person)),
        Holder::Service(service) => ("ORG", service, None),
    };
    line.field(kind);
    line.field(address);
    match holder {
        Holder::Person(person) => super::identify(line, person),
        Holder::Unregistered(_) => {
            line.field("10");
            line.field(address);
            line.number(format_args!("10{address}"));
        }
        Holder::Service(_) => line.empty(3),
    }
    line.field(
        structure
            .and_then(|structure| structure.national_id.get(..1))
            .unwrap_or_default(),
    );
    line.field(structure.map_or("", |structure| &structure.national_id));
    line.field(service);
    match person {
        Some(person) => {
            line.field(person.title.0);
            name(line, person);
            line.coded(person.category);
            line.coded(person.profession.coded);
            line.coded(person.skills[0].map_or(("", ""), |skill| skill.coded));
        }
        None => line.empty(PERSON_COLUMNS),
    }
    line.field(match paper {
        Paper::NotWanted => "O",
        Paper::Wanted => "N",
    });
    match structure {
        Some(structure) => place(line, structure),
        None => line.empty(STRUCTURE_COLUMNS),
    }
    line.end(Ending::Bare, |text| out.row(text))
}

fn place(line: &mut Line, structure: &Structure) {
    let address = &structure.address;
    line.field(&structure.legal_name);
    line.field(&structure.trade_name);
    line.field(&address.within);
    line.field(address.recipient);
    line.field(&address.number);
    line.field(address.repetition);
    line.field(address.street_type.1);
    line.field(&address.street);
    line.field(&address.mention);
    line.field(&address.office);
    line.field(&address.postal_code);
    line.field(address.true_department);
    line.field(address.country.1);
}
