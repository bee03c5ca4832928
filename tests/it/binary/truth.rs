//! The private PostgreSQL of a data directory, looked at from outside the program.

use std::fs;
use std::path::Path;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnectOptions, PgPool};

use crate::support::database::block_on;
use crate::support::program::until;
use crate::support::tables::{everything, texts};

/// Does something on the server that some process runs on the data directory.
fn with_pool<T>(data_dir: &Path, task: impl AsyncFnOnce(&PgPool) -> T) -> T {
    let options = PgConnectOptions::new_without_pgpass()
        .socket(data_dir.join("postgres-socket"))
        .username("annuaire")
        .database("annuaire");
    block_on(async {
        let pool = PgPool::connect_with(options).await.unwrap();
        let done = task(&pool).await;
        pool.close().await;
        done
    })
}

/// All that is published, and how far the feed is.
pub(super) fn whole(data_dir: &Path) -> Vec<String> {
    with_pool(data_dir, async |pool| everything(pool).await)
}

pub(super) fn ask(data_dir: &Path, query: &str) -> Vec<String> {
    with_pool(data_dir, async |pool| texts(pool, query).await)
}

pub(super) fn execute(data_dir: &Path, statement: &str) {
    with_pool(data_dir, async |pool| {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
            .execute(pool)
            .await
            .unwrap();
    });
}

/// From now on nobody writes a role: whoever begins to, waits.
pub(super) fn hold_roles(data_dir: &Path) {
    execute(
        data_dir,
        "create function hold() returns trigger language plpgsql as
            'begin perform pg_sleep(600); return null; end';
        create trigger hold before insert or update or delete on role
            for each statement execute function hold()",
    );
}

/// Whether somebody waits to write a role.
pub(super) fn is_held(data_dir: &Path) -> bool {
    let sleeping = "select pid::text from pg_stat_activity where wait_event = 'PgSleep'";
    !ask(data_dir, sleeping).is_empty()
}

/// Lets roles be written again, once the server has let go of who waited and was killed.
pub(super) fn release_roles(data_dir: &Path) {
    until("the server notices that an import is gone", || {
        (!is_held(data_dir)).then_some(())
    });
    execute(data_dir, "drop trigger hold on role; drop function hold()");
}

/// Whether a server runs on the data directory.
pub(super) fn is_running(data_dir: &Path) -> bool {
    fs::exists(data_dir.join("postgres/postmaster.pid")).unwrap()
}
