//! `annuaire admin`: who administers the trust space. Whoever runs it holds the database already.

use clap::{Subcommand, ValueEnum};

use super::registry::{Shape, json, with_trust_space};
use super::{Failed, output};
use crate::config::Config;
use crate::domain::administrator::AdministratorRole;
use crate::domain::calendar::rfc3339;

/// Say who administers the trust space.
#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Add one, and print their token: once, it is kept nowhere
    Add {
        /// Name, as history will keep it
        name: String,
        /// What they may do
        #[arg(long, value_enum)]
        role: Role,
        #[command(flatten)]
        shape: Shape,
    },
    /// List them
    List {
        #[command(flatten)]
        shape: Shape,
    },
    /// Take back what one may do, at once
    Disable {
        /// Name
        name: String,
    },
}

/// A role, as the command line names it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Role {
    /// Reads and acts
    Administrator,
    /// Reads only
    Auditor,
}

impl From<Role> for AdministratorRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Administrator => Self::Administrator,
            Role::Auditor => Self::Auditor,
        }
    }
}

impl Admin {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        with_trust_space(config, async |space| match self {
            Self::Add { name, role, shape } => {
                let added = space.add_administrator(&name, role.into()).await?;
                let who = &added.administrator;
                if shape.json {
                    return json(&serde_json::json!({
                        "name": who.name,
                        "role": who.role.as_str(),
                        "token": added.token,
                    }));
                }
                output::note(&format!(
                    "{} is {}; their token, which is shown this once:",
                    who.name,
                    who.role.as_str()
                ));
                output::line(&added.token);
                Ok(())
            }
            Self::List { shape } => {
                let all = space.administrators().await?;
                if shape.json {
                    let all: Vec<_> = all
                        .iter()
                        .map(|one| {
                            serde_json::json!({
                                "name": one.administrator.name,
                                "role": one.administrator.role.as_str(),
                                "disabled": one.disabled_at.is_some(),
                            })
                        })
                        .collect();
                    return json(&all);
                }
                for one in all {
                    let disabled = one
                        .disabled_at
                        .map_or_else(String::new, |at| format!("  disabled at {}", rfc3339(at)));
                    output::line(&format!(
                        "{:14} {}{disabled}",
                        one.administrator.role.as_str(),
                        one.administrator.name
                    ));
                }
                Ok(())
            }
            Self::Disable { name } => {
                space.disable_administrator(&name).await?;
                output::line(&format!("{name} can do nothing any more"));
                Ok(())
            }
        })
        .await
    }
}
