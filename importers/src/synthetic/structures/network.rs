//! How many establishments and group practices the country has, and which of them someone works in. It must not know what they look
//! like.

use super::super::dice::Dice;
use super::kinds::{Crowd, Kind, SPECS};

/// Group practices, of 10,000 people of the directory.
const GROUPS_PER_TEN_THOUSAND: u32 = 360;

#[derive(Debug)]
pub(crate) struct Network {
    /// For each line of `SPECS`: how many, and how many there are in the lines before.
    sizes: [(u32, u32); SPECS.len()],
    groups: u32,
}

impl Network {
    /// At least one of each as soon as there is anybody.
    pub(crate) fn for_people(people: u32) -> Self {
        let share = |per_ten_thousand: u32| {
            let whole = u64::from(people) * u64::from(per_ten_thousand) / 10_000;
            u32::try_from(whole)
                .unwrap_or(u32::MAX)
                .max(u32::from(people > 0))
        };
        let (mut sizes, mut before) = ([(0, 0); SPECS.len()], 0_u32);
        for (size, spec) in sizes.iter_mut().zip(&SPECS) {
            let count = share(spec.per_ten_thousand);
            *size = (count, before);
            before = before.saturating_add(count);
        }
        Self {
            sizes,
            groups: share(GROUPS_PER_TEN_THOUSAND),
        }
    }

    fn size(&self, kind: Kind) -> (u32, u32) {
        let place = SPECS
            .iter()
            .position(|spec| spec.kind == kind)
            .unwrap_or_default();
        self.sizes.get(place).copied().unwrap_or_default()
    }

    pub(crate) fn count(&self, kind: Kind) -> u32 {
        self.size(kind).0
    }

    /// A number no other establishment has.
    pub(crate) fn ordinal(&self, kind: Kind, rank: u32) -> u32 {
        self.size(kind).1 + rank
    }

    pub(crate) fn groups(&self) -> u32 {
        self.groups
    }

    /// Every establishment, kind by kind.
    pub(crate) fn establishments(&self) -> impl Iterator<Item = (Kind, u32)> {
        SPECS
            .iter()
            .zip(self.sizes)
            .flat_map(|(spec, (count, _))| (0..count).map(|rank| (spec.kind, rank)))
    }

    /// The rank of an employer of this kind.
    pub(crate) fn employer(&self, dice: &mut Dice, kind: Kind) -> u32 {
        let count = self.count(kind);
        match kind.spec().crowd {
            Crowd::Skewed => dice.harmonic(count),
            Crowd::Even => dice.below(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Kind, Network};

    #[test]
    fn a_small_country_has_one_of_each_and_an_empty_one_none() {
        let one = Network::for_people(1);
        assert!(super::SPECS.iter().all(|spec| one.count(spec.kind) == 1));
        let none = Network::for_people(0);
        assert_eq!((none.establishments().count(), none.groups()), (0, 0));
    }

    #[test]
    fn ordinals_are_distinct() {
        let network = Network::for_people(30_000);
        let ordinals: HashSet<_> = network
            .establishments()
            .map(|(kind, rank)| network.ordinal(kind, rank))
            .collect();
        assert_eq!(ordinals.len(), network.establishments().count());
        assert_eq!(network.count(Kind::Pharmacy), 345);
    }
}
