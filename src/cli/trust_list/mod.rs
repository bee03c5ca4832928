//! `annuaire trust-list`: the signed list, published, verified, imported and proved.

pub(in crate::cli) mod files;
mod prove;
mod publish;
mod signer;
mod verify;

use clap::Subcommand;

use super::{Common, Failed, block_on};

pub(in crate::cli) use files::{bounded, unusable};

/// The signed list: publish, verify, import, prove.
#[derive(Debug, Subcommand)]
pub(super) enum TrustListCommand {
    /// Publish the list as it is now
    Publish(publish::Publish),
    /// Say whether a file is a list that this certificate signed, unchanged, while it was valid
    Verify(verify::Verify),
    /// Take operators, mail domains and names of certificates from a signed list
    Import(publish::Import),
    /// List the published versions
    Versions(publish::Versions),
    /// Show that a list is in the log of all lists
    Prove(prove::Prove),
    /// The keys that sign
    #[command(subcommand)]
    Signer(signer::Signer),
}

impl TrustListCommand {
    pub(super) fn run(self, common: &Common) -> Result<(), Failed> {
        match self {
            Self::Verify(verify) => verify.run(),
            Self::Prove(prove) => prove.run(),
            Self::Publish(publish) => block_on(publish.run(common.load()?)),
            Self::Import(import) => block_on(import.run(common.load()?)),
            Self::Versions(versions) => block_on(versions.run(common.load()?)),
            Self::Signer(signer) => block_on(signer.run(common.load()?)),
        }
    }
}
