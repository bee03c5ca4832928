//! `SavoirFaire` → savoir-faire; and what the other mappers share of professions.

use annuaire_importers::rpps::Skill;

use super::lane::Closed;
use super::map_activity::is_unknown;
use super::stage::Unusable;
use super::stager::Stager;
use crate::domain::code::CodeSystem;
use crate::domain::ids::NationalId;
use crate::domain::quality::{Flags, QualityFlag};

/// Stages one row.
pub(super) fn stage(row: &Skill<'_>, to: &mut Stager) -> Result<(), Unusable> {
    let id = NationalId::parse(row.national_id)
        .map_err(|error| Unusable::Row("invalid_person_id", error.to_string()))?;
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
        (
            CodeSystem::SpecialtyKind,
            row.skill_type_code,
            row.skill_type_label,
        ),
        (CodeSystem::Specialty, row.skill_code, row.skill_label),
    ])?;
    specialty(
        &id,
        row.profession_code,
        row.skill_type_code,
        row.skill_code,
        "skill",
        to,
    )?;
    Ok(())
}

/// Stages a savoir-faire of a person; nothing where the row holds none.
pub(super) fn specialty(
    id: &NationalId,
    profession: &str,
    kind: &str,
    code: &str,
    origin: &str,
    to: &mut Stager,
) -> Result<(), Closed> {
    let (kind, code) = (kind.trim(), code.trim());
    if kind.is_empty() && code.is_empty() {
        return Ok(());
    }
    let mut flags = Flags::none();
    flags.raise_if(
        is_unknown(&to.official, CodeSystem::SpecialtyKind, kind)
            || (has_table(kind) && is_unknown(&to.official, CodeSystem::Specialty, code)),
        QualityFlag::UnknownCode,
    );
    let lane = &mut to.specialty;
    lane.begin()
        .text(id.as_str())
        .text(profession.trim())
        .text(kind)
        .text(code)
        .text(origin);
    lane.key_done();
    lane.end(&flags)?;
    Ok(())
}

/// Whether the table of this kind of savoir-faire is in our hands (`TRE_R38`, `TRE_R43`); a code of
/// another kind cannot be told right from wrong.
fn has_table(kind: &str) -> bool {
    matches!(kind, "S" | "CAPA")
}

/// Stages a profession exercised by a person: profession, category, title.
pub(super) fn practice(
    id: &NationalId,
    [profession, category, title]: [&str; 3],
    to: &mut Stager,
) -> Result<(), Closed> {
    let (profession, category, title) = (profession.trim(), category.trim(), title.trim());
    if profession.is_empty() && category.is_empty() {
        return Ok(());
    }
    let mut flags = Flags::none();
    for (system, code) in [
        (CodeSystem::Profession, profession),
        (CodeSystem::ProfessionCategory, category),
        (CodeSystem::Title, title),
    ] {
        flags.raise_if(
            is_unknown(&to.official, system, code),
            QualityFlag::UnknownCode,
        );
    }
    let lane = &mut to.practice;
    lane.begin()
        .text(id.as_str())
        .text(profession)
        .text(category);
    lane.key_done().text(title);
    lane.end(&flags)?;
    Ok(())
}
