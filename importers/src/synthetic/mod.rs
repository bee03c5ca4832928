//! A synthetic country in the published layout: the three RPPS files and the mailbox file, at any size up to the national one and
//! beyond, with the shares and the faults of the real ones. It must not know the readers of those files, nor the directory.
//!
//! The same [`Country`] gives the same bytes on every machine. Every person is drawn from the seed and their place, nothing is
//! carried along, and so a day can be written without the days before it: day D+1 differs from day D by about `churn`.
//!
//! People do not exist: RPPS numbers begin with 99 and ADELI numbers with the département 99, which are never issued; telephone
//! numbers are of the ranges kept for fiction; ordinary mail is under `.example`. Communes are real (see `data/README.md`), names are
//! real ones by frequency, put together at random. FINESS, SIREN and SIRET numbers have the right shape and nearly always the
//! right key, and may by chance be those of a real structure.
//!
//! ```no_run
//! use annuaire_importers::synthetic::Country;
//!
//! let country = Country { professionals: 100_000, seed: 1, day: 0, churn: 0.005 };
//! let written = country.write(std::path::Path::new("country"), &mut |_| {})?;
//! for file in &written.files {
//!     eprintln!("{}: {} rows", file.path.display(), file.rows);
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

#[cfg(test)]
mod checks;
mod dice;
mod files;
mod fold;
mod identifiers;
mod luhn;
mod mailboxes;
mod names;
mod nation;
mod output;
mod people;
mod places;
mod rhythm;
mod sheet;
mod structures;
mod writing;

use std::io;
use std::path::{Path, PathBuf};

pub use output::WrittenFile;

/// What country to make, and which day of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Country {
    /// People in the directory, at most 50,000,000; the real one has about 1,800,000.
    pub professionals: u32,
    /// Another seed is another country.
    pub seed: u64,
    /// Days since 2026-01-01, which is day 0.
    pub day: u32,
    /// Share of the people touched from one day to the next, from 0 to 1: half of it leave and are replaced, half change their post,
    /// activities or specialty. Nothing has happened yet on day 0.
    pub churn: f64,
}

/// How far the writing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Published stem of what is being written: `PS_LibreAcces` for the three RPPS files, which grow together, then
    /// `Extraction_Correspondance_MSSante`.
    pub file: &'static str,
    /// Steps done, in the unit of `total`.
    pub done: u64,
    /// Steps there are: people, and for the mailboxes also establishments.
    pub total: u64,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// `PS_LibreAcces_Personne_activite`, `PS_LibreAcces_SavoirFaire`, `PS_LibreAcces_Dipl_AutExerc` and
    /// `Extraction_Correspondance_MSSante`, in this order.
    pub files: Vec<WrittenFile>,
}

impl Country {
    /// Writes the four files into the directory `out`, which is made if needed. Files of the same day there are replaced; all four
    /// appear together, at the end.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for more people than there are numbers, a churn that is no share, or a day after the year 9999; else what the
    /// file system says.
    pub fn write(&self, out: &Path, progress: &mut dyn FnMut(Progress)) -> io::Result<Written> {
        writing::write(self, out, progress)
    }

    /// The time stamp in the names of the files, `AAAAMMJJhhmm`: 03:00 on the day.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a day after the year 9999.
    pub fn stamp(&self) -> io::Result<String> {
        let first = time::Date::from_calendar_date(2026, time::Month::January, 1)
            .map_err(io::Error::other)?;
        let date = first
            .checked_add(time::Duration::days(self.day.into()))
            .ok_or_else(|| {
                io::Error::new(
                    io::ErrorKind::InvalidInput,
                    format!("day {} is after the year 9999", self.day),
                )
            })?;
        Ok(format!(
            "{:04}{:02}{:02}0300",
            date.year(),
            u8::from(date.month()),
            date.day()
        ))
    }
}

impl Written {
    /// Zips the files beside them as the national services publish them: `PS_LibreAcces_AAAAMMJJhhmm.zip` with three of them, and
    /// `Extraction_Correspondance_MSSante_AAAAMMJJhhmm.zip`. The files stay.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn zip(&self) -> io::Result<Vec<PathBuf>> {
        writing::zip(self)
    }
}
