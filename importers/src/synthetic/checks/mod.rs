//! What a whole country must be like, measured on its files as a reader would.

mod days;
mod layout;
mod shares;

use std::fs;
use std::sync::OnceLock;

use super::{Country, Written};

const COUNTRY: Country = Country {
    professionals: 20_000,
    seed: 1,
    day: 0,
    churn: 0.02,
};

/// The files of a country, read back.
struct Files {
    written: Written,
    texts: Vec<String>,
    _directory: tempfile::TempDir,
}

impl Files {
    fn of(country: Country) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let written = country.write(directory.path(), &mut |_| {}).unwrap();
        let texts = written
            .files
            .iter()
            .map(|file| fs::read_to_string(&file.path).unwrap())
            .collect();
        Self {
            written,
            texts,
            _directory: directory,
        }
    }

    /// Day 0 of `COUNTRY`, made once for all tests.
    fn of_the_country() -> &'static Self {
        static FILES: OnceLock<Files> = OnceLock::new();
        FILES.get_or_init(|| Self::of(COUNTRY))
    }

    fn lines(&self, file: usize) -> impl Iterator<Item = &str> {
        self.texts[file].lines().skip(1)
    }

    fn rows(&self, file: usize) -> impl Iterator<Item = Vec<&str>> {
        self.lines(file).map(|line| line.split('|').collect())
    }
}

const ACTIVITIES: usize = 0;
const SKILLS: usize = 1;
const DIPLOMAS: usize = 2;
const MAILBOXES: usize = 3;

/// `part` of `whole`, per thousand.
fn per_mille(part: usize, whole: usize) -> usize {
    part * 1_000 / whole.max(1)
}
