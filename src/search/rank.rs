//! The order of a list where scores are equal: numbers that depend on the document alone, so that
//! a cursor means the same place in every index.

use xxhash_rust::xxh3::xxh3_64;

use crate::domain::name;

/// Symbols that the rank tells apart; twelve of them fill 64 bits (40¹² < 2⁶⁴).
const SYMBOLS: u64 = 40;
const LETTERS: usize = 12;

/// The rank of a name in the alphabet, by its first twelve folded characters.
///
/// End before space, space before digits, digits before letters, and any other script after them.
pub(super) fn alphabetical(text: &str) -> u64 {
    let folded = name::fold(text);
    let mut letters = folded.chars();
    (0..LETTERS).fold(0, |rank, _| {
        rank * SYMBOLS + letters.next().map_or(0, symbol)
    })
}

/// What tells documents of equal rank apart. Two keys of one rank meet in one number with odds of
/// one in 2⁶⁴ a pair; they would then follow the order of the index they stand in.
pub(super) fn key(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

fn symbol(c: char) -> u64 {
    match c {
        ' ' => 1,
        '0'..='9' => 2 + u64::from(c) - u64::from('0'),
        'a'..='z' => 12 + u64::from(c) - u64::from('a'),
        _ => SYMBOLS - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_rank_as_in_a_directory() {
        let sorted = [
            "",
            "3 Îles",
            "Le Goff Yann",
            "Legoff",
            "MARTIN Anne",
            "Martin Paul",
            "Martinez",
            "Ötzi",
            "zzz",
            "Яна",
        ];
        assert!(sorted.is_sorted_by(|a, b| alphabetical(a) < alphabetical(b)));
        assert_eq!(alphabetical("ÉMILE Zoé"), alphabetical("emile zoe"));
    }

    proptest! {
        #[test]
        fn latin_ranks_follow_the_folded_text(a in "[a-z0-9 ]{0,11}", b in "[a-z0-9 ]{0,11}") {
            let (a, b) = (name::fold(&a), name::fold(&b));
            prop_assert_eq!(alphabetical(&a).cmp(&alphabetical(&b)), a.cmp(&b));
        }
    }
}
