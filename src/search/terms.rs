//! Tagged terms, each spelt here once for those who index and those who ask.

use crate::domain::feed::DocumentKind;
use crate::domain::ids::{Finess, Siret, StructureNationalId};
use crate::domain::mailbox::MailboxKind;
use crate::domain::organization::OrganizationSummary;

/// Activities of a person that keep a slot of their own; those that follow share the last slot, so
/// that a search by several conditions may, for such a person alone, mix two of them.
pub(super) const SLOTS: usize = 8;

/// Which activity a term speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Any of them: what a single condition asks.
    Any,
    /// The one at this place, the last slot from [`SLOTS`] on.
    At(usize),
}

/// What a term says of an activity, or of a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Profession,
    Specialty,
    City,
    PostalCode,
    Department,
    Organization,
    PracticeMode,
    Sector,
}

/// The term that finds one document.
pub(super) fn id(kind: DocumentKind, key: &str) -> String {
    format!("{}:{key}", letter(kind))
}

/// What the terms of [`id`] begin with, for one kind.
pub(super) fn id_prefix(kind: DocumentKind) -> String {
    id(kind, "")
}

/// The term that all documents of a kind have.
pub(super) fn kind(kind: DocumentKind) -> String {
    format!("={}", letter(kind))
}

/// The term of the documents of a kind with a visible mailbox.
pub(super) fn has_mailbox(kind: DocumentKind) -> String {
    format!("@{}", letter(kind))
}

/// A fact about an activity of a person.
pub(super) fn activity(slot: Slot, fact: Fact, value: &str) -> String {
    let place = match slot {
        Slot::Any => "*".to_owned(),
        Slot::At(place) => place.min(SLOTS - 1).to_string(),
    };
    format!("{place}{}{}", fact.letter(), exact(value))
}

/// A fact about a structure.
pub(super) fn structure(fact: Fact, value: &str) -> String {
    format!("o{}{}", fact.letter(), exact(value))
}

/// A person or a structure that a mailbox is attached to, its domain or its kind.
pub(super) enum MailboxFact<'a> {
    Owner(&'a str),
    Organization(&'a str),
    Structure(&'a str),
    Domain(&'a str),
    Kind(MailboxKind),
}

/// A fact about a mailbox.
pub(super) fn mailbox(fact: &MailboxFact<'_>) -> String {
    match fact {
        MailboxFact::Owner(id) => format!("mu{}", exact(id)),
        MailboxFact::Organization(reference) => format!("mo{}", exact(reference)),
        MailboxFact::Structure(id) => format!("ms{}", exact(id)),
        MailboxFact::Domain(domain) => format!("md{}", exact(domain)),
        MailboxFact::Kind(kind) => format!("mk{}", exact(kind.code())),
    }
}

/// Every way to name a structure: technical identifier, `idNat_struct`, FINESS and SIRET of the site.
pub(super) fn references(summary: &OrganizationSummary) -> Vec<&str> {
    let mut references = vec![summary.id.as_str()];
    references.extend(
        summary
            .national_id
            .as_ref()
            .map(StructureNationalId::as_str),
    );
    references.extend(summary.finess.as_ref().map(Finess::as_str));
    references.extend(summary.siret.as_ref().map(Siret::as_str));
    references.extend(summary.national_id.as_ref().and_then(national_number));
    references
}

/// The FINESS or SIRET number inside an `idNat_struct`.
pub(super) fn national_number(id: &StructureNationalId) -> Option<&str> {
    let is_number = id.finess().is_some() || id.siret().is_some();
    id.as_str().get(1..).filter(|_| is_number)
}

impl Fact {
    const fn letter(self) -> char {
        match self {
            Self::Profession => 'p',
            Self::Specialty => 's',
            Self::City => 'c',
            Self::PostalCode => 'z',
            Self::Department => 'd',
            Self::Organization => 'o',
            Self::PracticeMode => 'm',
            Self::Sector => 'a',
        }
    }
}

const fn letter(kind: DocumentKind) -> char {
    match kind {
        DocumentKind::Practitioner => 'p',
        DocumentKind::Organization => 'o',
        DocumentKind::Mailbox => 'm',
    }
}

/// A code or identifier as a term: case and white space do not matter.
fn exact(value: &str) -> String {
    value
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_hold_no_space_and_differ_by_slot_fact_and_kind() {
        assert_eq!(activity(Slot::Any, Fact::PostalCode, "GL 5O"), "*zgl5o");
        assert_eq!(activity(Slot::At(3), Fact::Specialty, "SM26"), "3ssm26");
        assert_eq!(activity(Slot::At(11), Fact::City, "nantes"), "7cnantes");
        assert_eq!(structure(Fact::Department, "2A"), "od2a");
        assert_eq!(id(DocumentKind::Mailbox, "a@b.fr"), "m:a@b.fr");
        assert_eq!(mailbox(&MailboxFact::Kind(MailboxKind::Personal)), "mkper");
    }

    #[test]
    fn the_number_inside_a_national_identifier_names_the_structure_too() {
        for (id, number) in [
            ("1770816478", Some("770816478")),
            ("310005531586003", Some("10005531586003")),
            ("499000000010", None),
        ] {
            let id = StructureNationalId::parse(id).unwrap();
            assert_eq!(national_number(&id), number, "{id}");
        }
    }
}
