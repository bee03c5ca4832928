//! `annuaire mail-domain`: mail domains and the certificates behind them.

use clap::Subcommand;

use super::registry::{Shape, Token, json, with_trust_space};
use super::{Failed, output};
use crate::api::Shown as _;
use crate::config::Config;
use crate::domain::mail_domain::{MailDomainFilter, MailDomainName};
use crate::service::trust_space::NewMailDomain;

/// Mail domains read in one go.
const PAGE: i64 = 500;

/// Mail domains and what stands behind them.
#[derive(Debug, Subcommand)]
pub(super) enum MailDomainCommand {
    /// List them
    List {
        /// Only those of this operator
        #[arg(long)]
        operator: Option<i64>,
        /// Only those with this in the name or the description
        #[arg(long)]
        text: Option<String>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Record one, of an operator
    Add {
        /// Name
        #[arg(value_parser = MailDomainName::parse)]
        name: MailDomainName,
        /// Number of the operator that runs it
        #[arg(long)]
        operator: i64,
        /// What it is for; the list shows it
        #[arg(long, default_value = "")]
        description: String,
        /// Code of `TRE_G15` of a profession that may have a mailbox in it; none: anybody
        #[arg(long = "profession", value_name = "CODE")]
        professions: Vec<String>,
        /// Why, kept in history
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        token: Token,
    },
    /// Put a certificate behind one
    Bind {
        /// Name
        #[arg(value_parser = MailDomainName::parse)]
        name: MailDomainName,
        /// Number of the certificate
        certificate: i64,
        /// Why, kept in history
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        token: Token,
    },
    /// Take a certificate from behind one
    Unbind {
        /// Name
        #[arg(value_parser = MailDomainName::parse)]
        name: MailDomainName,
        /// Number of the certificate
        certificate: i64,
        /// Why, kept in history
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        token: Token,
    },
}

impl MailDomainCommand {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        with_trust_space(config, async |space| match self {
            Self::List {
                operator,
                text,
                shape,
            } => {
                let filter = MailDomainFilter { operator, text };
                let mut all = Vec::new();
                let mut after: Option<MailDomainName> = None;
                loop {
                    let page = space.mail_domains(&filter, after.as_ref(), PAGE).await?;
                    let Some(last) = page.last() else { break };
                    after = Some(last.name.clone());
                    all.extend(page);
                }
                if shape.json {
                    return json(&all.shown());
                }
                for domain in all {
                    let operators: Vec<String> =
                        domain.operators.iter().map(ToString::to_string).collect();
                    output::line(&format!(
                        "{}  operators {}  {}",
                        domain.name,
                        operators.join(", "),
                        domain.description
                    ));
                }
                Ok(())
            }
            Self::Add {
                name,
                operator,
                description,
                professions,
                reason,
                token,
            } => {
                let actor = token.actor(space).await?;
                let new = NewMailDomain {
                    name,
                    description,
                    allowed_professions: professions,
                    operator: Some(operator),
                };
                let domain = space.create_mail_domain(&actor, new, &reason).await?;
                output::line(&format!(
                    "mail domain {} of operator {operator}",
                    domain.name
                ));
                Ok(())
            }
            Self::Bind {
                name,
                certificate,
                reason,
                token,
            } => {
                let actor = token.actor(space).await?;
                space.bind(&actor, &name, certificate, &reason).await?;
                output::line(&format!("certificate {certificate} stands behind {name}"));
                Ok(())
            }
            Self::Unbind {
                name,
                certificate,
                reason,
                token,
            } => {
                let actor = token.actor(space).await?;
                space.unbind(&actor, &name, certificate, &reason).await?;
                output::line(&format!(
                    "certificate {certificate} stands behind {name} no more"
                ));
                Ok(())
            }
        })
        .await
    }
}
