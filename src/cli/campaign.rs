//! `annuaire campaign`: conformance campaigns, waited for.

use std::time::Duration;

use clap::Subcommand;

use super::progress::{Bars, Unit};
use super::registry::{Shape, Token, json, refused, with_trust_space};
use super::{Failed, output};
use crate::api::Shown as _;
use crate::config::Config;
use crate::domain::calendar::rfc3339;
use crate::domain::campaign::{Campaign, Outcome};
use crate::service::trust_space::TrustSpace;

/// Conformance campaigns.
#[derive(Debug, Subcommand)]
pub(super) enum CampaignCommand {
    /// Probe an operator's gateways, wait, and print what was seen
    Run {
        /// Number of the operator
        operator: i64,
        #[command(flatten)]
        token: Token,
        #[command(flatten)]
        shape: Shape,
    },
    /// List the campaigns of an operator
    List {
        /// Number of the operator
        operator: i64,
        #[command(flatten)]
        shape: Shape,
    },
}

impl CampaignCommand {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        with_trust_space(config, async |space| match self {
            Self::Run {
                operator,
                token,
                shape,
            } => {
                let actor = token.actor(space).await?;
                let started = space.start_campaign(&actor, operator).await?;
                tell(wait(space, started).await?, shape)
            }
            Self::List { operator, shape } => {
                let found = space.campaigns(operator).await?;
                if shape.json {
                    return json(&found.shown());
                }
                for campaign in found {
                    output::line(&format!(
                        "{:>6}  {}  started at {} by {}",
                        campaign.id,
                        verdict(&campaign),
                        rfc3339(campaign.started_at),
                        campaign.started_by
                    ));
                }
                Ok(())
            }
        })
        .await
    }
}

fn verdict(campaign: &Campaign) -> &'static str {
    match campaign.green {
        Some(true) => "green",
        Some(false) => "not green",
        None => "running",
    }
}

/// The campaign as it ended.
async fn wait(space: &TrustSpace, started: Campaign) -> Result<Campaign, Failed> {
    const LOOK: Duration = Duration::from_millis(200);
    let bars = Bars::default();
    let mut campaign = started;
    let mut ticks = tokio::time::interval(LOOK);
    while campaign.finished_at.is_none() {
        bars.show("probing", Unit::Nothing, 0, 0);
        ticks.tick().await;
        campaign = space.campaign(campaign.id).await?;
    }
    bars.end();
    Ok(campaign)
}

fn tell(campaign: Campaign, shape: Shape) -> Result<(), Failed> {
    let (id, green) = (campaign.id, campaign.green == Some(true));
    if shape.json {
        json(&campaign.shown())?;
    } else {
        for check in campaign.report.iter().flat_map(|report| &report.checks) {
            let mark = match &check.outcome {
                Outcome::Passed => "passed",
                Outcome::Failed => "FAILED",
                Outcome::Skipped { .. } => "skipped",
            };
            output::line(&format!(
                "{mark:7}  {:24} {}  {}",
                check.name.as_str(),
                check.subject,
                check.detail
            ));
        }
        if let Some(problem) = &campaign.problem {
            output::line(problem);
        }
    }
    if green {
        output::note(&format!("campaign {id} is green"));
        Ok(())
    } else {
        Err(refused(format!("campaign {id} is not green")))
    }
}
