//! `PS_LibreAcces_Dipl_AutExerc`: diplomas and authorisations (directory-files §1.4). It must not know activities. Of the codes only
//! DE09 is known from a published row; the others have the shape and are made up.

use super::super::dice::{Dice, Topic};
use super::super::nation::Nation;
use super::super::output::Draft;
use super::super::people::Person;
use super::super::people::professions::Coded;
use super::super::sheet::{Ending, Line};
use super::{identify, name};

pub(crate) const STEM: &str = "PS_LibreAcces_Dipl_AutExerc";

pub(crate) const HEADER: &str = "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|Prénom d'exercice|Code type diplôme obtenu|Libellé type diplôme obtenu|Code diplôme obtenu|Libellé diplôme obtenu|Code type autorisation|Libellé type autorisation|Code discipline autorisation|Libellé discipline autorisation|";

const STATE: Coded = ("DE", "Diplôme d'Etat français");
const OTHER_FRENCH: Coded = ("TI", "Titre ou certificat français");
const FOREIGN: Coded = ("DEU", "Diplôme européen");
const SPECIALISED: Coded = ("DES", "Diplôme d'études spécialisées");
const UNIVERSITY: [Coded; 5] = [
    ("DU01", "DU Plaies et cicatrisation"),
    ("DU02", "DU Soins palliatifs"),
    ("DU03", "DU Echographie"),
    ("DU04", "DU Education thérapeutique"),
    ("DU05", "DU Nutrition"),
];
const EMPTY: Coded = ("", "");

pub(crate) fn write(
    nation: &Nation,
    person: &Person,
    out: &mut Draft,
    line: &mut Line,
) -> std::io::Result<()> {
    let mut dice = Dice::new(
        nation.seed,
        Topic::PersonRow,
        &[person.slot, person.epoch.generation, 1],
    );
    let mut row = |[kind, diploma, authorisation, discipline]: [Coded; 4]| {
        identify(line, person);
        name(line, person);
        line.coded(kind);
        line.coded(diploma);
        line.coded(authorisation);
        line.coded(discipline);
        line.end(Ending::Delimiter, |text| out.row(text))
    };
    let (profession, specialty) = (
        person.profession,
        person.skills[0].filter(|_| person.profession.is_doctor()),
    );
    if !profession.diploma.0.is_empty() {
        // Who studied abroad practises by an authorisation, which may stand in the row of the diploma or alone.
        match dice.below(1_000) {
            0..12 => row([
                FOREIGN,
                profession.diploma,
                ("AM", "Autorisation ministérielle"),
                profession.coded,
            ])?,
            12..20 => row([
                EMPTY,
                EMPTY,
                ("AM", "Autorisation ministérielle"),
                profession.coded,
            ])?,
            _ if profession.diploma.0.starts_with("DE") => {
                row([STATE, profession.diploma, EMPTY, EMPTY])?;
            }
            _ => row([OTHER_FRENCH, profession.diploma, EMPTY, EMPTY])?,
        }
    }
    if let Some(skill) = specialty {
        let (code, label) = skill.coded;
        if dice.per_mille(700) {
            row([SPECIALISED, (code, label), EMPTY, EMPTY])?;
        }
    }
    if dice.per_mille(150) {
        row([
            ("DU", "Diplôme universitaire"),
            dice.pick(&UNIVERSITY),
            EMPTY,
            EMPTY,
        ])?;
    }
    Ok(())
}
