//! `annuaire approval`: acts that wait for a second administrator.

use clap::Subcommand;

use super::registry::{Shape, Token, json, with_nodes, with_trust_space};
use super::{Failed, node, output};
use crate::api::Shown as _;
use crate::config::Config;
use crate::domain::approval::{Approval, ApprovalState};

/// Acts that wait for a second administrator.
#[derive(Debug, Subcommand)]
pub(super) enum ApprovalCommand {
    /// List those that wait, or all
    List {
        /// Those that ended too
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        shape: Shape,
    },
    /// Show one, with what it would change
    Show {
        /// Number
        id: i64,
        #[command(flatten)]
        shape: Shape,
    },
    /// Agree to one
    Approve {
        /// Number
        id: i64,
        #[command(flatten)]
        token: Token,
        #[command(flatten)]
        shape: Shape,
    },
    /// Refuse one
    Refuse {
        /// Number
        id: i64,
        /// Why, kept in history
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        token: Token,
    },
}

impl ApprovalCommand {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        let lease = config.admission.lease;
        with_trust_space(config, async |space| match self {
            Self::List { all, shape } => {
                let state = (!all).then_some(ApprovalState::Pending);
                let found = space.approvals(state).await?;
                if shape.json {
                    return json(&found.shown());
                }
                for approval in &found {
                    tell(approval);
                }
                Ok(())
            }
            Self::Show { id, shape } => {
                let approval = space.approval(id).await?;
                if shape.json {
                    return json(&approval.shown());
                }
                tell(&approval);
                output::line(&format!("reason: {}", approval.reason));
                output::line(&format!("agreed: {}", approval.agreed_by.join(", ")));
                if let Some(why) = &approval.settled_why {
                    output::line(&format!("ended: {why}"));
                }
                Ok(())
            }
            Self::Approve { id, token, shape } => {
                let actor = token.actor(space).await?;
                let approval = space.approve(&actor, id).await?;
                if !shape.json {
                    tell(&approval);
                }
                let nodes = match approval.epoch {
                    Some(epoch) => Some(node::watch(space, lease, epoch, shape).await?),
                    None => None,
                };
                if shape.json {
                    let mut shown = approval.shown();
                    with_nodes(&mut shown, nodes);
                    return json(&shown);
                }
                Ok(())
            }
            Self::Refuse { id, reason, token } => {
                let actor = token.actor(space).await?;
                tell(&space.refuse(&actor, id, &reason).await?);
                Ok(())
            }
        })
        .await
    }
}

fn tell(approval: &Approval) {
    output::line(&format!(
        "{:>6}  {:9}  asked by {}, {}",
        approval.id,
        approval.state.as_str(),
        approval.requested_by,
        approval.impact.sentence
    ));
}
