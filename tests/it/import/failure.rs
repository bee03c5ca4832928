//! Imports that break off: the state before is whole, and the import can be run again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use annuaire::domain::import::ImportState;
use annuaire::ingest::{Event, ImportError};
use annuaire::storage::{Entity, StorageError, bulk, imports};
use annuaire_importers::synthetic::Country;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::support::child::Child;
use crate::support::database::{
    TestDatabase, administer, block_on, with_database, with_database_in,
};
use crate::support::importing::{Import, NOW, When};
use crate::support::published::{Publisher, activity, national_id, person};
use crate::support::tables::{everything, number, open_rows, texts};
use crate::support::{scratch, skip};

/// A country large enough for rows to be on their way to the database while others are still read.
fn country(day: u32, professionals: u32) -> PathBuf {
    let out = scratch::directory("country");
    let country = Country {
        professionals,
        seed: 3,
        day,
        churn: 0.02,
    };
    country.write(&out, &mut |_| {}).unwrap();
    out
}

const PEOPLE: u32 = 1_500;

/// While the second file is read, before anything is applied, and in the middle of applying.
const MOMENTS: [&str; 3] = [
    "Reading { file: \"PS_LibreAcces_SavoirFaire",
    "Comparing { entity: \"role\"",
    "Applying { entity: \"organization\"",
];

/// What the truth holds of imports, newest first.
async fn states(pool: &PgPool) -> Vec<String> {
    texts(pool, "select state from import order by id desc").await
}

/// After something went wrong on day 1: day 0 is whole, and day 1 can be imported.
async fn recovers(pool: &PgPool, before: &[String], files: &Path) {
    assert_eq!(everything(pool).await, before);
    Import::rpps([files.to_owned()]).wait().applied(pool).await;
    assert_eq!(states(pool).await, ["applied", "failed", "applied"]);
    assert_ne!(everything(pool).await, before);
    let staged = number(pool, "select count(*) from staging.role").await;
    assert_eq!(staged, 0);
}

#[test]
fn a_database_that_goes_away_leaves_the_state_before_whole() {
    let days = [country(0, PEOPLE), country(1, PEOPLE)];
    for moment in MOMENTS {
        let days = days.clone();
        with_database(async |database| {
            let pool = &database.pool;
            Import::rpps([days[0].clone()]).applied(pool).await;
            let before = everything(pool).await;
            let broken = When::new(
                move |event: &Event<'_>| format!("{event:?}").starts_with(moment),
                database.end_connections(),
            );
            let error = Import::rpps([days[1].clone()])
                .observed(broken)
                .run(pool)
                .await
                .unwrap_err();
            assert!(
                matches!(error, ImportError::Storage(StorageError::Unavailable(_))),
                "{moment}: {error}"
            );
            assert!(
                error.to_string().starts_with("nothing was changed: "),
                "{error}"
            );
            recovers(pool, &before, &days[1]).await;
        });
    }
}

#[test]
fn a_killed_import_leaves_the_state_before_whole() {
    let days = [country(0, PEOPLE), country(1, PEOPLE)];
    for moment in MOMENTS {
        let days = days.clone();
        with_database(async |database| {
            let pool = &database.pool;
            Import::rpps([days[0].clone()]).applied(pool).await;
            let before = everything(pool).await;
            let mut child = Child::import(&database, &days[1], moment);
            assert_eq!(child.says(), "stopped");
            assert_eq!(states(pool).await, ["running", "applied"]);
            assert!(matches!(
                Import::rpps([days[1].clone()]).run(pool).await,
                Err(ImportError::Busy)
            ));
            child.kill();
            recovers(pool, &before, &days[1]).await;
            let why = texts(pool, "select message from import where state = 'failed'").await;
            assert_eq!(
                why,
                ["interrupted: the process ended before the import did"]
            );
        });
    }
}

#[test]
fn of_two_imports_at_once_the_second_is_told_or_waits() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        let first = files.activities("202601010300", &[activity(1, 1)]);
        let second = files.activities("202601020300", &[activity(1, 1), activity(2, 1)]);
        let options = database.options.clone();
        let (tell, told) = std::sync::mpsc::channel();
        let other = second.clone();
        let meanwhile = When::new(
            |event: &Event<'_>| matches!(event, Event::Comparing { .. }),
            move || {
                let error = block_on(async {
                    let pool = PgPool::connect_with(options.clone()).await.unwrap();
                    Import::rpps([other.clone()]).run(&pool).await.unwrap_err()
                });
                let (waits, waiting) = std::sync::mpsc::channel();
                let waiter = std::thread::spawn(move || {
                    let told = When::new(
                        |event: &Event<'_>| matches!(event, Event::Waiting),
                        move || waits.send(()).unwrap(),
                    );
                    block_on(async {
                        let pool = PgPool::connect_with(options).await.unwrap();
                        Import::rpps([other]).wait().observed(told).run(&pool).await
                    })
                });
                waiting.recv().unwrap();
                tell.send((error, waiter)).unwrap();
            },
        );
        Import::rpps([first])
            .observed(meanwhile)
            .applied(pool)
            .await;
        let (error, waiter) = told.recv().unwrap();
        assert!(matches!(error, ImportError::Busy), "{error}");
        let report = tokio::task::spawn_blocking(|| waiter.join().unwrap())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(report.state, ImportState::Applied);
        assert_eq!(open_rows(pool, "practitioner").await, 2);
        assert_eq!(states(pool).await, ["applied", "applied"]);
    });
}

/// Each table is copied on a connection of its own, which must not be waited for by the others.
#[test]
fn a_pool_of_two_connections_is_enough() {
    with_database(async |database| {
        let small = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(Duration::from_secs(2))
            .connect_with(database.options.clone())
            .await
            .unwrap();
        Import::rpps([country(0, PEOPLE)]).applied(&small).await;
        small.close().await;
    });
}

const HOLDS_THE_LOCK: &str = "pid in (select pid from pg_locks where locktype = 'advisory')";

/// The connection that holds the lock may die alone, and another import begin.
#[test]
fn an_import_that_lost_its_lock_never_mixes_with_the_next() {
    with_database(async |database| {
        let pool = &database.pool;
        let next = Publisher::new().activities("202701010300", &[person(1), person(2)]);
        let options = database.options.clone();
        let end_lock = database.end_connections_where(HOLDS_THE_LOCK);
        let (tell, told) = std::sync::mpsc::channel();
        let meanwhile = When::new(
            |event: &Event<'_>| format!("{event:?}").starts_with(MOMENTS[0]),
            move || {
                end_lock();
                let other = std::thread::spawn(move || {
                    block_on(async {
                        let pool = PgPool::connect_with(options).await.unwrap();
                        Import::rpps([next]).wait().force().run(&pool).await
                    })
                });
                tell.send(other).unwrap();
            },
        );
        let first = Import::rpps([country(0, PEOPLE)])
            .observed(meanwhile)
            .run(pool)
            .await;
        let other = told.recv().unwrap();
        let second = tokio::task::spawn_blocking(|| other.join().unwrap())
            .await
            .unwrap();
        assert_eq!(second.unwrap().state, ImportState::Applied);
        // Who of the two came to the import's row first decides; nothing in between may be.
        match first {
            Ok(report) => assert_eq!(report.entities["practitioner"].added, i64::from(PEOPLE)),
            Err(error) => {
                assert!(
                    matches!(error, ImportError::Storage(StorageError::Superseded)),
                    "{error}"
                );
            }
        }
        let open = "select national_id from practitioner where closed_on is null order by 1";
        assert_eq!(texts(pool, open).await, [national_id(1), national_id(2)]);
        assert_eq!(open_rows(pool, "role").await, 0);
    });
}

#[test]
fn an_import_that_was_closed_meanwhile_applies_nothing() {
    // Where there are rows it is found while staging, where there are none before applying.
    for rows in [vec![person(1)], Vec::new()] {
        with_database(async |database| {
            let pool = &database.pool;
            let options = database.options.clone();
            let end_lock = database.end_connections_where(HOLDS_THE_LOCK);
            let closed = When::new(
                |event: &Event<'_>| matches!(event, Event::Reading { .. }),
                move || {
                    end_lock();
                    block_on(async {
                        let pool = PgPool::connect_with(options).await.unwrap();
                        let mut lock = imports::ImportLock::try_take(&pool).await.unwrap().unwrap();
                        assert_eq!(lock.close_interrupted(NOW.0).await.unwrap(), 1);
                        lock.release().await.unwrap();
                    });
                },
            );
            let before = everything(pool).await;
            let file = Publisher::new().activities("202601010300", &rows);
            let error = Import::rpps([file])
                .observed(closed)
                .run(pool)
                .await
                .unwrap_err();
            assert!(
                matches!(error, ImportError::Storage(StorageError::Superseded)),
                "{error}"
            );
            assert_eq!(everything(pool).await, before);
        });
    }
}

#[test]
fn rows_of_an_import_that_was_closed_are_not_staged() {
    with_database(async |database| {
        let pool = &database.pool;
        let mut connection = pool.acquire().await.unwrap();
        let source = annuaire::domain::import::Source::Rpps;
        let begun = imports::begin(&mut connection, source, &[], None, NOW.0)
            .await
            .unwrap();
        let stage = async |row: &str| {
            let (sender, chunks) = tokio::sync::mpsc::channel(1);
            sender
                .send(format!("{row}\t10\tS\tSM54\tskill\t{:032}\t\n", 0).into_bytes())
                .await
                .unwrap();
            drop(sender);
            bulk::copy_chunks(pool, Entity::named("specialty").unwrap(), begun, chunks).await
        };
        stage("1").await.unwrap();
        let mut lock = imports::ImportLock::try_take(pool).await.unwrap().unwrap();
        assert_eq!(lock.close_interrupted(NOW.0).await.unwrap(), 1);
        assert!(matches!(stage("2").await, Err(StorageError::Superseded)));
        assert!(!imports::hold_running(&mut connection, begun).await.unwrap());
        assert_eq!(
            texts(pool, "select national_id from staging.specialty").await,
            ["1"]
        );
    });
}

/// A database on a disk of a few megabytes.
fn on_a_small_disk(test: impl AsyncFnOnce(TestDatabase)) {
    let mount = scratch::directory("small").join("disk");
    std::fs::create_dir(&mount).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
        .arg(&mount)
        .output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        return skip("a small disk cannot be mounted here");
    }
    let owner = Command::new("chown")
        .arg("postgres:")
        .arg(&mount)
        .status()
        .unwrap();
    assert!(owner.success());
    administer(&format!(
        "create tablespace small location '{}'",
        mount.display()
    ));
    with_database_in("small", test);
    administer("drop tablespace small");
    let unmounted = Command::new("umount").arg(&mount).status().unwrap();
    assert!(unmounted.success());
}

#[test]
fn a_full_disk_is_named_and_nothing_is_lost() {
    on_a_small_disk(async |database| {
        let pool = &database.pool;
        let small = country(0, 200);
        Import::rpps([small.clone()]).applied(pool).await;
        let before = everything(pool).await;
        let error = Import::rpps([country(1, 30_000)])
            .force()
            .run(pool)
            .await
            .unwrap_err();
        assert!(
            matches!(error, ImportError::Storage(StorageError::DiskFull(_))),
            "{error}"
        );
        assert!(
            error
                .to_string()
                .contains("the disk of the database is full"),
            "{error}"
        );
        assert_eq!(everything(pool).await, before);
        assert_eq!(states(pool).await, ["failed", "applied"]);
        // Its room is given back.
        let staged = "select sum(pg_relation_size(oid))::bigint from pg_class
            where relnamespace = 'staging'::regnamespace";
        assert_eq!(number(pool, staged).await, 0);
        Import::rpps([country(2, 200)]).force().applied(pool).await;
    });
}
