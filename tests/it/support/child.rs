//! This test binary once more, as a process that can be killed.

use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};

use annuaire::ingest::Event;
use annuaire::storage::Database;
use sqlx::postgres::{PgConnectOptions, PgPool};

use super::database::{TestDatabase, block_on, server_options};
use super::importing::{Import, When};

const ROLE: &str = "ANNUAIRE_TEST_ROLE";
const ARGUMENT: &str = "ANNUAIRE_TEST_ARGUMENT";

/// What a child does until it is killed, or told to end by the end of its standard input.
#[derive(Clone, Copy, Debug)]
enum Role {
    /// Owns, or joins, the private server of the data directory it is given.
    Server,
    /// Imports the files it is given and stops for ever where it is told.
    Import,
}

const ROLES: [Role; 2] = [Role::Server, Role::Import];

/// A child process; killed when dropped.
pub(crate) struct Child {
    process: std::process::Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Child {
    /// Opens the data directory as the program does.
    pub(crate) fn server(data_dir: &Path) -> Self {
        Self::start(Role::Server, &[data_dir.to_str().unwrap()])
    }

    /// Imports a directory of RPPS files and stops for ever at the first event of this debug form.
    pub(crate) fn import(database: &TestDatabase, files: &Path, stop_at: &str) -> Self {
        let socket = database.options.get_socket().unwrap();
        Self::start(
            Role::Import,
            &[
                socket.to_str().unwrap(),
                &database.name,
                files.to_str().unwrap(),
                stop_at,
            ],
        )
    }

    fn start(role: Role, arguments: &[&str]) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "support::child::enter", "--nocapture"])
            .env(ROLE, format!("{role:?}"))
            .env(ARGUMENT, arguments.join("\n"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, lines }
    }

    /// The next thing the child says; waits for it.
    pub(crate) fn says(&mut self) -> String {
        for line in &mut self.lines {
            if let Some((_, said)) = line.unwrap().split_once("child: ") {
                return said.to_owned();
            }
        }
        panic!("the child ended without a word");
    }

    /// Kills it with -9.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        assert_eq!(self.process.wait().unwrap().signal(), Some(9));
    }

    /// Lets it end by itself.
    pub(crate) fn end(mut self) {
        drop(self.process.stdin.take());
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may be over already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn say(text: &str) {
    // In one piece, and past the capture of the test harness.
    let mut out = std::io::stdout().lock();
    writeln!(out, "child: {text}").unwrap();
    out.flush().unwrap();
}

fn wait_for_the_end() {
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// Where a child begins; nothing in the test process itself.
#[test]
fn enter() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let argument = std::env::var(ARGUMENT).unwrap();
    let arguments: Vec<&str> = argument.split('\n').collect();
    let role = ROLES.into_iter().find(|known| format!("{known:?}") == role);
    match role.unwrap() {
        Role::Server => serve(Path::new(arguments[0])),
        Role::Import => import(
            arguments[0],
            arguments[1],
            arguments[2],
            arguments[3].to_owned(),
        ),
    }
}

fn serve(data_dir: &Path) {
    block_on(async {
        let database = Database::embedded(server_options(data_dir), 5)
            .await
            .unwrap();
        say(if database.server().unwrap().is_owner() {
            "owner"
        } else {
            "guest"
        });
        tokio::task::spawn_blocking(wait_for_the_end).await.unwrap();
        database.close().await.unwrap();
    });
}

fn import(socket: &str, database: &str, files: &str, stop_at: String) {
    block_on(async {
        let options = PgConnectOptions::new_without_pgpass()
            .socket(socket)
            .username("annuaire")
            .database(database);
        let pool = PgPool::connect_with(options).await.unwrap();
        let stop = When::new(
            move |event: &Event<'_>| format!("{event:?}").contains(&stop_at),
            || {
                say("stopped");
                loop {
                    std::thread::park();
                }
            },
        );
        let report = Import::rpps([PathBuf::from(files)])
            .observed(stop)
            .run(&pool)
            .await;
        panic!("the import ended: {report:?}");
    });
}
