//! DER and not BER (X.690 §10, §11): one way to write each value. The parser of certificates lets
//! other lengths and integers pass, which every verifier after it would then read in its own way.

/// Deeper than any certificate is; what is deeper is written to exhaust its readers.
const MAX_DEPTH: u8 = 16;

const CONSTRUCTED: u8 = 0x20;
/// Tag numbers of 31 and more follow in bytes of their own; certificates have none.
const LONG_TAG: u8 = 0x1f;
const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;

/// Whether these bytes are one element, or several in a row, in DER as far as structure, lengths,
/// booleans and integers go.
pub(in crate::trust) fn is_der(bytes: &[u8]) -> bool {
    are_elements(bytes, MAX_DEPTH)
}

/// One element: its first byte, all of it, and what is in it.
#[derive(Clone, Copy, Debug)]
pub(in crate::trust) struct Element<'a> {
    pub(in crate::trust) tag: u8,
    pub(in crate::trust) whole: &'a [u8],
    pub(in crate::trust) contents: &'a [u8],
}

/// The elements that stand in a row in these bytes; none where they are not whole.
pub(in crate::trust) fn elements(mut bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while let Some((tag, rest)) = bytes.split_first() {
        let (contents, after) = contents(rest)?;
        let length = bytes.len().checked_sub(after.len())?;
        found.push(Element {
            tag: *tag,
            whole: bytes.get(..length)?,
            contents,
        });
        bytes = after;
    }
    Some(found)
}

fn are_elements(mut bytes: &[u8], depth: u8) -> bool {
    while let Some((tag, rest)) = bytes.split_first() {
        let Some((contents, after)) = contents(rest) else {
            return false;
        };
        let is_good = match *tag {
            tag if tag & LONG_TAG == LONG_TAG => false,
            tag if tag & CONSTRUCTED != 0 => {
                depth > 0 && are_elements(contents, depth.saturating_sub(1))
            }
            BOOLEAN => matches!(contents, [0 | 0xff]),
            INTEGER => is_minimal(contents),
            _ => true,
        };
        if !is_good {
            return false;
        }
        bytes = after;
    }
    true
}

/// What the length before it says, and what comes after.
fn contents(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        // One or two bytes: no certificate that is looked at is longer.
        0x81 => {
            let (length, rest) = rest.split_first()?;
            (usize::from(*length), rest)
        }
        0x82 => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        _ => return None,
    };
    let least = match *first {
        0x81 => 0x80,
        0x82 => 0x100,
        _ => 0,
    };
    (length >= least).then_some(())?;
    rest.split_at_checked(length)
}

/// At least one byte, and no first byte that says nothing.
fn is_minimal(integer: &[u8]) -> bool {
    match integer {
        [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => false,
        [..] => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_in_a_row_are_told_apart() {
        let bytes = [0x30, 3, 2, 1, 7, 5, 0];
        let found = elements(&bytes).unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|it| (it.tag, it.whole, it.contents))
            .collect();
        assert_eq!(
            told,
            [(0x30, &bytes[..5], &bytes[2..5]), (5, &bytes[5..], &[][..])]
        );
        assert!(elements(&bytes[..6]).is_none());
        assert!(elements(&[]).unwrap().is_empty());
    }

    #[test]
    fn what_der_writes_one_way_is_taken_that_way_only() {
        let long = |length: &[u8]| [&[0x04][..], length, &[7; 0x100]].concat();
        for (bytes, is_good) in [
            (vec![], true),
            (vec![0x05, 0], true),
            (vec![0x05, 0, 0x05, 0], true),
            (vec![0x05], false),
            (vec![0x05, 0x80], false),
            (vec![0x04, 1], false),
            (vec![0x04, 0x81, 1, 7], false),
            ([&[0x04, 0x81, 0x80][..], &[7; 0x80]].concat(), true),
            ([&[0x04, 0x82, 0, 0x80][..], &[7; 0x80]].concat(), false),
            (long(&[0x82, 1, 0]), true),
            (long(&[0x83, 0, 1, 0]), false),
            (vec![0x30, 2, 0x05, 0], true),
            (vec![0x30, 2, 0x05, 1], false),
            (vec![0x30, 0x80, 0, 0], false),
            (vec![0x1f, 0x81, 0, 0], false),
            (vec![0x01, 1, 0xff], true),
            (vec![0x01, 1, 0], true),
            (vec![0x01, 1, 1], false),
            (vec![0x01, 0], false),
            (vec![0x02, 1, 0], true),
            (vec![0x02, 0], false),
            (vec![0x02, 2, 0, 0x7f], false),
            (vec![0x02, 2, 0, 0x80], true),
            (vec![0x02, 2, 0xff, 0x80], false),
            (vec![0x02, 2, 0xff, 0x7f], true),
        ] {
            assert_eq!(is_der(&bytes), is_good, "{bytes:?}");
        }
    }

    #[test]
    fn depth_ends() {
        let mut nested = vec![0x05, 0];
        for depth in 1..=20_u8 {
            nested = [&[0x30, u8::try_from(nested.len()).unwrap()][..], &nested].concat();
            assert_eq!(is_der(&nested), depth <= MAX_DEPTH, "{depth}");
        }
    }
}
