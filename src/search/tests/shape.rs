//! What lies on disk is tied to its version: an older program's index must never be misread.

use std::fmt::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use super::*;
use crate::domain::ids::{Finess, Siren, Siret};
use crate::domain::practitioner::Diploma;
use crate::search::schema;

/// The shape of version [`schema::VERSION`]. When this test fails, raise that version, then write
/// the new number here: nodes with an older index rebuild it.
const SHAPE: (u32, u64) = (1, 956_267_048_315_034_439);

/// A document of each kind with every part filled, so that any change of type shows.
fn filled() -> [Document; 3] {
    let mut site = summary("F1", "LEGAL", "44000", "NANTES");
    site.national_id = Some(StructureNationalId::parse("1440000016").unwrap());
    site.finess = Some(Finess::parse("440000016").unwrap());
    site.siret = Some(Siret::parse("10005531586003").unwrap());
    site.phones = vec!["0200000000".to_owned()];
    site.address.lines = vec!["1 RUE FICTIVE".to_owned()];
    let mut held = owned("a@b.fr", Listing::Listed);
    held.structure = Some(StructureNationalId::parse("1440000016").unwrap());
    let mut somebody = person(1, "MARTIN", "Anne");
    somebody.practices = vec![practice("10")];
    somebody.specialties = vec![specialty("10", "SM54")];
    somebody.diplomas = vec![Diploma {
        kind: "DE".to_owned(),
        code: "DE09".to_owned(),
        authorization: "A".to_owned(),
        discipline: "D".to_owned(),
    }];
    somebody.roles = vec![role("10", "L", Some(site.clone()))];
    somebody.mailboxes = vec![held.clone()];
    let mut structure = organization(site);
    structure.siren = Some(Siren::parse("100055315").unwrap());
    structure.legal_entity_finess = Some(Finess::parse("440000024").unwrap());
    structure.mailboxes = vec![held];
    let mut boxed = mailbox("a@b.fr", MailboxKind::Practice, Listing::Listed);
    boxed.attachments = vec![
        of_person("899000000001"),
        of_structure("1440000016", &["F1"]),
    ];
    [
        Document::Practitioner(somebody),
        Document::Organization(structure),
        Document::Mailbox(boxed),
    ]
}

#[test]
fn a_change_of_what_is_stored_raises_the_version() {
    let (schema, fields) = schema::build();
    let mut shape = serde_json::to_string(&schema).unwrap();
    for document in filled() {
        let indexed = document.indexed(&fields).unwrap().unwrap();
        for (field, value) in indexed.field_values() {
            writeln!(shape, "{field:?} {value:?}").unwrap();
        }
    }
    assert_eq!(
        (schema::VERSION, xxh3_64(shape.as_bytes())),
        SHAPE,
        "what lies on disk changed: see SHAPE"
    );
}

#[test]
fn every_part_of_a_document_comes_back() {
    let [somebody, structure, boxed] = filled();
    let fixture = Fixture::of(&[somebody.clone(), structure.clone(), boxed.clone()]);
    let snapshot = fixture.snapshot();
    let found = snapshot.practitioner(&NationalId::parse(somebody.key()).unwrap());
    assert_eq!(found.unwrap().map(Document::Practitioner), Some(somebody));
    let reference = crate::domain::query::OrganizationRef(structure.key().to_owned());
    let mut found = snapshot.organizations_by_ref(&reference).unwrap();
    assert_eq!(found.pop().map(Document::Organization), Some(structure));
    let found = snapshot.mailbox(&MailAddress::parse(boxed.key()).unwrap());
    assert_eq!(found.unwrap().map(Document::Mailbox), Some(boxed));
}
