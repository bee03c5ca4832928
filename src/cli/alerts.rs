//! `annuaire alerts`: what somebody should look at.

use clap::Args;

use super::registry::{Shape, json, with_trust_space};
use super::{Failed, output};
use crate::api::Shown as _;
use crate::config::Config;

/// What somebody should look at.
#[derive(Args, Debug)]
pub(super) struct Alerts {
    #[command(flatten)]
    shape: Shape,
}

impl Alerts {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        with_trust_space(config, async |space| {
            let alerts = space.alerts().await?;
            if self.shape.json {
                return json(&alerts.shown());
            }
            for alert in &alerts {
                output::line(&format!(
                    "{:8}  {:32} {}",
                    alert.severity.as_str(),
                    alert.code.as_str(),
                    alert.detail
                ));
            }
            if alerts.is_empty() {
                output::note("nothing");
            }
            Ok(())
        })
        .await
    }
}
