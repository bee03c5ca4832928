//! Surnames by frequency: a head of real ones, weighted by rank, and a long tail built from morphemes. It must not know given names.

use super::super::dice::Dice;
use super::Sex;
use super::morphemes::tail_surname;

const TABLE: &str = include_str!("../data/surnames.txt");

/// Bearers of the commonest surname, MARTIN, and the people it is counted in: 0.41 % once the double names are taken off.
const FIRST_WEIGHT: u32 = 255_000;
const EVERYBODY: u32 = 57_300_000;
/// Bearers of the surname at rank r (from 0), fitted to the national list: 107,000 at rank 2, 32,000 at 100, 8,000 at 500.
const RANK_WEIGHT: u32 = 4_500_000;
const RANK_SHIFT: u32 = 40;

/// The tail goes on where the head stops, in octaves of equal chance: a 1/r law as the head's.
const TAIL_FIRST: u32 = 900;
const TAIL_OCTAVES: u32 = 8;

/// What follows a particle: estates, trees and places.
const PLACES: [&str; 36] = [
    "LA TOUR",
    "LA ROCHE",
    "LA FONTAINE",
    "LA CROIX",
    "LA FOREST",
    "LA MOTTE",
    "LA PORTE",
    "LA RUE",
    "LA VILLE",
    "LA BORDE",
    "LA HAYE",
    "LA SALLE",
    "BEAUMONT",
    "BEAUREGARD",
    "BOISSIEU",
    "CHABANNES",
    "CHAMPAGNE",
    "CLERMONT",
    "COURCELLES",
    "FONTENAY",
    "GRANDMAISON",
    "LESTRANGE",
    "LONGEVILLE",
    "MALHERBE",
    "MONTAIGU",
    "MONTFORT",
    "MONTGOLFIER",
    "PREMONT",
    "ROCHEFORT",
    "ROQUEFEUIL",
    "SAINT-AMAND",
    "SAINT-MARTIN",
    "SÉGUR",
    "VAUGELAS",
    "VIENNE",
    "VILLENEUVE",
];
const PARTICLES: [&str; 3] = ["DE ", "DE ", "DU "];

#[derive(Debug)]
pub(crate) struct Surnames {
    head: Vec<&'static str>,
    /// Upper bounds of the head's shares of `EVERYBODY`.
    bounds: Vec<u32>,
}

impl Surnames {
    pub(crate) fn load() -> Self {
        let head: Vec<_> = TABLE
            .split(['\n', ','])
            .filter(|name| !name.is_empty())
            .collect();
        let mut bound = 0;
        let bounds = (0..)
            .zip(&head)
            .map(|(rank, _)| {
                bound += if rank == 0 {
                    FIRST_WEIGHT
                } else {
                    RANK_WEIGHT / (rank + RANK_SHIFT)
                };
                bound
            })
            .collect();
        Self { head, bounds }
    }

    /// The name a person practises under: sometimes two, more often for women, sometimes with a particle.
    pub(crate) fn draw(&self, dice: &mut Dice, sex: Sex) -> String {
        let double_per_mille = match sex {
            Sex::Woman => 75,
            Sex::Man => 15,
        };
        let mut name = if dice.per_mille(12) {
            particled(dice)
        } else {
            self.single(dice)
        };
        if dice.per_mille(double_per_mille) {
            name.push(if dice.per_mille(800) { '-' } else { ' ' });
            name.push_str(&self.single(dice));
        }
        name
    }

    pub(crate) fn single(&self, dice: &mut Dice) -> String {
        let person = dice.below(EVERYBODY);
        let rank = self.bounds.partition_point(|&bound| bound <= person);
        if let Some(name) = self.head.get(rank) {
            return (*name).to_owned();
        }
        let octave = TAIL_FIRST << dice.below(TAIL_OCTAVES);
        tail_surname(octave - TAIL_FIRST + dice.below(octave))
    }
}

fn particled(dice: &mut Dice) -> String {
    let place = dice.pick(&PLACES);
    let vowel = place.starts_with(['A', 'E', 'I', 'O', 'U', 'É', 'H']);
    let particle = match place.starts_with("LA ") {
        true => "DE ",
        false if vowel => "D'",
        false => dice.pick(&PARTICLES),
    };
    format!("{particle}{place}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::super::dice::{Dice, Topic};
    use super::{Sex, Surnames};

    #[test]
    fn the_head_has_each_name_once() {
        let head = Surnames::load().head;
        assert!(head.len() > 800);
        assert_eq!(head.iter().collect::<HashSet<_>>().len(), head.len());
    }

    #[test]
    fn frequencies_are_national() {
        let (surnames, mut dice) = (Surnames::load(), Dice::new(1, Topic::Name, &[]));
        let drawn: Vec<_> = (0..100_000)
            .map(|_| surnames.draw(&mut dice, Sex::Woman))
            .collect();
        let share = |wanted: fn(&&String) -> bool| drawn.iter().filter(wanted).count();
        assert!(
            (320..480).contains(&share(|name| *name == "MARTIN")),
            "0.41 % less the double names"
        );
        assert!(
            (350..1_500).contains(&share(|name| name.contains('\''))),
            "{} with an apostrophe",
            share(|name| name.contains('\''))
        );
        assert!(
            (6_000..9_500).contains(&share(|name| name.contains('-'))),
            "hyphens"
        );
        assert!(
            (6_000..13_000).contains(&share(|name| !name.is_ascii())),
            "accents"
        );
        let distinct = drawn.iter().collect::<HashSet<_>>().len();
        assert!((20_000..50_000).contains(&distinct), "{distinct} distinct");
    }
}
