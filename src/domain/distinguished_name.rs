//! The names of operators' certificates: read tolerantly, compared parsed, written strictly.

use serde::{Deserialize, Serialize};

/// Why a text is not a distinguished name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a distinguished name: {0}")]
pub struct InvalidDn(pub &'static str);

/// One attribute of a name: its type as the list writes it (`CN`, `OU`, `O`, `ST`, `L`, `C`), else
/// its object identifier in dots, and its value as it stands in the certificate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute {
    /// Short name in capitals, or dotted object identifier.
    pub kind: String,
    /// The value, unescaped.
    pub value: String,
}

/// The subject of an operator's certificate (`DNCertificatOperateur`).
///
/// Two of them are equal when every value is; whether they name the same subject is asked by
/// comparing match keys (RFC 5280 §7.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OperatorDn {
    /// As in the certificate: the country first. An inner list holds more than one attribute only
    /// where a relative name has several values.
    rdns: Vec<Vec<Attribute>>,
}

impl OperatorDn {
    /// A name from its relative names, in the order of the certificate.
    pub fn new(rdns: Vec<Vec<Attribute>>) -> Self {
        Self { rdns }
    }

    /// The relative names, in the order of the certificate.
    pub fn rdns(&self) -> &[Vec<Attribute>] {
        &self.rdns
    }

    /// Reads a name as the list writes it: the common name first.
    pub fn parse(text: &str) -> Result<Self, InvalidDn> {
        let mut rdns = Vec::new();
        for part in text.split(',').rev() {
            let (kind, value) = part.split_once('=').ok_or(InvalidDn("no ="))?;
            rdns.push(vec![Attribute {
                kind: kind.trim().to_ascii_uppercase(),
                value: value.to_owned(),
            }]);
        }
        Ok(Self { rdns })
    }
}

impl std::fmt::Display for OperatorDn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut first = true;
        for attribute in self.rdns.iter().rev().flatten() {
            write!(
                f,
                "{}{}={}",
                if first { "" } else { "," },
                attribute.kind,
                attribute.value
            )?;
            first = false;
        }
        Ok(())
    }
}

impl TryFrom<String> for OperatorDn {
    type Error = InvalidDn;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<OperatorDn> for String {
    fn from(name: OperatorDn) -> Self {
        name.to_string()
    }
}
