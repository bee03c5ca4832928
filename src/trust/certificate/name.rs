//! The names in certificates, from their many string types into one text.

use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use super::strict;
use crate::domain::distinguished_name::{Attribute, OperatorDn};

/// Why a name in a certificate cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// A value is no text, or not of the text type it claims.
    #[error("holds a value that is no text")]
    NotText,
    /// A value holds NUL or another control character, which hides or cuts what follows.
    #[error("holds a control character")]
    Control,
}

/// Types the list writes by name (RFC 4519); all others are written as their object identifier.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
];

/// The name that these bytes are, in its own order; none where they are none in strict DER.
pub(in crate::trust) fn read_der(der: &[u8]) -> Option<Result<OperatorDn, InvalidName>> {
    let (rest, name) = X509Name::from_der(der).ok()?;
    (rest.is_empty() && strict::is_der(der)).then(|| read(&name))
}

/// The name, in its own order.
pub(in crate::trust) fn read(name: &X509Name<'_>) -> Result<OperatorDn, InvalidName> {
    let mut rdns = Vec::new();
    for rdn in name.iter() {
        let mut attributes = Vec::new();
        for attribute in rdn.iter() {
            let oid = attribute.attr_type().to_id_string();
            let kind = SHORT_NAMES
                .iter()
                .find(|(number, _)| *number == oid)
                .map_or(oid, |(_, short)| (*short).to_owned());
            let value = text(attribute.attr_value())?;
            attributes.push(Attribute { kind, value });
        }
        rdns.push(attributes);
    }
    Ok(OperatorDn::new(rdns))
}

/// A `DirectoryString` (RFC 5280 §4.1.2.4) or one of the older types, transcoded.
fn text(value: &Any<'_>) -> Result<String, InvalidName> {
    let bytes = value.data;
    let text = match value.tag() {
        Tag::Utf8String => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Tag::PrintableString | Tag::Ia5String | Tag::NumericString => std::str::from_utf8(bytes)
            .ok()
            .filter(|text| text.is_ascii())
            .map(str::to_owned),
        // Written as Latin-1 by everyone, whatever T.61 says.
        Tag::T61String => Some(bytes.iter().copied().map(char::from).collect()),
        Tag::BmpString => characters(bytes, |unit: [u8; 2]| u32::from(u16::from_be_bytes(unit))),
        Tag::UniversalString => characters(bytes, u32::from_be_bytes),
        _ => None,
    };
    let text = text.ok_or(InvalidName::NotText)?;
    if text.chars().any(char::is_control) {
        return Err(InvalidName::Control);
    }
    Ok(text)
}

/// Characters of a fixed number of bytes; a lone surrogate or a cut character makes it no text.
fn characters<const N: usize>(bytes: &[u8], number: fn([u8; N]) -> u32) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<N>();
    if !rest.is_empty() {
        return None;
    }
    units
        .iter()
        .map(|unit| char::from_u32(number(*unit)))
        .collect()
}

#[cfg(test)]
mod tests {
    use x509_parser::asn1_rs::{FromDer, Tag};

    use super::*;

    fn value(tag: Tag, bytes: &[u8]) -> Result<String, InvalidName> {
        let mut der = vec![
            u8::try_from(tag.0).unwrap(),
            u8::try_from(bytes.len()).unwrap(),
        ];
        der.extend_from_slice(bytes);
        text(&Any::from_der(&der).unwrap().1)
    }

    #[test]
    fn every_string_type_becomes_the_same_text() {
        for (tag, bytes) in [
            (Tag::Utf8String, "Hôpital".as_bytes()),
            (Tag::T61String, b"H\xf4pital"),
            (Tag::BmpString, b"\0H\0\xf4\0p\0i\0t\0a\0l"),
            (
                Tag::UniversalString,
                b"\0\0\0H\0\0\0\xf4\0\0\0p\0\0\0i\0\0\0t\0\0\0a\0\0\0l",
            ),
        ] {
            assert_eq!(value(tag, bytes).unwrap(), "Hôpital", "{tag:?}");
        }
        for tag in [Tag::PrintableString, Tag::Ia5String, Tag::NumericString] {
            assert_eq!(value(tag, b"75001").unwrap(), "75001");
        }
    }

    #[test]
    fn what_is_no_text_or_hides_text_is_refused() {
        for (tag, bytes, why) in [
            (Tag::Utf8String, b"\xff".as_slice(), InvalidName::NotText),
            (Tag::PrintableString, b"\xc3\xb4", InvalidName::NotText),
            (Tag::BmpString, b"\0H\0", InvalidName::NotText),
            (Tag::BmpString, b"\xd8\0", InvalidName::NotText),
            (Tag::Integer, b"\x01", InvalidName::NotText),
            (Tag::Utf8String, b"good\0.evil", InvalidName::Control),
            (Tag::BmpString, b"\0\0", InvalidName::Control),
            (Tag::T61String, b"a\x9b", InvalidName::Control),
        ] {
            assert_eq!(value(tag, bytes), Err(why), "{tag:?} {bytes:?}");
        }
    }
}
