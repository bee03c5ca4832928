//! A database of its own for each test, on one server for the whole test process.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use annuaire::storage::embedded::{Embedded, EmbeddedOptions};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use super::scratch;

/// A database with the schema in it and nothing else.
pub(crate) struct TestDatabase {
    pub(crate) pool: PgPool,
    pub(crate) options: PgConnectOptions,
    pub(crate) name: String,
}

/// Connections a pool may hold: as many as the program's default.
const CONNECTIONS: u32 = 10;
const TEMPLATE: &str = "annuaire_template";

static SERVER: OnceLock<Embedded> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(0);
/// A template cannot be copied while another copy of it is being made.
static COPYING: Mutex<()> = Mutex::new(());

/// Options of a private server that belongs to one test.
pub(crate) fn server_options(data_dir: &std::path::Path) -> EmbeddedOptions {
    EmbeddedOptions {
        data_dir: data_dir.to_owned(),
        user: "postgres".to_owned(),
        shared_buffers_mb: 32,
        max_connections: 100,
    }
}

/// Runs a test on a database of its own, on a runtime of its own, and drops the database.
pub(crate) fn with_database(test: impl AsyncFnOnce(TestDatabase)) {
    with_database_in("pg_default", test);
}

/// The same in a tablespace.
pub(crate) fn with_database_in(tablespace: &str, test: impl AsyncFnOnce(TestDatabase)) {
    let options = create(tablespace);
    let name = options.get_database().unwrap().to_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(3)
        .enable_all()
        .build()
        .unwrap();
    let ended = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            let pool = PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .connect_with(options.clone())
                .await
                .unwrap();
            let held = pool.clone();
            test(TestDatabase {
                pool,
                options,
                name: name.clone(),
            })
            .await;
            held.close().await;
        });
    }));
    runtime.shutdown_timeout(Duration::from_secs(10));
    administer(&format!("drop database {name} with (force)"));
    if let Err(panic) = ended {
        resume_unwind(panic);
    }
}

fn create(tablespace: &str) -> PgConnectOptions {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("t_{number}");
    let _alone = COPYING.lock().unwrap_or_else(PoisonError::into_inner);
    let server = server();
    administer(&format!(
        "create database {name} template {TEMPLATE} tablespace {tablespace}"
    ));
    server.connect_options().database(&name)
}

fn server() -> &'static Embedded {
    SERVER.get_or_init(start)
}

fn start() -> Embedded {
    let data_dir = scratch::directory("server");
    block_on(async {
        let server = Embedded::start(server_options(&data_dir)).await.unwrap();
        let mut admin = server.connect_options().connect().await.unwrap();
        // What makes the service's data durable is tested in `embedded`; here it would only cost time.
        for statement in [
            "alter system set fsync = off",
            "alter system set synchronous_commit = off",
            "alter system set full_page_writes = off",
            "select pg_reload_conf()",
            &format!("create database {TEMPLATE}"),
        ] {
            sqlx::query(AssertSqlSafe(statement.to_owned()))
                .execute(&mut admin)
                .await
                .unwrap();
        }
        admin.close().await.unwrap();
        let template = server.connect_options().database(TEMPLATE);
        let pool = PgPool::connect_with(template).await.unwrap();
        annuaire::storage::migrate(&pool).await.unwrap();
        pool.close().await;
        server
    })
}

/// Runs a statement as the owner of the server, outside of any database of a test; says how many rows
/// it gave.
pub(crate) fn administer(statement: &str) -> u64 {
    let options = server().connect_options();
    block_on(async {
        let mut admin = options.connect().await.unwrap();
        let done = sqlx::query(AssertSqlSafe(statement.to_owned()))
            .execute(&mut admin)
            .await
            .unwrap();
        admin.close().await.unwrap();
        done.rows_affected()
    })
}

impl TestDatabase {
    /// Ends every connection to this database, as a server that stops does.
    pub(crate) fn end_connections(&self) -> impl FnOnce() + Send + 'static {
        self.end_connections_where("true")
    }

    /// Ends those connections that meet a condition on `pg_stat_activity`.
    pub(crate) fn end_connections_where(
        &self,
        condition: &str,
    ) -> impl FnOnce() + Send + 'static + use<> {
        let statement = format!(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity
            where datname = '{}' and ({condition})",
            self.name
        );
        move || assert_ne!(administer(&statement), 0, "nobody was there")
    }
}

/// Runs something on a small runtime of its own; not from within another.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
