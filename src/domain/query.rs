//! The one language in which every protocol asks the directory.
//!
//! REST parameters, LDAP filters and FHIR parameters are parsed into these types; the index is
//! asked through nothing else.

use super::cursor::Cursor;
use super::ids::{NationalId, StructureNationalId};
use super::mailbox::MailboxKind;

/// Most items in one page.
pub const MAX_LIMIT: usize = 100;
/// Items in a page where the caller does not say.
pub const DEFAULT_LIMIT: usize = 20;

/// One page of a search.
#[derive(Clone, Debug)]
pub struct Search<F> {
    /// What to find.
    pub filter: F,
    /// How many items at most, from 1 to [`MAX_LIMIT`].
    pub limit: usize,
    /// Where the page begins; the start where absent.
    pub after: Option<Cursor>,
}

/// A condition on people.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PractitionerFilter {
    /// Every condition holds; all people where there is none.
    All(Vec<PractitionerFilter>),
    /// One condition at least holds; nobody where there is none.
    Any(Vec<PractitionerFilter>),
    /// The condition does not hold.
    Not(Box<PractitionerFilter>),
    /// Words of family and given names, in any order, forgiving one typing error in words of four
    /// letters or more, the last word perhaps unfinished.
    Name(String),
    /// The same, of the family name alone.
    Family(String),
    /// The same, of the given name alone.
    Given(String),
    /// One and the same activity meets all of this.
    Role(RoleFilter),
    /// Has a visible mailbox, or has none.
    HasMailbox(bool),
}

/// What one activity of a person must meet; an absent part is free.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RoleFilter {
    /// One of these professions.
    pub professions: Option<Vec<String>>,
    /// One of these savoir-faire, held for the profession of the activity.
    pub specialties: Option<Vec<String>>,
    /// Town, whatever its spelling; a city also means its arrondissements.
    pub city: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Department code.
    pub department: Option<String>,
    /// In this structure.
    pub organization: Option<OrganizationRef>,
    /// One of these modes d'exercice.
    pub practice_modes: Option<Vec<String>>,
}

/// A structure as callers name it: technical identifier, FINESS, SIRET or `idNat_struct`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrganizationRef(pub String);

/// A condition on structures.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OrganizationFilter {
    /// Every condition holds; all structures where there is none.
    All(Vec<OrganizationFilter>),
    /// Words of the legal and trade names, in any order, as forgiving as for people.
    Name(String),
    /// Town, whatever its spelling.
    City(String),
    /// Postal code.
    PostalCode(String),
    /// Department code.
    Department(String),
    /// One of these secteurs d'activité.
    Sectors(Vec<String>),
    /// Has a visible mailbox, or has none.
    HasMailbox(bool),
}

/// A condition on mailboxes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MailboxFilter {
    /// Every condition holds; all mailboxes where there is none.
    All(Vec<MailboxFilter>),
    /// Attached to this person.
    Owner(NationalId),
    /// Attached to this structure.
    Organization(OrganizationRef),
    /// Attached to a structure with this national identifier.
    Structure(StructureNationalId),
    /// Of this mail domain.
    Domain(String),
    /// Of this kind.
    Kind(MailboxKind),
}

/// A page of results.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// How many there are in all.
    pub total: u64,
    /// The items of this page.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last one.
    pub next: Option<Cursor>,
}

/// A result with the score that placed it.
#[derive(Clone, Debug)]
pub struct Hit<T> {
    /// Higher is nearer to what was asked; equal scores are in alphabetical order.
    pub score: u64,
    /// The result.
    pub item: T,
}
