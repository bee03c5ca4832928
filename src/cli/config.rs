//! `annuaire config`: what is set, and whether it can be used.

use clap::Subcommand;

use super::{Common, Failed, output};
use crate::config::DEFAULTS;

/// Print or check the settings.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the settings in force as TOML, secrets masked
    Print {
        /// Print every setting with its default and what it means
        #[arg(long)]
        defaults: bool,
    },
    /// Say whether the settings can be used
    Check,
}

impl ConfigCommand {
    pub(super) fn run(self, common: &Common) -> Result<(), Failed> {
        match self {
            Self::Print { defaults: true } => output::text(DEFAULTS),
            Self::Print { defaults: false } => output::text(&common.load()?.to_toml()?),
            Self::Check => {
                common.load()?;
                output::line("the settings can be used");
            }
        }
        Ok(())
    }
}
