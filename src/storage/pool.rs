//! Connections to the truth, whoever runs the server.

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Postgres, Transaction};

use super::embedded::{Embedded, EmbeddedError, EmbeddedOptions};
use super::{MIGRATOR, StorageError};

/// An open database: a pool, and the server where this process runs it.
#[derive(Debug)]
pub struct Database {
    /// Connections, each with UTC and a readable name.
    pub pool: PgPool,
    embedded: Option<Embedded>,
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The private server could not be made or started.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// `database.url` is not a PostgreSQL address.
    #[error("database.url is not a PostgreSQL address: {0}")]
    Address(#[source] sqlx::Error),
    /// The server is there and refuses.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The server is too old.
    #[error("PostgreSQL {found} is too old: 15 or later is needed")]
    TooOld {
        /// The server's own version.
        found: String,
    },
}

impl Database {
    /// Connects to the server at `url`.
    pub async fn connect(url: &str, max_connections: u32) -> Result<Self, OpenError> {
        let options = PgConnectOptions::from_str(url).map_err(OpenError::Address)?;
        Self::open(options, max_connections, None).await
    }

    /// The same without asking the server yet, for a node that starts while the database is away.
    pub fn connect_lazily(url: &str, max_connections: u32) -> Result<Self, OpenError> {
        let options = PgConnectOptions::from_str(url).map_err(OpenError::Address)?;
        Ok(Self {
            pool: pool_options(max_connections).connect_lazy_with(named(options)),
            embedded: None,
        })
    }

    /// Starts the private server, or joins the one that another process of this program runs.
    pub async fn embedded(
        options: EmbeddedOptions,
        max_connections: u32,
    ) -> Result<Self, OpenError> {
        let server = Embedded::start(options).await?;
        Self::open(server.connect_options(), max_connections, Some(server)).await
    }

    async fn open(
        options: PgConnectOptions,
        max_connections: u32,
        embedded: Option<Embedded>,
    ) -> Result<Self, OpenError> {
        let pool = pool_options(max_connections)
            .connect_with(named(options))
            .await
            .map_err(StorageError::from)?;
        let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int")
            .fetch_one(&pool)
            .await
            .map_err(StorageError::from)?;
        if version < 150_000 {
            return Err(OpenError::TooOld {
                found: (version / 10_000).to_string(),
            });
        }
        Ok(Self { pool, embedded })
    }

    /// The private server, where this process started or joined one.
    pub fn server(&self) -> Option<&Embedded> {
        self.embedded.as_ref()
    }

    /// Closes the connections, then stops the private server where this process owns it.
    pub async fn close(self) -> Result<(), EmbeddedError> {
        self.pool.close().await;
        match self.embedded {
            Some(server) => server.stop().await,
            None => Ok(()),
        }
    }
}

fn pool_options(max_connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(10))
}

fn named(options: PgConnectOptions) -> PgConnectOptions {
    options
        .application_name("annuaire")
        .options([("TimeZone", "UTC")])
}

/// Brings the schema up to date; safe when several nodes start at once.
pub async fn migrate(pool: &PgPool) -> Result<(), StorageError> {
    MIGRATOR.run(pool).await.map_err(StorageError::from)
}

/// Takes a connection of the pool.
pub async fn acquire(pool: &PgPool) -> Result<PoolConnection<Postgres>, StorageError> {
    Ok(pool.acquire().await?)
}

/// Begins a transaction; dropped without a commit, it changes nothing.
pub async fn begin(
    connection: &mut PgConnection,
) -> Result<Transaction<'_, Postgres>, StorageError> {
    Ok(connection.begin().await?)
}

/// Begins a transaction that sees one moment and changes nothing.
pub async fn begin_snapshot(pool: &PgPool) -> Result<Transaction<'static, Postgres>, StorageError> {
    Ok(pool
        .begin_with("begin isolation level repeatable read read only")
        .await?)
}
