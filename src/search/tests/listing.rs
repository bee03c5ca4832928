//! Mailboxes: by whom and where they are listed, and those that do not exist for the public.

use super::*;
use crate::domain::ids::StructureNationalId;
use crate::domain::query::{MailboxFilter, OrganizationFilter, OrganizationRef};

fn directory() -> Fixture {
    let mut open = person(1, "OUVERT", "Luc");
    open.mailboxes = vec![
        owned("luc@open.mssante.fr", Listing::Listed),
        owned("luc@red.mssante.fr", Listing::Unlisted),
    ];
    let mut red = person(2, "ROUGE", "Luc");
    red.mailboxes = vec![owned("rouge@red.mssante.fr", Listing::Unlisted)];
    let mut site = organization(summary("F1", "CENTRE", "44000", "NANTES"));
    site.mailboxes = vec![owned("accueil@open.mssante.fr", Listing::Listed)];
    let mut hidden = organization(summary("F2", "CENTRE", "44000", "NANTES"));
    hidden.mailboxes = vec![owned("accueil@red.mssante.fr", Listing::Unlisted)];
    let mut luc = mailbox(
        "luc@open.mssante.fr",
        MailboxKind::Personal,
        Listing::Listed,
    );
    luc.attachments = vec![
        of_person("899000000001"),
        of_structure("1440000016", &["F1"]),
    ];
    let mut desk = mailbox(
        "accueil@open.mssante.fr",
        MailboxKind::Organizational,
        Listing::Listed,
    );
    desk.attachments = vec![of_structure("1440000016", &["F1"])];
    let mut rouge = mailbox(
        "rouge@red.mssante.fr",
        MailboxKind::Personal,
        Listing::Unlisted,
    );
    rouge.attachments = vec![of_person("899000000002")];
    Fixture::of(&[
        Document::Practitioner(open),
        Document::Practitioner(red),
        Document::Organization(site),
        Document::Organization(hidden),
        Document::Mailbox(luc),
        Document::Mailbox(desk),
        Document::Mailbox(rouge),
    ])
}

#[test]
fn mailboxes_are_listed_by_owner_structure_domain_and_kind() {
    use MailboxFilter as By;
    let fixture = directory();
    let reference = |text: &str| By::Organization(OrganizationRef(text.to_owned()));
    let both = &["accueil@open.mssante.fr", "luc@open.mssante.fr"][..];
    for (filter, found) in [
        (By::All(Vec::new()), both),
        (
            By::Owner(NationalId::parse("899000000001").unwrap()),
            &["luc@open.mssante.fr"],
        ),
        (By::Owner(NationalId::parse("899000000002").unwrap()), &[]),
        (reference("F1"), both),
        (reference("1440000016"), both),
        (reference("440000016"), both),
        (
            By::Structure(StructureNationalId::parse("1440000016").unwrap()),
            both,
        ),
        (
            By::Structure(StructureNationalId::parse("1440000024").unwrap()),
            &[],
        ),
        (By::Domain("OPEN.mssante.fr".to_owned()), both),
        (By::Domain("red.mssante.fr".to_owned()), &[]),
        (By::Kind(MailboxKind::Personal), &["luc@open.mssante.fr"]),
        (
            By::All(vec![reference("F1"), By::Kind(MailboxKind::Organizational)]),
            &["accueil@open.mssante.fr"],
        ),
    ] {
        let page = fixture
            .snapshot()
            .mailboxes(&first_page(filter.clone()))
            .unwrap();
        let addresses: Vec<&str> = page
            .items
            .iter()
            .map(|item| item.address.as_str())
            .collect();
        assert_eq!(addresses, found, "{filter:?}");
        assert_eq!(page.total, u64::try_from(found.len()).unwrap());
    }
}

#[test]
fn the_liste_rouge_leaves_no_trace() {
    let fixture = directory();
    let snapshot = fixture.snapshot();
    let red = MailAddress::parse("rouge@red.mssante.fr").unwrap();
    assert_eq!(snapshot.recipient(&red), None);
    assert_eq!(snapshot.mailbox(&red).unwrap(), None);
    assert_eq!(snapshot.counts().mailboxes, 2);
    assert_eq!(
        fixture.names(PractitionerFilter::HasMailbox(true)),
        ["OUVERT Luc"]
    );
    assert_eq!(
        fixture.names(PractitionerFilter::HasMailbox(false)),
        ["ROUGE Luc"]
    );
    let open = snapshot
        .practitioner(&NationalId::parse("899000000001").unwrap())
        .unwrap();
    assert_eq!(
        open.unwrap().mailboxes,
        [owned("luc@open.mssante.fr", Listing::Listed)]
    );
    for (wanted, id) in [(true, "F1"), (false, "F2")] {
        let page = snapshot
            .organizations(&first_page(OrganizationFilter::HasMailbox(wanted)))
            .unwrap();
        let found: Vec<&Organization> = page.items.iter().map(|hit| &hit.item).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].summary.id.as_str(), id);
        assert_eq!(found[0].mailboxes.len(), usize::from(wanted));
    }
}

#[test]
fn a_recipient_is_known_by_kind_and_paper() {
    let fixture = directory();
    let address = MailAddress::parse("Accueil@Open.MSSante.fr").unwrap();
    assert_eq!(
        fixture.snapshot().recipient(&address),
        Some(Recipient {
            kind: MailboxKind::Organizational,
            accepts_paperless: true
        })
    );
}

#[test]
fn structures_are_chosen_by_place_and_sector() {
    use OrganizationFilter as By;
    let fixture = directory();
    let text = |text: &str| text.to_owned();
    for (filter, found) in [
        (By::All(Vec::new()), 2),
        (By::City(text("nantes cedex 2")), 2),
        (By::PostalCode(text("44000")), 2),
        (By::Department(text("44")), 2),
        (By::Department(text("75")), 0),
        (By::Sectors(vec![text("SA01"), text("SA07")]), 2),
        (By::Sectors(vec![text("SA01")]), 0),
        (By::Sectors(Vec::new()), 0),
        (
            By::All(vec![By::Name(text("centre")), By::HasMailbox(true)]),
            1,
        ),
    ] {
        let page = fixture
            .snapshot()
            .organizations(&first_page(filter.clone()))
            .unwrap();
        assert_eq!(page.items.len(), found, "{filter:?}");
    }
}
