//! French communes with their codes, drawn by number of inhabitants. It must not know streets.

use std::collections::{HashMap, HashSet};

use super::super::dice::{Dice, count, index};

const COMMUNES: &str = include_str!("../data/communes.txt");
const DEPARTMENTS: &str = include_str!("../data/departements.txt");

/// The table's first communes are the largest ones, in order of size; see `data/README.md`.
const LARGEST: u32 = 1_500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Commune {
    /// Code officiel géographique (COG).
    pub(crate) code: &'static str,
    /// One or more, comma-separated.
    postal_codes: &'static str,
    pub(crate) name: &'static str,
    /// Code and name of the département; the collectivities of article 74 have no name here.
    pub(crate) department: (&'static str, &'static str),
    /// Whether a larger commune bears the same name.
    pub(crate) namesake: bool,
}

impl Commune {
    pub(crate) fn postal_code(&self, dice: &mut Dice) -> &'static str {
        let codes = u32::try_from(self.postal_codes.split(',').count()).unwrap_or(1);
        self.postal_codes
            .split(',')
            .nth(index(dice.below(codes)))
            .unwrap_or_default()
    }

    /// The city of an arrondissement, with the code of the whole city: many offices declare only that one
    /// (directory-files §1.5.5).
    pub(crate) fn whole_city(&self) -> Option<(&'static str, &'static str)> {
        let (city, _) = self
            .name
            .split_once(" Arrondissement")?
            .0
            .rsplit_once(' ')?;
        let code = match city {
            "Paris" => "75056",
            "Lyon" => "69123",
            "Marseille" => "13055",
            _ => return None,
        };
        Some((code, city))
    }
}

#[derive(Debug)]
pub(crate) struct Communes {
    list: Vec<Commune>,
    /// Upper bounds of the shares of the population.
    bounds: Vec<u32>,
}

impl Communes {
    pub(crate) fn load() -> Self {
        let (mut list, mut bounds, mut bound) = (Vec::<Commune>::new(), Vec::new(), 0);
        let departments: HashMap<_, _> = DEPARTMENTS
            .lines()
            .filter_map(|line| line.split_once('|'))
            .collect();
        let mut seen = HashSet::new();
        for line in COMMUNES.lines() {
            let mut fields = line.split('|');
            let mut next = || fields.next().unwrap_or_default();
            let (code, postal_codes, name, inhabitants, department) =
                (next(), next(), next(), next(), next());
            bound += inhabitants.parse().unwrap_or(0);
            bounds.push(bound);
            list.push(Commune {
                code,
                postal_codes,
                name,
                department: (
                    department,
                    departments.get(department).copied().unwrap_or_default(),
                ),
                namesake: !seen.insert(name),
            });
        }
        Self { list, bounds }
    }

    /// A commune, as likely as it is populous.
    pub(crate) fn draw(&self, dice: &mut Dice) -> Commune {
        let inhabitant = dice.below(self.bounds.last().copied().unwrap_or_default());
        self.at(self.bounds.partition_point(|&bound| bound <= inhabitant))
    }

    /// The commune of a rank by size, counted around the largest ones, and how often the round was made.
    pub(crate) fn by_size(&self, rank: u32) -> (Commune, u32) {
        let round = count(&self.list).clamp(1, LARGEST);
        (self.at(index(rank % round)), rank / round)
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the embedded table is not empty, and the index is brought inside it"
    )]
    fn at(&self, index: usize) -> Commune {
        self.list[index.min(self.list.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::dice::{Dice, Topic};
    use super::{Communes, LARGEST};

    #[test]
    fn the_table_is_whole() {
        let communes = Communes::load();
        for commune in &communes.list {
            assert_eq!(commune.code.len(), 5, "{commune:?}");
            assert!(
                !commune.name.is_empty() && commune.code.starts_with(commune.department.0),
                "{commune:?}"
            );
            assert!(
                commune.postal_codes.split(',').all(|code| code.len() == 5),
                "{commune:?}"
            );
            let collectivity = ["975", "977", "978"].contains(&commune.department.0);
            assert_eq!(commune.department.1.is_empty(), collectivity, "{commune:?}");
        }
        assert!(communes.bounds.is_sorted());
        for code in [
            "75115", "69383", "13201", "2A004", "97411", "97611", "97801", "44109",
        ] {
            assert!(
                communes.list.iter().any(|commune| commune.code == code),
                "{code}"
            );
        }
    }

    #[test]
    fn draws_follow_the_population() {
        let (communes, mut dice) = (Communes::load(), Dice::new(1, Topic::Establishment, &[]));
        let drawn: Vec<_> = (0..100_000).map(|_| communes.draw(&mut dice)).collect();
        let paris = drawn
            .iter()
            .filter(|commune| commune.department.0 == "75")
            .count();
        assert!(
            (2_700..3_500).contains(&paris),
            "{paris}: 2.1 of 68 million"
        );
        let lozere = drawn
            .iter()
            .filter(|commune| commune.department.0 == "48")
            .count();
        assert!(
            (60..180).contains(&lozere),
            "{lozere}: 77,000 of 68 million"
        );
    }

    #[test]
    fn ranks_go_around_the_largest() {
        let communes = Communes::load();
        assert_eq!(communes.by_size(0).0.name, "Toulouse");
        assert_eq!(communes.by_size(LARGEST), (communes.by_size(0).0, 1));
    }

    #[test]
    fn arrondissements_know_their_city() {
        let communes = Communes::load();
        let of = |code: &str| {
            communes
                .list
                .iter()
                .find(|commune| commune.code == code)
                .and_then(super::Commune::whole_city)
        };
        assert_eq!(of("75115"), Some(("75056", "Paris")));
        assert_eq!(of("13201"), Some(("13055", "Marseille")));
        assert_eq!(of("44109"), None);
    }
}
