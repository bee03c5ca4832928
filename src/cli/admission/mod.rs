//! `annuaire admission`: whether a peer may take part.

mod watch;

use clap::Subcommand;

use super::Failed;
use crate::config::Config;

/// Whether a peer may take part.
#[derive(Debug, Subcommand)]
pub(super) enum AdmissionCommand {
    /// Decide beside a mail gateway by what a registry tells
    Watch(Box<watch::Watch>),
}

impl AdmissionCommand {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        match self {
            Self::Watch(watch) => watch.run(config).await,
        }
    }
}
