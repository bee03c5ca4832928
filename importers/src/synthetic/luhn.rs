//! The key of RPPS, FINESS, SIREN and SIRET numbers: Luhn's mod-10 sum. It must not know which number it closes.

/// Whether a key is to be the right one; a small share of the published keys is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Right,
    Wrong,
}

/// Appends the key of the digits of `number` from byte `start` on. A letter counts as 0: the rule for Corsica's `2A` and `2B` is
/// not stated in any source.
pub(crate) fn close(number: &mut String, start: usize, key: Key) {
    let mut sum = 0;
    for (place, byte) in number.bytes().skip(start).rev().enumerate() {
        let digit = u32::from(byte.is_ascii_digit()) * u32::from(byte.wrapping_sub(b'0'));
        sum += match place % 2 {
            0 if digit > 4 => 2 * digit - 9,
            0 => 2 * digit,
            _ => digit,
        };
    }
    let right = (10 - sum % 10) % 10;
    let digit = match key {
        Key::Right => right,
        Key::Wrong => (right + 1) % 10,
    };
    number.push(char::from_digit(digit, 10).unwrap_or('0'));
}

/// Whether the last digit of `number` closes it.
#[cfg(test)]
pub(crate) fn holds(number: &str) -> bool {
    let mut copy = number
        .get(..number.len().saturating_sub(1))
        .unwrap_or_default()
        .to_owned();
    close(&mut copy, 0, Key::Right);
    copy == number
}

#[cfg(test)]
mod tests {
    use super::{Key, close, holds};

    /// Published examples (annuaire-sante-fhir-documentation) and textbook ones.
    #[test]
    fn known_numbers_hold() {
        for number in [
            "10000001916",
            "10005531586",
            "770816478",
            "590064036",
            "10005531586003",
            "99000000010",
            "732829320",
        ] {
            assert!(holds(number), "{number}");
        }
        assert!(!holds("10003461033"));
    }

    #[test]
    fn a_wrong_key_never_holds() {
        for body in ["9900000001", "77081647", "0", ""] {
            let mut number = body.to_owned();
            close(&mut number, 0, Key::Wrong);
            assert!(!holds(&number), "{number}");
        }
    }

    #[test]
    fn the_prefix_before_start_does_not_count() {
        let mut number = "8:7708164".to_owned();
        number.push('7');
        close(&mut number, 2, Key::Right);
        assert_eq!(number, "8:770816478");
    }
}
