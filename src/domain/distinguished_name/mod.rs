//! The names of operators' certificates: read tolerantly, compared parsed, written strictly. It must
//! not know where a name comes from: a certificate, the list or a person.

mod kinds;
mod matching;
mod parse;
mod write;

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::operator::RegisteredNumber;

/// Longest text taken for a name, in bytes; the longest of the real list has 130.
pub const MAX_BYTES: usize = 4096;

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

/// The subject of an operator's certificate (`DNCertificatOperateur`); cheap to clone.
///
/// Two of them are equal, and ordered, as their strict writings are; whether they name the same
/// subject is asked by [`OperatorDn::matches`] (RFC 5280 §7.1).
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OperatorDn(Arc<Name>);

struct Name {
    /// As in the certificate: the country first. An inner list holds more than one attribute only
    /// where a relative name has several values.
    rdns: Vec<Vec<Attribute>>,
    /// The strict writing: the common name first.
    text: String,
}

impl OperatorDn {
    /// A name from its relative names, in the order of the certificate. Types are brought to the
    /// list's spelling; relative names without an attribute are left out.
    pub fn new(mut rdns: Vec<Vec<Attribute>>) -> Self {
        rdns.retain(|rdn| !rdn.is_empty());
        for attribute in rdns.iter_mut().flatten() {
            if let Some(kind) = kinds::canonical(&attribute.kind) {
                attribute.kind = kind;
            }
        }
        let text = write::write(&rdns);
        Self(Arc::new(Name { rdns, text }))
    }

    /// Reads a name as the list writes it, the common name first, in any of the spellings that
    /// are found in lists: RFC 4514, and beside it spaces around separators, types in lower case,
    /// `S` for `ST`, values in quotes as Java and RFC 1779 write them, quotes and edge spaces that
    /// are not escaped. The last two are then part of the value.
    pub fn parse(text: &str) -> Result<Self, InvalidDn> {
        parse::parse(text).map(Self::new)
    }

    /// The relative names, in the order of the certificate.
    pub fn rdns(&self) -> &[Vec<Attribute>] {
        &self.0.rdns
    }

    /// The strict writing, in the list's style: the common name first, no space after commas,
    /// escaped as RFC 4514 §2.4 says, letters beyond ASCII as they are.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Whether both name the same subject (RFC 5280 §7.1): relative name by relative name, case,
    /// compatibility forms and the number of spaces aside. Quotes decide nothing where one of two
    /// values has none, since a list's quotes may be part of the name or of its writing.
    ///
    /// For decisions on one pair: a certificate against a row of the list.
    pub fn matches(&self, other: &Self) -> bool {
        self == other || matching::same_subject(self.rdns(), other.rdns())
    }

    /// A text that is the same for all names that match: the prepared name, written without any
    /// quotes. For grouping the spellings of one operator, and for finding candidates that
    /// [`OperatorDn::matches`] then decides on; two names of one key may still not match.
    pub fn match_key(&self) -> String {
        write::write(&matching::prepared(self.rdns()))
    }

    /// The most specific common name (`CN`).
    pub fn common_name(&self) -> Option<&str> {
        self.most_specific("CN")
    }

    /// The organisation (`O`).
    pub fn organization(&self) -> Option<&str> {
        self.most_specific("O")
    }

    /// The organisational unit (`OU`): the operator's number in the list's names.
    pub fn organizational_unit(&self) -> Option<&str> {
        self.most_specific("OU")
    }

    /// The operator's number in a national register, where a unit (`OU`) is one.
    pub fn registered_number(&self) -> Option<RegisteredNumber> {
        self.values("OU")
            .find_map(|unit| RegisteredNumber::parse(unit).ok())
    }

    fn most_specific(&self, kind: &str) -> Option<&str> {
        self.values(kind).next()
    }

    fn values(&self, kind: &str) -> impl Iterator<Item = &str> {
        let attributes = self.rdns().iter().rev().flatten();
        attributes
            .filter(move |attribute| attribute.kind == kind)
            .map(|attribute| attribute.value.as_str())
    }
}

impl PartialEq for OperatorDn {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.as_str() == other.as_str()
    }
}

impl Eq for OperatorDn {}

impl PartialOrd for OperatorDn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OperatorDn {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for OperatorDn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl std::fmt::Debug for OperatorDn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OperatorDn").field(&self.as_str()).finish()
    }
}

impl std::fmt::Display for OperatorDn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
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
        name.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests;
