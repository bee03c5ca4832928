//! Times as the list writes them, such as `2025-02-28T15:42:07Z`, and in no other way.

use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// Reads a time; `None` for every other spelling, and for dates that are not in the calendar.
pub(super) fn read(text: &str) -> Option<OffsetDateTime> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        o1,
        o2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        m1,
        m2,
        b':',
        s1,
        s2,
        b'Z',
    ] = *text.as_bytes().as_array::<20>()?
    else {
        return None;
    };
    let year = number(&[y1, y2, y3, y4])?;
    let two = |tens, ones| number(&[tens, ones]).and_then(|number| u8::try_from(number).ok());
    let month = Month::try_from(two(o1, o2)?).ok()?;
    let date = Date::from_calendar_date(year.into(), month, two(d1, d2)?).ok()?;
    let time = Time::from_hms(two(h1, h2)?, two(m1, m2)?, two(s1, s2)?).ok()?;
    Some(OffsetDateTime::new_utc(date, time))
}

fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + u16::from(digit - b'0'))
    })
}

/// Writes a time; `None` where the format cannot say it: fractions of a second, years beyond 9999.
pub(super) fn write(at: OffsetDateTime) -> Option<String> {
    let at = at.checked_to_offset(UtcOffset::UTC)?;
    let (hour, minute, second, nanosecond) = at.to_hms_nano();
    let (date, year) = (at.date(), at.year());
    ((0..=9999).contains(&year) && nanosecond == 0).then(|| {
        format!(
            "{year:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z",
            u8::from(date.month()),
            date.day(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    #[test]
    fn only_the_published_spelling_is_a_time() {
        let text = "2025-02-28T15:42:07Z";
        assert_eq!(read(text), Some(datetime!(2025-02-28 15:42:07 UTC)));
        for bad in [
            "",
            "2025-02-28",
            "2025-02-28T15:42:07",
            "2025-02-28T15:42:07z",
            "2025-02-28 15:42:07Z",
            "2025-02-28T15:42:07+00:00",
            "2025-02-28T15:42:07.0Z",
            "2025-02-30T15:42:07Z",
            "2025-13-28T15:42:07Z",
            "2025-02-28T24:00:00Z",
            "2025-02-28T15:42:60Z",
            "+025-02-28T15:42:07Z",
            "2025-02-28T15:42:0\u{662}",
            " 2025-02-28T15:42:07Z",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_the_format_cannot_say_are_not_written() {
        assert_eq!(write(datetime!(2025-02-28 15:42:07.5 UTC)), None);
        assert_eq!(write(datetime!(-0001-02-28 15:42:07 UTC)), None);
        assert_eq!(write(datetime!(9999-12-31 23:59:59 -1)), None);
        let shifted = write(datetime!(2025-03-01 00:42:07 +9));
        assert_eq!(shifted.as_deref(), Some("2025-02-28T15:42:07Z"));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(seconds in -62_167_219_200_i64..=253_402_300_799) {
            let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
            prop_assert_eq!(read(&write(at).unwrap()), Some(at));
        }
    }
}
