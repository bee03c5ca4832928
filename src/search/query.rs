//! From the directory's query language to queries of the index.
//!
//! Conditions choose and only names score, so the score of a document is that of the words alone.

use tantivy::Term;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, Query, TermQuery,
};
use tantivy::schema::IndexRecordOption;

use super::collector::Scoring;
use super::schema::Fields;
use super::terms::{self, Fact, MailboxFact, SLOTS, Slot};
use super::words::{self, NameScope};
use crate::domain::feed::DocumentKind;
use crate::domain::query::{MailboxFilter, OrganizationFilter, PractitionerFilter, RoleFilter};
use crate::domain::town;

/// Whether a filter gives people different scores.
pub(super) fn scoring_of_people(filter: &PractitionerFilter) -> Scoring {
    match filter {
        PractitionerFilter::All(filters) | PractitionerFilter::Any(filters) => {
            strongest(filters.iter().map(scoring_of_people))
        }
        PractitionerFilter::Name(_)
        | PractitionerFilter::Family(_)
        | PractitionerFilter::Given(_) => Scoring::ByName,
        PractitionerFilter::Not(_)
        | PractitionerFilter::Role(_)
        | PractitionerFilter::HasMailbox(_) => Scoring::Equal,
    }
}

/// Whether a filter gives structures different scores.
pub(super) fn scoring_of_structures(filter: &OrganizationFilter) -> Scoring {
    match filter {
        OrganizationFilter::All(filters) => strongest(filters.iter().map(scoring_of_structures)),
        OrganizationFilter::Name(_) => Scoring::ByName,
        OrganizationFilter::City(_)
        | OrganizationFilter::PostalCode(_)
        | OrganizationFilter::Department(_)
        | OrganizationFilter::Sectors(_)
        | OrganizationFilter::HasMailbox(_) => Scoring::Equal,
    }
}

fn strongest(mut scorings: impl Iterator<Item = Scoring>) -> Scoring {
    if scorings.any(|scoring| scoring == Scoring::ByName) {
        Scoring::ByName
    } else {
        Scoring::Equal
    }
}

/// The people a filter means.
pub(super) fn practitioners(filter: &PractitionerFilter, fields: &Fields) -> Box<dyn Query> {
    let people = || tagged(&terms::kind(DocumentKind::Practitioner), fields);
    match filter {
        PractitionerFilter::All(filters) if filters.is_empty() => people(),
        PractitionerFilter::All(filters) => {
            all(filters.iter().map(|filter| practitioners(filter, fields)))
        }
        PractitionerFilter::Any(filters) => {
            any(filters.iter().map(|filter| practitioners(filter, fields)))
        }
        PractitionerFilter::Not(filter) => but(people(), practitioners(filter, fields)),
        PractitionerFilter::Name(text) => words::names(text, NameScope::person(fields)),
        PractitionerFilter::Family(text) => words::names(text, NameScope::family(fields)),
        PractitionerFilter::Given(text) => words::names(text, NameScope::given(fields)),
        PractitionerFilter::Role(role) => activity(role, fields).unwrap_or_else(people),
        PractitionerFilter::HasMailbox(wanted) => {
            has_mailbox(*wanted, DocumentKind::Practitioner, fields)
        }
    }
}

/// The structures a filter means.
pub(super) fn organizations(filter: &OrganizationFilter, fields: &Fields) -> Box<dyn Query> {
    let fact = |fact: Fact, value: &str| tagged(&terms::structure(fact, value), fields);
    match filter {
        OrganizationFilter::All(filters) if filters.is_empty() => {
            tagged(&terms::kind(DocumentKind::Organization), fields)
        }
        OrganizationFilter::All(filters) => {
            all(filters.iter().map(|filter| organizations(filter, fields)))
        }
        OrganizationFilter::Name(text) => words::names(text, NameScope::title(fields)),
        OrganizationFilter::City(city) => fact(Fact::City, &town::key(city)),
        OrganizationFilter::PostalCode(code) => fact(Fact::PostalCode, code),
        OrganizationFilter::Department(code) => fact(Fact::Department, code),
        OrganizationFilter::Sectors(codes) => {
            any(codes.iter().map(|code| fact(Fact::Sector, code)))
        }
        OrganizationFilter::HasMailbox(wanted) => {
            has_mailbox(*wanted, DocumentKind::Organization, fields)
        }
    }
}

/// The mailboxes a filter means.
pub(super) fn mailboxes(filter: &MailboxFilter, fields: &Fields) -> Box<dyn Query> {
    let fact = |fact: &MailboxFact<'_>| tagged(&terms::mailbox(fact), fields);
    match filter {
        MailboxFilter::All(filters) if filters.is_empty() => {
            tagged(&terms::kind(DocumentKind::Mailbox), fields)
        }
        MailboxFilter::All(filters) => all(filters.iter().map(|filter| mailboxes(filter, fields))),
        MailboxFilter::Owner(id) => fact(&MailboxFact::Owner(id.as_str())),
        MailboxFilter::Organization(reference) => fact(&MailboxFact::Organization(&reference.0)),
        MailboxFilter::Structure(id) => fact(&MailboxFact::Structure(id.as_str())),
        MailboxFilter::Domain(domain) => fact(&MailboxFact::Domain(domain)),
        MailboxFilter::Kind(kind) => fact(&MailboxFact::Kind(*kind)),
    }
}

/// The structures that a reference names.
pub(super) fn structures_named(reference: &str, fields: &Fields) -> Box<dyn Query> {
    tagged(&terms::structure(Fact::Organization, reference), fields)
}

/// People of whom one activity meets every part; `None` where there is no part.
fn activity(role: &RoleFilter, fields: &Fields) -> Option<Box<dyn Query>> {
    let RoleFilter {
        professions,
        specialties,
        city,
        postal_code,
        department,
        organization,
        practice_modes,
    } = role;
    let city = city.as_deref().map(town::key);
    let parts = [
        (Fact::Profession, professions.clone()),
        (Fact::Specialty, specialties.clone()),
        (Fact::City, city.map(|key| vec![key])),
        (Fact::PostalCode, postal_code.clone().map(|code| vec![code])),
        (Fact::Department, department.clone().map(|code| vec![code])),
        (
            Fact::Organization,
            organization.clone().map(|reference| vec![reference.0]),
        ),
        (Fact::PracticeMode, practice_modes.clone()),
    ];
    let parts: Vec<(Fact, Vec<String>)> = parts
        .into_iter()
        .filter_map(|(fact, values)| Some((fact, values?)))
        .collect();
    let held_in = |slot: Slot| {
        all(parts.iter().map(|(fact, values)| {
            any(values
                .iter()
                .map(|value| tagged(&terms::activity(slot, *fact, value), fields)))
        }))
    };
    match parts.len() {
        0 => None,
        1 => Some(held_in(Slot::Any)),
        _ => Some(any((0..SLOTS).map(|place| held_in(Slot::At(place))))),
    }
}

fn has_mailbox(wanted: bool, kind: DocumentKind, fields: &Fields) -> Box<dyn Query> {
    let with = tagged(&terms::has_mailbox(kind), fields);
    if wanted {
        with
    } else {
        but(tagged(&terms::kind(kind), fields), with)
    }
}

fn tagged(term: &str, fields: &Fields) -> Box<dyn Query> {
    let term = Term::from_field_text(fields.tag, term);
    let query = TermQuery::new(term, IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(query), 0.0))
}

fn all(queries: impl Iterator<Item = Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::new(
        queries.map(|query| (Occur::Must, query)).collect(),
    ))
}

fn any(queries: impl Iterator<Item = Box<dyn Query>>) -> Box<dyn Query> {
    let mut queries: Vec<Box<dyn Query>> = queries.collect();
    match (queries.pop(), queries.is_empty()) {
        (None, _) => Box::new(EmptyQuery),
        (Some(only), true) => only,
        (Some(last), false) => {
            queries.push(last);
            Box::new(DisjunctionMaxQuery::new(queries))
        }
    }
}

fn but(wanted: Box<dyn Query>, unwanted: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(BooleanQuery::new(vec![
        (Occur::Must, wanted),
        (Occur::MustNot, unwanted),
    ]))
}
