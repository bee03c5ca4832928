//! `Extraction_Correspondance_MSSante` → mailboxes and what they are attached to.

use annuaire_importers::mssante::Correspondence;

use super::lane::{Closed, Seen};
use super::map_activity::{is_unknown, lines, spaced};
use super::stage::Unusable;
use super::stager::Stager;
use crate::domain::code::CodeSystem;
use crate::domain::ids::{NationalId, StructureNationalId};
use crate::domain::mailbox::{MailAddress, MailboxKind};
use crate::domain::quality::{Flags, QualityFlag, is_foreign_domain, is_odd_postal_code};

/// Stages one row.
pub(super) fn stage(row: &Correspondence<'_>, seen: Seen, to: &mut Stager) -> Result<(), Unusable> {
    let address = MailAddress::parse(row.address)
        .map_err(|error| Unusable::Row("invalid_address", error.to_string()))?;
    to.labels.vote_all(&[
        (
            CodeSystem::Profession,
            row.profession_code,
            row.profession_label,
        ),
        (
            CodeSystem::ProfessionCategory,
            row.category_code,
            row.category_label,
        ),
        (CodeSystem::Specialty, row.skill_code, row.skill_label),
    ])?;
    let mut flags = Flags::none();
    let person = person_id(row, &mut flags);
    let structure = structure_id(row, &mut flags);
    mailbox(&address, row, person.is_some(), to)?;
    attachment(
        &address,
        row,
        (person.as_ref(), structure.as_ref()),
        flags,
        seen,
        to,
    )?;
    Ok(())
}

fn person_id(row: &Correspondence<'_>, flags: &mut Flags) -> Option<NationalId> {
    let (whole, kind, number) = (row.national_id.trim(), row.id_type.trim(), row.id.trim());
    let text = if whole.is_empty() && !number.is_empty() {
        format!("{kind}{number}")
    } else {
        whole.to_owned()
    };
    if text.is_empty() {
        return None;
    }
    let id = NationalId::parse(&text).ok();
    flags.raise_if(id.is_none(), QualityFlag::OddIdentifier);
    flags.raise_if(
        kind == "8"
            && !id
                .as_ref()
                .and_then(NationalId::rpps)
                .is_some_and(|rpps| rpps.has_valid_key()),
        QualityFlag::RppsKey,
    );
    id
}

fn structure_id(row: &Correspondence<'_>, flags: &mut Flags) -> Option<StructureNationalId> {
    let text = row.organization_id.trim();
    if text.is_empty() {
        return None;
    }
    let id = StructureNationalId::parse(text).ok();
    flags.raise_if(id.is_none(), QualityFlag::OddIdentifier);
    flags.raise_if(
        id.as_ref()
            .and_then(StructureNationalId::finess)
            .is_some_and(|finess| !finess.has_valid_key()),
        QualityFlag::FinessKey,
    );
    flags.raise_if(
        id.as_ref()
            .and_then(StructureNationalId::siret)
            .is_some_and(|siret| !siret.has_valid_key()),
        QualityFlag::SiretKey,
    );
    id
}

fn mailbox(
    address: &MailAddress,
    row: &Correspondence<'_>,
    has_person: bool,
    to: &mut Stager,
) -> Result<(), Closed> {
    let mut flags = Flags::none();
    let kind = MailboxKind::from_code(row.kind.trim());
    flags.raise_if(kind.is_none(), QualityFlag::UnknownMailboxKind);
    flags.raise_if(
        is_foreign_domain(address.domain()),
        QualityFlag::ForeignDomain,
    );
    let kind = kind.unwrap_or(if has_person {
        MailboxKind::Personal
    } else {
        MailboxKind::Organizational
    });
    let lane = &mut to.mailbox;
    lane.begin().text(address.as_str());
    lane.key_done()
        .text(kind.code())
        .boolean(accepts_paperless(row.accepts_paperless))
        // The open extract never holds a mailbox on the liste rouge.
        .boolean(false);
    lane.end(&flags)?;
    Ok(())
}

/// Dématérialisation: `O` in the object model, truth values in the publisher's other forms.
fn accepts_paperless(text: &str) -> bool {
    ["o", "oui", "true", "1"]
        .iter()
        .any(|yes| text.trim().eq_ignore_ascii_case(yes))
}

fn attachment(
    address: &MailAddress,
    row: &Correspondence<'_>,
    (person, structure): (Option<&NationalId>, Option<&StructureNationalId>),
    mut flags: Flags,
    seen: Seen,
    to: &mut Stager,
) -> Result<(), Closed> {
    flags.raise_if(
        is_odd_postal_code(row.postal_code.trim()),
        QualityFlag::OddPostalCode,
    );
    flags.raise_if(
        is_unknown(&to.official, CodeSystem::Profession, row.profession_code),
        QualityFlag::UnknownCode,
    );
    let street = spaced(&[
        row.street_number,
        row.street_number_suffix,
        row.street_type,
        row.street_name,
    ]);
    let address_lines = lines(&[
        row.location_complement,
        row.distribution_complement,
        &street,
        row.locality,
    ]);
    let lane = &mut to.attachment;
    lane.begin().text(address.as_str());
    let content = lane.key_content();
    for field in [
        person.map_or("", NationalId::as_str),
        row.practice_title.trim(),
        row.family_name.trim(),
        row.given_name.trim(),
        row.category_code.trim(),
        row.profession_code.trim(),
        row.skill_code.trim(),
        structure.map_or("", StructureNationalId::as_str),
        row.legal_name.trim(),
        row.trade_name.trim(),
        address_lines.as_str(),
        row.routing_line.trim(),
        row.postal_code.trim(),
        row.departement.trim(),
        row.country.trim(),
        row.department.trim(),
    ] {
        content.text(field);
    }
    let digest = lane.end(&flags)?;
    if seen == Seen::Again {
        lane.count_copy(digest);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paper_is_refused_in_the_publishers_words() {
        for (text, refused) in [
            ("O", true),
            ("o", true),
            ("True", true),
            ("N", false),
            ("", false),
        ] {
            assert_eq!(accepts_paperless(text), refused, "{text:?}");
        }
    }
}
