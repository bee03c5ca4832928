//! `annuaire admission`: whether a peer may take part.

mod check;
mod shown;
mod watch;

use clap::Subcommand;

use super::Failed;
use crate::config::Config;

/// Whether a peer may take part.
#[derive(Debug, Subcommand)]
pub(super) enum AdmissionCommand {
    /// Say whether a peer with this chain may take part, now or at a moment of the past
    Check(Box<check::Check>),
    /// Decide beside a mail gateway by what a registry tells
    Watch(Box<watch::Watch>),
}

impl AdmissionCommand {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        match self {
            Self::Check(check) => check.run(config).await,
            Self::Watch(watch) => watch.run(config).await,
        }
    }
}
