//! A tiny synthetic country in published files, and a data directory that holds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::support::program::{Ended, Program};
use crate::support::scratch;

/// The files of two days that follow each other.
pub(super) struct Days {
    /// As published: zipped.
    pub(super) first: PathBuf,
    pub(super) second: PathBuf,
}

pub(super) fn days() -> &'static Days {
    static DAYS: OnceLock<Days> = OnceLock::new();
    DAYS.get_or_init(|| Days {
        first: generate("300", "0"),
        second: generate("300", "1"),
    })
}

/// Generates a day into a directory of its own, zipped.
pub(super) fn generate(professionals: &str, day: &str) -> PathBuf {
    let out = scratch::directory("files");
    Program::new(["generate", "--zip", "--churn", "0.04"])
        .with("--professionals", professionals)
        .with("--day", day)
        .with("--out", &out)
        .run()
        .expect(0, ".zip");
    out
}

/// The one file of a directory whose name begins and ends so.
pub(super) fn file(directory: &Path, begins: &str, ends: &str) -> PathBuf {
    let found = fs::read_dir(directory).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name()?.to_str()?;
        (name.starts_with(begins) && name.ends_with(ends)).then_some(path)
    });
    found.unwrap()
}

pub(super) fn rpps(day: &Path) -> PathBuf {
    file(day, "PS_LibreAcces_2", ".zip")
}

pub(super) fn mailboxes(day: &Path) -> PathBuf {
    file(day, "Extraction", ".zip")
}

/// An import by the command line.
pub(super) fn import(source: &str, path: &Path, data_dir: &Path) -> Program {
    Program::new(["import".as_ref(), source.as_ref(), path.as_os_str()]).in_data_dir(data_dir)
}

/// A data directory that holds the first day, its server stopped; making one takes seconds, copying does not.
pub(super) fn first_day() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let made = scratch::directory("first-day");
        applied(import("rpps", &rpps(&days().first), &made).run());
        applied(import("mailboxes", &mailboxes(&days().first), &made).run());
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

#[track_caller]
pub(super) fn applied(ended: Ended) -> Ended {
    ended.expect(0, ": applied: ")
}

/// What a published file says in its columns of these headings, row by row.
pub(super) fn column(day: &Path, begins: &str, heading: &str) -> Vec<String> {
    let text = fs::read_to_string(file(day, begins, ".txt")).unwrap();
    let mut lines = text.lines();
    let place = lines
        .next()
        .unwrap()
        .split('|')
        .position(|held| held == heading)
        .unwrap();
    lines
        .map(|line| line.split('|').nth(place).unwrap().to_owned())
        .collect()
}
