//! What people do and where: one activity is one row of the activity file, more if several savoir-faire are shown. It must not
//! know how a structure looks.

use super::super::dice::{Dice, Topic};
use super::super::nation::Nation;
use super::super::structures::kinds::Kind;
use super::super::structures::{self, Structure};
use super::professions::{Coded, Profession};
use super::{Person, Practice};

/// Where an activity takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    Establishment(Kind, u32),
    Group(u32),
    Own,
    /// Replacements have no structure (directory-files §3).
    Nowhere,
}

impl Site {
    pub(crate) fn structure(self, nation: &Nation, person: &Person) -> Option<Structure> {
        match self {
            Self::Establishment(kind, rank) => Some(structures::establishment(nation, kind, rank)),
            Self::Group(rank) => Some(structures::group(nation, rank)),
            Self::Own => Some(structures::own(nation, person)),
            Self::Nowhere => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Activity {
    pub(crate) profession: &'static Profession,
    pub(crate) site: Site,
    pub(crate) mode: Coded,
    pub(crate) role: Coded,
    pub(crate) genre: Coded,
    /// Section of the pharmacists' order.
    pub(crate) section: Coded,
}

const LIBERAL: Coded = ("L", "Libéral");
const SALARIED: Coded = ("S", "Salarié");
const VOLUNTARY: Coded = ("B", "Bénévole");
const CARE: Coded = ("GENR01", "Activité de soin et de pharmacie");
const NO_CARE: Coded = ("GENR04", "Activité non soignante");
const REPLACEMENT: Coded = ("GENR03", "Remplacement dans une activité de soins");
const UNDEFINED: Coded = ("FON-AU", "Fonction non définie");

/// Who code 99 stands for (`TRE_R85`).
const ROLES: [(u32, Coded); 8] = [
    (50, ("313", "Aide-soignant")),
    (12, ("315", "Auxiliaire de puériculture")),
    (10, ("317", "Préparateur en pharmacie (officine)")),
    (8, ("314", "Ambulancier")),
    (6, ("326", "Educateur spécialisé")),
    (6, ("316", "Préparateur en pharmacie hospitalière")),
    (4, ("323", "Aide médico-psychologique (AMP)")),
    (4, ("312", "Autre professionnel")),
];

/// The activities of a person on the nation's day, the main one first; none for those who stopped or have not begun.
pub(crate) fn of(nation: &Nation, person: &Person) -> Vec<Activity> {
    let mut dice = Dice::new(
        nation.seed,
        Topic::Career,
        &[person.slot, person.epoch.generation, 1],
    );
    let base = dice.weigh(&[(120, 0), (660, 1), (170, 2), (50, 3)]);
    // Every other event of this rhythm adds an activity, and the next one ends it.
    let count = base + person.epoch.extras % 2;
    (0..count)
        .map(|place| post(nation, person, place))
        .collect()
}

/// The first place of work alone: what a mailbox is bound to.
pub(crate) fn main_site(nation: &Nation, person: &Person) -> Site {
    site(
        nation,
        person,
        person.profession,
        &mut post_dice(nation, person, 0),
        person.practice,
    )
}

fn post_dice(nation: &Nation, person: &Person, place: u32) -> Dice {
    // A move changes the main post only; an extra activity begun anew is another one.
    let version = if place == 0 {
        person.epoch.moves
    } else {
        person.epoch.extras
    };
    Dice::new(
        nation.seed,
        Topic::Post,
        &[person.slot, person.epoch.generation, place, version],
    )
}

fn post(nation: &Nation, person: &Person, place: u32) -> Activity {
    let mut dice = post_dice(nation, person, place);
    let (profession, practice) = match place {
        0 => (person.profession, person.practice),
        _ => (
            person.second_profession.unwrap_or(person.profession),
            Practice::Salaried,
        ),
    };
    let site = site(nation, person, profession, &mut dice, practice);
    let mode = match site {
        Site::Establishment(..) if dice.per_mille(4) => VOLUNTARY,
        Site::Establishment(Kind::Pharmacy | Kind::Company, _) if dice.per_mille(380) => LIBERAL,
        Site::Establishment(..) => SALARIED,
        Site::Group(_) | Site::Own | Site::Nowhere => LIBERAL,
    };
    let mut section = ("", "");
    let role = match (site, mode.0) {
        _ if profession.is_told_by_role() => dice.weigh(&ROLES),
        (Site::Establishment(Kind::Pharmacy, _), "L") => {
            section = ("A", "Pharmacien titulaire officine");
            ("FON-03", "Titulaire d'officine")
        }
        (Site::Establishment(Kind::Pharmacy, _), _) => {
            section = ("D", "Pharmacien adjoint, remplaçant ou gérant");
            ("FON-05", "Adjoint")
        }
        (Site::Own, _) => ("FON-01", "Titulaire de cabinet"),
        (Site::Group(_), _) => dice.pick(&[
            ("FON-01", "Titulaire de cabinet"),
            ("FON-17", "Collaborateur"),
        ]),
        (Site::Nowhere, _) => ("FON-22", "Remplaçant, intérimaire, intermittent"),
        (Site::Establishment(..), _) => {
            dice.pick(&[UNDEFINED, UNDEFINED, ("FON-33", "Salarié en poste fixe")])
        }
    };
    let genre = match site {
        Site::Nowhere => REPLACEMENT,
        Site::Establishment(..) | Site::Group(_) | Site::Own => {
            dice.weigh(&[(820, CARE), (40, NO_CARE), (140, ("", ""))])
        }
    };
    Activity {
        profession,
        site,
        mode,
        role,
        genre,
        section,
    }
}

fn site(
    nation: &Nation,
    person: &Person,
    profession: &Profession,
    dice: &mut Dice,
    practice: Practice,
) -> Site {
    match practice {
        Practice::Liberal => match dice.below(100) {
            0..53 => Site::Own,
            // Nobody outside the directory's own files can be found in a practice of theirs.
            53..96 if person.slot < nation.professionals => {
                Site::Group(dice.below(nation.network.groups()))
            }
            _ => Site::Nowhere,
        },
        Practice::Salaried => {
            let kind = dice.weigh(profession.employers);
            Site::Establishment(kind, nation.network.employer(dice, kind))
        }
    }
}
