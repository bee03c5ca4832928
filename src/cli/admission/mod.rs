//! `annuaire admission`: whether a peer may take part.

mod check;
mod shown;

use clap::Subcommand;

use super::Failed;
use crate::config::Config;

/// Whether a peer may take part.
#[derive(Debug, Subcommand)]
pub(super) enum AdmissionCommand {
    /// Say whether a peer with this chain may take part, now or at a moment of the past
    Check(check::Check),
}

impl AdmissionCommand {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        match self {
            Self::Check(check) => check.run(config).await,
        }
    }
}
