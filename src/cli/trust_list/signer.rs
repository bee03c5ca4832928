//! `annuaire trust-list signer`: which key signs, and which will. Each step takes two administrators.

use std::path::PathBuf;

use clap::Subcommand;

use super::files;
use crate::api::Shown as _;
use crate::cli::registry::{Shape, Token, json, say, with_trust_space};
use crate::cli::{Failed, output};
use crate::config::Config;
use crate::domain::act::Act;
use crate::domain::calendar::rfc3339;

/// The keys that sign.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Signer {
    /// List them
    List {
        #[command(flatten)]
        shape: Shape,
    },
    /// Name the key that will sign; the first one signs at once
    Announce {
        /// Its certificate
        certificate: PathBuf,
        /// Why, kept in history
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        token: Token,
    },
    /// Sign with the announced key from now on
    Switch {
        /// SHA-256 of its certificate
        sha256: String,
        /// Why, kept in history
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        token: Token,
    },
    /// Give up a key: the announced one, or the one that signs, whose place the announced one takes
    Withdraw {
        /// SHA-256 of its certificate
        sha256: String,
        /// Why, kept in history
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        token: Token,
    },
}

impl Signer {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        let (act, reason, token, done) = match self {
            Self::List { shape } => return list(config, shape).await,
            Self::Announce {
                certificate,
                reason,
                token,
            } => {
                let certificate = hex::encode(files::certificate(&certificate)?);
                let act = Act::AnnounceSigner { certificate };
                (act, reason, token, "the key is announced")
            }
            Self::Switch {
                sha256,
                reason,
                token,
            } => (
                Act::SwitchSigner { sha256 },
                reason,
                token,
                "the key signs from now on",
            ),
            Self::Withdraw {
                sha256,
                reason,
                token,
            } => (
                Act::WithdrawSigner { sha256 },
                reason,
                token,
                "the key is given up",
            ),
        };
        with_trust_space(config, async |space| {
            let actor = token.actor(space).await?;
            let requested = space.request(&actor, act, &reason).await?;
            say(&requested, done);
            Ok(())
        })
        .await
    }
}

async fn list(config: Config, shape: Shape) -> Result<(), Failed> {
    with_trust_space(config, async |space| {
        let signers = space.signers().await?;
        if shape.json {
            return json(&signers.shown());
        }
        for signer in signers {
            output::line(&format!(
                "{:8}  {}  announced at {}",
                signer.state.as_str(),
                signer.sha256,
                rfc3339(signer.announced_at)
            ));
        }
        Ok(())
    })
    .await
}
