//! The private PostgreSQL: one server per data directory, whatever happens to those who started it.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child as Process, Command, Stdio};
use std::sync::OnceLock;

use annuaire::storage::embedded::{Embedded, EmbeddedError};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use crate::support::child::Child;
use crate::support::database::{block_on, server_options};
use crate::support::{scratch, skip};

/// A data directory with a cluster in it whose server is stopped; making one takes seconds, copying does not.
fn data_dir() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let made = scratch::directory("made");
        block_on(async { start(&made).await.stop().await.unwrap() });
        made
    });
    let copy = scratch::directory("data");
    let copied = Command::new("cp")
        .arg("-a")
        .arg(made.join("postgres"))
        .arg(&copy)
        .status();
    assert!(copied.unwrap().success());
    copy
}

async fn start(data_dir: &Path) -> Embedded {
    Embedded::start(server_options(data_dir)).await.unwrap()
}

async fn connect(server: &Embedded) -> PgConnection {
    server.connect_options().connect().await.unwrap()
}

async fn execute(server: &Embedded, statement: &'static str) {
    let mut connection = connect(server).await;
    sqlx::query(statement)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

async fn text(server: &Embedded, query: &str) -> String {
    let mut connection = connect(server).await;
    let text = sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    text
}

/// Leaves a row behind that must survive everything.
async fn commit_something(data_dir: &Path) {
    let guest = start(data_dir).await;
    assert!(!guest.is_owner());
    execute(&guest, "create table kept as select 'kept' as what").await;
    guest.stop().await.unwrap();
}

async fn is_kept(server: &Embedded) -> bool {
    text(server, "select what from kept").await == "kept"
}

fn pid_file(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres/postmaster.pid")
}

fn postmaster(data_dir: &Path) -> i32 {
    let text = fs::read_to_string(pid_file(data_dir)).unwrap();
    text.lines().next().unwrap().parse().unwrap()
}

#[test]
fn a_second_start_finds_what_the_first_left() {
    let data = data_dir();
    block_on(async {
        let server = start(&data).await;
        assert!(server.is_owner());
        execute(&server, "create table kept as select 'kept' as what").await;
        server.stop().await.unwrap();
        assert!(!pid_file(&data).exists());
        let server = start(&data).await;
        assert!(server.is_owner());
        assert!(is_kept(&server).await);
        server.stop().await.unwrap();
    });
}

#[test]
fn the_server_is_durable_private_and_has_no_port() {
    let data = data_dir();
    block_on(async {
        let server = start(&data).await;
        for (setting, value) in [
            ("fsync", "on"),
            ("full_page_writes", "on"),
            ("synchronous_commit", "on"),
            ("data_checksums", "on"),
            ("listen_addresses", ""),
            ("server_encoding", "UTF8"),
        ] {
            assert_eq!(
                text(&server, &format!("show {setting}")).await,
                value,
                "{setting}"
            );
        }
        let options = server.connect_options();
        let socket = options.get_socket().unwrap();
        assert!(socket.join(".s.PGSQL.5432").exists());
        let owner = fs::metadata(data.join("postgres")).unwrap().uid();
        for private in [socket.as_path(), &data.join("postgres")] {
            let metadata = fs::metadata(private).unwrap();
            assert_eq!(
                metadata.permissions().mode() & 0o777,
                0o700,
                "{}",
                private.display()
            );
            assert_eq!(metadata.uid(), owner);
            assert_ne!(owner, 0, "PostgreSQL runs as root");
        }
        server.stop().await.unwrap();
    });
}

#[test]
fn a_second_process_joins_and_never_starts_another_server() {
    let data = data_dir();
    let mut owner = Child::server(&data);
    assert_eq!(owner.says(), "owner");
    let server = postmaster(&data);
    let mut guest = Child::server(&data);
    assert_eq!(guest.says(), "guest");
    block_on(async {
        let us = start(&data).await;
        assert!(!us.is_owner());
        execute(&us, "select 1").await;
        us.stop().await.unwrap();
    });
    guest.end();
    assert_eq!(postmaster(&data), server);
    owner.end();
    assert!(!pid_file(&data).exists());
}

#[test]
fn the_server_of_a_killed_owner_is_taken_over() {
    let data = data_dir();
    let mut owner = Child::server(&data);
    assert_eq!(owner.says(), "owner");
    let server = postmaster(&data);
    block_on(async {
        commit_something(&data).await;
        owner.kill();
        let us = start(&data).await;
        assert!(us.is_owner());
        assert_eq!(postmaster(&data), server);
        assert!(is_kept(&us).await);
        us.stop().await.unwrap();
    });
    assert!(!pid_file(&data).exists());
}

/// The killed server stays a zombie where nobody reaps it, which PostgreSQL takes for a living one.
#[test]
fn a_killed_server_is_recovered() {
    let data = data_dir();
    let mut owner = Child::server(&data);
    assert_eq!(owner.says(), "owner");
    let server = postmaster(&data);
    block_on(async {
        commit_something(&data).await;
        kill(Pid::from_raw(server), Signal::SIGKILL).unwrap();
        owner.kill();
        let us = start(&data).await;
        assert!(us.is_owner());
        assert_ne!(postmaster(&data), server);
        assert!(is_kept(&us).await);
        us.stop().await.unwrap();
    });
}

/// A process that has nothing to do with anything; killed when dropped.
struct Stranger(Process);

impl Drop for Stranger {
    fn drop(&mut self) {
        // It may be over already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// After a restart of the machine or the container the number in `postmaster.pid` may be anybody's.
#[test]
fn a_stranger_with_the_number_of_the_server_is_no_server() {
    let data = data_dir();
    let owner = fs::metadata(data.join("postgres")).unwrap();
    let mut stranger = Command::new("sleep");
    stranger
        .arg("600")
        .current_dir("/")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if Uid::effective().is_root() {
        // PostgreSQL only minds processes of its own user.
        stranger.uid(owner.uid()).gid(owner.gid());
    }
    let mut stranger = Stranger(stranger.spawn().unwrap());
    block_on(async {
        let mut killed = Child::server(&data);
        assert_eq!(killed.says(), "owner");
        commit_something(&data).await;
        let server = postmaster(&data);
        kill(Pid::from_raw(server), Signal::SIGKILL).unwrap();
        killed.kill();
        let text = fs::read_to_string(pid_file(&data)).unwrap();
        let (_, rest) = text.split_once('\n').unwrap();
        fs::write(pid_file(&data), format!("{}\n{rest}", stranger.0.id())).unwrap();

        let us = start(&data).await;
        assert!(us.is_owner());
        assert!(is_kept(&us).await);
        us.stop().await.unwrap();
    });
    assert!(
        stranger.0.try_wait().unwrap().is_none(),
        "the stranger was harmed"
    );
}

#[test]
fn who_waits_for_an_owner_that_ends_takes_its_place() {
    let data = data_dir();
    let lock = File::create(data.join("annuaire.lock")).unwrap();
    lock.try_lock().unwrap();
    block_on(async {
        let starting = start(&data);
        tokio::pin!(starting);
        // Polled while the lock is held, it finds neither lock nor server.
        assert!(
            tokio::time::timeout(std::time::Duration::from_millis(50), &mut starting)
                .await
                .is_err()
        );
        drop(lock);
        let us = starting.await;
        assert!(us.is_owner());
        us.stop().await.unwrap();
    });
}

#[test]
fn a_very_long_data_directory_works() {
    let long = data_dir().join("a".repeat(120)).join("b".repeat(120));
    block_on(async {
        let server = start(&long).await;
        let socket = server.connect_options().get_socket().unwrap().clone();
        assert!(!socket.starts_with(&long));
        execute(&server, "select 1").await;
        server.stop().await.unwrap();
        fs::remove_dir_all(socket).unwrap();
    });
}

#[test]
fn a_directory_the_server_cannot_enter_is_named() {
    if !Uid::effective().is_root() {
        return skip("only root runs PostgreSQL as another user");
    }
    let closed = scratch::directory("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let data = closed.join("data");
    block_on(async {
        let error = Embedded::start(server_options(&data)).await.unwrap_err();
        let EmbeddedError::NotEnterable { directory, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(directory, &closed);
        let text = error.to_string();
        assert!(
            text.contains("--data-dir") && text.contains("postgres"),
            "{text}"
        );
    });
}
