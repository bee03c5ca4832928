//! Fictional people, structures and mailboxes: those of the published samples, and one mailbox on
//! the liste rouge that nobody may ever see.

use std::sync::Arc;

use time::macros::datetime;

use crate::domain::clock::FixedClock;
use crate::domain::code::CodeSystem;
use crate::domain::ids::{Finess, NationalId, OrganizationId, Siren, Siret, StructureNationalId};
use crate::domain::mailbox::{
    AttachedPerson, AttachedStructure, Attachment, Listing, MailAddress, Mailbox, MailboxKind,
    OwnedMailbox,
};
use crate::domain::organization::{Address, Organization, OrganizationSummary};
use crate::domain::practitioner::{Diploma, Origin, Practice, Practitioner, Specialty};
use crate::domain::role::PractitionerRole;
use crate::search::{Document, PublishedLabels};
use crate::service::trust_space::TrustSpace;
use crate::storage::{Database, StorageError};

/// The one address that must never appear in any answer.
pub(super) const HIDDEN: &str = "liste.rouge@ch-fictif.mssante.fr";

/// Rejects of import 1.
pub(super) const REJECTS: &str = "file,line,code,detail\nPS_fictif.txt,7,row.field_count,55\n";

/// Rejects of import 1; the database is away for import 3, refuses import 4, and there is no other.
pub(super) async fn rejects(import: i64) -> Result<Option<String>, StorageError> {
    match import {
        1 => Ok(Some(REJECTS.to_owned())),
        3 => Err(StorageError::Unavailable(sqlx::Error::PoolTimedOut)),
        4 => Err(StorageError::Statement(sqlx::Error::RowNotFound)),
        _ => Ok(None),
    }
}

/// A trust space whose database is away: there is no such socket, which is known at once.
pub(super) fn trust_space() -> TrustSpace {
    let nowhere = "postgres:///nothing?host=/nonexistent&user=nobody";
    let database = Database::connect_lazily(nowhere, 1).unwrap();
    let clock = Arc::new(FixedClock(datetime!(2099-01-02 03:04:05 UTC)));
    TrustSpace::new(database.pool, clock, Arc::default(), Vec::new())
}

/// Labels as the extracts spell them.
pub(super) fn labels() -> PublishedLabels {
    [
        (CodeSystem::Civility, "MME", "Madame"),
        (CodeSystem::Specialty, "SM54", "Médecine Générale"),
        (CodeSystem::Specialty, "CAPA06", "Gérontologie"),
        (CodeSystem::SpecialtyKind, "S", "Spécialité ordinale"),
        (CodeSystem::PracticeMode, "L", "Libéral"),
        (CodeSystem::DiplomaKind, "DE", "Diplôme d'Etat français"),
        (CodeSystem::Diploma, "DE09", "DE Docteur en médecine"),
        (CodeSystem::Department, "2A", "Corse du sud"),
    ]
    .map(|(system, code, label)| (system, code.to_owned(), label.to_owned()))
    .to_vec()
}

/// Everything.
pub(super) fn documents() -> Vec<Document> {
    let people = [
        physician(),
        pharmacist(),
        speech_therapist(),
        without_activity(),
    ];
    let structures = [
        practice(),
        hospital(),
        pharmacy("R10100000000002"),
        pharmacy("R10100000000003"),
    ];
    let mut documents = Vec::new();
    documents.extend(people.map(Document::Practitioner));
    documents.extend(structures.map(|summary| {
        let mailboxes = match summary.finess {
            Some(_) => vec![owned(
                "secretariat.cardiologie",
                MailboxKind::Organizational,
            )],
            None => Vec::new(),
        };
        Document::Organization(organization(summary, mailboxes))
    }));
    documents.extend(mailboxes().map(Document::Mailbox));
    documents
}

fn physician() -> Practitioner {
    let role = |mode: &str, function: &str, organization| PractitionerRole {
        practice_mode: mode.to_owned(),
        function: function.to_owned(),
        activity_kind: "GENR01".to_owned(),
        registration_authority: "CNOM/CNOM/CNOM".to_owned(),
        organization: Some(organization),
        ..role("10")
    };
    Practitioner {
        civility: "MME".to_owned(),
        practices: vec![Practice {
            title: "DR".to_owned(),
            ..exercised("10")
        }],
        specialties: vec![specialty("S", "SM54"), specialty("CAPA", "CAPA06")],
        diplomas: vec![Diploma {
            kind: "DE".to_owned(),
            code: "DE09".to_owned(),
            authorization: String::new(),
            discipline: String::new(),
        }],
        roles: vec![
            role("L", "FON-01", practice()),
            role("S", "FON-AU", hospital()),
        ],
        mailboxes: vec![
            OwnedMailbox {
                address: address("eleonore.lheritier-fictif@medecin.mssante.fr"),
                ..owned("e.lheritier-fictif", MailboxKind::Personal)
            },
            OwnedMailbox {
                department: "CARDIOLOGIE".to_owned(),
                structure: Some(StructureNationalId::parse("1770816478").unwrap()),
                accepts_paperless: true,
                ..owned("e.lheritier-fictif", MailboxKind::Personal)
            },
            OwnedMailbox {
                listing: Listing::Unlisted,
                ..owned("liste.rouge", MailboxKind::Personal)
            },
        ],
        ..person("899000000010", "L'HÉRITIER-FICTIF", "Éléonore")
    }
}

fn pharmacist() -> Practitioner {
    Practitioner {
        civility: "M".to_owned(),
        practices: vec![exercised("21")],
        roles: vec![PractitionerRole {
            practice_mode: "L".to_owned(),
            pharmacist_section: "A".to_owned(),
            organization: Some(pharmacy("R10100000000002")),
            ..role("21")
        }],
        ..person("899000000028", "EXEMPLE", "Jean-Fictif")
    }
}

fn speech_therapist() -> Practitioner {
    Practitioner {
        practices: vec![exercised("91")],
        ..person("0990000001", "TEST ADELI", "Zoé")
    }
}

fn without_activity() -> Practitioner {
    Practitioner {
        practices: vec![exercised("60")],
        ..person("899000000036", "SANSACTIVITE", "Fictif")
    }
}

fn person(id: &str, family: &str, given: &str) -> Practitioner {
    Practitioner {
        national_id: NationalId::parse(id).unwrap(),
        civility: String::new(),
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

fn exercised(profession: &str) -> Practice {
    Practice {
        profession: profession.to_owned(),
        category: "C".to_owned(),
        title: String::new(),
    }
}

fn specialty(kind: &str, code: &str) -> Specialty {
    Specialty {
        profession: "10".to_owned(),
        kind: kind.to_owned(),
        code: code.to_owned(),
    }
}

fn role(profession: &str) -> PractitionerRole {
    PractitionerRole {
        profession: profession.to_owned(),
        category: "C".to_owned(),
        practice_mode: String::new(),
        function: String::new(),
        activity_kind: String::new(),
        pharmacist_section: String::new(),
        registration_authority: String::new(),
        copies: 1,
        organization: None,
    }
}

fn practice() -> OrganizationSummary {
    OrganizationSummary {
        address: Address {
            lines: vec!["12 B Rue DE L'ÉGLISE".to_owned()],
            cedex: "44000 NANTES".to_owned(),
            postal_code: "44000".to_owned(),
            commune_code: "44109".to_owned(),
            commune: "Nantes".to_owned(),
            department: "44".to_owned(),
            ..Address::default()
        },
        phones: vec!["0240000000".to_owned()],
        ..summary(
            "R10100000000001",
            "CABINET \"LES TILLEULS\" DU DR L'HERITIER-FICTIF",
        )
    }
}

fn hospital() -> OrganizationSummary {
    OrganizationSummary {
        national_id: Some(StructureNationalId::parse("1770816478").unwrap()),
        finess: Some(Finess::parse("770816478").unwrap()),
        address: Address {
            lines: vec!["Chemin DES BOURRELY".to_owned(), "BP 12".to_owned()],
            cedex: "77000 MELUN CEDEX".to_owned(),
            postal_code: "77000".to_owned(),
            department: "77".to_owned(),
            ..Address::default()
        },
        ..summary("F770816478", "CH FICTIF")
    }
}

/// Two of them share one SIRET.
fn pharmacy(id: &str) -> OrganizationSummary {
    OrganizationSummary {
        siret: Some(Siret::parse("26130008100153").unwrap()),
        address: Address {
            commune_code: "2A004".to_owned(),
            department: "2A".to_owned(),
            ..Address::default()
        },
        ..summary(id, "PHARMACIE FICTIVE")
    }
}

fn summary(id: &str, legal_name: &str) -> OrganizationSummary {
    OrganizationSummary {
        id: OrganizationId::parse(id).unwrap(),
        national_id: None,
        finess: None,
        siret: None,
        legal_name: legal_name.to_owned(),
        trade_name: String::new(),
        address: Address::default(),
        phones: Vec::new(),
    }
}

fn organization(summary: OrganizationSummary, mailboxes: Vec<OwnedMailbox>) -> Organization {
    Organization {
        siren: summary
            .siret
            .as_ref()
            .map(|_| Siren::parse("261300081").unwrap()),
        legal_entity_finess: summary
            .finess
            .as_ref()
            .map(|_| Finess::parse("770000001").unwrap()),
        sector: if summary.finess.is_some() {
            "SA01"
        } else {
            "SA07"
        }
        .to_owned(),
        summary,
        fax: String::new(),
        email: String::new(),
        mailboxes,
        origin: Origin::Register,
    }
}

fn address(text: &str) -> MailAddress {
    MailAddress::parse(text).unwrap()
}

fn owned(local: &str, kind: MailboxKind) -> OwnedMailbox {
    OwnedMailbox {
        address: address(&format!("{local}@ch-fictif.mssante.fr")),
        kind,
        accepts_paperless: false,
        listing: Listing::Listed,
        department: String::new(),
        structure: None,
    }
}

fn mailboxes() -> [Mailbox; 4] {
    let of_person = || Attachment {
        person: Some(AttachedPerson {
            national_id: NationalId::parse("899000000010").unwrap(),
            title: "DR".to_owned(),
            family: "L'HÉRITIER-FICTIF".to_owned(),
            given: "Éléonore".to_owned(),
            category: "C".to_owned(),
            profession: "10".to_owned(),
            specialty: "SM54".to_owned(),
        }),
        ..Attachment::default()
    };
    let of_structure =
        |id: &str, organizations: &[&str], name: &str, department: &str| Attachment {
            person: None,
            structure: Some(AttachedStructure {
                national_id: StructureNationalId::parse(id).unwrap(),
                organizations: organizations
                    .iter()
                    .map(|id| OrganizationId::parse(id).unwrap())
                    .collect(),
                legal_name: name.to_owned(),
                trade_name: String::new(),
                address: Address::default(),
            }),
            department: department.to_owned(),
        };
    let hospital =
        |department| of_structure("1770816478", &["F770816478"], "CH FICTIF", department);
    let site_b = of_structure(
        "326130008100153",
        &["R10100000000002", "R10100000000003"],
        "CH FICTIF SITE B",
        "CARDIO SITE B",
    );
    let mailbox = |text: &str, kind, attachments| Mailbox {
        address: address(text),
        kind,
        accepts_paperless: text != "eleonore.lheritier-fictif@medecin.mssante.fr",
        listing: if text == HIDDEN {
            Listing::Unlisted
        } else {
            Listing::Listed
        },
        attachments,
    };
    [
        mailbox(
            "eleonore.lheritier-fictif@medecin.mssante.fr",
            MailboxKind::Personal,
            vec![of_person()],
        ),
        mailbox(
            "e.lheritier-fictif@ch-fictif.mssante.fr",
            MailboxKind::Personal,
            vec![Attachment {
                person: of_person().person,
                ..hospital("CARDIOLOGIE")
            }],
        ),
        mailbox(
            "secretariat.cardiologie@ch-fictif.mssante.fr",
            MailboxKind::Organizational,
            vec![hospital("Secrétariat \"cardio\" ; 2e étage"), site_b],
        ),
        mailbox(HIDDEN, MailboxKind::Personal, vec![of_person()]),
    ]
}
