//! A reader that reads again what the feed names holds what a reader that reads everything holds.

use std::collections::BTreeMap;

use annuaire::domain::feed::{DocumentKind, FeedPosition};
use annuaire::storage::{self, Connection, changes, documents};
use annuaire_importers::synthetic::Country;
use proptest::prelude::*;
use sqlx::PgPool;

use crate::support::database::with_database;
use crate::support::importing::Import;
use crate::support::published::{
    Publisher, Row, activity, person, personal_mailbox, structure_mailbox, structure_national_id,
};
use crate::support::scratch;

/// Documents by kind and key, as text.
type Documents = BTreeMap<(DocumentKind, String), String>;

async fn read(truth: &mut Connection, kind: DocumentKind, keys: &[String]) -> Documents {
    fn shown<T: std::fmt::Debug>(
        kind: DocumentKind,
        found: &[T],
        key: impl Fn(&T) -> &str,
    ) -> Documents {
        found
            .iter()
            .map(|document| ((kind, key(document).to_owned()), format!("{document:?}")))
            .collect()
    }
    match kind {
        DocumentKind::Practitioner => shown(
            kind,
            &documents::practitioners(truth, keys).await.unwrap(),
            |person| person.national_id.as_str(),
        ),
        DocumentKind::Organization => shown(
            kind,
            &documents::organizations(truth, keys).await.unwrap(),
            |structure| structure.summary.id.as_str(),
        ),
        DocumentKind::Mailbox => shown(
            kind,
            &documents::mailboxes(truth, keys).await.unwrap(),
            |mailbox| mailbox.address.as_str(),
        ),
    }
}

/// Everything there is, read page by page.
async fn read_all(truth: &mut Connection) -> Documents {
    let mut all = Documents::new();
    for kind in DocumentKind::ALL {
        let mut after: Option<String> = None;
        loop {
            let keys = documents::keys_after(truth, kind, after.as_deref(), 7)
                .await
                .unwrap();
            let Some(last) = keys.last() else { break };
            after = Some(last.clone());
            let found = read(truth, kind, &keys).await;
            assert!(
                keys.iter()
                    .all(|key| found.contains_key(&(kind, key.clone()))),
                "a key without its document among {keys:?}"
            );
            all.extend(found);
        }
    }
    all
}

/// A reader that holds documents and follows the feed.
#[derive(Default)]
struct Follower {
    position: FeedPosition,
    held: Documents,
}

impl Follower {
    /// Reads what changed; a key that has no document any more is forgotten.
    async fn catch_up(&mut self, truth: &mut Connection) {
        for change in changes::since(truth, self.position, 1_000).await.unwrap() {
            self.position = change.position;
            let found = read(truth, change.kind, &change.keys).await;
            for key in change.keys {
                self.held.remove(&(change.kind, key));
            }
            self.held.extend(found);
        }
    }
}

/// Catches up, and compares with what is there.
async fn compare(pool: &PgPool, follower: &mut Follower, what: &str) {
    let mut truth = storage::begin_snapshot(pool).await.unwrap();
    follower.catch_up(&mut truth).await;
    let all = read_all(&mut truth).await;
    for (key, document) in &all {
        assert_eq!(
            follower.held.get(key),
            Some(document),
            "{what}: {key:?} is stale"
        );
    }
    let left: Vec<_> = follower
        .held
        .keys()
        .filter(|key| !all.contains_key(key))
        .collect();
    assert!(left.is_empty(), "{what}: {left:?} should be gone");
}

#[test]
fn days_of_a_synthetic_country() {
    with_database(async |database| {
        let pool = &database.pool;
        let mut follower = Follower::default();
        for day in 0..4 {
            let out = scratch::directory("country");
            let country = Country {
                professionals: 150,
                seed: 7,
                day,
                churn: 0.2,
            };
            country.write(&out, &mut |_| {}).unwrap();
            let report = Import::rpps([out.clone()]).force().applied(pool).await;
            assert!(report.documents_touched > 0);
            compare(pool, &mut follower, &format!("RPPS of day {day}")).await;
            Import::mailboxes([out]).force().applied(pool).await;
            compare(pool, &mut follower, &format!("mailboxes of day {day}")).await;
        }
        assert!(follower.held.len() > 200);
    });
}

/// One row of a very small country, where everything has something to do with everything.
#[derive(Clone, Debug)]
struct Place {
    person: u32,
    structure: u32,
    /// National identifiers are shared and change.
    named: u32,
}

#[derive(Clone, Debug)]
enum Day {
    Register(Vec<Place>),
    Mailboxes(Vec<Place>),
}

fn places(most: usize) -> impl Strategy<Value = Vec<Place>> {
    let place = (0..4u32, 0..4u32, 0..3u32).prop_map(|(person, structure, named)| Place {
        person,
        structure,
        named,
    });
    proptest::collection::vec(place, 0..most)
}

fn day() -> impl Strategy<Value = Day> {
    prop_oneof![
        places(6).prop_map(Day::Register),
        places(6).prop_map(Day::Mailboxes)
    ]
}

/// Number 0 stands for none.
fn registered(place: &Place) -> Row {
    match place.structure {
        0 => person(place.person),
        structure => activity(place.person, structure).with(
            "Ancien identifiant de la structure",
            structure_national_id(place.named),
        ),
    }
}

fn mailbox(place: &Place) -> Row {
    let address = format!("bal{}@ch.mssante.fr", place.structure);
    match (place.person, place.named) {
        (0, named) => structure_mailbox(named, &address),
        (person, 0) => personal_mailbox(person, &address),
        (person, named) => personal_mailbox(person, &address)
            .with("Identification Structure", structure_national_id(named)),
    }
}

/// Its mailboxes stay with the former identifier, where another structure of the same, or one that only
/// the mailbox extract names, takes its place.
#[test]
fn a_structure_that_takes_another_identifier() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        let mut follower = Follower::default();
        let mailboxes = [
            structure_mailbox(1, "un@ch.mssante.fr"),
            structure_mailbox(2, "deux@ch.mssante.fr"),
        ];
        Import::mailboxes([files.mailboxes("202601010300", &mailboxes)])
            .applied(pool)
            .await;
        compare(pool, &mut follower, "mailboxes").await;
        for (day, [first, second]) in [[1, 1], [1, 2], [2, 1], [3, 3], [2, 3], [1, 1]]
            .into_iter()
            .enumerate()
        {
            let named = |structure, named| {
                registered(&Place {
                    person: 1,
                    structure,
                    named,
                })
            };
            let rows = [named(1, first), named(2, second)];
            Import::rpps([files.activities(&format!("2026010{}0300", day + 1), &rows)])
                .force()
                .applied(pool)
                .await;
            compare(pool, &mut follower, &format!("day {day}")).await;
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_small_days(days in proptest::collection::vec(day(), 3..7)) {
        with_database(async |database| {
            let pool = &database.pool;
            let files = Publisher::new();
            let mut follower = Follower::default();
            for (number, day) in days.iter().enumerate() {
                let stamp = format!("2026010{}0300", number + 1);
                let import = match day {
                    Day::Register(places) => {
                        let rows: Vec<Row> = places.iter().map(registered).collect();
                        Import::rpps([files.activities(&stamp, &rows)])
                    }
                    Day::Mailboxes(places) => {
                        let rows: Vec<Row> = places.iter().map(mailbox).collect();
                        Import::mailboxes([files.mailboxes(&stamp, &rows)])
                    }
                };
                // Two equal days in a row are one.
                import.force().run(pool).await.unwrap();
                compare(pool, &mut follower, &format!("day {number}")).await;
            }
        });
    }
}
