//! Query parameters, checked against their own documentation before they are read.
//!
//! The struct that documents the parameters of an operation ([`IntoParams`]) also says which ones
//! are known, which may be repeated and how long they may be; so the specification cannot differ
//! from what is enforced.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{self, ParameterIn};
use utoipa::openapi::schema::Schema;

use super::ApiState;
use super::problem::Problem;
use crate::domain::error::{Failure, PARAMETER_INVALID, PARAMETER_TOO_LONG, PARAMETER_UNKNOWN};
use crate::domain::suggestion;

/// Most characters in a value where the documentation of a parameter does not say.
const MAX_CHARACTERS: usize = 100;

/// The parameters of one operation.
pub(super) trait Parameters: DeserializeOwned + IntoParams {
    /// What is documented of them, computed once.
    fn known() -> &'static Known;
}

/// The parameters of an operation that takes none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoParameters {}

impl IntoParams for NoParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<path::Parameter> {
        Vec::new()
    }
}

impl Parameters for NoParameters {
    fn known() -> &'static Known {
        static KNOWN: Known = Known(Vec::new());
        &KNOWN
    }
}

/// What is documented of the parameters of one operation.
#[derive(Debug)]
pub(super) struct Known(Vec<Parameter>);

#[derive(Debug)]
struct Parameter {
    name: String,
    repetition: Repetition,
    max_characters: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repetition {
    Refused,
    Allowed,
}

impl Known {
    /// What the documentation of `T` says.
    pub(super) fn of<T: IntoParams>() -> Self {
        let parameters = T::into_params(|| None).into_iter().map(|parameter| {
            let (repetition, max_characters) = match &parameter.schema {
                Some(RefOr::T(Schema::Array(_))) => (Repetition::Allowed, None),
                Some(RefOr::T(Schema::Object(text))) => (Repetition::Refused, text.max_length),
                _ => (Repetition::Refused, None),
            };
            Parameter {
                name: parameter.name,
                repetition,
                max_characters: max_characters.unwrap_or(MAX_CHARACTERS),
            }
        });
        Self(parameters.collect())
    }

    /// Refuses unknown, repeated, empty and overlong parameters, and values with control characters.
    fn check(&self, pairs: &[(String, String)]) -> Result<(), Failure> {
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in pairs {
            let Some(parameter) = self.0.iter().find(|known| known.name == *name) else {
                return Err(self.unknown(name));
            };
            let invalid = |what: &str| {
                Err(Failure::new(
                    &PARAMETER_INVALID,
                    format!("`{name}` {what}."),
                ))
            };
            if parameter.repetition == Repetition::Refused && seen.contains(&name.as_str()) {
                return invalid("is given more than once");
            }
            if value.chars().count() > parameter.max_characters {
                return Err(Failure::new(
                    &PARAMETER_TOO_LONG,
                    format!(
                        "`{name}` is longer than {} characters.",
                        parameter.max_characters
                    ),
                ));
            }
            if value.trim().is_empty() {
                return invalid("is empty; leave it out to ask for everything");
            }
            if value.chars().any(char::is_control) {
                return invalid("holds a control character");
            }
            seen.push(name);
        }
        Ok(())
    }

    fn unknown(&self, name: &str) -> Failure {
        let names = || self.0.iter().map(|known| known.name.as_str());
        let shown: String = name.chars().take(40).filter(|c| !c.is_control()).collect();
        let detail = match suggestion::closest(&shown, names()) {
            Some(closest) => {
                format!("`{shown}` is not a parameter here; did you mean `{closest}`?")
            }
            None if self.0.is_empty() => {
                format!("`{shown}` is not a parameter here; none is taken.")
            }
            None => {
                let all: Vec<String> = names().map(|name| format!("`{name}`")).collect();
                format!(
                    "`{shown}` is not a parameter here; these are: {}.",
                    all.join(", ")
                )
            }
        };
        Failure::new(&PARAMETER_UNKNOWN, detail)
    }
}

/// The query parameters of a request.
#[derive(Debug)]
pub(super) struct Asked<T>(pub(super) T);

impl<T: Parameters> FromRequestParts<ApiState> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(read(query, state.max_query_bytes())?))
    }
}

fn read<T: Parameters>(query: &str, max_bytes: usize) -> Result<T, Failure> {
    if query.len() > max_bytes {
        return Err(Failure::new(
            &PARAMETER_TOO_LONG,
            format!("The parameters are longer than {max_bytes} bytes together."),
        ));
    }
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((decode(name)?, decode(value)?));
    }
    T::known().check(&pairs)?;
    serde_html_form::from_str(query).map_err(|error| {
        Failure::new(
            &PARAMETER_INVALID,
            format!("The parameters cannot be read: {error}."),
        )
    })
}

/// Undoes percent-encoding (`application/x-www-form-urlencoded`), strictly: what is broken is
/// refused and not replaced, since a mangled name would find somebody else.
fn decode(text: &str) -> Result<String, Failure> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let digits = digit().zip(digit());
                let decoded = digits.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
                decoded.ok_or_else(|| {
                    Failure::new(
                        &PARAMETER_INVALID,
                        "A `%` in the parameters is not followed by two hexadecimal digits.",
                    )
                })?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes)
        .map_err(|_| Failure::new(&PARAMETER_INVALID, "The parameters are not valid UTF-8."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    #[derive(Debug, Deserialize, IntoParams, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Example {
        #[param(max_length = 10)]
        q: Option<String>,
        city: Option<String>,
        #[serde(default)]
        profession: Vec<String>,
    }

    impl Parameters for Example {
        fn known() -> &'static Known {
            static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<Example>);
            &KNOWN
        }
    }

    fn example(query: &str) -> Result<Example, String> {
        read(query, 200).map_err(|failure: Failure| failure.to_string())
    }

    #[test]
    fn parameters_are_read_with_their_repetitions() {
        assert_eq!(
            example("q=l%27h%C3%A9ritier&profession=10&profession=21&"),
            Ok(Example {
                q: Some("l'héritier".to_owned()),
                city: None,
                profession: vec!["10".to_owned(), "21".to_owned()],
            })
        );
        assert_eq!(example("city=la+baule").unwrap().city.unwrap(), "la baule");
        assert_eq!(example("").unwrap().profession, Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (query, code, said) in [
            ("ctiy=x", "parameter.unknown", "did you mean `city`?"),
            ("zzz=x", "parameter.unknown", "`q`, `city`, `profession`"),
            (
                "q=a&q=b",
                "parameter.invalid",
                "`q` is given more than once",
            ),
            ("city=", "parameter.invalid", "`city` is empty"),
            ("city", "parameter.invalid", "`city` is empty"),
            ("city=%00", "parameter.invalid", "control character"),
            ("city=%FF", "parameter.invalid", "UTF-8"),
            ("city=%", "parameter.invalid", "hexadecimal"),
            ("city=%4", "parameter.invalid", "hexadecimal"),
            (
                "q=12345678901",
                "parameter.too_long",
                "`q` is longer than 10",
            ),
        ] {
            let error = example(query).unwrap_err();
            assert!(error.starts_with(code), "{query}: {error}");
            assert!(error.contains(said), "{query}: {error}");
        }
        let long = example(&format!("city={}", "x".repeat(101))).unwrap_err();
        assert!(long.contains("`city` is longer than 100"), "{long}");
        let longer = example(&format!("city={}", "x".repeat(300))).unwrap_err();
        assert!(longer.contains("200 bytes together"), "{longer}");
        // Characters are counted, not bytes.
        assert!(example(&format!("q={}", "%C3%A9".repeat(10))).is_ok());
    }

    proptest! {
        #[test]
        fn any_query_is_read_or_refused(query in any::<String>()) {
            let _outcome = example(&query);
        }

        #[test]
        fn any_value_survives_its_encoding(value in "[^\\p{Cc}\\s].{0,9}") {
            prop_assume!(!value.chars().any(char::is_control));
            let encoded = |query: String, byte: u8| query + &format!("%{byte:02x}");
            let query = value.bytes().fold("q=".to_owned(), encoded);
            prop_assert_eq!(example(&query).unwrap().q, Some(value));
        }
    }
}
