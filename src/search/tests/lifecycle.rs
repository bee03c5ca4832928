//! Changes, switches, restarts and accidents.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::domain::code::CodeSystem;
use crate::domain::feed::DocumentKind;

const KIND: DocumentKind = DocumentKind::Practitioner;

fn id(number: usize) -> NationalId {
    person(number, "", "").national_id
}

fn everybody(fixture: &Fixture) -> Vec<String> {
    fixture.names(PractitionerFilter::All(Vec::new()))
}

#[test]
fn documents_are_replaced_added_and_removed_in_place() {
    let fixture = Fixture::of_people(&[("MARTIN", "Anne"), ("PETIT", "Luc"), ("ROY", "Zoé")]);
    let mut update = fixture.model.update().unwrap();
    update
        .replace(&Document::Practitioner(person(2, "GRAND", "Luc")))
        .unwrap();
    update
        .replace(&Document::Practitioner(person(4, "NEUF", "Luc")))
        .unwrap();
    update.remove(KIND, id(3).as_str());
    update.remove(KIND, "8999");
    assert_eq!(everybody(&fixture), ["MARTIN Anne", "PETIT Luc", "ROY Zoé"]);
    update.commit(FeedPosition(2), &Vec::new()).unwrap();
    assert_eq!(
        everybody(&fixture),
        ["GRAND Luc", "MARTIN Anne", "NEUF Luc"]
    );
    assert_eq!(fixture.named("petit"), [""; 0]);
    let snapshot = fixture.snapshot();
    assert_eq!(snapshot.position(), FeedPosition(2));
    assert_eq!(snapshot.counts().practitioners, 3);
    assert_eq!(snapshot.practitioner(&id(3)).unwrap(), None);
    assert_eq!(
        snapshot.practitioner(&id(2)).unwrap().unwrap().family,
        "GRAND"
    );
}

#[test]
fn a_mailbox_changes_in_the_table_and_in_the_index_at_once() {
    let boxed = |kind, listing| Document::Mailbox(mailbox("a@b.fr", kind, listing));
    let fixture = Fixture::of(&[boxed(MailboxKind::Personal, Listing::Listed)]);
    let address = MailAddress::parse("a@b.fr").unwrap();
    let state = || {
        let snapshot = fixture.snapshot();
        let listed = snapshot.mailbox(&address).unwrap().map(|found| found.kind);
        let known = snapshot.recipient(&address).map(|found| found.kind);
        assert_eq!(listed, known);
        assert_eq!(snapshot.counts().mailboxes, u64::from(known.is_some()));
        known
    };
    assert_eq!(state(), Some(MailboxKind::Personal));
    let mut update = fixture.model.update().unwrap();
    let changes = [
        (
            Some(boxed(MailboxKind::Practice, Listing::Listed)),
            Some(MailboxKind::Practice),
        ),
        (Some(boxed(MailboxKind::Practice, Listing::Unlisted)), None),
        (
            Some(boxed(MailboxKind::Personal, Listing::Listed)),
            Some(MailboxKind::Personal),
        ),
        (None, None),
    ];
    for (position, (change, expected)) in (2..).zip(changes) {
        match change {
            Some(document) => update.replace(&document).unwrap(),
            None => update.remove(DocumentKind::Mailbox, "a@b.fr"),
        }
        update.commit(FeedPosition(position), &Vec::new()).unwrap();
        assert_eq!(state(), expected);
    }
}

#[test]
fn an_update_that_is_dropped_changes_nothing() {
    let fixture = Fixture::of_people(&[("MARTIN", "Anne")]);
    let mut update = fixture.model.update().unwrap();
    update.remove(KIND, id(1).as_str());
    drop(update);
    let mut update = fixture.model.update().unwrap();
    update.commit(FeedPosition(2), &Vec::new()).unwrap();
    assert_eq!(everybody(&fixture), ["MARTIN Anne"]);
}

#[test]
fn a_node_restarts_from_what_is_on_disk() {
    let Fixture { model, dir } = Fixture::of(&[
        Document::Practitioner(person(1, "MARTIN", "Anne")),
        Document::Mailbox(mailbox("a@b.fr", MailboxKind::Personal, Listing::Listed)),
        Document::Mailbox(mailbox("c@d.fr", MailboxKind::Personal, Listing::Listed)),
        Document::Mailbox(mailbox("e@f.fr", MailboxKind::Personal, Listing::Unlisted)),
    ]);
    let label = (
        CodeSystem::PracticeMode,
        "L".to_owned(),
        "Libéral fictif".to_owned(),
    );
    let mut update = model.update().unwrap();
    update.remove(DocumentKind::Mailbox, "c@d.fr");
    update
        .replace(&Document::Mailbox(mailbox(
            "a@b.fr",
            MailboxKind::Practice,
            Listing::Listed,
        )))
        .unwrap();
    update.commit(FeedPosition(7), &vec![label]).unwrap();
    drop(update);
    let before = model.current().unwrap();
    drop(model);

    let model = open(dir.path()).unwrap();
    let after = model.current().unwrap();
    assert_eq!(after.position(), FeedPosition(7));
    assert_eq!(after.counts(), before.counts());
    assert_eq!(after.generation(), before.generation());
    assert_eq!(
        after.labels().label(CodeSystem::PracticeMode, "L"),
        "Libéral fictif"
    );
    let kind = |address: &str| {
        after
            .recipient(&MailAddress::parse(address).unwrap())
            .map(|found| found.kind)
    };
    assert_eq!(kind("a@b.fr"), Some(MailboxKind::Practice));
    assert_eq!(kind("c@d.fr"), None);
    assert_eq!(kind("e@f.fr"), None);
    let mut update = model.update().unwrap();
    update.commit(FeedPosition(8), &Vec::new()).unwrap();
    assert_ne!(model.current().unwrap().generation(), before.generation());
}

#[test]
fn a_rebuild_that_ends_early_leaves_the_serving_index_alone() {
    let Fixture { model, dir } = Fixture::of_people(&[("MARTIN", "Anne")]);
    let mut rebuild = model.rebuild().unwrap();
    rebuild
        .add(&Document::Practitioner(person(2, "PETIT", "Luc")))
        .unwrap();
    drop(rebuild);
    drop(model);
    let model = open(dir.path()).unwrap();
    let fixture = Fixture { model, dir };
    assert_eq!(everybody(&fixture), ["MARTIN Anne"]);
    let directories = fs::read_dir(fixture.dir.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(directories.count(), 1);
}

#[test]
fn a_reader_keeps_its_snapshot_while_the_index_is_replaced() {
    let fixture = Fixture::of_people(&[("MARTIN", "Anne")]);
    let held = fixture.snapshot();
    for position in 2..5 {
        fixture.rebuild(position, &people(&[("PETIT", "Luc")]));
    }
    let page = held
        .practitioners(&first_page(PractitionerFilter::Name("martin".to_owned())))
        .unwrap();
    assert_eq!(full_name(&page.items[0].item), "MARTIN Anne");
    assert_eq!(everybody(&fixture), ["PETIT Luc"]);
}

#[test]
fn a_damaged_or_foreign_index_is_thrown_away() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 5] = [
        ("truncated files", |index| {
            for entry in fs::read_dir(index).unwrap() {
                let path = entry.unwrap().path();
                let bytes = fs::read(&path).unwrap();
                fs::write(&path, bytes.get(..bytes.len() / 2).unwrap()).unwrap();
            }
        }),
        ("a changed byte", |index| {
            let store = fs::read_dir(index)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .find(|path| path.extension().is_some_and(|ending| ending == "store"))
                .unwrap();
            let mut bytes = fs::read(&store).unwrap();
            bytes[10] ^= 0xff;
            fs::write(&store, bytes).unwrap();
        }),
        ("another version", |index| {
            let meta = index.join("meta.json");
            let text = fs::read_to_string(&meta).unwrap();
            let changed = text.replace(r#"{\"version\":"#, r#"{\"version\":9"#);
            assert_ne!(text, changed);
            fs::write(&meta, changed).unwrap();
        }),
        ("a missing file", |index| {
            fs::remove_file(index.join("meta.json")).unwrap();
        }),
        ("nothing", |index| fs::remove_dir_all(index).unwrap()),
    ];
    for (name, damage) in damages {
        let Fixture { model, dir } = Fixture::of_people(&[("MARTIN", "Anne")]);
        drop(model);
        damage(&dir.path().join("1"));
        let model = open(dir.path()).unwrap();
        assert!(model.current().is_none(), "{name}");
        assert!(matches!(model.update(), Err(SearchError::Empty)), "{name}");
        let fixture = Fixture { model, dir };
        fixture.rebuild(1, &people(&[("PETIT", "Luc")]));
        assert_eq!(everybody(&fixture), ["PETIT Luc"], "{name}");
    }
}

#[test]
fn the_directory_is_told_without_its_lock() {
    let fixture = Fixture::empty();
    assert_eq!(inspect(fixture.dir.path()).unwrap(), None);
    assert!(matches!(
        open(fixture.dir.path()),
        Err(SearchError::Locked(_))
    ));
    fixture.rebuild(5, &people(&[("PETIT", "Luc")]));
    let summary = inspect(fixture.dir.path()).unwrap().unwrap();
    assert_eq!(summary.position, FeedPosition(5));
    assert_eq!(summary.counts.practitioners, 1);
}

#[test]
fn segments_stay_few_however_many_updates_come() {
    let fixture = Fixture::of(&people(&[("MARTIN", "Anne"); 200]));
    let mut update = fixture.model.update().unwrap();
    let mut most = 0;
    for position in 2..30 {
        let number = usize::try_from(position).unwrap();
        update
            .replace(&Document::Practitioner(person(number, "PETIT", "Luc")))
            .unwrap();
        update.commit(FeedPosition(position), &Vec::new()).unwrap();
        most = most.max(fixture.snapshot().searcher().segment_readers().len());
    }
    assert_eq!(fixture.snapshot().counts().practitioners, 200);
    // merges run beside the updates, so a few more may be seen before one ends
    assert!(most <= 12, "{most} segments");
}

/// Every state is one position: its one person, its one mailbox and its count, or nothing of them.
#[test]
fn no_reader_ever_sees_half_a_switch() {
    let state = |position: usize| {
        vec![
            Document::Practitioner(person(1, &format!("ETAT{position}"), "Luc")),
            Document::Mailbox(mailbox(
                &format!("etat{position}@b.fr"),
                MailboxKind::Personal,
                Listing::Listed,
            )),
        ]
    };
    let fixture = Fixture::of(&state(1));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let snapshot = fixture.snapshot();
                let position = snapshot.position().0;
                let person = snapshot.practitioner(&id(1)).unwrap().unwrap();
                assert_eq!(person.family, format!("ETAT{position}"));
                let address = MailAddress::parse(&format!("etat{position}@b.fr")).unwrap();
                assert!(snapshot.recipient(&address).is_some());
                assert!(snapshot.mailbox(&address).unwrap().is_some());
                assert_eq!(snapshot.counts().documents(), 2);
                seen.push(position);
            }
            assert!(seen.is_sorted(), "time never goes back");
        });
        let mut update = Some(fixture.model.update().unwrap());
        for position in 2..40 {
            let documents = state(position);
            if position % 5 == 0 {
                update = None;
                fixture.rebuild(i64::try_from(position).unwrap(), &documents);
                continue;
            }
            let update = update.get_or_insert_with(|| fixture.model.update().unwrap());
            let before = format!("etat{}@b.fr", position - 1);
            update.remove(DocumentKind::Mailbox, &before);
            for document in &documents {
                update.replace(document).unwrap();
            }
            update
                .commit(FeedPosition(i64::try_from(position).unwrap()), &Vec::new())
                .unwrap();
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
}
