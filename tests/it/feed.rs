//! The change feed: no gap, whoever writes; and a read model that is whole at every moment.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use annuaire::domain::feed::FeedPosition;
use annuaire::domain::mailbox::MailAddress;
use annuaire::domain::query::{PractitionerFilter, Search};
use annuaire::search::{ReadModel, SearchOptions, follower, rebuild};
use annuaire::storage::{begin_snapshot, changes};
use sqlx::PgPool;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::support::database::with_database;
use crate::support::importing::{Import, NOW};
use crate::support::published::{Publisher, activity, personal_mailbox};
use crate::support::scratch;

/// Long enough for any machine; nothing waits this long but a failing test.
const DEADLINE: Duration = Duration::from_mins(1);

/// What happens to a writer's transaction.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Commit,
    RollBack,
}

/// Appends changes of some keys, as an import does.
async fn write(pool: &PgPool, keys: &[String], end: End) {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query(
        "create temporary table touched (kind text not null, key text not null) on commit drop",
    )
    .execute(&mut *transaction)
    .await
    .unwrap();
    sqlx::query("insert into touched select 'mailbox', key from unnest($1::text[]) as keys (key)")
        .bind(keys)
        .execute(&mut *transaction)
        .await
        .unwrap();
    changes::append_touched(&mut transaction, 0).await.unwrap();
    match end {
        End::Commit => transaction.commit().await.unwrap(),
        End::RollBack => transaction.rollback().await.unwrap(),
    }
}

#[test]
fn a_reader_sees_every_change_once_in_order_and_without_gaps() {
    const WRITERS: usize = 5;
    const ROUNDS: usize = 12;
    with_database(async |database| {
        let pool = &database.pool;
        let mut writers = tokio::task::JoinSet::new();
        let mut expected = BTreeSet::new();
        for writer in 0..WRITERS {
            let mut rounds = Vec::new();
            for round in 0..ROUNDS {
                // One write in six needs several changes, one in four never happens.
                let size = if round % 6 == 5 { 2_500 } else { 1 + round };
                let keys: Vec<String> =
                    (0..size).map(|n| format!("{writer}/{round}/{n}")).collect();
                let end = if (writer + round) % 4 == 3 {
                    End::RollBack
                } else {
                    End::Commit
                };
                if end == End::Commit {
                    expected.extend(keys.iter().cloned());
                }
                rounds.push((keys, end));
            }
            let pool = pool.clone();
            writers.spawn(async move {
                for (keys, end) in rounds {
                    write(&pool, &keys, end).await;
                }
            });
        }
        let mut seen = BTreeSet::new();
        let mut position = FeedPosition::default();
        while seen.len() < expected.len() {
            let all_written = writers.is_empty();
            let mut truth = begin_snapshot(pool).await.unwrap();
            let pending = changes::pending_keys(&mut truth, position).await.unwrap();
            let read = changes::since(&mut truth, position, 1_000).await.unwrap();
            let keys: usize = read.iter().map(|change| change.keys.len()).sum();
            assert_eq!(i64::try_from(keys).unwrap(), pending);
            for change in read {
                assert_eq!(change.position.0, position.0 + 1, "a gap");
                assert!(change.keys.len() <= 1_000);
                position = change.position;
                for key in change.keys {
                    assert!(expected.contains(&key), "{key} was rolled back");
                    assert!(seen.insert(key), "a change was seen twice");
                }
            }
            assert_eq!(changes::head(&mut truth).await.unwrap(), position);
            assert!(
                !all_written || seen.len() == expected.len(),
                "a change was never seen"
            );
            while let Some(done) = writers.try_join_next() {
                done.unwrap();
            }
        }
        writers.join_all().await;
    });
}

#[test]
fn a_commit_wakes_those_who_listen_and_a_rollback_does_not() {
    with_database(async |database| {
        let pool = &database.pool;
        let mut wakes = changes::listen(pool).await.unwrap();
        write(pool, &["rolled back".to_owned()], End::RollBack).await;
        write(pool, &["committed".to_owned()], End::Commit).await;
        sqlx::query("select pg_notify($1, 'end')")
            .bind(changes::CHANNEL)
            .execute(pool)
            .await
            .unwrap();
        let mut woken = Vec::new();
        while woken.last().is_none_or(|last| last != "end") {
            let wake = timeout(DEADLINE, wakes.recv()).await.unwrap().unwrap();
            woken.push(wake.payload().to_owned());
        }
        assert_eq!(woken, ["", "end"]);
    });
}

/// Appends changes of the trust space.
async fn write_trust(pool: &PgPool, keys: &[String]) -> FeedPosition {
    let mut transaction = pool.begin().await.unwrap();
    let position = changes::append_trust(&mut transaction, "operator.moved", keys)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    position
}

#[test]
fn changes_of_the_trust_space_take_their_place_and_are_not_shown_to_the_directory() {
    with_database(async |database| {
        let pool = &database.pool;
        let mut wakes = changes::listen(pool).await.unwrap();
        assert_eq!(write_trust(pool, &[]).await, FeedPosition(1));
        timeout(DEADLINE, wakes.recv()).await.unwrap().unwrap();
        let many: Vec<String> = (0..2_500).map(|n| format!("operator:{n}")).collect();
        assert_eq!(write_trust(pool, &many).await, FeedPosition(4));
        write(pool, &["a@b.fr".to_owned()], End::Commit).await;
        let kept: Vec<(i64, Vec<String>)> = sqlx::query_as(
            "select position, keys from feed where kind = 'trust' order by position",
        )
        .fetch_all(pool)
        .await
        .unwrap();
        let sizes: Vec<usize> = kept.iter().map(|(_, keys)| keys.len()).collect();
        assert_eq!(sizes, [0, 1_000, 1_000, 500]);
        let keys: Vec<String> = kept.into_iter().flat_map(|(_, keys)| keys).collect();
        assert_eq!(keys, many);

        let mut truth = begin_snapshot(pool).await.unwrap();
        let start = FeedPosition::default();
        let read = changes::since(&mut truth, start, 10).await.unwrap();
        let positions: Vec<i64> = read.iter().map(|change| change.position.0).collect();
        assert_eq!(positions, [5]);
        assert_eq!(changes::pending_keys(&mut truth, start).await.unwrap(), 1);
        assert_eq!(changes::head(&mut truth).await.unwrap(), FeedPosition(5));
    });
}

const PEOPLE: u32 = 150;

fn address(n: u32) -> String {
    format!("camille{n}@ch.mssante.fr")
}

/// On each day every person has another name and every mailbox another owner's name.
async fn import_day(pool: &PgPool, day: u32) {
    let files = Publisher::new();
    let stamp = format!("2026010{day}0300");
    let name = format!("JOUR{day}");
    let people: Vec<_> = (1..=PEOPLE)
        .map(|n| activity(n, n % 7 + 1).with("Nom d'exercice", name.clone()))
        .collect();
    Import::rpps([files.activities(&stamp, &people)])
        .force()
        .applied(pool)
        .await;
    let mailboxes: Vec<_> = (1..=PEOPLE)
        .map(|n| personal_mailbox(n, &address(n)))
        .collect();
    Import::mailboxes([files.mailboxes(&stamp, &mailboxes)])
        .force()
        .run(pool)
        .await
        .unwrap();
}

/// Waits until the model serves what the truth holds now.
async fn served(model: &ReadModel, pool: &PgPool) {
    let mut truth = begin_snapshot(pool).await.unwrap();
    let head = changes::head(&mut truth).await.unwrap();
    let caught_up = async {
        while model
            .current()
            .is_none_or(|snapshot| snapshot.position() < head)
        {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(DEADLINE, caught_up)
        .await
        .unwrap_or_else(|_| panic!("stuck: {:?}", model.status()));
}

/// Looks at whole snapshots until told to stop; says how many it saw.
fn look_without_rest(model: &ReadModel, stop: &AtomicBool) -> usize {
    let everybody = Search {
        filter: PractitionerFilter::Name("Camille".to_owned()),
        limit: 100,
        after: None,
    };
    let mut generations = BTreeSet::new();
    let mut last = FeedPosition::default();
    while !stop.load(Ordering::Relaxed) {
        let snapshot = model.current().expect("there was a snapshot before");
        assert!(snapshot.position() >= last, "an older state came back");
        last = snapshot.position();
        generations.insert(snapshot.generation());
        let counts = snapshot.counts();
        assert_eq!(
            (counts.practitioners, counts.organizations, counts.mailboxes),
            (PEOPLE.into(), 7, PEOPLE.into())
        );
        let found = snapshot.practitioners(&everybody).unwrap();
        assert_eq!(found.total, u64::from(PEOPLE));
        let names: BTreeSet<_> = found
            .items
            .iter()
            .map(|hit| hit.item.family.as_str())
            .collect();
        assert_eq!(names.len(), 1, "two days at once");
        for n in 1..=PEOPLE {
            let address = MailAddress::parse(&address(n)).unwrap();
            assert!(snapshot.recipient(&address).is_some(), "{n}");
        }
    }
    generations.len()
}

#[test]
fn no_reader_ever_sees_an_empty_or_a_half_built_index() {
    with_database(async |database| {
        let pool = &database.pool;
        import_day(pool, 1).await;
        let options = SearchOptions {
            writer_memory: 15 << 20,
            ..SearchOptions::default()
        };
        let model = ReadModel::open(&scratch::directory("index"), options, Arc::new(NOW)).unwrap();
        assert!(model.current().is_none());
        let follow = || {
            let cancel = CancellationToken::new();
            let following = tokio::spawn(follower::follow(
                model.clone(),
                pool.clone(),
                cancel.clone(),
            ));
            (cancel, following)
        };
        let (cancel, following) = follow();
        served(&model, pool).await;

        let stop = Arc::new(AtomicBool::new(false));
        let reader = {
            let (model, stop) = (model.clone(), Arc::clone(&stop));
            std::thread::spawn(move || look_without_rest(&model, &stop))
        };
        for day in 2..=4 {
            import_day(pool, day).await;
            served(&model, pool).await;
            write_trust(pool, &["operator:1".to_owned()]).await;
            served(&model, pool).await;
        }
        cancel.cancel();
        following.await.unwrap().unwrap();
        import_day(pool, 5).await;
        rebuild(&model, pool, &CancellationToken::new())
            .await
            .unwrap();
        served(&model, pool).await;
        let (cancel, following) = follow();
        import_day(pool, 6).await;
        served(&model, pool).await;
        cancel.cancel();
        following.await.unwrap().unwrap();

        stop.store(true, Ordering::Relaxed);
        let generations = tokio::task::spawn_blocking(|| reader.join().unwrap())
            .await
            .unwrap();
        assert!(generations > 1, "the reader saw one state only");
    });
}
