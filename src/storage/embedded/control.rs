//! Making, starting and stopping the private server by PostgreSQL's own programs.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{
    Binaries, EmbeddedError, EmbeddedOptions, Layout, NAME, ServerUser, postmaster, settings,
};

/// How PostgreSQL says that processes of a killed server are still there.
const STILL_IN_USE: &str = "is still in use";

/// What is needed to run PostgreSQL's own programs.
#[derive(Clone, Debug)]
pub(super) struct Control {
    pub(super) binaries: Binaries,
    pub(super) user: ServerUser,
    pub(super) layout: Layout,
}

impl Control {
    pub(super) fn make_and_start(&self, options: &EmbeddedOptions) -> Result<(), EmbeddedError> {
        let Layout {
            cluster, socket, ..
        } = &self.layout;
        self.user.own_directory(socket)?;
        if !cluster.exists() {
            self.make(cluster)?;
        }
        settings::write(cluster, socket, options)?;
        let gone = postmaster::disown_if_gone(&cluster.join("postmaster.pid"))?;
        postmaster::disown_if_gone(&socket.join(".s.PGSQL.5432.lock"))?;
        if gone {
            tracing::info!("the private PostgreSQL was killed: its data is recovered");
        }
        if self.is_running() {
            tracing::info!("taking over the private PostgreSQL of a process that died");
            return Ok(());
        }
        self.start()
    }

    /// Starts the server. Where one was killed, processes of its connections may take a moment to
    /// notice, and until then PostgreSQL rightly refuses to start another on the same data.
    fn start(&self) -> Result<(), EmbeddedError> {
        const ATTEMPTS: u32 = 20;
        let mut attempt = 1;
        loop {
            let started = self.run("pg_ctl", |command| {
                command
                    .args(["start", "--wait", "--timeout=300", "--silent", "--pgdata"])
                    .arg(&self.layout.cluster)
                    .arg("--log")
                    .arg(&self.layout.log);
            });
            match started {
                Err(EmbeddedError::Program { program, output }) => {
                    let why = self.last_words().unwrap_or(output);
                    if attempt == ATTEMPTS || !why.contains(STILL_IN_USE) {
                        return Err(EmbeddedError::Program {
                            program,
                            output: why,
                        });
                    }
                }
                other => return other,
            }
            attempt += 1;
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// What the server said before it gave up.
    fn last_words(&self) -> Option<String> {
        let log = fs::read(&self.layout.log).ok()?;
        let log = String::from_utf8_lossy(&log);
        let fatal = log.lines().rfind(|line| line.contains("FATAL:"))?;
        Some(fatal.to_owned())
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

    /// Stops the server; one that is not running is stopped.
    pub(super) fn stop(&self) -> Result<(), EmbeddedError> {
        if !self.is_running() {
            return Ok(());
        }
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
