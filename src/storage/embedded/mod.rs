//! A private PostgreSQL server under the data directory, for whoever has set no `database.url`.
//!
//! One process of this program owns the server: it holds a lock on the data directory, starts the
//! server and stops it. Others (an import from the command line, say) join it over the socket. The
//! server listens on a Unix socket in a directory only its user may enter, and on no TCP port. When
//! its owner was killed the server is still there: the next owner takes it over.

mod binaries;
mod server_user;
mod settings;

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

pub use binaries::Binaries;
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
            lock: data_dir.join("annuaire.lock"),
            cluster: data_dir.join("postgres"),
            socket,
            log: data_dir.join("postgres").join("server.log"),
        }
    }
}

/// What is needed to run PostgreSQL's own programs.
#[derive(Clone, Debug)]
struct Control {
    binaries: Binaries,
    user: ServerUser,
    layout: Layout,
}

impl Embedded {
    /// Starts the private server, takes over one whose owner died, or joins one that is owned.
    pub async fn start(options: EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let data_dir = std::path::absolute(&options.data_dir)
            .map_err(|error| EmbeddedError::io(&options.data_dir, error))?;
        fs::create_dir_all(&data_dir).map_err(|error| EmbeddedError::io(&data_dir, error))?;
        let layout = Layout::new(&data_dir);
        let Some(lock) = lock(&layout.lock)? else {
            return Self::join(layout).await;
        };
        let user = ServerUser::choose(&options.user)?;
        user.check_can_enter(&data_dir)?;
        let control = Control {
            binaries: Binaries::for_cluster(&layout.cluster)?,
            user,
            layout: layout.clone(),
        };
        {
            let control = control.clone();
            tokio::task::spawn_blocking(move || control.make_and_start(&options))
                .await
                .map_err(|error| EmbeddedError::io(&data_dir, io::Error::other(error)))??;
        }
        let server = Self {
            layout,
            ownership: Ownership::Owner {
                _lock: lock,
                control,
            },
        };
        server.create_database().await?;
        Ok(server)
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

    async fn join(layout: Layout) -> Result<Self, EmbeddedError> {
        // The owner may be starting up: its first start makes the cluster, which takes seconds.
        const ATTEMPTS: u32 = 60;
        for _ in 0..ATTEMPTS {
            if let Ok(connection) = connect_options(&layout).connect().await {
                drop(connection.close().await);
                return Ok(Self {
                    layout,
                    ownership: Ownership::Guest,
                });
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Err(EmbeddedError::Busy {
            owner: fs::read_to_string(&layout.lock)
                .unwrap_or_default()
                .trim()
                .to_owned(),
            lock: layout.lock,
        })
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

impl Control {
    fn make_and_start(&self, options: &EmbeddedOptions) -> Result<(), EmbeddedError> {
        let Layout {
            cluster, socket, ..
        } = &self.layout;
        self.user.own_directory(socket)?;
        if !cluster.exists() {
            self.make(cluster)?;
        }
        settings::write(cluster, socket, options)?;
        if self.is_running() {
            tracing::info!("taking over the private PostgreSQL of a process that died");
            return Ok(());
        }
        self.run("pg_ctl", |command| {
            command
                .args(["start", "--wait", "--timeout=300", "--silent", "--pgdata"])
                .arg(cluster)
                .arg("--log")
                .arg(&self.layout.log);
        })
    }

    /// Makes the cluster under another name and renames it when it is whole, so that a start that is
    /// killed half-way leaves nothing that looks like a cluster.
    fn make(&self, cluster: &Path) -> Result<(), EmbeddedError> {
        let unfinished = cluster.with_extension("unfinished");
        let failed = |error| EmbeddedError::io(&unfinished, error);
        tracing::info!(directory = %cluster.display(), "making a private PostgreSQL cluster");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(failed)?;
        }
        self.user.own_directory(&unfinished)?;
        self.run("initdb", |command| {
            command
                .arg("--pgdata")
                .arg(&unfinished)
                .args(["--username", NAME, "--auth=trust", "--encoding=UTF8"])
                .args(["--locale=C.UTF-8", "--data-checksums"]);
        })?;
        settings::include(&unfinished)?;
        fs::rename(&unfinished, cluster).map_err(failed)
    }

    fn is_running(&self) -> bool {
        self.run("pg_ctl", |command| {
            command
                .args(["status", "--pgdata"])
                .arg(&self.layout.cluster);
        })
        .is_ok()
    }

    fn stop(&self) -> Result<(), EmbeddedError> {
        self.run("pg_ctl", |command| {
            command
                .args([
                    "stop",
                    "--wait",
                    "--timeout=120",
                    "--mode=fast",
                    "--silent",
                    "--pgdata",
                ])
                .arg(&self.layout.cluster);
        })
    }

    /// Runs one of PostgreSQL's programs as the server's user and gives the end of its output on
    /// failure. Output goes to a file, not a pipe: the server inherits it and would keep a pipe open.
    fn run(
        &self,
        program: &'static str,
        arrange: impl FnOnce(&mut Command),
    ) -> Result<(), EmbeddedError> {
        let failed = |error| EmbeddedError::io(&self.binaries.path(program), error);
        let mut output = tempfile::tempfile().map_err(failed)?;
        let mut command = Command::new(self.binaries.path(program));
        arrange(&mut command);
        command
            .current_dir("/")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(output.try_clone().map_err(failed)?)
            .stderr(output.try_clone().map_err(failed)?);
        self.user.become_in(&mut command);
        let status = command.status().map_err(failed)?;
        if status.success() {
            return Ok(());
        }
        let mut text = String::new();
        io::Seek::rewind(&mut output).map_err(failed)?;
        io::Read::read_to_string(&mut output, &mut text).map_err(failed)?;
        let tail: Vec<&str> = text.lines().rev().take(5).collect();
        Err(EmbeddedError::Program {
            program,
            output: tail.into_iter().rev().collect::<Vec<_>>().join("; "),
        })
    }
}
