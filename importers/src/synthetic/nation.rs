//! The whole country on one day, as a function of its seed: who is in each slot, and what has happened to them. It must not know the
//! files it ends in.
//!
//! Nothing is carried from day to day. The country has as many slots as people; each slot sees its occupant leave, move, take up or
//! end a second activity and change specialty at rhythms of its own, and a day is told by counting how often each has happened.

use super::Country;
use super::dice::{Topic, digest, high};
use super::identifiers::RPPS_CAPACITY;
use super::names::Names;
use super::places::communes::Communes;
use super::rhythm::Rhythm;
use super::structures::network::Network;

/// How often things have happened to a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// Occupants before this one.
    pub(crate) generation: u32,
    /// New main posts.
    pub(crate) moves: u32,
    /// Second activities taken up or ended.
    pub(crate) extras: u32,
    /// Changes of specialty.
    pub(crate) turns: u32,
}

#[derive(Debug)]
pub(crate) struct Nation {
    pub(crate) seed: u64,
    pub(crate) day: u32,
    pub(crate) professionals: u32,
    /// Holders of a mailbox who are in no file of the directory.
    outsiders: u32,
    pub(crate) names: Names,
    pub(crate) communes: Communes,
    pub(crate) network: Network,
    pub(crate) arrivals: Rhythm,
    pub(crate) moves: Rhythm,
    extras: Rhythm,
    turns: Rhythm,
    group_calls: Rhythm,
    service_changes: Rhythm,
}

/// What a slot's phases are for.
#[derive(Clone, Copy, Debug)]
enum Event {
    Arrival,
    Move,
    Extra,
    Turn,
    GroupCall,
    Service,
}

impl Event {
    fn code(self) -> u32 {
        match self {
            Self::Arrival => 1,
            Self::Move => 2,
            Self::Extra => 3,
            Self::Turn => 4,
            Self::GroupCall => 5,
            Self::Service => 6,
        }
    }
}

impl Nation {
    pub(crate) fn new(country: &Country) -> Self {
        let people = country.professionals;
        // A quarter of the directory has a mailbox, and one holder in a hundred is not in the directory.
        let outsiders = people.div_ceil(400);
        let daily = |part: f64| Rhythm::daily(country.churn * part);
        Self {
            seed: country.seed,
            day: country.day,
            professionals: people,
            outsiders,
            names: Names::load(),
            communes: Communes::load(),
            network: Network::for_people(people),
            // Half of the churn is people who leave for people who come, the other half is change.
            arrivals: daily(0.5),
            moves: daily(0.25),
            extras: daily(0.125),
            turns: daily(0.125),
            group_calls: daily(0.125),
            service_changes: daily(0.5),
        }
    }

    /// People of the directory, then the outsiders.
    pub(crate) fn slots(&self) -> u32 {
        self.professionals + self.outsiders
    }

    pub(crate) fn epoch(&self, slot: u32, day: u32) -> Epoch {
        Epoch {
            generation: self.arrivals.count(self.phase(Event::Arrival, slot), day),
            moves: self.moves.count(self.phase(Event::Move, slot), day),
            extras: self.extras.count(self.phase(Event::Extra, slot), day),
            turns: self.turns.count(self.phase(Event::Turn, slot), day),
        }
    }

    /// The days from `first` to `last`, both included, on which a slot got another occupant or its occupant another post.
    pub(crate) fn fresh_starts(
        &self,
        slot: u32,
        first: u32,
        last: u32,
    ) -> impl Iterator<Item = u32> {
        [(self.arrivals, Event::Arrival), (self.moves, Event::Move)]
            .into_iter()
            .flat_map(move |(rhythm, event)| {
                let phase = self.phase(event, slot);
                let before = first
                    .checked_sub(1)
                    .map_or(0, |day| rhythm.count(phase, day));
                (before + 1..=rhythm.count(phase, last))
                    .filter_map(move |nth| rhythm.day(phase, nth))
            })
    }

    /// The number of a person among all who ever were in a slot; numbers come back once all are used.
    pub(crate) fn ordinal(&self, slot: u32, generation: u32) -> u32 {
        let slots = self.slots().max(1);
        let rounds = (RPPS_CAPACITY / slots).max(1);
        slot + slots * (generation % rounds)
    }

    pub(crate) fn calls_of_group(&self, rank: u32) -> u32 {
        self.group_calls
            .count(self.phase(Event::GroupCall, rank), self.day)
    }

    /// How often the service mailbox of an establishment has been renamed.
    pub(crate) fn service_changes(&self, establishment: u32, place: u32) -> u32 {
        self.service_changes.count(
            high(digest(
                self.seed,
                Topic::Phase,
                &[Event::Service.code(), establishment, place],
            )),
            self.day,
        )
    }

    fn phase(&self, event: Event, slot: u32) -> u32 {
        high(digest(self.seed, Topic::Phase, &[event.code(), slot]))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Country, Nation};

    fn nation() -> Nation {
        Nation::new(&Country {
            professionals: 2_000,
            seed: 1,
            day: 0,
            churn: 0.1,
        })
    }

    #[test]
    fn fresh_starts_are_the_days_the_epoch_changes() {
        let nation = nation();
        for slot in 0..50 {
            let expected: Vec<_> = (1..200)
                .filter(|&day| {
                    let (before, after) = (nation.epoch(slot, day - 1), nation.epoch(slot, day));
                    (before.generation, before.moves) != (after.generation, after.moves)
                })
                .collect();
            let mut days: Vec<_> = nation
                .fresh_starts(slot, 0, 99)
                .chain(nation.fresh_starts(slot, 100, 199))
                .collect();
            days.sort_unstable();
            days.dedup();
            assert_eq!(days, expected);
        }
    }

    #[test]
    fn nobody_shares_a_number_with_anybody_before() {
        let nation = nation();
        let numbers: HashSet<_> = (0..nation.slots())
            .flat_map(|slot| (0..9).map(move |generation| (slot, generation)))
            .collect();
        let ordinals: HashSet<_> = numbers
            .iter()
            .map(|&(slot, generation)| nation.ordinal(slot, generation))
            .collect();
        assert_eq!(ordinals.len(), numbers.len());
        assert!(
            ordinals
                .iter()
                .all(|&ordinal| ordinal < super::RPPS_CAPACITY)
        );
    }
}
