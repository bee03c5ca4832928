//! `annuaire node`: the nodes that decide, and when each took up a change.

use std::time::Duration;

use clap::Subcommand;

use super::registry::{Shape, json, with_trust_space};
use super::{Failed, output};
use crate::api::Shown as _;
use crate::config::Config;
use crate::domain::calendar::rfc3339;
use crate::domain::node::NodeState;
use crate::service::trust_space::{NodeProgress, Nodes, TrustSpace};

/// How long a command waits for nodes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Nodes that decide who is let in.
#[derive(Debug, Subcommand)]
pub(super) enum NodeCommand {
    /// List them, and how far each is
    List {
        /// Tell when each took up this epoch of the trust space; the newest where absent
        #[arg(long)]
        epoch: Option<i64>,
        #[command(flatten)]
        shape: Shape,
    },
}

impl NodeCommand {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        let lease = config.admission.lease;
        with_trust_space(config, async |space| match self {
            Self::List { epoch, shape } => {
                let nodes = space.nodes(lease, epoch).await?;
                if shape.json {
                    return json(&nodes.shown());
                }
                output::line(&format!("newest epoch: {}", nodes.newest));
                for node in &nodes.nodes {
                    output::line(&format!(
                        "{:30}  {:7}  epoch {}  seen {}  {}",
                        node.record.name,
                        node.state.as_str(),
                        node.record.epoch,
                        rfc3339(node.record.confirmed_at),
                        taken_up(node),
                    ));
                }
                Ok(())
            }
        })
        .await
    }
}

/// Waits for every node that is alive to decide by an epoch, and says of each when it did.
pub(super) async fn watch(
    space: &TrustSpace,
    lease: Duration,
    epoch: i64,
    shape: Shape,
) -> Result<Nodes, Failed> {
    let said = |node: &NodeProgress| {
        if !shape.json {
            output::line(&format!("  {}: {}", node.record.name, taken_up(node)));
        }
    };
    let nodes = space.nodes_at(lease, epoch, PATIENCE, said).await?;
    if shape.json {
        return Ok(nodes);
    }
    for node in &nodes.nodes {
        match (node.state, node.acknowledged_at) {
            (NodeState::Silent, None) => output::line(&format!(
                "  {}: silent since {}, and so refuses everybody",
                node.record.name,
                rfc3339(node.record.confirmed_at)
            )),
            (NodeState::Current | NodeState::Behind, None) => {
                output::line(&format!("  {}: not yet", node.record.name));
            }
            (_, Some(_)) => {}
        }
    }
    Ok(nodes)
}

fn taken_up(node: &NodeProgress) -> String {
    match (node.acknowledged_at, node.after) {
        (Some(_), Some(after)) => format!("decides by it {} ms later", after.as_millis()),
        (Some(at), None) => format!("decides by it since {}", rfc3339(at)),
        (None, _) => "does not decide by it".to_owned(),
    }
}
