//! Finding `|` and line feeds, 64 bytes at a time. It must not know what lies between them.
//!
//! Fields are short (six bytes on average), so a search per field spends its time starting. Here eight bytes are compared
//! in one integer, eight integers make a bit mask, and only the bits set are visited.

const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;
const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
/// Multiplying by it moves the lowest bit of each of eight bytes into the top byte.
const GATHER: u64 = 0x0102_0408_1020_4080;

/// Pushes, for every separator in `bytes`, the position after it: where the next field starts.
pub(super) fn push_field_starts(bytes: &[u8], starts: &mut Vec<usize>) {
    let (blocks, rest) = bytes.as_chunks::<64>();
    let mut base = 0;
    for block in blocks {
        let mut mask = separators(block);
        while mask != 0 {
            #[expect(
                clippy::as_conversions,
                reason = "the position of a bit in 64 fits any usize"
            )]
            starts.push(base + mask.trailing_zeros() as usize + 1);
            mask &= mask - 1;
        }
        base += 64;
    }
    starts.extend(
        rest.iter()
            .enumerate()
            .filter(|(_, byte)| matches!(**byte, b'|' | b'\n'))
            .map(|(at, _)| base + at + 1),
    );
}

/// One bit per byte of the block, lowest first: set where the byte is a separator.
fn separators(block: &[u8; 64]) -> u64 {
    let (words, _) = block.as_chunks::<8>();
    words.iter().rev().fold(0, |mask, word| {
        let word = u64::from_le_bytes(*word);
        let found = zero_bytes(word ^ (EVERY_BYTE * u64::from(b'|')))
            | zero_bytes(word ^ (EVERY_BYTE * u64::from(b'\n')));
        (mask << 8) | ((found >> 7).wrapping_mul(GATHER) >> 56)
    })
}

/// The top bit of each zero byte, exactly: no carry crosses from one byte to the next.
const fn zero_bytes(word: u64) -> u64 {
    !(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS)
}

#[cfg(test)]
mod tests {
    use super::push_field_starts;
    use proptest::prelude::*;

    fn one_by_one(bytes: &[u8]) -> Vec<usize> {
        (0..bytes.len())
            .filter(|at| matches!(bytes.get(*at), Some(b'|' | b'\n')))
            .map(|at| at + 1)
            .collect()
    }

    #[test]
    fn neighbours_of_a_separator_are_not_separators() {
        // Bytes one bit away, and pairs that would carry into each other in an inexact comparison.
        let mut bytes: Vec<u8> = (0..=255).collect();
        bytes.extend(b"|}|{\n\x0b\n\x09\xfc|\x8a\n||||\n\n\n\n");
        let mut found = Vec::new();
        push_field_starts(&bytes, &mut found);
        assert_eq!(found, one_by_one(&bytes));
    }

    proptest! {
        #[test]
        fn agrees_with_looking_at_each_byte(
            bytes in proptest::collection::vec(
                prop_oneof![Just(b'|'), Just(b'\n'), any::<u8>()], 0..400
            )
        ) {
            let mut found = Vec::new();
            push_field_starts(&bytes, &mut found);
            prop_assert_eq!(found, one_by_one(&bytes));
        }
    }
}
