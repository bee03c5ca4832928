//! `annuaire authority`: our own authorities, as the registry knows them.

use std::path::PathBuf;

use clap::Subcommand;

use super::certificate::Deed;
use super::registry::{Shape, json, with_trust_space};
use super::{Failed, output, trust_list};
use crate::api::Shown as _;
use crate::config::Config;
use crate::domain::calendar::rfc3339;
use crate::service::trust_space::AuthorityDetail;

/// Bytes of the largest certificate file.
const CERTIFICATE: usize = 1 << 20;
/// Bytes of the largest revocation list.
const REVOCATION_LIST: usize = 64 << 20;

/// Our own authorities.
#[derive(Debug, Subcommand)]
pub(super) enum AuthorityCommand {
    /// Make one known by its certificate: a root of its own, or one below a known root
    Add {
        /// Its name in addresses: lower-case letters, digits and hyphens
        name: String,
        /// Its certificate
        certificate: PathBuf,
        #[command(flatten)]
        deed: Deed,
        #[command(flatten)]
        shape: Shape,
    },
    /// List them
    List {
        #[command(flatten)]
        shape: Shape,
    },
    /// Bring a revocation list that was signed elsewhere: the root's, whose key is offline
    Crl {
        /// Name of the authority
        name: String,
        /// The list, PEM or DER
        file: PathBuf,
        #[command(flatten)]
        deed: Deed,
        #[command(flatten)]
        shape: Shape,
    },
}

impl AuthorityCommand {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        with_trust_space(config, async |space| match self {
            Self::Add {
                name,
                certificate,
                deed,
                shape,
            } => {
                let upload = trust_list::bounded(&certificate, CERTIFICATE)?;
                let actor = deed.token.actor(space).await?;
                let added = space.add_authority(&actor, &name, &upload, &deed.reason);
                show(added.await?, shape)
            }
            Self::List { shape } => {
                let all = space.authorities().await?;
                if shape.json {
                    return json(&all.shown());
                }
                all.iter().for_each(tell);
                Ok(())
            }
            Self::Crl {
                name,
                file,
                deed,
                shape,
            } => {
                let upload = trust_list::bounded(&file, REVOCATION_LIST)?;
                let actor = deed.token.actor(space).await?;
                let changed = space.add_revocation_list(&actor, &name, &upload, &deed.reason);
                show(changed.await?, shape)
            }
        })
        .await
    }
}

fn show(detail: AuthorityDetail, shape: Shape) -> Result<(), Failed> {
    if shape.json {
        return json(&detail.shown());
    }
    tell(&detail);
    Ok(())
}

fn tell(detail: &AuthorityDetail) {
    let list = detail.newest_list.as_ref().map_or_else(
        || "no revocation list".to_owned(),
        |list| {
            format!(
                "revocation list {} good until {}",
                list.number,
                rfc3339(list.next_update)
            )
        },
    );
    output::line(&format!(
        "{:16}  {:7}  until {}  {list}  {}",
        detail.record.name,
        detail.record.kind.as_str(),
        rfc3339(detail.record.not_after),
        detail.subject
    ));
}
