//! People: made from their slot and epoch alone. It must not know files or mailboxes.

pub(crate) mod activities;
mod employers;
pub(crate) mod professions;
pub(crate) mod specialties;

use super::dice::{Dice, Topic};
use super::identifiers::{adeli, key, rpps};
use super::names::{FullName, Sex};
use super::nation::{Epoch, Nation};
use professions::{Coded, Profession};
use specialties::{MORE, Skill};

/// How someone mainly works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Practice {
    Liberal,
    Salaried,
}

/// The register a person is in (`TRE_G08`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Register {
    Rpps,
    Adeli,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PersonId {
    pub(crate) register: Register,
    pub(crate) number: String,
}

impl PersonId {
    /// The type column, which is also the prefix of the national identifier.
    pub(crate) fn kind(&self) -> &'static str {
        match self.register {
            Register::Rpps => "8",
            Register::Adeli => "0",
        }
    }

    pub(crate) fn rpps(&self) -> Option<&str> {
        match self.register {
            Register::Rpps => Some(&self.number),
            Register::Adeli => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) slot: u32,
    pub(crate) epoch: Epoch,
    pub(crate) id: PersonId,
    pub(crate) sex: Sex,
    /// Civilité d'exercice (`TRE_R11`).
    pub(crate) title: Coded,
    pub(crate) name: FullName,
    pub(crate) profession: &'static Profession,
    pub(crate) second_profession: Option<&'static Profession>,
    /// Catégorie professionnelle (`TRE_R09`).
    pub(crate) category: Coded,
    pub(crate) practice: Practice,
    /// The first one, if any, is the specialty.
    pub(crate) skills: [Option<&'static Skill>; 2],
}

/// One person in this many is in ADELI still, always the same slots.
const ADELI_EVERY: u32 = 500;

impl Person {
    pub(crate) fn at(nation: &Nation, slot: u32, epoch: Epoch) -> Self {
        let keys = [slot, epoch.generation];
        let mut dice = Dice::new(nation.seed, Topic::Identity, &keys);
        let id = identity(nation, slot, epoch, &mut dice);
        let profession = match id.register {
            Register::Rpps => Profession::draw(&mut dice),
            Register::Adeli => Profession::draw_in_adeli(&mut dice),
        };
        let sex = if dice.per_mille(profession.women) {
            Sex::Woman
        } else {
            Sex::Man
        };
        let category = dice.weigh(&[
            (9_880, ("C", "Civil")),
            (70, ("E", "Etudiant")),
            (35, ("M", "Militaire")),
            (15, FUNCTIONARY),
        ]);
        let title = match dice.below(1_000) {
            0..18 if profession.is_doctor() => ("PR", "Professeur"),
            drawn if drawn < profession.doctor && category.0 == "M" && profession.is_doctor() => {
                ("MC", "Médecin chef")
            }
            drawn if drawn < profession.doctor => ("DR", "Docteur"),
            _ => ("", ""),
        };
        let second_profession = dice.per_mille(3).then(|| Profession::draw(&mut dice));
        let name = nation
            .names
            .draw(&mut Dice::new(nation.seed, Topic::Name, &keys), sex);
        let skills = skills(nation, profession, keys, epoch.turns);
        // Whoever changes specialty stays where they are.
        let first = match epoch.turns {
            0 => skills,
            _ => self::skills(nation, profession, keys, 0),
        };
        let liberal = first[0].map_or(profession.liberal, |skill| skill.liberal);
        let practice = if Dice::new(nation.seed, Topic::Career, &keys).per_mille(liberal) {
            Practice::Liberal
        } else {
            Practice::Salaried
        };
        Self {
            slot,
            epoch,
            id,
            sex,
            title,
            name,
            profession,
            second_profession,
            category,
            practice,
            skills,
        }
    }

    pub(crate) fn civility(&self) -> Coded {
        match self.sex {
            Sex::Woman => ("MME", "Madame"),
            Sex::Man => ("M", "Monsieur"),
        }
    }

    pub(crate) fn known_skills(&self) -> impl Iterator<Item = &'static Skill> {
        self.skills.into_iter().flatten()
    }
}

const FUNCTIONARY: Coded = ("F", "Fonctionnaire d'Etat ou de collectivité locale");

/// What a person is qualified in after so many turns; a second savoir-faire never stands without a specialty.
fn skills(
    nation: &Nation,
    profession: &Profession,
    [slot, generation]: [u32; 2],
    turns: u32,
) -> [Option<&'static Skill>; 2] {
    let mut dice = Dice::new(nation.seed, Topic::Specialty, &[slot, generation, turns]);
    let specialty = Skill::draw(&mut dice, profession.skills);
    let second = specialty.is_some() && profession.is_doctor() && dice.per_mille(340);
    [
        specialty,
        second.then(|| Skill::draw(&mut dice, MORE)).flatten(),
    ]
}

fn identity(nation: &Nation, slot: u32, epoch: Epoch, dice: &mut Dice) -> PersonId {
    let key = key(dice);
    if slot < nation.professionals && slot % ADELI_EVERY == ADELI_EVERY / 2 {
        let rows = nation.professionals / ADELI_EVERY + 1;
        let ordinal = (slot / ADELI_EVERY).wrapping_add(rows.wrapping_mul(epoch.generation));
        return PersonId {
            register: Register::Adeli,
            number: adeli(ordinal),
        };
    }
    PersonId {
        register: Register::Rpps,
        number: rpps(nation.ordinal(slot, epoch.generation), key),
    }
}
