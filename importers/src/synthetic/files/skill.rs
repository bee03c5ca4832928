//! `PS_LibreAcces_SavoirFaire`: one row for each savoir-faire of a person (directory-files §1.4). It must not know activities.

use super::super::output::Draft;
use super::super::people::Person;
use super::super::sheet::{Ending, Line};
use super::{identify, name};

pub(crate) const STEM: &str = "PS_LibreAcces_SavoirFaire";

pub(crate) const HEADER: &str = "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|Prénom d'exercice|Code profession|Libellé profession|Code catégorie professionnelle|Libellé catégorie professionnelle|Code type savoir-faire|Libellé type savoir-faire|Code savoir-faire|Libellé savoir-faire|";

pub(crate) fn write(person: &Person, out: &mut Draft, line: &mut Line) -> std::io::Result<()> {
    for skill in person.known_skills() {
        identify(line, person);
        name(line, person);
        line.coded(person.profession.coded);
        line.coded(person.category);
        line.coded(skill.kind);
        line.coded(skill.coded);
        line.end(Ending::Delimiter, |text| out.row(text))?;
    }
    Ok(())
}
