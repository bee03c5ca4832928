//! Writes a list as the bytes that are hashed and published: the format's exclusive canonical form.

use time::OffsetDateTime;

use super::profile::{self, INDENT, Tag};
use super::timestamp;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::trust_list::{TrustEntry, TrustList};
use crate::trust::sign::SignError;

/// A field of the list, as far as it can hold what cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `Description`.
    Description,
    /// `DNCertificatOperateur`.
    OperatorDn,
    /// `ResponsableContact`.
    ResponsibleContact,
    /// `SupportContact`.
    SupportContact,
}

impl Field {
    fn tag(self) -> &'static Tag {
        match self {
            Self::Description => &profile::DESCRIPTION,
            Self::OperatorDn => &profile::OPERATOR_DN,
            Self::ResponsibleContact => &profile::RESPONSIBLE_CONTACT,
            Self::SupportContact => &profile::SUPPORT_CONTACT,
        }
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.tag().open.trim_matches(['<', '>']))
    }
}

/// Why a list was not written or not signed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A text holds a character that XML 1.0 cannot hold, or a carriage return, which canonical and
    /// published forms write differently.
    #[error(
        "entry {entry} ({mail_domain}): {field} holds {character:?}, which the list cannot hold"
    )]
    Character {
        /// Which entry, from 0.
        entry: usize,
        /// Its mail domain.
        mail_domain: MailDomainName,
        /// Which of its fields.
        field: Field,
        /// The character.
        character: char,
    },
    /// An entry's time has a fraction of a second, or a year that four digits cannot say.
    #[error("entry {entry} ({mail_domain}): the list cannot say {at}")]
    EntryTime {
        /// Which entry, from 0.
        entry: usize,
        /// Its mail domain.
        mail_domain: MailDomainName,
        /// The time.
        at: OffsetDateTime,
    },
    /// So has the time of the list itself.
    #[error("the list cannot say that it was generated at {at}")]
    ListTime {
        /// The time.
        at: OffsetDateTime,
    },
    /// The signing key failed.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// A list in canonical form: from the start tag of its root to the end tag, unsigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalList(Vec<u8>);

impl CanonicalList {
    /// The bytes whose SHA-256 is signed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same, around the place of the signature.
    pub(super) fn around_signature(&self) -> (&[u8], &[u8]) {
        let place = self.0.len().saturating_sub(profile::ROOT.close.len());
        self.0.split_at_checked(place).unwrap_or((&self.0, &[]))
    }
}

/// Writes a list, entries in their order.
pub fn canonical(list: &TrustList) -> Result<CanonicalList, WriteError> {
    // The entries of the real list take 565 bytes each.
    let mut out = Vec::with_capacity(1024 + 640 * list.entries.len());
    let generated_at = timestamp::write(list.generated_at).ok_or(WriteError::ListTime {
        at: list.generated_at,
    })?;
    append(&mut out, &[profile::ROOT.open, "\n", INDENT]);
    append_element(&mut out, &profile::GENERATED_AT, &generated_at);
    append(&mut out, &["\n", INDENT, profile::ENTRIES.open, "\n"]);
    for (place, entry) in list.entries.iter().enumerate() {
        append_entry(&mut out, place, entry)?;
    }
    append(&mut out, &[INDENT, profile::ENTRIES.close, "\n"]);
    append(&mut out, &[profile::ROOT.close]);
    Ok(CanonicalList(out))
}

fn append_entry(out: &mut Vec<u8>, place: usize, entry: &TrustEntry) -> Result<(), WriteError> {
    let mail_domain = || entry.mail_domain.clone();
    let updated_at = timestamp::write(entry.updated_at).ok_or_else(|| WriteError::EntryTime {
        entry: place,
        mail_domain: mail_domain(),
        at: entry.updated_at,
    })?;
    append(out, &[INDENT, INDENT, profile::ENTRY.open, "\n"]);
    append(out, &[INDENT, INDENT, INDENT]);
    append_element(out, &profile::MAIL_DOMAIN, entry.mail_domain.as_str());
    for (field, text) in [
        (Field::Description, entry.description.as_str()),
        (Field::OperatorDn, entry.operator_dn.as_str()),
        (Field::ResponsibleContact, &entry.responsible_contact),
        (Field::SupportContact, &entry.support_contact),
    ] {
        let refused = |c: char| c == '\r' || !profile::is_xml_character(c);
        // Control characters and those that begin with EF are the only candidates.
        let suspect = |b: u8| b < b' ' || b == 0xEF;
        let found = text
            .bytes()
            .any(suspect)
            .then(|| text.chars().find(|c| refused(*c)));
        if let Some(character) = found.flatten() {
            return Err(WriteError::Character {
                entry: place,
                mail_domain: mail_domain(),
                field,
                character,
            });
        }
        append(out, &["\n", INDENT, INDENT, INDENT]);
        append_element(out, field.tag(), text);
    }
    append(out, &["\n", INDENT, INDENT, INDENT]);
    append_element(out, &profile::UPDATED_AT, &updated_at);
    append(out, &["\n", INDENT, INDENT, profile::ENTRY.close, "\n"]);
    Ok(())
}

fn append(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

/// Appends an element; its text has been looked at.
fn append_element(out: &mut Vec<u8>, tag: &Tag, text: &str) {
    append(out, &[tag.open]);
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| matches!(b, b'&' | b'<' | b'>')) {
        let (plain, special) = rest.split_at(at);
        let mut chars = special.chars();
        let escaped = chars
            .next()
            .and_then(|c| profile::ESCAPES.iter().find(|(special, _)| *special == c));
        append(
            out,
            &[plain, escaped.map_or("", |(_, reference)| reference)],
        );
        rest = chars.as_str();
    }
    append(out, &[rest, tag.close]);
}
