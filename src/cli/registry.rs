//! What commands on the trust space share: the truth itself, as `import` works on it, and in whose
//! name they act.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::serve::stop_on_signal;
use super::{Exit, Failed, node, output, with_database};
use crate::api::Shown as _;
use crate::app;
use crate::config::Config;
use crate::domain::administrator::Actor;
use crate::domain::calendar::rfc3339;
use crate::service::trust_space::{Nodes, Requested, TrustSpace};
use crate::storage::migrate;

/// Variable that holds a token.
const TOKEN: &str = "ANNUAIRE_TOKEN";

/// How results are told.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Print JSON, as the REST interface answers
    #[arg(long)]
    pub(super) json: bool,
}

/// In whose name a command acts.
#[derive(Args, Clone, Debug)]
pub(super) struct Token {
    /// File that holds the administrator's token; else it is taken from `ANNUAIRE_TOKEN`
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl Token {
    /// Whose token it is.
    pub(super) async fn actor(&self, space: &TrustSpace) -> Result<Actor, Failed> {
        let token = match &self.token_file {
            Some(file) => return of_file(space, file).await,
            None => std::env::var(TOKEN).map_err(|_| {
                Failed::new(
                    Exit::Invalid,
                    anyhow::anyhow!(
                        "an administrator must say who they are: --token-file FILE, or {TOKEN}"
                    ),
                )
            })?,
        };
        Ok(space.authenticate(token.trim()).await?)
    }
}

/// Whose token a file holds.
pub(super) async fn of_file(space: &TrustSpace, file: &Path) -> Result<Actor, Failed> {
    let token = tokio::fs::read_to_string(file).await.map_err(|error| {
        Failed::new(
            Exit::Input,
            anyhow::anyhow!("{} cannot be read: {error}", file.display()),
        )
    })?;
    Ok(space.authenticate(token.trim()).await?)
}

/// Does something with the trust space of the settings, its schema up to date.
pub(super) async fn with_trust_space(
    config: Config,
    task: impl AsyncFnOnce(&TrustSpace) -> Result<(), Failed>,
) -> Result<(), Failed> {
    crate::telemetry::log::init(&config.log)?;
    with_database(&config, &stop_on_signal()?, async |database| {
        migrate(&database.pool).await?;
        let space = app::trust_space(&config, &database.pool)?;
        task(&space).await
    })
    .await
}

/// Says how an act ended that was asked for.
pub(super) fn say(requested: &Requested, done: &str) {
    match requested {
        Requested::Done { .. } => output::line(done),
        Requested::Scheduled { id } => {
            output::line(&format!("scheduled: act {id} is done when its time comes"));
        }
        Requested::Pending(approval) => {
            output::line(&approval.impact.sentence);
            output::line(&format!(
                "waiting for a second administrator until {}: annuaire approval approve {}",
                rfc3339(approval.expires_at),
                approval.id
            ));
        }
    }
}

/// The same, and of one that is done when each node took it up.
pub(super) async fn tell(
    space: &TrustSpace,
    lease: Duration,
    requested: Requested,
    done: &str,
    shape: Shape,
) -> Result<(), Failed> {
    let epoch = match requested {
        Requested::Done { epoch } => Some(epoch),
        Requested::Scheduled { .. } | Requested::Pending(_) => None,
    };
    if !shape.json {
        say(&requested, done);
    }
    let nodes = match epoch {
        Some(epoch) => Some(node::watch(space, lease, epoch, shape).await?),
        None => None,
    };
    if shape.json {
        let mut shown = requested.shown();
        with_nodes(&mut shown, nodes);
        return json(&shown);
    }
    Ok(())
}

/// Puts what became of nodes into what is shown of an act.
pub(super) fn with_nodes(shown: &mut serde_json::Value, nodes: Option<Nodes>) {
    if let (Some(shown), Some(nodes)) = (shown.as_object_mut(), nodes) {
        shown.insert("nodes".to_owned(), nodes.shown());
    }
}

/// Writes a value as indented JSON.
pub(super) fn json(value: &impl serde::Serialize) -> Result<(), Failed> {
    output::line(&serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Something that was looked at and is not as it must be.
pub(super) fn refused(why: String) -> Failed {
    Failed::new(Exit::Invalid, anyhow::Error::msg(why))
}
