//! `annuaire generate`: a synthetic country as published files.

use std::path::PathBuf;

use annuaire_importers::synthetic::Country;
use clap::Args;

use super::progress::{Bars, Unit};
use super::{Failed, output};

/// Write a synthetic country as published files.
///
/// The same arguments give the same bytes on every machine. Nobody in it exists.
#[derive(Args, Debug)]
pub(super) struct Generate {
    /// How many professionals; the real country has about 1,800,000
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    professionals: u32,
    /// Another seed is another country
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Days since 2026-01-01; day D+1 is made from day D
    #[arg(long, value_name = "D", default_value_t = 0)]
    day: u32,
    /// Share of the people touched from one day to the next
    #[arg(long, value_name = "SHARE", default_value_t = 0.005)]
    churn: f64,
    /// Directory for the files; made where it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Also write them zipped, as published
    #[arg(long)]
    zip: bool,
}

impl Generate {
    pub(super) fn run(self) -> Result<(), Failed> {
        let country = Country {
            professionals: self.professionals,
            seed: self.seed,
            day: self.day,
            churn: self.churn,
        };
        let bars = Bars::default();
        let written = country.write(&self.out, &mut |progress| {
            bars.show(
                &format!("writing {}", progress.file),
                Unit::Steps,
                progress.done,
                progress.total,
            );
        })?;
        bars.end();
        for file in &written.files {
            output::line(&format!("{}: {} rows", file.path.display(), file.rows));
        }
        if self.zip {
            for path in written.zip()? {
                output::line(&path.display().to_string());
            }
        }
        Ok(())
    }
}
