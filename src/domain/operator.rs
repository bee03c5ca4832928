//! Operators of the trust space: who runs mail domains.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::ids::{Finess, InvalidId, Siret};
use super::onboarding::OperatorState;
use super::text::{self, InvalidText};

/// What sort of body an operator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatorKind {
    /// A health establishment.
    Establishment,
    /// A regional group for e-health (`GRADeS`).
    RegionalGroup,
    /// A professional order.
    ProfessionalOrder,
    /// An industrial provider.
    Industrial,
}

impl OperatorKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Establishment,
        Self::RegionalGroup,
        Self::ProfessionalOrder,
        Self::Industrial,
    ];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Establishment => "establishment",
            Self::RegionalGroup => "regional_group",
            Self::ProfessionalOrder => "professional_order",
            Self::Industrial => "industrial",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// The registered number of an operator, which its certificates bear in their OU.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RegisteredNumber {
    /// Written as `1` and nine characters.
    Finess(Finess),
    /// Written as `3` and fourteen digits.
    Siret(Siret),
}

impl RegisteredNumber {
    /// Parses the form of a certificate's OU.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        const EXPECTED: InvalidId = InvalidId {
            expected: "1 and a FINESS number, or 3 and a SIRET number",
        };
        let (prefix, number) = text.split_at_checked(1).ok_or(EXPECTED)?;
        match prefix {
            "1" => Finess::parse(number).map(Self::Finess),
            "3" => Siret::parse(number).map(Self::Siret),
            _ => Err(EXPECTED),
        }
        .map_err(|_| EXPECTED)
    }
}

impl std::fmt::Display for RegisteredNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Finess(number) => write!(f, "1{number}"),
            Self::Siret(number) => write!(f, "3{number}"),
        }
    }
}

impl TryFrom<String> for RegisteredNumber {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<RegisteredNumber> for String {
    fn from(number: RegisteredNumber) -> Self {
        number.to_string()
    }
}

/// An operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Number of the record.
    pub id: i64,
    /// Raison sociale.
    pub legal_name: String,
    /// What sort of body; unknown where a list alone told of it.
    pub kind: Option<OperatorKind>,
    /// FINESS or SIRET.
    pub number: Option<RegisteredNumber>,
    /// `ResponsableContact`: telephone and address.
    pub responsible_contact: String,
    /// `SupportContact`: telephone and address.
    pub support_contact: String,
    /// Where it stands.
    pub state: OperatorState,
    /// Since when.
    pub state_since: OffsetDateTime,
    /// When it wants to begin.
    pub launch_on: Option<Date>,
    /// Version of the record, against lost updates.
    pub version: i64,
}

/// Which operators are listed.
#[derive(Clone, Debug, Default)]
pub struct OperatorFilter {
    /// In this state.
    pub state: Option<OperatorState>,
    /// With this in the name, whatever its case, or with this number.
    pub text: Option<String>,
}

/// What people write of an operator, checked; the rest of the record is the registry's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorDraft {
    /// Raison sociale.
    pub legal_name: String,
    /// What sort of body; unknown where a list alone told of it.
    pub kind: Option<OperatorKind>,
    /// FINESS or SIRET.
    pub number: Option<RegisteredNumber>,
    /// `ResponsableContact`: telephone and address.
    pub responsible_contact: String,
    /// `SupportContact`: telephone and address.
    pub support_contact: String,
}

/// Why an operator is not recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct InvalidOperator {
    /// Which field.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: InvalidText,
}

impl OperatorDraft {
    /// Characters of a legal name at most.
    const NAME: usize = 200;
    /// Characters of a contact at most.
    const CONTACT: usize = 500;

    /// The same with texts as they are kept.
    pub fn checked(self) -> Result<Self, InvalidOperator> {
        let wrong = |field| move |problem| InvalidOperator { field, problem };
        Ok(Self {
            legal_name: text::line(&self.legal_name, Self::NAME)
                .and_then(text::wanted)
                .map_err(wrong("legal_name"))?,
            responsible_contact: text::line(&self.responsible_contact, Self::CONTACT)
                .map_err(wrong("responsible_contact"))?,
            support_contact: text::line(&self.support_contact, Self::CONTACT)
                .map_err(wrong("support_contact"))?,
            ..self
        })
    }
}

impl From<&Operator> for OperatorDraft {
    fn from(operator: &Operator) -> Self {
        Self {
            legal_name: operator.legal_name.clone(),
            kind: operator.kind,
            number: operator.number.clone(),
            responsible_contact: operator.responsible_contact.clone(),
            support_contact: operator.support_contact.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_written_as_in_a_certificate() {
        for text in ["1440000040", "10B0078671", "318310021300028"] {
            assert_eq!(RegisteredNumber::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "1",
            "2440000040",
            "144000004",
            "31831002130002X",
            "é440000040",
        ] {
            assert!(RegisteredNumber::parse(text).is_err(), "{text:?}");
        }
    }
}
