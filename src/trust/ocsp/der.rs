//! Writes the little of DER that OCSP is made of, from the inside out, and reads its times. It must not know
//! what they mean.

use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::trust::der::{NotDer, Reader, tag};

pub(super) const NULL: u8 = 0x05;

/// `[number]` with other elements in it.
pub(super) const fn tagged(number: u8) -> u8 {
    0xa0 | number
}

/// `[number]` in the place of the tag of a simple type.
pub(super) const fn tagged_simple(number: u8) -> u8 {
    0x80 | number
}

/// `YYYYMMDDHHMMSSZ`, the one form there is (RFC 5280 §4.1.2.5.2).
pub(super) fn read_time(from: &mut Reader<'_>) -> Result<OffsetDateTime, NotDer> {
    let contents = from.element(tag::GENERALIZED_TIME)?;
    moment(contents).ok_or(NotDer)
}

fn moment(contents: &[u8]) -> Option<OffsetDateTime> {
    let text = std::str::from_utf8(contents).ok()?;
    let form = format_description!("[year][month][day][hour][minute][second]Z");
    let is_plain = text.len() == 15 && text.starts_with(|first: char| first.is_ascii_digit());
    let read = is_plain.then(|| PrimitiveDateTime::parse(text, form).ok())?;
    read.map(PrimitiveDateTime::assume_utc)
}

/// An element of these parts, one after the other.
pub(super) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let mut out = Vec::with_capacity(length.saturating_add(6));
    out.push(tag);
    match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => out.push(short),
        Ok(long) => out.extend([0x81, long]),
        Err(_) => {
            let bytes = length.to_be_bytes();
            let zeroes = bytes.iter().take_while(|byte| **byte == 0).count();
            let count = bytes.len().saturating_sub(zeroes);
            out.push(0x80 | u8::try_from(count).unwrap_or(u8::MAX));
            out.extend(bytes.iter().skip(zeroes));
        }
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// The element of a positive number: its bytes, most significant first.
pub(super) fn positive(number: &[u8]) -> Vec<u8> {
    let number = significant(number);
    match number.first() {
        Some(0x80..=0xff) | None => element(tag::INTEGER, &[&[0], number]),
        Some(_) => element(tag::INTEGER, &[number]),
    }
}

/// A number without the zeroes before it.
pub(super) fn significant(mut number: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = number {
        number = rest;
    }
    number
}

/// The element of a moment, cut to its second; what is after the year 9999 is told as the last second of it.
pub(super) fn time(at: OffsetDateTime) -> Vec<u8> {
    const LATEST: &str = "99991231235959Z";
    let form = format_description!("[year][month][day][hour][minute][second]Z");
    let text = at.to_offset(time::UtcOffset::UTC).format(form);
    let text = text.ok().filter(|text| text.len() == LATEST.len());
    let text = text.as_deref().unwrap_or(LATEST);
    element(tag::GENERALIZED_TIME, &[text.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    #[test]
    fn times_have_one_form() {
        let at = datetime!(2026-06-01 12:00:09.9 UTC);
        assert_eq!(time(at), [&[0x18, 15][..], b"20260601120009Z"].concat());
        assert_eq!(
            time(datetime!(2026-06-01 1:00 +2)),
            time(datetime!(2026-05-31 23:00 UTC))
        );
        for (text, read) in [
            ("20260601120009Z", Some(datetime!(2026-06-01 12:00:09 UTC))),
            ("20260601120009", None),
            ("20260601120009.5Z", None),
            ("202606011200Z", None),
            ("20260631120009Z", None),
            ("20260601240000Z", None),
            ("20260601120009+0000", None),
            ("+0260601120009Z", None),
            ("2026060112000 Z", None),
            ("é0260601120009Z", None),
            ("", None),
        ] {
            let element = element(tag::GENERALIZED_TIME, &[text.as_bytes()]);
            assert_eq!(read_time(&mut Reader::new(&element)).ok(), read, "{text}");
        }
    }

    #[test]
    fn numbers_are_positive_and_short() {
        for (number, der) in [
            (&[][..], &[2, 1, 0][..]),
            (&[0, 0], &[2, 1, 0]),
            (&[1], &[2, 1, 1]),
            (&[0x80], &[2, 2, 0, 0x80]),
            (&[0, 0, 0x7f, 0], &[2, 2, 0x7f, 0]),
        ] {
            assert_eq!(positive(number), der, "{number:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..4), kind in 0_u8..0x1f) {
            let elements: Vec<u8> = parts.iter().flat_map(|part| element(kind, &[part])).collect();
            let outer = element(tag::SEQUENCE, &[&elements]);
            let mut inner = Reader::new(&outer).inside(tag::SEQUENCE).unwrap();
            for part in &parts {
                prop_assert_eq!(inner.element(kind).unwrap(), &part[..]);
            }
            prop_assert!(inner.end().is_ok());
        }

        #[test]
        fn no_bytes_are_a_time_by_chance(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
            let bytes = element(tag::GENERALIZED_TIME, &[&bytes]);
            if let Ok(at) = read_time(&mut Reader::new(&bytes)) {
                prop_assert_eq!(time(at), bytes);
            }
        }
    }
}
