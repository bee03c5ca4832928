//! `annuaire revocation`: what other authorities say of their certificates.

use clap::Subcommand;

use super::registry::{Shape, json, with_trust_space};
use super::{Failed, output};
use crate::api::Shown as _;
use crate::config::Config;
use crate::domain::calendar::rfc3339;
use crate::domain::revocation_source::RevocationSource;

/// What other authorities say of their certificates.
#[derive(Debug, Subcommand)]
pub(super) enum RevocationCommand {
    /// Where they are asked, and how that went last
    Sources(Shape),
}

impl RevocationCommand {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        let Self::Sources(shape) = self;
        with_trust_space(config, async |space| {
            let sources = space.revocation_sources().await?;
            if shape.json {
                return json(&sources.shown());
            }
            for source in &sources {
                output::line(&told(source));
            }
            if sources.is_empty() {
                output::note("nobody is asked");
            }
            Ok(())
        })
        .await
    }
}

fn told(source: &RevocationSource) -> String {
    let until = source
        .evidence
        .map_or_else(|| "nothing yet".to_owned(), |it| rfc3339(it.until));
    let problem = source.problem.as_deref().unwrap_or("well");
    format!(
        "{:4}  {}  good until {until}, next {}: {problem}",
        source.kind.as_str(),
        source.url,
        rfc3339(source.next_try_at),
    )
}
