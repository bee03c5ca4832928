//! Connections to the truth, whoever runs the server.

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Postgres, Transaction};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::embedded::{Embedded, EmbeddedError, EmbeddedOptions};
use super::{MIGRATOR, StorageError};

/// An open database: a pool, and the server where this process runs it.
#[derive(Debug)]
pub struct Database {
    /// Connections, each with UTC and a readable name.
    pub pool: PgPool,
    server: Server,
}

/// Who runs the server.
#[derive(Debug)]
enum Server {
    /// Somebody else: `database.url`.
    Theirs,
    /// This program.
    Private(Box<Embedded>),
    /// This program, watched over until the token is cancelled.
    Kept(JoinHandle<Embedded>, CancellationToken),
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
        Self::open(options, max_connections, Server::Theirs).await
    }

    /// The same without asking the server yet, for a node that starts while the database is away.
    pub fn connect_lazily(url: &str, max_connections: u32) -> Result<Self, OpenError> {
        let options = PgConnectOptions::from_str(url).map_err(OpenError::Address)?;
        Ok(Self {
            pool: pool_options(max_connections).connect_lazy_with(named(options)),
            server: Server::Theirs,
        })
    }

    /// Starts the private server, or joins the one that another process of this program runs.
    pub async fn embedded(
        options: EmbeddedOptions,
        max_connections: u32,
    ) -> Result<Self, OpenError> {
        let server = Embedded::start(options).await?;
        let options = server.connect_options();
        Self::open(options, max_connections, Server::Private(Box::new(server))).await
    }

    async fn open(
        options: PgConnectOptions,
        max_connections: u32,
        server: Server,
    ) -> Result<Self, OpenError> {
        let pool = pool_options(max_connections)
            .connect_with(named(options))
            .await
            .map_err(StorageError::from)?;
        check_version(&pool).await?;
        Ok(Self { pool, server })
    }

    /// Watches over the private server for as long as the database is open: started again where it
    /// dies, taken over where its owner ends. Nothing where the server is somebody else's.
    #[must_use]
    pub fn kept_up(self) -> Self {
        match self.server {
            Server::Private(server) => {
                let stop = CancellationToken::new();
                let keeper = tokio::spawn(server.keep_up(stop.clone()));
                Self {
                    pool: self.pool,
                    server: Server::Kept(keeper, stop),
                }
            }
            Server::Theirs | Server::Kept(..) => self,
        }
    }

    /// The private server, where this process started or joined one and does not watch over it.
    pub const fn server(&self) -> Option<&Embedded> {
        match &self.server {
            Server::Private(server) => Some(server),
            Server::Theirs | Server::Kept(..) => None,
        }
    }

    /// Closes the connections, then stops the private server where this process owns it.
    ///
    /// A connection whose statement was given up is closed by the pool only when the statement ends,
    /// which may be minutes: it is left to the server, which ends it when it stops, or when it
    /// notices that we are gone.
    pub async fn close(self) -> Result<(), EmbeddedError> {
        const PATIENCE: Duration = Duration::from_secs(3);
        if tokio::time::timeout(PATIENCE, self.pool.close())
            .await
            .is_err()
        {
            tracing::info!("a statement is left unfinished: nothing of it stays");
        }
        match self.server {
            Server::Theirs => Ok(()),
            Server::Private(server) => server.stop().await,
            Server::Kept(keeper, stop) => {
                stop.cancel();
                match keeper.await {
                    Ok(server) => server.stop().await,
                    Err(error) => {
                        tracing::error!(%error, "who watched over the private PostgreSQL did not end well");
                        Ok(())
                    }
                }
            }
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

/// Refuses a server older than the oldest that is supported.
async fn check_version(pool: &PgPool) -> Result<(), OpenError> {
    let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int")
        .fetch_one(pool)
        .await
        .map_err(StorageError::from)?;
    if version < 150_000 {
        return Err(OpenError::TooOld {
            found: (version / 10_000).to_string(),
        });
    }
    Ok(())
}

/// Brings the schema up to date; safe when several nodes start at once.
pub async fn migrate(pool: &PgPool) -> Result<(), OpenError> {
    check_version(pool).await?;
    MIGRATOR.run(pool).await.map_err(StorageError::from)?;
    Ok(())
}

/// A connection of the pool, given back when dropped.
pub type Acquired = PoolConnection<Postgres>;

/// Takes a connection of the pool.
pub async fn acquire(pool: &PgPool) -> Result<Acquired, StorageError> {
    Ok(pool.acquire().await?)
}

/// Takes a connection out of the pool for good: nobody's statements make its owner wait.
pub async fn take(pool: &PgPool) -> Result<PgConnection, StorageError> {
    Ok(pool.acquire().await?.detach())
}

/// Begins a transaction; dropped without a commit, it changes nothing.
pub async fn begin(
    connection: &mut PgConnection,
) -> Result<Transaction<'_, Postgres>, StorageError> {
    Ok(connection.begin().await?)
}

/// Makes a transaction happen; one within another, together with that one.
pub async fn commit(transaction: Transaction<'_, Postgres>) -> Result<(), StorageError> {
    Ok(transaction.commit().await?)
}

/// Undoes a transaction; one within another, and nothing else of that one.
pub async fn roll_back(transaction: Transaction<'_, Postgres>) -> Result<(), StorageError> {
    Ok(transaction.rollback().await?)
}

/// Begins a transaction that sees one moment and changes nothing.
pub async fn begin_snapshot(pool: &PgPool) -> Result<Transaction<'static, Postgres>, StorageError> {
    Ok(pool.begin_with(SNAPSHOT).await?)
}

/// The same on a connection.
pub async fn begin_snapshot_on(
    connection: &mut PgConnection,
) -> Result<Transaction<'_, Postgres>, StorageError> {
    Ok(connection.begin_with(SNAPSHOT).await?)
}

const SNAPSHOT: &str = "begin isolation level repeatable read read only";
