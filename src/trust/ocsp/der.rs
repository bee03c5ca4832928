//! The little of DER that OCSP is made of: elements one after the other, read without a copy and
//! written from the inside out. It must not know what they mean.

use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;

/// `[number]` with other elements in it.
pub(super) const fn tagged(number: u8) -> u8 {
    0xa0 | number
}

/// `[number]` in the place of the tag of a simple type.
pub(super) const fn tagged_simple(number: u8) -> u8 {
    0x80 | number
}

/// Elements in a row, of which the next is read. `None` says that they are not what was expected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The elements of these bytes, which must be DER throughout: see `certificate::strict`.
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The contents of the next element, which has this tag.
    pub(super) fn contents(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, contents, _) = self.split()?;
        (found == tag).then_some(contents)
    }

    /// The elements within the next element, which has this tag.
    pub(super) fn within(&mut self, tag: u8) -> Option<Self> {
        self.contents(tag).map(Self)
    }

    /// The next element with its tag and length, which has this tag.
    pub(super) fn whole(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, _, whole) = self.split()?;
        (found == tag).then_some(whole)
    }

    /// The next element whatever it is: its tag and its contents.
    pub(super) fn any(&mut self) -> Option<(u8, &'a [u8])> {
        self.split().map(|(tag, contents, _)| (tag, contents))
    }

    /// The contents of the next element where it has this tag; what has another is left.
    pub(super) fn optional(&mut self, tag: u8) -> Option<Option<&'a [u8]>> {
        match self.0.first() {
            Some(found) if *found == tag => self.contents(tag).map(Some),
            Some(_) | None => Some(None),
        }
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// That nothing follows.
    pub(super) fn end(&self) -> Option<()> {
        self.is_at_end().then_some(())
    }

    fn split(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match *first {
            short @ 0..=0x7f => (usize::from(short), rest),
            0x81 => {
                let (length, rest) = rest.split_first()?;
                (usize::from(*length), rest)
            }
            0x82 => {
                let (length, rest) = rest.split_first_chunk()?;
                (usize::from(u16::from_be_bytes(*length)), rest)
            }
            // Nothing that is looked at here is longer.
            _ => return None,
        };
        let (contents, after) = rest.split_at_checked(length)?;
        let whole = self.0.get(..self.0.len().checked_sub(after.len())?)?;
        self.0 = after;
        Some((*tag, contents, whole))
    }
}

/// `YYYYMMDDHHMMSSZ`, the one form there is (RFC 5280 §4.1.2.5.2).
pub(super) fn read_time(contents: &[u8]) -> Option<OffsetDateTime> {
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
        Some(0x80..=0xff) | None => element(INTEGER, &[&[0], number]),
        Some(_) => element(INTEGER, &[number]),
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
    element(GENERALIZED_TIME, &[text.as_bytes()])
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
            assert_eq!(read_time(text.as_bytes()), read, "{text}");
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
        fn what_is_written_is_read(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..4), tag in 0_u8..0x1f) {
            let elements: Vec<u8> = parts.iter().flat_map(|part| element(tag, &[part])).collect();
            let outer = element(SEQUENCE, &[&elements]);
            let mut reader = Reader::new(&outer);
            let mut inner = reader.within(SEQUENCE).unwrap();
            prop_assert!(reader.is_at_end());
            for part in &parts {
                prop_assert_eq!(inner.contents(tag).unwrap(), &part[..]);
            }
            prop_assert!(inner.end().is_some());
            prop_assert!(inner.any().is_none());
        }

        #[test]
        fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut reader = Reader::new(&bytes);
            while reader.any().is_some() {}
            let _ = read_time(&bytes);
        }
    }
}
