//! Which number tells a mailbox from those of namesakes. An address is never given twice, not even after its holder left, so a
//! departure renames nobody: numbers are handed out in the order in which people came, from day 0 on. It must not know where
//! mailboxes are written.

use std::collections::HashMap;

use super::super::dice::{Topic, digest, index};
use super::super::nation::Nation;
use super::super::people::Person;
use super::personal::{self, MOST};

/// Days replayed at once: what they bring is sorted in memory.
const WINDOW: u32 = 64;

#[derive(Debug)]
pub(crate) struct AddressBook {
    /// For each slot, the numbers of the mailboxes of its occupant.
    numbers: Vec<[u32; MOST]>,
}

impl AddressBook {
    /// Hands out numbers up to the nation's day; `progress` is told about each slot of day 0.
    pub(crate) fn compile(nation: &Nation, mut progress: impl FnMut(u32)) -> Self {
        let mut numbers = vec![[1; MOST]; index(nation.slots())];
        // Keyed by digest to stay small; two addresses that met there would only skip a number.
        let mut asked = HashMap::<u64, u32>::new();
        let mut register = |slot: u32, day: u32| {
            let person = Person::at(nation, slot, nation.epoch(slot, day));
            let Some(own) = numbers.get_mut(index(slot)) else {
                return;
            };
            for (number, mailbox) in own.iter_mut().zip(personal::of(nation, &person)) {
                let count = asked
                    .entry(fingerprint(&mailbox.local, &mailbox.domain))
                    .or_default();
                *count += 1;
                *number = *count;
            }
        };
        for slot in 0..nation.slots() {
            register(slot, 0);
            progress(slot);
        }
        let mut first = 1;
        while first <= nation.day {
            let last = nation.day.min(first.saturating_add(WINDOW - 1));
            let mut starts: Vec<(u32, u32)> = (0..nation.slots())
                .flat_map(|slot| {
                    nation
                        .fresh_starts(slot, first, last)
                        .map(move |day| (day, slot))
                })
                .collect();
            starts.sort_unstable();
            starts.dedup();
            for (day, slot) in starts {
                register(slot, day);
            }
            match last.checked_add(1) {
                Some(next) => first = next,
                None => break,
            }
        }
        Self { numbers }
    }

    pub(crate) fn numbers(&self, slot: u32) -> [u32; MOST] {
        self.numbers.get(index(slot)).copied().unwrap_or([1; MOST])
    }
}

/// 64 bits of an address, through the same mixer as every draw.
fn fingerprint(local: &str, domain: &str) -> u64 {
    let mut words = [0_u32; 24];
    let bytes = local.bytes().chain([b'@']).chain(domain.bytes());
    for (place, byte) in bytes.enumerate() {
        if let Some(word) = words.get_mut(place / 4 % 24) {
            *word = word.rotate_left(8) ^ u32::from(byte);
        }
    }
    digest(0, Topic::Mailbox, &words)
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::super::super::Country;
    use super::{AddressBook, Nation, Person, personal};

    fn addresses(day: u32) -> HashMap<(u32, u32, usize), String> {
        let nation = Nation::new(&Country {
            professionals: 5_000,
            seed: 3,
            day,
            churn: 0.1,
        });
        let book = AddressBook::compile(&nation, |_| {});
        let mut all = HashMap::new();
        for slot in 0..nation.slots() {
            let epoch = nation.epoch(slot, day);
            let person = Person::at(&nation, slot, epoch);
            for (place, (mailbox, number)) in personal::of(&nation, &person)
                .iter()
                .zip(book.numbers(slot))
                .enumerate()
            {
                all.insert(
                    (slot, epoch.generation * 1_000 + epoch.moves, place),
                    mailbox.address(number),
                );
            }
        }
        all
    }

    #[test]
    fn nobody_is_renamed_by_another_ones_coming_or_going() {
        let mut before = addresses(0);
        for day in [1, 2, 70, 71] {
            let after = addresses(day);
            let stayed: Vec<_> = before
                .iter()
                .filter_map(|(key, address)| Some((address, after.get(key)?)))
                .collect();
            assert!(day == 70 || stayed.len() > 1_000);
            assert!(
                stayed.iter().all(|(before, after)| before == after),
                "day {day}"
            );
            let distinct: HashSet<_> = after.values().collect();
            assert_eq!(distinct.len(), after.len(), "day {day}: an address twice");
            before = after;
        }
    }
}
