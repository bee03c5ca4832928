//! Repeatable chance: every draw is a function of the seed and of what is being drawn, so that any part of the country can be made
//! alone, in any order, on any machine. It must not know what it is used for, and it uses no floating point: two processors agree
//! on integers.

use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

/// What a draw is about; two topics never share their luck.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Topic {
    Phase,
    Identity,
    Name,
    Career,
    Specialty,
    Post,
    PersonRow,
    OwnCabinet,
    GroupCabinet,
    Establishment,
    Phone,
    Mailbox,
    ServiceMailbox,
}

impl Topic {
    fn code(self) -> u64 {
        match self {
            Self::Phase => 1,
            Self::Identity => 2,
            Self::Name => 3,
            Self::Career => 4,
            Self::Specialty => 5,
            Self::Post => 6,
            Self::PersonRow => 7,
            Self::OwnCabinet => 8,
            Self::GroupCabinet => 9,
            Self::Establishment => 10,
            Self::Phone => 11,
            Self::Mailbox => 12,
            Self::ServiceMailbox => 13,
        }
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea and Flood 2014): spreads every input bit over the whole word.
fn scramble(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// The 64 bits that stand for `topic` and `keys` under `seed`.
pub(crate) fn digest(seed: u64, topic: Topic, keys: &[u32]) -> u64 {
    let mut word = scramble(seed.wrapping_add(topic.code().wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    for &key in keys {
        word = scramble(word.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ u64::from(key));
    }
    word
}

/// A stream of draws for one topic and one thing.
#[derive(Clone, Debug)]
pub(crate) struct Dice(Pcg32);

impl Dice {
    pub(crate) fn new(seed: u64, topic: Topic, keys: &[u32]) -> Self {
        Self(Pcg32::new(digest(seed, topic, keys), topic.code()))
    }

    /// Uniform in `0..bound`; 0 when `bound` is 0. The bias of the multiplication, below `bound / 2^32`, is of no matter here.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        high(u64::from(self.0.next_u32()) * u64::from(bound))
    }

    pub(crate) fn per_mille(&mut self, share: u32) -> bool {
        self.below(1_000) < share
    }

    pub(crate) fn per_million(&mut self, share: u32) -> bool {
        self.below(1_000_000) < share
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the draw is under the length, and an empty table is a programming error"
    )]
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[index(self.below(count(items)))]
    }

    /// One of `items`, each as likely as its weight says.
    pub(crate) fn weigh<T: Copy>(&mut self, items: &[(u32, T)]) -> T {
        self.weigh_by(items, |(weight, _)| *weight).1
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the first item is there: an empty table is a programming error"
    )]
    pub(crate) fn weigh_by<'items, T>(
        &mut self,
        items: &'items [T],
        weight: impl Fn(&T) -> u32,
    ) -> &'items T {
        let mut left = self.below(items.iter().map(&weight).sum());
        for item in items {
            match left.checked_sub(weight(item)) {
                Some(rest) => left = rest,
                None => return item,
            }
        }
        &items[0]
    }

    /// A rank in `0..count`, the chance of rank r falling like 1/(r+1): exact between powers of two, flat inside one. Sizes of
    /// hospitals and frequencies of surnames follow such a law.
    pub(crate) fn harmonic(&mut self, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        let octave = self.below(count.ilog2() + 1);
        let first = 1_u32 << octave;
        let end = first.saturating_mul(2).min(count.saturating_add(1));
        first + self.below(end - first) - 1
    }
}

/// The upper half of a word.
pub(crate) fn high(word: u64) -> u32 {
    u32::try_from(word >> 32).unwrap_or(u32::MAX)
}

/// A count as an index; every target of ours has at least 32 bits.
pub(crate) fn index(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// The length of a table as a count; tables here are short.
pub(crate) fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Dice, Topic};

    #[test]
    fn the_same_keys_draw_the_same_and_others_do_not() {
        let draw = |seed, keys: &[u32]| {
            let mut dice = Dice::new(seed, Topic::Identity, keys);
            [dice.below(1 << 30), dice.below(1 << 30)]
        };
        assert_eq!(draw(1, &[2, 3]), draw(1, &[2, 3]));
        assert_ne!(draw(1, &[2, 3]), draw(1, &[3, 2]));
        assert_ne!(draw(1, &[2, 3]), draw(2, &[2, 3]));
    }

    /// The streams are part of the file format of the generator: a change here changes every generated country.
    #[test]
    fn draws_are_pinned() {
        let mut dice = Dice::new(42, Topic::Name, &[7]);
        assert_eq!(
            [dice.below(1_000), dice.below(1_000), dice.below(1_000)],
            PINNED
        );
    }
    const PINNED: [u32; 3] = [384, 425, 17];

    #[test]
    fn harmonic_ranks_stay_in_range_and_favour_the_first() {
        let mut dice = Dice::new(1, Topic::Post, &[]);
        for count in [1, 2, 3, 1_000] {
            let mut first = 0;
            for _ in 0..2_000 {
                let rank = dice.harmonic(count);
                assert!(rank < count, "{rank} of {count}");
                first += u32::from(rank == 0);
            }
            assert!(first >= 2_000 / count.min(15), "{first} of {count}");
        }
        assert_eq!(dice.harmonic(0), 0);
    }

    #[test]
    fn weights_rule_the_draw() {
        let mut dice = Dice::new(1, Topic::Post, &[]);
        let heads = (0..10_000)
            .filter(|_| dice.weigh(&[(9, true), (1, false)]))
            .count();
        assert!((8_800..9_200).contains(&heads), "{heads}");
        assert!(!dice.weigh(&[(0, true), (5, false)]));
    }
}
