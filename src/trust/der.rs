//! Reads DER (X.690 §10) element by element, for what the parsers of certificates do not read strictly or
//! not at that size. It knows tags and lengths, and nothing of what they are for.

use time::{Date, Month, OffsetDateTime, Time};

/// Tags that are asked for.
pub(in crate::trust) mod tag {
    pub(in crate::trust) const BOOLEAN: u8 = 0x01;
    pub(in crate::trust) const INTEGER: u8 = 0x02;
    pub(in crate::trust) const BIT_STRING: u8 = 0x03;
    pub(in crate::trust) const OCTET_STRING: u8 = 0x04;
    pub(in crate::trust) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(in crate::trust) const ENUMERATED: u8 = 0x0a;
    pub(in crate::trust) const UTC_TIME: u8 = 0x17;
    pub(in crate::trust) const GENERALIZED_TIME: u8 = 0x18;
    pub(in crate::trust) const SEQUENCE: u8 = 0x30;
}

/// The bytes are not what was expected in DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trust) struct NotDer;

/// What is left to read of a row of elements.
#[derive(Clone, Copy, Debug)]
pub(in crate::trust) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads these elements.
    pub(in crate::trust) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether nothing is left.
    pub(in crate::trust) const fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// The tag of the next element.
    pub(in crate::trust) fn next_tag(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// How many bytes are left.
    pub(in crate::trust) const fn left(&self) -> usize {
        self.0.len()
    }

    /// The next element, with its tag and length.
    pub(in crate::trust) fn whole(&mut self, tag: u8) -> Result<&'a [u8], NotDer> {
        let before = self.0;
        self.element(tag)?;
        before.get(..before.len() - self.0.len()).ok_or(NotDer)
    }

    /// The contents of the next element, which has this tag.
    pub(in crate::trust) fn element(&mut self, tag: u8) -> Result<&'a [u8], NotDer> {
        let (found, rest) = self.0.split_first().ok_or(NotDer)?;
        if *found != tag {
            return Err(NotDer);
        }
        let (length, rest) = length(rest)?;
        let (contents, rest) = rest.split_at_checked(length).ok_or(NotDer)?;
        self.0 = rest;
        Ok(contents)
    }

    /// The contents of the next element where it has this tag; nothing is read where it has another.
    pub(in crate::trust) fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, NotDer> {
        if self.next_tag() == Some(tag) {
            self.element(tag).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The elements inside the next one, which has this tag.
    pub(in crate::trust) fn inside(&mut self, tag: u8) -> Result<Self, NotDer> {
        self.element(tag).map(Self)
    }

    /// The contents of an integer: two's complement in as few bytes as it takes.
    pub(in crate::trust) fn integer(&mut self) -> Result<&'a [u8], NotDer> {
        match self.element(tag::INTEGER)? {
            [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => Err(NotDer),
            contents => Ok(contents),
        }
    }

    /// The bits of a string of whole bytes.
    pub(in crate::trust) fn whole_bits(&mut self) -> Result<&'a [u8], NotDer> {
        match self.element(tag::BIT_STRING)? {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(NotDer),
        }
    }

    /// A truth value with this tag, where it is there: DER writes `TRUE` as one byte, and a default not
    /// at all (X.690 §11.1, §11.5).
    pub(in crate::trust) fn flag(&mut self, tag: u8) -> Result<bool, NotDer> {
        match self.optional(tag)? {
            None => Ok(false),
            Some([0xff]) => Ok(true),
            Some(_) => Err(NotDer),
        }
    }

    /// A moment: `UTCTime` before 2050, `GeneralizedTime` from then on, to the second, in UTC
    /// (RFC 5280 §4.1.2.5).
    pub(in crate::trust) fn time(&mut self) -> Result<OffsetDateTime, NotDer> {
        let (century, digits) = if let Some(text) = self.optional(tag::UTC_TIME)? {
            (None, text)
        } else {
            let text = self.element(tag::GENERALIZED_TIME)?;
            let (century, rest) = text.split_at_checked(2).ok_or(NotDer)?;
            (Some(number(century)?), rest)
        };
        let [pairs @ .., b'Z'] = digits else {
            return Err(NotDer);
        };
        let (pairs, []) = pairs.as_chunks::<2>() else {
            return Err(NotDer);
        };
        let [year, month, day, hour, minute, second] = pairs else {
            return Err(NotDer);
        };
        let year = number(year)?;
        let year = match century {
            Some(century) => i32::from(century) * 100 + i32::from(year),
            None if year < 50 => 2000 + i32::from(year),
            None => 1900 + i32::from(year),
        };
        if century.is_some() && (1950..2050).contains(&year) {
            return Err(NotDer);
        }
        let month = Month::try_from(number(month)?).map_err(|_| NotDer)?;
        let date = Date::from_calendar_date(year, month, number(day)?).map_err(|_| NotDer)?;
        let time = Time::from_hms(number(hour)?, number(minute)?, number(second)?);
        Ok(date.with_time(time.map_err(|_| NotDer)?).assume_utc())
    }

    /// That nothing is left.
    pub(in crate::trust) const fn end(self) -> Result<(), NotDer> {
        if self.is_at_end() {
            Ok(())
        } else {
            Err(NotDer)
        }
    }
}

fn number(digits: &[u8]) -> Result<u8, NotDer> {
    match digits {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Ok((tens - b'0') * 10 + (ones - b'0')),
        _ => Err(NotDer),
    }
}

/// A definite length in as few bytes as it takes, of up to four, and what follows.
fn length(bytes: &[u8]) -> Result<(usize, &[u8]), NotDer> {
    let (first, rest) = bytes.split_first().ok_or(NotDer)?;
    let count = match *first {
        short @ 0..=0x7f => return Ok((usize::from(short), rest)),
        long @ 0x81..=0x84 => usize::from(long & 0x7f),
        _ => return Err(NotDer),
    };
    let (digits, rest) = rest.split_at_checked(count).ok_or(NotDer)?;
    let length = digits
        .iter()
        .fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    let is_shortest = length >= 0x80 && digits.first() != Some(&0);
    match usize::try_from(length) {
        Ok(length) if is_shortest => Ok((length, rest)),
        _ => Err(NotDer),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;
    use crate::trust::pki::tlv;

    #[test]
    fn a_length_is_written_in_one_way() {
        for (bytes, read) in [
            (vec![4, 0], Ok(0)),
            (vec![4, 1, 7], Ok(1)),
            (vec![4, 0x81, 1, 7], Err(NotDer)),
            (vec![4, 0x80, 0, 0], Err(NotDer)),
            (vec![4, 0x82, 0, 0x80], Err(NotDer)),
            (vec![4, 0x85, 0, 0, 0, 0, 1, 7], Err(NotDer)),
            (vec![4, 0x84, 0xff, 0xff, 0xff, 0xff, 7], Err(NotDer)),
            (vec![4], Err(NotDer)),
            (vec![], Err(NotDer)),
            (vec![5, 0], Err(NotDer)),
            (tlv(4, &[7; 0x80]), Ok(0x80)),
            (tlv(4, &vec![7; 0x1_0000]), Ok(0x1_0000)),
        ] {
            let found = Reader::new(&bytes).element(tag::OCTET_STRING);
            assert_eq!(found.map(<[u8]>::len), read, "{bytes:.10?}");
        }
    }

    #[test]
    fn a_time_is_written_in_one_way() {
        let read = |tag, text: &str| Reader::new(&tlv(tag, text.as_bytes())).time();
        for (tag, text, at) in [
            (0x17, "260601120000Z", Some(datetime!(2026-06-01 12:00 UTC))),
            (
                0x17,
                "491231235959Z",
                Some(datetime!(2049-12-31 23:59:59 UTC)),
            ),
            (0x17, "500101000000Z", Some(datetime!(1950-01-01 0:00 UTC))),
            (
                0x18,
                "20500101000000Z",
                Some(datetime!(2050-01-01 0:00 UTC)),
            ),
            (0x18, "20260601120000Z", None),
            (0x17, "2606011200Z", None),
            (0x17, "260601120000+0000", None),
            (0x17, "260601120060Z", None),
            (0x17, "260631120000Z", None),
            (0x17, "2606011200é", None),
            (0x18, "20500101000000.5Z", None),
            (0x18, "Z", None),
            (0x18, "20", None),
        ] {
            assert_eq!(read(tag, text).ok(), at, "{text}");
        }
    }

    #[test]
    fn truths_and_bits_are_written_in_one_way() {
        for (bytes, read) in [
            (&[1, 1, 0xff][..], Ok(true)),
            (&[], Ok(false)),
            (&[2, 1, 0], Ok(false)),
            (&[1, 1, 0], Err(NotDer)),
            (&[1, 1, 1], Err(NotDer)),
        ] {
            assert_eq!(Reader::new(bytes).flag(tag::BOOLEAN), read, "{bytes:?}");
        }
        assert_eq!(Reader::new(&[3, 2, 0, 7]).whole_bits(), Ok(&[7][..]));
        assert_eq!(Reader::new(&[3, 2, 1, 6]).whole_bits(), Err(NotDer));
        assert_eq!(Reader::new(&[2, 2, 0, 7]).integer(), Err(NotDer));
        assert_eq!(Reader::new(&[2, 2, 0, 0x80]).integer(), Ok(&[0, 0x80][..]));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(contents: Vec<u8>, after: Vec<u8>) {
            let bytes = [tlv(4, &contents), after.clone()].concat();
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.element(tag::OCTET_STRING), Ok(&contents[..]));
            prop_assert_eq!(reader.left(), after.len());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = Reader::new(&bytes).time();
            let mut reader = Reader::new(&bytes);
            while let Some(tag) = reader.next_tag() {
                if reader.whole(tag).is_err() {
                    break;
                }
            }
        }
    }
}
