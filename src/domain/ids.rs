//! Identifiers of people and structures, parsed once; a failed check key is a flag, never a refusal.
//!
//! Shapes are those of the official object model (`Professionnel`, `EntiteGeographique`) and of the
//! code systems `TRE_G07` and `TRE_G08`.

use serde::{Deserialize, Serialize};

/// Why a text is not an identifier of the wanted type.
///
/// The text itself is left out: it may be the number of a person, and this is written to logs and
/// to lists of rejected rows that anyone may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {expected}")]
pub struct InvalidId {
    /// What was expected, in words.
    pub expected: &'static str,
}

/// Whether the digits carry a valid Luhn key as their last digit (ISO/IEC 7812-1 annex B).
///
/// A text with anything but digits has no valid key.
pub fn has_luhn_key(digits: &str) -> bool {
    let mut sum = 0_u32;
    for (place, byte) in digits.bytes().rev().enumerate() {
        if !byte.is_ascii_digit() {
            return false;
        }
        let digit = u32::from(byte - b'0');
        sum += match (place % 2, digit) {
            (0, digit) => digit,
            (_, digit) if digit < 5 => digit * 2,
            (_, digit) => digit * 2 - 9,
        };
    }
    !digits.is_empty() && sum.is_multiple_of(10)
}

fn is_identifier(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $expected:literal, |$text:ident| $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Parses the published form; surrounding white space is not part of it.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let $text = text.trim();
                if $valid {
                    Ok(Self($text.to_owned()))
                } else {
                    Err(InvalidId {
                        expected: $expected,
                    })
                }
            }

            /// The published form.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// Identification nationale PP: a type prefix (`TRE_G08`) and a number, such as `899000000010`.
    ///
    /// Type `10` carries a mail address; types 1, 3, 4, 5 and 6 carry a `/`.
    NationalId,
    "a national identifier of a person (type prefix and number)",
    |text| (2..=255).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| !c.is_whitespace() && !c.is_control())
);

impl NationalId {
    /// Parses what a caller writes: a national identifier, or an RPPS number of 11 digits without
    /// its prefix. No type of identity makes 11 digits with its prefix, so both cannot be meant.
    pub fn from_id_or_rpps(text: &str) -> Result<Self, InvalidId> {
        let number = text.trim();
        if number.len() == 11 && number.bytes().all(|byte| byte.is_ascii_digit()) {
            Rpps::parse(number).map(|rpps| rpps.national_id())
        } else {
            Self::parse(number)
        }
    }

    /// The RPPS number, where this is an RPPS identity (type prefix `8`).
    pub fn rpps(&self) -> Option<Rpps> {
        Rpps::parse(self.0.strip_prefix('8')?).ok()
    }

    /// The ADELI number, where this is an ADELI identity (type prefix `0`).
    pub fn adeli(&self) -> Option<Adeli> {
        Adeli::parse(self.0.strip_prefix('0')?).ok()
    }
}

identifier!(
    /// Number of the shared directory of professionals: 11 digits, the last one a Luhn key.
    ///
    /// Test identities are alphanumeric and shorter, so neither is refused.
    Rpps,
    "an RPPS number (up to 11 letters or digits)",
    |text| is_identifier(text, 1..=11)
);

impl Rpps {
    /// Whether the key is right; wrong ones are published too.
    pub fn has_valid_key(&self) -> bool {
        self.0.len() == 11 && has_luhn_key(&self.0)
    }

    /// The national identifier of the same person.
    pub fn national_id(&self) -> NationalId {
        NationalId(format!("8{}", self.0))
    }
}

identifier!(
    /// Number of the former departmental register: 9 characters, the first two a department.
    Adeli,
    "an ADELI number (9 letters or digits)",
    |text| is_identifier(text, 9..=9)
);

identifier!(
    /// Number of an establishment in the national register of health establishments: 9 characters.
    Finess,
    "a FINESS number (9 letters or digits)",
    |text| is_identifier(text, 9..=9)
);

impl Finess {
    /// Whether the key is right; Corsican numbers hold a letter, for which no rule is published.
    pub fn has_valid_key(&self) -> bool {
        self.0.bytes().any(|b| b.is_ascii_alphabetic()) || has_luhn_key(&self.0)
    }
}

identifier!(
    /// Number of a company: 9 digits, the last one a Luhn key.
    Siren,
    "a SIREN number (9 digits)",
    |text| text.len() == 9 && text.bytes().all(|b| b.is_ascii_digit())
);

impl Siren {
    /// Whether the key is right.
    pub fn has_valid_key(&self) -> bool {
        has_luhn_key(&self.0)
    }
}

identifier!(
    /// Number of a company's establishment: its SIREN and five digits, 14 in all, the last one a Luhn key.
    Siret,
    "a SIRET number (14 digits)",
    |text| text.len() == 14 && text.bytes().all(|b| b.is_ascii_digit())
);

impl Siret {
    /// Whether the key is right; the post office (SIREN 356000000) is known to break the rule.
    pub fn has_valid_key(&self) -> bool {
        self.0.starts_with("356000000") || has_luhn_key(&self.0)
    }
}

identifier!(
    /// Key of a structure: its technical identifier in the directory, else its national one.
    OrganizationId,
    "an identifier of an organisation",
    |text| (1..=64).contains(&text.len())
        && text.chars().all(|c| !c.is_whitespace() && !c.is_control())
);

identifier!(
    /// `idNat_struct`: a type prefix (`TRE_G07`) and a number, such as `1770816478`.
    StructureNationalId,
    "a national identifier of a structure (type prefix and number)",
    |text| (2..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| !c.is_whitespace() && !c.is_control())
);

impl StructureNationalId {
    /// The FINESS number, where this is one (type prefix `1`).
    pub fn finess(&self) -> Option<Finess> {
        Finess::parse(self.0.strip_prefix('1')?).ok()
    }

    /// The SIRET number, where this is one (type prefix `3`).
    pub fn siret(&self) -> Option<Siret> {
        Siret::parse(self.0.strip_prefix('3')?).ok()
    }

    /// The national identifier of the structure with this FINESS number.
    pub fn from_finess(finess: &Finess) -> Self {
        Self(format!("1{finess}"))
    }

    /// The national identifier of the structure with this SIRET number.
    pub fn from_siret(siret: &Siret) -> Self {
        Self(format!("3{siret}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luhn_keys_of_the_documentation_and_of_fiction() {
        for (digits, valid) in [
            ("10000001916", true),
            ("10005531586", true),
            ("10005531586003", true),
            ("770816478", true),
            ("590064036", true),
            ("10003461033", false),
            ("754567860", false),
            ("", false),
            ("00AMAR10", false),
        ] {
            assert_eq!(has_luhn_key(digits), valid, "{digits}");
        }
    }

    #[test]
    fn a_national_identifier_knows_the_register_it_comes_from() {
        let rpps = NationalId::parse("899000000010").unwrap();
        assert_eq!(rpps.rpps().unwrap().as_str(), "99000000010");
        assert_eq!(rpps.adeli(), None);
        assert_eq!(rpps.rpps().unwrap().national_id(), rpps);
        let adeli = NationalId::parse("0990000001").unwrap();
        assert_eq!(adeli.adeli().unwrap().as_str(), "990000001");
        assert_eq!(adeli.rpps(), None);
        assert!(NationalId::parse("10someone@fictif.mssante.fr").is_ok());
    }

    #[test]
    fn a_bare_rpps_number_means_the_identity_it_belongs_to() {
        for (text, id) in [
            ("99000000010", "899000000010"),
            ("899000000010", "899000000010"),
            (" 0990000001 ", "0990000001"),
        ] {
            assert_eq!(NationalId::from_id_or_rpps(text).unwrap().as_str(), id);
        }
        assert!(NationalId::from_id_or_rpps("").is_err());
    }

    #[test]
    fn texts_that_are_not_identifiers_are_refused_with_what_was_expected() {
        for text in ["", "8", "x99000000010", "8990000 00010", "8\u{0}1"] {
            assert!(NationalId::parse(text).is_err(), "{text:?}");
        }
        let error = Siret::parse("123").unwrap_err();
        assert_eq!(error.to_string(), "not a SIRET number (14 digits)");
    }

    #[test]
    fn a_structure_identifier_reads_finess_and_siret() {
        let finess = StructureNationalId::parse("1770816478").unwrap();
        assert_eq!(finess.finess().unwrap().as_str(), "770816478");
        assert_eq!(
            StructureNationalId::from_finess(&finess.finess().unwrap()),
            finess
        );
        let siret = StructureNationalId::parse("326130008100153").unwrap();
        assert_eq!(siret.siret().unwrap().as_str(), "26130008100153");
        assert_eq!(siret.finess(), None);
    }
}
