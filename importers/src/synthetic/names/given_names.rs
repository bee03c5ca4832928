//! Given names by sex and generation. It must not know surnames.

use super::super::dice::Dice;
use super::Sex;

const TABLE: &str = include_str!("../data/given_names.txt");

/// Fashions last about a generation: one list each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    Senior,
    Middle,
    Young,
}

/// First and second halves of compound names.
const COMPOUND_WOMEN: ([&str; 4], [&str; 12]) = (
    ["Marie", "Anne", "Marie", "Rose"],
    [
        "Laure", "Claire", "Hélène", "Cécile", "Noëlle", "Pierre", "Louise", "Paule", "Élise",
        "Sophie", "Agnès", "Odile",
    ],
);
const COMPOUND_MEN: ([&str; 4], [&str; 12]) = (
    ["Jean", "Pierre", "Jean", "Paul"],
    [
        "Charles",
        "Louis",
        "Marie",
        "Noël",
        "Loup",
        "Henri",
        "Étienne",
        "Emmanuel",
        "Christophe",
        "Benoît",
        "Édouard",
        "Rémi",
    ],
);

#[derive(Debug)]
struct List {
    names: Vec<&'static str>,
    bounds: Vec<u32>,
}

impl List {
    /// `line` is `F senior Name,Name,…`, commonest first.
    fn parse(line: &'static str) -> Self {
        let names: Vec<_> = line
            .splitn(3, ' ')
            .nth(2)
            .unwrap_or_default()
            .split(',')
            .collect();
        let mut bound = 0;
        let bounds = (0..)
            .zip(&names)
            .map(|(rank, _): (u32, _)| {
                bound += 100_000 / (rank + 12);
                bound
            })
            .collect();
        Self { names, bounds }
    }

    fn draw(&self, dice: &mut Dice) -> &'static str {
        let person = dice.below(self.bounds.last().copied().unwrap_or_default());
        let rank = self.bounds.partition_point(|&bound| bound <= person);
        self.names.get(rank).copied().unwrap_or_default()
    }
}

#[derive(Debug)]
pub(crate) struct GivenNames {
    lists: Vec<List>,
}

impl GivenNames {
    pub(crate) fn load() -> Self {
        Self {
            lists: TABLE.lines().map(List::parse).collect(),
        }
    }

    pub(crate) fn draw(&self, dice: &mut Dice, sex: Sex, generation: Generation) -> String {
        let (firsts, seconds) = match sex {
            Sex::Woman => &COMPOUND_WOMEN,
            Sex::Man => &COMPOUND_MEN,
        };
        if dice.per_mille(35) {
            let joint = if dice.per_mille(250) { ' ' } else { '-' };
            return format!("{}{joint}{}", dice.pick(firsts), dice.pick(seconds));
        }
        // In the order of the file.
        let line = match (sex, generation) {
            (Sex::Woman, Generation::Senior) => 0,
            (Sex::Woman, Generation::Middle) => 1,
            (Sex::Woman, Generation::Young) => 2,
            (Sex::Man, Generation::Senior) => 3,
            (Sex::Man, Generation::Middle) => 4,
            (Sex::Man, Generation::Young) => 5,
        };
        self.lists
            .get(line)
            .map_or("", |list| list.draw(dice))
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::dice::{Dice, Topic};
    use super::{Generation, GivenNames, Sex, TABLE};

    #[test]
    fn the_lists_are_in_the_order_the_code_reads_them() {
        let heads: Vec<_> = TABLE
            .lines()
            .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            heads,
            [
                "F senior", "F middle", "F young", "M senior", "M middle", "M young"
            ]
        );
    }

    #[test]
    fn names_go_with_sex_and_generation() {
        let (names, mut dice) = (GivenNames::load(), Dice::new(1, Topic::Name, &[]));
        let mut share = |sex, generation, wanted: &str| {
            (0..10_000)
                .filter(|_| names.draw(&mut dice, sex, generation) == wanted)
                .count()
        };
        assert!(share(Sex::Woman, Generation::Senior, "Monique") > 200);
        assert_eq!(share(Sex::Woman, Generation::Young, "Monique"), 0);
        assert!(share(Sex::Man, Generation::Young, "Thomas") > 200);
        assert_eq!(share(Sex::Woman, Generation::Young, ""), 0);
    }
}
