//! What must hold when files, neighbours or upgrades are not what one hopes for.

use annuaire::domain::import::{ImportState, Source};
use annuaire::ingest::{Event, ImportError};
use annuaire::storage::{StorageError, imports};
use sqlx::PgPool;

use crate::support::database::{block_on, with_database};
use crate::support::importing::{Import, NOW, When};
use crate::support::published::{Publisher, activity};
use crate::support::tables::{number, texts};

const MONDAY: &str = "202601050300";

#[test]
fn an_import_that_lost_its_right_leaves_alone_what_the_next_one_staged() {
    with_database(async |database| {
        let pool = &database.pool;
        let options = database.options.clone();
        let end_lock = database
            .end_connections_where("pid in (select pid from pg_locks where locktype = 'advisory')");
        let meanwhile = When::new(
            |event: &Event<'_>| matches!(event, Event::Reading { .. }),
            move || {
                end_lock();
                block_on(async {
                    let pool = PgPool::connect_with(options).await.unwrap();
                    let mut lock = loop {
                        if let Some(lock) = imports::ImportLock::try_take(&pool).await.unwrap() {
                            break lock;
                        }
                    };
                    assert_eq!(lock.close_interrupted(NOW.0).await.unwrap(), 1);
                    let mut connection = pool.acquire().await.unwrap();
                    imports::begin(&mut connection, Source::Rpps, &[], None, NOW.0)
                        .await
                        .unwrap();
                    sqlx::query(
                        "insert into staging.mailbox values ('a@b', 'PER', true, false, '', $1)",
                    )
                    .bind(uuid::Uuid::nil())
                    .execute(&mut *connection)
                    .await
                    .unwrap();
                    lock.release().await.unwrap();
                });
            },
        );
        let file = Publisher::new().activities(MONDAY, &[activity(1, 1)]);
        let error = Import::rpps([file])
            .observed(meanwhile)
            .run(pool)
            .await
            .unwrap_err();
        assert!(
            matches!(error, ImportError::Storage(StorageError::Superseded)),
            "{error}"
        );
        assert_eq!(
            texts(pool, "select address from staging.mailbox").await,
            ["a@b"]
        );
        assert_eq!(number(pool, "select count(*) from practitioner").await, 0);
    });
}
