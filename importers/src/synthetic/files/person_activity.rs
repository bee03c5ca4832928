//! `PS_LibreAcces_Personne_activite`: one row for each activity and shown savoir-faire of a person (directory-files §1.3). It must
//! not know how activities are drawn.

use super::super::dice::{Dice, Topic};
use super::super::nation::Nation;
use super::super::output::Draft;
use super::super::people::activities::{self, Activity};
use super::super::people::professions::Coded;
use super::super::people::{Person, professions::Profession};
use super::super::sheet::{Ending, Line};
use super::super::structures::Structure;
use super::{identify, name};

pub(crate) const STEM: &str = "PS_LibreAcces_Personne_activite";

/// As published on 2026-10-08, 56 columns, closed by a delimiter.
pub(crate) const HEADER: &str = "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Code civilité d'exercice|Libellé civilité d'exercice|Code civilité|Libellé civilité|Nom d'exercice|Prénom d'exercice|Code profession|Libellé profession|Code catégorie professionnelle|Libellé catégorie professionnelle|Code type savoir-faire|Libellé type savoir-faire|Code savoir-faire|Libellé savoir-faire|Code mode exercice|Libellé mode exercice|Numéro SIRET site|Numéro SIREN site|Numéro FINESS site|Numéro FINESS établissement juridique|Identifiant technique de la structure|Raison sociale site|Enseigne commerciale site|Complément destinataire (coord. structure)|Complément point géographique (coord. structure)|Numéro Voie (coord. structure)|Indice répétition voie (coord. structure)|Code type de voie (coord. structure)|Libellé type de voie (coord. structure)|Libellé Voie (coord. structure)|Mention distribution (coord. structure)|Bureau cedex (coord. structure)|Code postal (coord. structure)|Code commune (coord. structure)|Libellé commune (coord. structure)|Code pays (coord. structure)|Libellé pays (coord. structure)|Téléphone (coord. structure)|Téléphone 2 (coord. structure)|Télécopie (coord. structure)|Adresse e-mail (coord. structure)|Code Département (structure)|Libellé Département (structure)|Ancien identifiant de la structure|Autorité d'enregistrement|Code secteur d'activité|Libellé secteur d'activité|Code section tableau pharmaciens|Libellé section tableau pharmaciens|Code rôle|Libellé rôle|Code genre activité|Libellé genre activité|";

/// Columns of a structure, with its address, up to the registering authority and sector.
const STRUCTURE_COLUMNS: usize = 31;
/// Columns of an activity, from the mode of practice on.
const ACTIVITY_COLUMNS: usize = 39;

/// Rows that are published twice, per thousand.
const TWICE: u32 = 2;

const NO_SKILL: (Coded, Coded) = (("", ""), ("", ""));

/// All rows of a person; one without structure columns when they have no activity.
pub(crate) fn write(
    nation: &Nation,
    person: &Person,
    out: &mut Draft,
    line: &mut Line,
) -> std::io::Result<()> {
    let mut luck = Dice::new(
        nation.seed,
        Topic::PersonRow,
        &[person.slot, person.epoch.generation],
    );
    let activities = activities::of(nation, person);
    let mut rows = |profession: &Profession,
                    activity: Option<(&Activity, Option<Structure>)>,
                    luck: &mut Dice| {
        let shown = || {
            person
                .known_skills()
                .filter(|skill| skill.is_shown_with_activities())
                .map(|skill| (skill.kind, skill.coded))
        };
        // The other profession of a person has no savoir-faire here.
        let own = profession.coded == person.profession.coded;
        let skills = shown()
            .filter(|_| own)
            .chain((!own || shown().next().is_none()).then_some(NO_SKILL));
        for skill in skills {
            let copies = if luck.per_mille(TWICE) { 2 } else { 1 };
            for _ in 0..copies {
                begin(line, person, profession, skill);
                match &activity {
                    Some((activity, structure)) => finish(line, activity, structure.as_ref()),
                    None => line.empty(ACTIVITY_COLUMNS),
                }
                line.end(Ending::Delimiter, |text| out.row(text))?;
            }
        }
        Ok::<_, std::io::Error>(())
    };
    if activities.is_empty() {
        return rows(person.profession, None, &mut luck);
    }
    for activity in &activities {
        rows(
            activity.profession,
            Some((activity, activity.site.structure(nation, person))),
            &mut luck,
        )?;
    }
    Ok(())
}

fn begin(line: &mut Line, person: &Person, profession: &Profession, (kind, skill): (Coded, Coded)) {
    identify(line, person);
    line.coded(person.title);
    line.coded(person.civility());
    name(line, person);
    line.coded(profession.coded);
    line.coded(person.category);
    line.coded(kind);
    line.coded(skill);
}

fn finish(line: &mut Line, activity: &Activity, structure: Option<&Structure>) {
    line.coded(activity.mode);
    match structure {
        Some(structure) => place(line, structure),
        None => line.empty(STRUCTURE_COLUMNS),
    }
    line.coded(activity.section);
    line.coded(activity.role);
    line.coded(activity.genre);
}

fn place(line: &mut Line, structure: &Structure) {
    let address = &structure.address;
    for value in [
        &structure.siret,
        &structure.siren,
        &structure.finess_site,
        &structure.finess_legal,
        &structure.technical_id,
        &structure.legal_name,
        &structure.trade_name,
    ] {
        line.field(value);
    }
    line.field(address.recipient);
    line.field(&address.within);
    line.field(&address.number);
    line.field(address.repetition);
    line.coded(address.street_type);
    line.field(&address.street);
    line.field(&address.mention);
    line.field(&address.office);
    line.field(&address.postal_code);
    line.coded(address.commune);
    line.coded(address.country);
    line.field(&structure.phone);
    line.field(&structure.phone_2);
    line.field(&structure.fax);
    line.field(&structure.mail);
    line.coded(address.department);
    line.field(&structure.national_id);
    line.field(structure.authority);
    line.coded(structure.sector);
}
