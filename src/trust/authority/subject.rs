//! The subjects that an authority of ours certifies: names as the list writes them, and no others.

use rcgen::{DistinguishedName, DnType, DnValue};

use crate::domain::distinguished_name::{Attribute, OperatorDn};

/// Why a subject cannot be certified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitSubject {
    /// No attribute at all.
    #[error("the subject is empty")]
    Empty,
    /// An attribute that no name of the list has.
    #[error("the subject has an attribute of type {0}: C, ST, L, O, OU and CN are certified")]
    Kind(String),
    /// An attribute that stands twice, or a relative name of several attributes.
    #[error("the subject has more than one {0}")]
    Repeated(String),
    /// The order of the certificate is not the list's.
    #[error("the subject is not in the order C, ST, L, O, OU, CN")]
    Order,
    /// A value that the attribute cannot have.
    #[error("{kind} {value:?} of the subject must be {expected}")]
    Value {
        /// Which attribute.
        kind: String,
        /// What it says.
        value: String,
        /// What it may say.
        expected: &'static str,
    },
}

/// An attribute of the names we certify.
struct Kind {
    name: &'static str,
    oid: DnType,
    /// Characters of the longest value (RFC 5280 appendix A.1, upper bounds).
    most: usize,
}

/// In the order of the certificate; the list writes them in reverse.
const KINDS: [Kind; 6] = [
    Kind {
        name: "C",
        oid: DnType::CountryName,
        most: 2,
    },
    Kind {
        name: "ST",
        oid: DnType::StateOrProvinceName,
        most: 128,
    },
    Kind {
        name: "L",
        oid: DnType::LocalityName,
        most: 128,
    },
    Kind {
        name: "O",
        oid: DnType::OrganizationName,
        most: 64,
    },
    Kind {
        name: "OU",
        oid: DnType::OrganizationalUnitName,
        most: 64,
    },
    Kind {
        name: "CN",
        oid: DnType::CommonName,
        most: 64,
    },
];

fn place(kind: &str) -> Option<usize> {
    KINDS.iter().position(|it| it.name == kind)
}

/// The same attributes in the order of the list's names: certificates with the country first.
///
/// The order is part of a name (RFC 5280 §7.1), and tools ask people for it in any.
pub fn in_list_order(subject: &OperatorDn) -> Result<OperatorDn, UnfitSubject> {
    let mut placed = Vec::new();
    for attribute in subject.rdns().iter().flatten() {
        let place = place(&attribute.kind);
        let place = place.ok_or_else(|| UnfitSubject::Kind(attribute.kind.clone()))?;
        placed.push((place, attribute.clone()));
    }
    placed.sort_by_key(|(place, _)| *place);
    let rdns = placed.into_iter().map(|(_, attribute)| vec![attribute]);
    let ordered = OperatorDn::new(rdns.collect());
    encode(&ordered)?;
    Ok(ordered)
}

/// A name of these attributes, in the order of the certificate.
pub(super) fn of(attributes: &[(&str, &str)]) -> OperatorDn {
    let rdns = attributes.iter().map(|(kind, value)| {
        vec![Attribute {
            kind: (*kind).to_owned(),
            value: (*value).to_owned(),
        }]
    });
    OperatorDn::new(rdns.collect())
}

/// The name as it will stand in the certificate.
pub(super) fn encode(subject: &OperatorDn) -> Result<DistinguishedName, UnfitSubject> {
    let mut name = DistinguishedName::new();
    let mut last = None;
    for rdn in subject.rdns() {
        let [attribute] = rdn.as_slice() else {
            let names: Vec<_> = rdn.iter().map(|it| it.kind.as_str()).collect();
            return Err(UnfitSubject::Repeated(names.join("+")));
        };
        let place = place(&attribute.kind);
        let place = place.ok_or_else(|| UnfitSubject::Kind(attribute.kind.clone()))?;
        match last {
            Some(last) if last == place => {
                return Err(UnfitSubject::Repeated(attribute.kind.clone()));
            }
            Some(last) if last > place => return Err(UnfitSubject::Order),
            Some(_) | None => last = Some(place),
        }
        if let Some(kind) = KINDS.get(place) {
            name.push(kind.oid.clone(), value(kind, attribute)?);
        }
    }
    if last.is_none() {
        return Err(UnfitSubject::Empty);
    }
    Ok(name)
}

fn value(kind: &Kind, attribute: &Attribute) -> Result<DnValue, UnfitSubject> {
    let text = attribute.value.as_str();
    let unfit = |expected| UnfitSubject::Value {
        kind: attribute.kind.clone(),
        value: text.to_owned(),
        expected,
    };
    if kind.name == "C" {
        // ISO 3166, in the one string type that the RFC leaves to it.
        let is_country = text.len() == kind.most && text.bytes().all(|b| b.is_ascii_uppercase());
        let printable = text.try_into().ok().filter(|_| is_country);
        return printable
            .map(DnValue::PrintableString)
            .ok_or_else(|| unfit("two capital letters"));
    }
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err(unfit("text without control characters"));
    }
    if text.chars().count() > kind.most {
        return Err(unfit("shorter (RFC 5280 appendix A.1)"));
    }
    Ok(DnValue::Utf8String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dn(text: &str) -> OperatorDn {
        OperatorDn::parse(text).unwrap()
    }

    #[test]
    fn names_are_brought_to_the_order_of_the_list() {
        let listed = "CN=mx.essai.fr,OU=1440000040,O=CHRU d'essai,ST=Loire-Atlantique (44),C=FR";
        for text in [
            listed,
            "C=FR,ST=Loire-Atlantique (44),O=CHRU d'essai,OU=1440000040,CN=mx.essai.fr",
            "OU=1440000040,CN=mx.essai.fr,C=FR,O=CHRU d'essai,ST=Loire-Atlantique (44)",
        ] {
            assert_eq!(in_list_order(&dn(text)).unwrap().as_str(), listed);
        }
        let town = "CN=mx.essai.fr,OU=1440000040,O=CHRU d'essai,L=Nantes,C=FR";
        assert_eq!(in_list_order(&dn(town)).unwrap().as_str(), town);
    }

    #[test]
    fn a_name_that_the_list_could_not_hold_is_not_certified() {
        let long = format!("CN={}", "x".repeat(65));
        for (text, expected) in [
            ("CN=a,DC=fr", "type DC"),
            ("CN=a,2.5.4.99=b", "type 2.5.4.99"),
            ("CN=a,CN=b", "more than one CN"),
            ("CN=a,C=fr", "two capital letters"),
            ("CN=a,C=FRA", "two capital letters"),
            ("CN=a,C=É", "two capital letters"),
            ("CN=\\ ,C=FR", "text without"),
            ("CN=a\\01,C=FR", "text without"),
            (long.as_str(), "shorter"),
        ] {
            let said = in_list_order(&dn(text)).unwrap_err().to_string();
            assert!(said.contains(expected), "{text}: {said}");
        }
        let empty = OperatorDn::new(Vec::new());
        assert_eq!(in_list_order(&empty), Err(UnfitSubject::Empty));
        assert_eq!(encode(&dn("C=FR,CN=a")), Err(UnfitSubject::Order));
        let joined = encode(&dn("CN=a+OU=b,C=FR")).unwrap_err();
        assert!(matches!(joined, UnfitSubject::Repeated(_)), "{joined}");
    }
}
