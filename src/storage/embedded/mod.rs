//! A private PostgreSQL server under the data directory, for whoever has set no `database.url`.
//!
//! One process of this program owns the server: it holds a lock on the data directory, starts the
//! server and stops it. Others (an import from the command line, say) join it over the socket. The
//! server listens on a Unix socket in a directory only its user may enter, and on no TCP port. When
//! its owner was killed the server is still there: the next owner takes it over.

mod binaries;
mod control;
mod keeper;
mod postmaster;
mod server_user;
mod settings;

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

pub use binaries::Binaries;
use control::Control;
pub use server_user::ServerUser;

/// The superuser of the private cluster, and the name of its database.
const NAME: &str = "annuaire";

/// Where the private server lives and how large it may grow.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// The program's data directory; the cluster lies in `postgres/` below it.
    pub data_dir: PathBuf,
    /// The unprivileged user that runs the server when this program runs as root.
    pub user: String,
    /// Memory for the server's own cache, in megabytes.
    pub shared_buffers_mb: u32,
    /// Connections the server accepts.
    pub max_connections: u32,
}

/// Why the private server cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No server binaries of a usable version on this machine.
    #[error(
        "no PostgreSQL server (15 or later) is installed: install the package `postgresql`, or set database.url"
    )]
    NoBinaries,
    /// The cluster was made by another major version than those installed.
    #[error(
        "{cluster} was made by PostgreSQL {made_by}, which is not installed: install it, or dump and load into a new data directory"
    )]
    OtherVersion {
        /// The cluster's directory.
        cluster: PathBuf,
        /// The major version that made it.
        made_by: String,
    },
    /// PostgreSQL refuses root, and the user to run it as does not exist.
    #[error(
        "PostgreSQL does not run as root and there is no user {0:?}: create it or set database.embedded_user"
    )]
    NoUser(String),
    /// The unprivileged user cannot reach the data directory.
    #[error(
        "user {user:?}, who runs PostgreSQL, cannot enter {directory}: choose another data directory (--data-dir /var/lib/annuaire) or open the way to it"
    )]
    NotEnterable {
        /// The user.
        user: String,
        /// The directory it cannot enter.
        directory: PathBuf,
    },
    /// Another process owns the server but it does not answer.
    #[error("another process ({owner}) holds {lock}, and its PostgreSQL does not answer")]
    Busy {
        /// What the lock file says of the owner.
        owner: String,
        /// The lock file.
        lock: PathBuf,
    },
    /// One of PostgreSQL's programs failed.
    #[error("{program} failed: {output}")]
    Program {
        /// Its name.
        program: &'static str,
        /// The end of what it printed.
        output: String,
    },
    /// The server is up but does not let us in.
    #[error("the private PostgreSQL does not let us in: {0}")]
    Connect(#[from] sqlx::Error),
    /// A file or directory cannot be made or read.
    #[error("{path}: {error}")]
    Io {
        /// The path.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
}

impl EmbeddedError {
    fn io(path: &Path, error: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            error,
        }
    }
}

/// The private server, owned or joined.
#[derive(Debug)]
pub struct Embedded {
    layout: Layout,
    options: EmbeddedOptions,
    ownership: Ownership,
}

#[derive(Debug)]
enum Ownership {
    /// We hold the lock and stop the server when we are done.
    Owner { _lock: File, control: Control },
    /// Another process owns it.
    Guest,
}

/// Paths below the data directory.
#[derive(Clone, Debug)]
struct Layout {
    data_dir: PathBuf,
    lock: PathBuf,
    cluster: PathBuf,
    socket: PathBuf,
    log: PathBuf,
}

/// Longest socket path the system takes, the file name and a final zero included (`sun_path`).
const SOCKET_PATH_LIMIT: usize = 108;

impl Layout {
    fn new(data_dir: &Path) -> Self {
        let mut socket = data_dir.join("postgres-socket");
        if socket.as_os_str().len() + "/.s.PGSQL.5432\0".len() > SOCKET_PATH_LIMIT {
            let place = xxhash_rust::xxh3::xxh3_64(data_dir.as_os_str().as_encoded_bytes());
            socket = std::env::temp_dir().join(format!("annuaire-{place:016x}"));
        }
        Self {
            data_dir: data_dir.to_owned(),
            lock: data_dir.join("annuaire.lock"),
            cluster: data_dir.join("postgres"),
            socket,
            log: data_dir.join("postgres").join("server.log"),
        }
    }

    /// Where the server listens.
    fn socket_file(&self) -> PathBuf {
        self.socket.join(".s.PGSQL.5432")
    }
}

impl Embedded {
    /// Starts the private server, takes over one whose owner died, or joins one that is owned.
    pub async fn start(options: EmbeddedOptions) -> Result<Self, EmbeddedError> {
        /// An owner's first start makes the cluster, which takes seconds.
        const PATIENCE: Duration = Duration::from_secs(30);
        const PAUSE: Duration = Duration::from_millis(200);
        let data_dir = std::path::absolute(&options.data_dir)
            .map_err(|error| EmbeddedError::io(&options.data_dir, error))?;
        fs::create_dir_all(&data_dir).map_err(|error| EmbeddedError::io(&data_dir, error))?;
        let layout = Layout::new(&data_dir);
        let since = Instant::now();
        loop {
            // An owner that ends while we wait leaves the server to us.
            if let Some(lock) = lock(&layout.lock)? {
                return Self::own(layout, lock, options).await;
            }
            if let Ok(connection) = connect_options(&layout).connect().await {
                drop(connection.close().await);
                return Ok(Self {
                    layout,
                    options,
                    ownership: Ownership::Guest,
                });
            }
            if since.elapsed() > PATIENCE {
                return Err(EmbeddedError::Busy {
                    owner: fs::read_to_string(&layout.lock)
                        .unwrap_or_default()
                        .trim()
                        .to_owned(),
                    lock: layout.lock,
                });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn own(
        layout: Layout,
        lock: File,
        options: EmbeddedOptions,
    ) -> Result<Self, EmbeddedError> {
        const ATTEMPTS: u32 = 60;
        const PAUSE: Duration = Duration::from_millis(500);
        let user = ServerUser::choose(&options.user)?;
        user.check_can_enter(&layout.data_dir)?;
        let control = Control {
            binaries: Binaries::for_cluster(&layout.cluster)?,
            user,
            layout: layout.clone(),
        };
        let server = Self {
            layout,
            options,
            ownership: Ownership::Owner {
                _lock: lock,
                control,
            },
        };
        let mut attempt = 1;
        loop {
            server.make_and_start().await?;
            match server.create_database().await {
                // One that was just taken over may be on its way down, or still be recovering.
                Err(EmbeddedError::Connect(error)) if attempt < ATTEMPTS => {
                    tracing::info!(%error, "waiting for the private PostgreSQL");
                    attempt += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                created => return created.map(|()| server),
            }
        }
    }

    async fn make_and_start(&self) -> Result<(), EmbeddedError> {
        let Ownership::Owner { control, .. } = &self.ownership else {
            return Ok(());
        };
        let (control, options) = (control.clone(), self.options.clone());
        let starting = tokio::task::spawn_blocking(move || control.make_and_start(&options));
        starting
            .await
            .map_err(|error| EmbeddedError::io(&self.layout.cluster, io::Error::other(error)))?
    }

    /// Whether this process owns the server, and so stops it.
    pub const fn is_owner(&self) -> bool {
        matches!(self.ownership, Ownership::Owner { .. })
    }

    /// How to connect to the program's database on it.
    pub fn connect_options(&self) -> PgConnectOptions {
        connect_options(&self.layout)
    }

    /// Stops the server where this process owns it: open connections are ended, everything is
    /// written to disk.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        match &self.ownership {
            Ownership::Guest => Ok(()),
            Ownership::Owner { control, .. } => {
                let control = control.clone();
                let stopped = tokio::task::spawn_blocking(move || control.stop()).await;
                stopped.map_err(|error| {
                    EmbeddedError::io(&self.layout.cluster, io::Error::other(error))
                })?
            }
        }
    }

    async fn create_database(&self) -> Result<(), EmbeddedError> {
        let mut connection = connect_options(&self.layout)
            .database("postgres")
            .connect()
            .await?;
        let exists: bool =
            sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
                .bind(NAME)
                .fetch_one(&mut connection)
                .await?;
        if !exists {
            sqlx::query("create database annuaire encoding 'UTF8' template template0")
                .execute(&mut connection)
                .await?;
        }
        connection.close().await?;
        Ok(())
    }
}

fn connect_options(layout: &Layout) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(&layout.socket)
        .port(5432)
        .username(NAME)
        .database(NAME)
}

/// Takes the lock of the data directory; `None` where another living process holds it.
fn lock(path: &Path) -> Result<Option<File>, EmbeddedError> {
    let failed = |error| EmbeddedError::io(path, error);
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    file.set_len(0).map_err(failed)?;
    writeln!(file, "process {}", std::process::id()).map_err(failed)?;
    Ok(Some(file))
}
