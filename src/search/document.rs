//! From a domain document to a document of the index. What may not be shown is left out here, so
//! that no later layer can find, count or show it.

use std::borrow::Cow;

use serde::Serialize;
use tantivy::TantivyDocument;

use super::analyzer::{self, IndexedName};
use super::error::SearchError;
use super::mailboxes::Recipient;
use super::rank;
use super::schema::{Fields, NameField};
use super::terms::{self, Fact, MailboxFact, Slot};
use crate::domain::feed::DocumentKind;
use crate::domain::mailbox::{Listing, Mailbox};
use crate::domain::organization::{Address, Organization};
use crate::domain::practitioner::Practitioner;
use crate::domain::publication::{self, Audience};
use crate::domain::town;

/// One document of the read model.
#[expect(
    clippy::large_enum_variant,
    reason = "documents pass by in chunks of one kind: a box each would only cost time"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// A person.
    Practitioner(Practitioner),
    /// A structure.
    Organization(Organization),
    /// A mailbox.
    Mailbox(Mailbox),
}

impl Document {
    /// What kind of document this is.
    pub const fn kind(&self) -> DocumentKind {
        match self {
            Self::Practitioner(_) => DocumentKind::Practitioner,
            Self::Organization(_) => DocumentKind::Organization,
            Self::Mailbox(_) => DocumentKind::Mailbox,
        }
    }

    /// Its key among the documents of its kind.
    pub fn key(&self) -> &str {
        match self {
            Self::Practitioner(person) => person.national_id.as_str(),
            Self::Organization(structure) => structure.summary.id.as_str(),
            Self::Mailbox(mailbox) => mailbox.address.as_str(),
        }
    }

    /// What the index holds of it; `None` where nothing may be shown.
    pub(super) fn indexed(&self, fields: &Fields) -> Result<Option<TantivyDocument>, SearchError> {
        match self {
            Self::Practitioner(person) => practitioner(person, fields).map(Some),
            Self::Organization(structure) => organization(structure, fields).map(Some),
            Self::Mailbox(mailbox) if is_visible(mailbox.listing) => {
                self::mailbox(mailbox, fields).map(Some)
            }
            Self::Mailbox(_) => Ok(None),
        }
    }
}

fn is_visible(listing: Listing) -> bool {
    publication::is_visible(listing, Audience::Public)
}

fn practitioner(person: &Practitioner, fields: &Fields) -> Result<TantivyDocument, SearchError> {
    let mut shown = Cow::Borrowed(person);
    if !person
        .mailboxes
        .iter()
        .all(|mailbox| is_visible(mailbox.listing))
    {
        let kept = &mut shown.to_mut().mailboxes;
        kept.retain(|mailbox| is_visible(mailbox.listing));
    }
    let mut tags = Tags::new(DocumentKind::Practitioner, !shown.mailboxes.is_empty());
    activities(person, &mut tags);
    let name = format!("{} {}", person.family, person.given);
    let mut document = start(
        DocumentKind::Practitioner,
        person.national_id.as_str(),
        &name,
        tags,
        shown.as_ref(),
        fields,
    )?;
    let family = analyzer::index(&person.family);
    let given = analyzer::index(&person.given);
    for indexed in [&family, &given] {
        add_name(&mut document, fields.name, indexed);
    }
    add_name(&mut document, fields.family, &family);
    add_name(&mut document, fields.given, &given);
    document.add_text(fields.whole, format!("f{} g{}", family.whole, given.whole));
    Ok(document)
}

fn organization(structure: &Organization, fields: &Fields) -> Result<TantivyDocument, SearchError> {
    let mut shown = Cow::Borrowed(structure);
    if !structure
        .mailboxes
        .iter()
        .all(|mailbox| is_visible(mailbox.listing))
    {
        let kept = &mut shown.to_mut().mailboxes;
        kept.retain(|mailbox| is_visible(mailbox.listing));
    }
    let mut tags = Tags::new(DocumentKind::Organization, !shown.mailboxes.is_empty());
    let summary = &structure.summary;
    let mut add = |fact, value: &str| {
        if !value.is_empty() {
            tags.add(&terms::structure(fact, value));
        }
    };
    for reference in terms::references(summary) {
        add(Fact::Organization, reference);
    }
    for (fact, value) in places(&summary.address) {
        add(fact, &value);
    }
    add(Fact::Sector, &structure.sector);
    let mut document = start(
        DocumentKind::Organization,
        summary.id.as_str(),
        summary.display_name(),
        tags,
        shown.as_ref(),
        fields,
    )?;
    for title in [&summary.legal_name, &summary.trade_name] {
        if !title.is_empty() {
            let title = analyzer::index(title);
            add_name(&mut document, fields.title, &title);
            document.add_text(fields.whole, format!("t{}", title.whole));
        }
    }
    Ok(document)
}

fn mailbox(mailbox: &Mailbox, fields: &Fields) -> Result<TantivyDocument, SearchError> {
    let mut tags = Tags::new(DocumentKind::Mailbox, false);
    let mut add = |fact: MailboxFact<'_>| tags.add(&terms::mailbox(&fact));
    add(MailboxFact::Kind(mailbox.kind));
    add(MailboxFact::Domain(mailbox.address.domain()));
    for attachment in &mailbox.attachments {
        if let Some(person) = &attachment.person {
            add(MailboxFact::Owner(person.national_id.as_str()));
        }
        if let Some(structure) = &attachment.structure {
            let national = &structure.national_id;
            add(MailboxFact::Structure(national.as_str()));
            add(MailboxFact::Organization(national.as_str()));
            if let Some(number) = terms::national_number(national) {
                add(MailboxFact::Organization(number));
            }
            for id in &structure.organizations {
                add(MailboxFact::Organization(id.as_str()));
            }
        }
    }
    let address = mailbox.address.as_str();
    let mut document = start(
        DocumentKind::Mailbox,
        address,
        address,
        tags,
        mailbox,
        fields,
    )?;
    document.add_u64(fields.recipient, Recipient::of(mailbox).encode());
    Ok(document)
}

/// What every document has.
fn start<T: Serialize>(
    kind: DocumentKind,
    key: &str,
    name: &str,
    tags: Tags,
    value: &T,
    fields: &Fields,
) -> Result<TantivyDocument, SearchError> {
    let body = postcard::to_stdvec(value).map_err(|error| {
        SearchError::Corrupt(format!("a {} cannot be stored: {error}", kind.as_str()))
    })?;
    let mut document = TantivyDocument::new();
    document.add_text(fields.id, terms::id(kind, key));
    document.add_text(fields.tag, tags.0);
    document.add_u64(fields.order, rank::alphabetical(name));
    document.add_u64(fields.key, rank::key(key));
    document.add_bytes(fields.body, &body);
    Ok(document)
}

fn add_name(document: &mut TantivyDocument, field: NameField, name: &IndexedName) {
    document.add_text(field.words, &name.words);
    document.add_text(field.edges, &name.edges);
}

/// Each activity in its slot, then the professions exercised without any. A specialty belongs to
/// the activities of its profession.
fn activities(person: &Practitioner, tags: &mut Tags) {
    let held: Vec<&str> = person
        .roles
        .iter()
        .map(|role| role.profession.as_str())
        .collect();
    let mut idle: Vec<&str> = person
        .practices
        .iter()
        .map(|practice| &practice.profession)
        .chain(
            person
                .specialties
                .iter()
                .map(|specialty| &specialty.profession),
        )
        .map(String::as_str)
        .filter(|profession| !held.contains(profession))
        .collect();
    idle.sort_unstable();
    idle.dedup();
    for (place, role) in person.roles.iter().enumerate() {
        tags.add_activity(place, Fact::Profession, &role.profession);
        tags.add_activity(place, Fact::PracticeMode, &role.practice_mode);
        if let Some(structure) = &role.organization {
            for reference in terms::references(structure) {
                tags.add_activity(place, Fact::Organization, reference);
            }
            for (fact, value) in places(&structure.address) {
                tags.add_activity(place, fact, &value);
            }
        }
    }
    for (place, profession) in (person.roles.len()..).zip(&idle) {
        tags.add_activity(place, Fact::Profession, profession);
    }
    for (place, profession) in held.iter().chain(&idle).enumerate() {
        for specialty in &person.specialties {
            if specialty.profession == *profession {
                tags.add_activity(place, Fact::Specialty, &specialty.code);
            }
        }
    }
}

/// Where an address is: by its commune and by its bureau cedex.
fn places(address: &Address) -> Vec<(Fact, String)> {
    let towns = town::keys(&address.commune)
        .into_iter()
        .chain(town::keys(&address.cedex));
    let mut places: Vec<(Fact, String)> = towns.map(|key| (Fact::City, key)).collect();
    let cedex_code = address
        .cedex
        .split(' ')
        .next()
        .filter(|code| code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_digit()));
    for code in std::iter::once(address.postal_code.as_str()).chain(cedex_code) {
        places.push((Fact::PostalCode, code.to_owned()));
    }
    places.push((Fact::Department, address.department.clone()));
    places
}

/// Terms of the `tag` field, separated by spaces.
struct Tags(String);

impl Tags {
    fn new(kind: DocumentKind, has_mailbox: bool) -> Self {
        let mut tags = Self(terms::kind(kind));
        if has_mailbox {
            tags.add(&terms::has_mailbox(kind));
        }
        tags
    }

    fn add(&mut self, term: &str) {
        self.0.push(' ');
        self.0.push_str(term);
    }

    fn add_activity(&mut self, place: usize, fact: Fact, value: &str) {
        if value.is_empty() {
            return;
        }
        for slot in [Slot::Any, Slot::At(place)] {
            self.add(&terms::activity(slot, fact, value));
        }
    }
}
