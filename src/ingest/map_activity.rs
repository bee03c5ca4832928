//! `Personne_activite` → person, profession, savoir-faire, structure, activity.

use annuaire_importers::rpps::PersonActivity;

use super::lane::{Closed, Seen};
use super::stage::Unusable;
use super::stager::Stager;
use crate::domain::code::{CodeLabels, CodeSystem};
use crate::domain::ids::{Finess, NationalId, OrganizationId, Siren, Siret, StructureNationalId};
use crate::domain::quality::{Flags, QualityFlag, is_odd_phone, is_odd_postal_code};

/// Stages one row.
pub(super) fn stage(row: &PersonActivity<'_>, seen: Seen, to: &mut Stager) -> Result<(), Unusable> {
    let id = NationalId::parse(row.national_id)
        .map_err(|error| Unusable::Row("invalid_person_id", error.to_string()))?;
    vote(row, to)?;
    person(&id, row, to)?;
    super::map_skill::practice(
        &id,
        [
            row.profession_code,
            row.category_code,
            row.practice_title_code,
        ],
        to,
    )?;
    super::map_skill::specialty(
        &id,
        row.profession_code,
        row.skill_type_code,
        row.skill_code,
        "activity",
        to,
    )?;
    let organization = organization(row, to)?;
    role(&id, row, &organization, seen, to)?;
    Ok(())
}

fn person(id: &NationalId, row: &PersonActivity<'_>, to: &mut Stager) -> Result<(), Closed> {
    let mut flags = Flags::none();
    flags.raise_if(
        row.id_type.trim() == "8" && !id.rpps().is_some_and(|rpps| rpps.has_valid_key()),
        QualityFlag::RppsKey,
    );
    let lane = &mut to.practitioner;
    lane.begin().text(id.as_str());
    lane.key_done()
        .text(row.title_code.trim())
        .text(row.family_name.trim())
        .text(row.given_name.trim());
    lane.end(&flags)?;
    Ok(())
}

/// Stages the structure of the row and gives its key; empty where the row names none.
fn organization(row: &PersonActivity<'_>, to: &mut Stager) -> Result<String, Closed> {
    let mut flags = Flags::none();
    let site_siret = flagged(row.site_siret, &mut flags, QualityFlag::SiretKey, |text| {
        Siret::parse(text).is_ok_and(|siret| siret.has_valid_key())
    });
    let company = flagged(row.site_siren, &mut flags, QualityFlag::SirenKey, |text| {
        Siren::parse(text).is_ok_and(|siren| siren.has_valid_key())
    });
    let site_finess = flagged(
        row.site_finess,
        &mut flags,
        QualityFlag::FinessKey,
        |text| Finess::parse(text).is_ok_and(|finess| finess.has_valid_key()),
    );
    let legal_entity = flagged(
        row.legal_entity_finess,
        &mut flags,
        QualityFlag::FinessKey,
        |text| Finess::parse(text).is_ok_and(|finess| finess.has_valid_key()),
    );
    let national_id = structure_national_id(row, &mut flags);
    let lines = address_lines(row);
    let Some(key) = organization_key(row, &national_id, &lines, &mut flags) else {
        return Ok(String::new());
    };
    for phone in [row.phone, row.phone_2, row.fax] {
        flags.raise_if(is_odd_phone(phone.trim()), QualityFlag::OddPhone);
    }
    flags.raise_if(
        is_odd_postal_code(row.postal_code.trim()),
        QualityFlag::OddPostalCode,
    );
    flags.raise_if(
        is_unknown(
            &to.official,
            CodeSystem::ActivitySector,
            row.activity_sector_code,
        ),
        QualityFlag::UnknownCode,
    );
    let lane = &mut to.organization;
    lane.begin().text(&key);
    let content = lane.key_done();
    for field in [
        national_id.as_str(),
        site_siret,
        company,
        site_finess,
        legal_entity,
        row.legal_name.trim(),
        row.trade_name.trim(),
        lines.as_str(),
        row.cedex_office.trim(),
        row.postal_code.trim(),
        row.commune_code.trim(),
        row.commune_label.trim(),
        row.country_code.trim(),
        row.departement_code.trim(),
        row.phone.trim(),
        row.phone_2.trim(),
        row.fax.trim(),
        row.email.trim(),
        row.activity_sector_code.trim(),
    ] {
        content.text(field);
    }
    lane.end(&flags)?;
    Ok(key)
}

/// `idNat_struct` as published, else made of the FINESS or the SIRET number; empty where none tells.
fn structure_national_id(row: &PersonActivity<'_>, flags: &mut Flags) -> String {
    if let Ok(id) = StructureNationalId::parse(row.former_organization_id) {
        return id.to_string();
    }
    flags.raise_if(
        !row.former_organization_id.trim().is_empty(),
        QualityFlag::OddIdentifier,
    );
    let of_site = Finess::parse(row.site_finess).map(|id| StructureNationalId::from_finess(&id));
    of_site
        .or_else(|_| Siret::parse(row.site_siret).map(|id| StructureNationalId::from_siret(&id)))
        .map_or(String::new(), |id| id.to_string())
}

/// The technical identifier, else the national one, else a key made of name and address; `None`
/// where nothing of a structure is given.
fn organization_key(
    row: &PersonActivity<'_>,
    national_id: &str,
    lines: &str,
    flags: &mut Flags,
) -> Option<String> {
    let technical = row.organization_id.trim();
    match OrganizationId::parse(technical) {
        Ok(id) => return Some(id.to_string()),
        Err(_) => flags.raise_if(!technical.is_empty(), QualityFlag::OddIdentifier),
    }
    if !national_id.is_empty() {
        return Some(national_id.to_owned());
    }
    let named = [
        row.legal_name.trim(),
        row.trade_name.trim(),
        lines,
        row.postal_code.trim(),
        row.commune_label.trim(),
    ]
    .join("\u{1f}");
    if named.chars().all(|c| c == '\u{1f}') {
        return None;
    }
    flags.raise_if(true, QualityFlag::NoStructureId);
    let digest = xxhash_rust::xxh3::xxh3_64(named.as_bytes());
    Some(format!("X{digest:016x}"))
}

fn role(
    id: &NationalId,
    row: &PersonActivity<'_>,
    organization: &str,
    seen: Seen,
    to: &mut Stager,
) -> Result<(), Closed> {
    // A person without activity has one row with everything of an activity empty.
    let parts = [
        row.practice_mode_code,
        row.role_code,
        row.activity_kind_code,
        row.pharmacist_section_code,
        row.registration_authority,
    ]
    .map(str::trim);
    if organization.is_empty() && parts.iter().all(|part| part.is_empty()) {
        return Ok(());
    }
    let [mode, function, activity_kind, section, authority] = parts;
    let mut flags = Flags::none();
    for (system, code) in [
        (CodeSystem::PracticeMode, mode),
        (CodeSystem::Function, function),
        (CodeSystem::ActivityKind, activity_kind),
        (CodeSystem::PharmacistSection, section),
    ] {
        flags.raise_if(
            is_unknown(&to.official, system, code),
            QualityFlag::UnknownCode,
        );
    }
    let lane = &mut to.role;
    lane.begin().text(id.as_str());
    let content = lane.key_content();
    for field in [
        row.profession_code.trim(),
        row.category_code.trim(),
        mode,
        function,
        activity_kind,
        section,
        authority,
        organization,
    ] {
        content.text(field);
    }
    let digest = lane.end(&flags)?;
    // The same activity comes again for each savoir-faire; only a row equal in everything is a copy.
    if seen == Seen::Again {
        lane.count_copy(digest);
    }
    Ok(())
}

fn vote(row: &PersonActivity<'_>, to: &mut Stager) -> Result<(), Unusable> {
    to.labels.vote_all(&[
        (CodeSystem::Civility, row.title_code, row.title_label),
        (
            CodeSystem::Title,
            row.practice_title_code,
            row.practice_title_label,
        ),
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
        (
            CodeSystem::SpecialtyKind,
            row.skill_type_code,
            row.skill_type_label,
        ),
        (CodeSystem::Specialty, row.skill_code, row.skill_label),
        (
            CodeSystem::PracticeMode,
            row.practice_mode_code,
            row.practice_mode_label,
        ),
        (
            CodeSystem::ActivitySector,
            row.activity_sector_code,
            row.activity_sector_label,
        ),
        (
            CodeSystem::PharmacistSection,
            row.pharmacist_section_code,
            row.pharmacist_section_label,
        ),
        (CodeSystem::Function, row.role_code, row.role_label),
        (
            CodeSystem::ActivityKind,
            row.activity_kind_code,
            row.activity_kind_label,
        ),
        (CodeSystem::Country, row.country_code, row.country_label),
        (
            CodeSystem::Department,
            row.departement_code,
            row.departement_label,
        ),
    ])
}

/// A published identifier as it is, flagged where it is there and not right.
fn flagged<'a>(
    text: &'a str,
    flags: &mut Flags,
    flag: QualityFlag,
    is_right: impl FnOnce(&str) -> bool,
) -> &'a str {
    let text = text.trim();
    flags.raise_if(!text.is_empty() && !is_right(text), flag);
    text
}

/// Whether a code is given and stands in no official table.
pub(super) fn is_unknown(official: &CodeLabels, system: CodeSystem, code: &str) -> bool {
    let code = code.trim();
    !code.is_empty() && !official.is_known(system, code)
}

fn address_lines(row: &PersonActivity<'_>) -> String {
    let street_type = if row.street_type_label.trim().is_empty() {
        row.street_type_code
    } else {
        row.street_type_label
    };
    let street = spaced(&[
        row.street_number,
        row.street_number_suffix,
        street_type,
        row.street_name,
    ]);
    lines(&[
        row.recipient_complement,
        row.location_complement,
        &street,
        row.distribution,
    ])
}

/// Parts that are there, one a line.
pub(super) fn lines(parts: &[&str]) -> String {
    present(parts).join("\n")
}

/// Parts that are there, separated by a space.
pub(super) fn spaced(parts: &[&str]) -> String {
    present(parts).join(" ")
}

fn present<'a>(parts: &[&'a str]) -> Vec<&'a str> {
    parts
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect()
}
