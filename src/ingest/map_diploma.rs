//! `Dipl_AutExerc` → diplomas and authorisations to practise.

use annuaire_importers::rpps::Diploma;

use super::stage::Unusable;
use super::stager::Stager;
use crate::domain::code::CodeSystem;
use crate::domain::ids::NationalId;
use crate::domain::quality::Flags;

/// Stages one row; nothing where it holds neither diploma nor authorisation.
pub(super) fn stage(row: &Diploma<'_>, to: &mut Stager) -> Result<(), Unusable> {
    let id = NationalId::parse(row.national_id)
        .map_err(|error| Unusable::Row("invalid_person_id", error.to_string()))?;
    to.labels.vote_all(&[
        (
            CodeSystem::DiplomaKind,
            row.diploma_type_code,
            row.diploma_type_label,
        ),
        (CodeSystem::Diploma, row.diploma_code, row.diploma_label),
        (
            CodeSystem::AuthorizationKind,
            row.authorization_type_code,
            row.authorization_type_label,
        ),
        (
            CodeSystem::AuthorizationDiscipline,
            row.authorization_discipline_code,
            row.authorization_discipline_label,
        ),
    ])?;
    let parts = [
        row.diploma_type_code,
        row.diploma_code,
        row.authorization_type_code,
        row.authorization_discipline_code,
    ]
    .map(str::trim);
    if parts.iter().all(|part| part.is_empty()) {
        return Ok(());
    }
    let lane = &mut to.diploma;
    let key = lane.begin().text(id.as_str());
    for part in parts {
        key.text(part);
    }
    lane.key_done();
    lane.end(&Flags::none())?;
    Ok(())
}
