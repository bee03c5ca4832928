//! The promises of the read model, each held against a small fictional directory.

mod lifecycle;
mod listing;
mod matching;
mod paging;
mod roles;
mod shape;

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use time::macros::datetime;

use super::*;
use crate::domain::clock::FixedClock;
use crate::domain::feed::FeedPosition;
use crate::domain::ids::{NationalId, OrganizationId, StructureNationalId};
use crate::domain::mailbox::{
    AttachedPerson, AttachedStructure, Attachment, Listing, MailAddress, Mailbox, MailboxKind,
    OwnedMailbox,
};
use crate::domain::organization::{Address, Organization, OrganizationSummary};
use crate::domain::practitioner::{Origin, Practice, Practitioner, Specialty};
use crate::domain::query::{Page, PractitionerFilter, Search};
use crate::domain::role::PractitionerRole;

/// A read model in a directory of its own.
struct Fixture {
    model: ReadModel,
    dir: TempDir,
}

impl Fixture {
    fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            model: open(dir.path()).unwrap(),
            dir,
        }
    }

    fn of(documents: &[Document]) -> Self {
        let fixture = Self::empty();
        fixture.rebuild(1, documents);
        fixture
    }

    fn of_people(names: &[(&str, &str)]) -> Self {
        Self::of(&people(names))
    }

    fn rebuild(&self, position: i64, documents: &[Document]) {
        let mut rebuild = self.model.rebuild().unwrap();
        for document in documents {
            rebuild.add(document).unwrap();
        }
        rebuild.finish(FeedPosition(position), &Vec::new()).unwrap();
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.model.current().unwrap()
    }

    /// `FAMILY Given` of everybody found, in order.
    fn names(&self, filter: PractitionerFilter) -> Vec<String> {
        let page = self.find(filter);
        assert_eq!(page.total, u64::try_from(page.items.len()).unwrap());
        page.items.iter().map(|hit| full_name(&hit.item)).collect()
    }

    fn find(&self, filter: PractitionerFilter) -> Page<crate::domain::query::Hit<Practitioner>> {
        self.snapshot().practitioners(&first_page(filter)).unwrap()
    }

    fn named(&self, text: &str) -> Vec<String> {
        self.names(PractitionerFilter::Name(text.to_owned()))
    }
}

fn open(dir: &Path) -> Result<ReadModel, SearchError> {
    let options = SearchOptions {
        writer_memory: 0, // the least that works
        ..SearchOptions::default()
    };
    let clock = Arc::new(FixedClock(datetime!(2099-01-01 00:00 UTC)));
    ReadModel::open(dir, options, clock)
}

fn first_page<F>(filter: F) -> Search<F> {
    Search {
        filter,
        limit: 100,
        after: None,
    }
}

fn full_name(person: &Practitioner) -> String {
    format!("{} {}", person.family, person.given)
}

/// People numbered from one, in the order given.
fn people(names: &[(&str, &str)]) -> Vec<Document> {
    names
        .iter()
        .enumerate()
        .map(|(place, (family, given))| Document::Practitioner(person(place + 1, family, given)))
        .collect()
}

fn person(number: usize, family: &str, given: &str) -> Practitioner {
    Practitioner {
        national_id: NationalId::parse(&format!("8990000{number:05}")).unwrap(),
        civility: "M".to_owned(),
        family: family.to_owned(),
        given: given.to_owned(),
        practices: Vec::new(),
        specialties: Vec::new(),
        diplomas: Vec::new(),
        roles: Vec::new(),
        mailboxes: Vec::new(),
        origin: Origin::Register,
    }
}

fn role(
    profession: &str,
    mode: &str,
    organization: Option<OrganizationSummary>,
) -> PractitionerRole {
    PractitionerRole {
        profession: profession.to_owned(),
        category: "C".to_owned(),
        practice_mode: mode.to_owned(),
        function: String::new(),
        activity_kind: String::new(),
        pharmacist_section: String::new(),
        registration_authority: String::new(),
        copies: 1,
        organization,
    }
}

fn specialty(profession: &str, code: &str) -> Specialty {
    Specialty {
        profession: profession.to_owned(),
        kind: "S".to_owned(),
        code: code.to_owned(),
    }
}

fn practice(profession: &str) -> Practice {
    Practice {
        profession: profession.to_owned(),
        category: "C".to_owned(),
        title: String::new(),
    }
}

fn summary(id: &str, name: &str, postal_code: &str, commune: &str) -> OrganizationSummary {
    OrganizationSummary {
        id: OrganizationId::parse(id).unwrap(),
        national_id: None,
        finess: None,
        siret: None,
        legal_name: name.to_owned(),
        trade_name: String::new(),
        address: Address {
            postal_code: postal_code.to_owned(),
            commune: commune.to_owned(),
            department: postal_code.get(..2).unwrap_or_default().to_owned(),
            ..Address::default()
        },
        phones: Vec::new(),
    }
}

fn organization(summary: OrganizationSummary) -> Organization {
    Organization {
        summary,
        siren: None,
        legal_entity_finess: None,
        sector: "SA07".to_owned(),
        fax: String::new(),
        email: String::new(),
        mailboxes: Vec::new(),
        origin: Origin::Register,
    }
}

fn owned(address: &str, listing: Listing) -> OwnedMailbox {
    OwnedMailbox {
        address: MailAddress::parse(address).unwrap(),
        kind: MailboxKind::Personal,
        accepts_paperless: false,
        listing,
        department: String::new(),
        structure: None,
    }
}

fn mailbox(address: &str, kind: MailboxKind, listing: Listing) -> Mailbox {
    Mailbox {
        address: MailAddress::parse(address).unwrap(),
        kind,
        accepts_paperless: true,
        listing,
        attachments: Vec::new(),
    }
}

fn of_person(id: &str) -> Attachment {
    Attachment {
        person: Some(AttachedPerson {
            national_id: NationalId::parse(id).unwrap(),
            title: String::new(),
            family: String::new(),
            given: String::new(),
            category: String::new(),
            profession: String::new(),
            specialty: String::new(),
        }),
        ..Attachment::default()
    }
}

fn of_structure(national_id: &str, organizations: &[&str]) -> Attachment {
    Attachment {
        structure: Some(AttachedStructure {
            national_id: StructureNationalId::parse(national_id).unwrap(),
            organizations: organizations
                .iter()
                .map(|id| OrganizationId::parse(id).unwrap())
                .collect(),
            legal_name: String::new(),
            trade_name: String::new(),
            address: Address::default(),
        }),
        ..Attachment::default()
    }
}
