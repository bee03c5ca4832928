//! Names of people: French ones by national frequency, with their accents, hyphens, particles and apostrophes, and the ways offices
//! type them. It must not know who bears them.

pub(crate) mod given_names;
mod morphemes;
mod spelling;
pub(crate) mod surnames;

use super::dice::Dice;
use given_names::{Generation, GivenNames};
use spelling::{push_given, push_surname};
use surnames::Surnames;

/// As civility columns know it (`TRE_R81`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sex {
    Woman,
    Man,
}

/// The two name columns of a person, as typed by the office that declared them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FullName {
    pub(crate) surname: String,
    pub(crate) given: String,
}

/// The tables names are drawn from, read once.
#[derive(Debug)]
pub(crate) struct Names {
    surnames: Surnames,
    given: GivenNames,
}

impl Names {
    pub(crate) fn load() -> Self {
        Self {
            surnames: Surnames::load(),
            given: GivenNames::load(),
        }
    }

    pub(crate) fn draw(&self, dice: &mut Dice, sex: Sex) -> FullName {
        let generation = dice.weigh(&[
            (18, Generation::Senior),
            (45, Generation::Middle),
            (37, Generation::Young),
        ]);
        let (mut surname, mut given) = (String::with_capacity(16), String::with_capacity(16));
        push_surname(&mut surname, &self.surnames.draw(dice, sex), dice);
        push_given(&mut given, &self.given.draw(dice, sex, generation), dice);
        FullName { surname, given }
    }

    /// A bare surname for the sign of a shop or a practice.
    pub(crate) fn sign(&self, dice: &mut Dice) -> String {
        self.surnames.single(dice)
    }
}
