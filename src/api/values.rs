//! Values of parameters that several operations take: each is read here, once, or refused by name.

use crate::domain::cursor::Cursor;
use crate::domain::error::{CURSOR_INVALID, ErrorCode, Failure, PARAMETER_INVALID};
use crate::domain::name;
use crate::domain::query::{DEFAULT_LIMIT, MAX_LIMIT};

/// Reads `true` or `false`.
pub(super) fn flag(name: &str, value: Option<&str>) -> Result<Option<bool>, Failure> {
    match value {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(Failure::new(
            &PARAMETER_INVALID,
            format!("`{name}` is neither `true` nor `false`."),
        )),
    }
}

/// Reads the number of items in a page.
pub(super) fn limit(value: Option<&str>) -> Result<usize, Failure> {
    match value.map(str::parse) {
        None => Ok(DEFAULT_LIMIT),
        Some(Ok(limit)) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(_) => Err(Failure::new(
            &PARAMETER_INVALID,
            format!("`limit` is not a number from 1 to {MAX_LIMIT}."),
        )),
    }
}

/// Reads a number.
pub(super) fn number<N: std::str::FromStr>(
    name: &str,
    value: Option<&str>,
) -> Result<Option<N>, Failure> {
    value
        .map(|text| {
            text.trim().parse().map_err(|_| {
                Failure::new(
                    &PARAMETER_INVALID,
                    format!("`{name}` is not a number that can be used."),
                )
            })
        })
        .transpose()
}

/// Reads the number of a record in a path; anything else is a record that is not there.
pub(super) fn record<N: std::str::FromStr>(
    path: &str,
    absent: &'static ErrorCode,
    detail: &str,
) -> Result<N, Failure> {
    path.parse().map_err(|_| Failure::new(absent, detail))
}

/// Reads the place where a page begins.
pub(super) fn cursor(value: Option<&str>) -> Result<Option<Cursor>, Failure> {
    value
        .map(|text| {
            Cursor::decode(text).ok_or_else(|| {
                Failure::new(
                    &CURSOR_INVALID,
                    "The cursor is not one of this service: pass on `next` of a page as it is.",
                )
            })
        })
        .transpose()
}

/// Reads a department code: `44`, `2A`, `971`.
pub(super) fn department(value: Option<&str>) -> Result<Option<String>, Failure> {
    value
        .map(|text| {
            let code = text.trim().to_uppercase();
            let is_code = match code.as_bytes() {
                [b'2', b'A' | b'B'] => true,
                [b'9', b'7' | b'8', last] => last.is_ascii_digit(),
                [b'2', b'0'] => false,
                [first, second] => first.is_ascii_digit() && second.is_ascii_digit(),
                _ => false,
            };
            is_code.then_some(code).ok_or_else(|| {
                Failure::new(
                    &PARAMETER_INVALID,
                    "`department` is not the code of a department, such as `44`, `2A` or `971`.",
                )
            })
        })
        .transpose()
}

/// Reads a name or a part of one: at least one letter or digit.
pub(super) fn words(name: &str, value: Option<String>) -> Result<Option<String>, Failure> {
    match value {
        Some(text) if name::fold(&text).is_empty() => Err(Failure::new(
            &PARAMETER_INVALID,
            format!("`{name}` holds neither a letter nor a digit."),
        )),
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn departments_take_two_or_three_characters() {
        for (text, code) in [
            ("44", Some("44")),
            ("2a", Some("2A")),
            ("971", Some("971")),
            ("99", Some("99")),
            ("1", None),
            ("20", None),
            ("440", None),
            ("é", None),
        ] {
            let read = department(Some(text)).ok().flatten();
            assert_eq!(read.as_deref(), code, "{text}");
        }
        assert_eq!(department(None).unwrap(), None);
    }

    #[test]
    fn values_of_the_wrong_form_are_refused() {
        assert_eq!(limit(None).unwrap(), DEFAULT_LIMIT);
        assert_eq!(limit(Some("100")).unwrap(), 100);
        for text in ["0", "101", "-1", "x", "99999999999999999999"] {
            assert_eq!(limit(Some(text)).unwrap_err().code, &PARAMETER_INVALID);
        }
        assert_eq!(flag("f", Some("true")).unwrap(), Some(true));
        assert_eq!(flag("f", Some("1")).unwrap_err().code, &PARAMETER_INVALID);
        assert_eq!(cursor(Some("x")).unwrap_err().code, &CURSOR_INVALID);
        assert!(words("q", Some("\u{202e} - '".to_owned())).is_err());
        assert!(words("q", Some("\u{202e}a".to_owned())).is_ok());
    }
}
