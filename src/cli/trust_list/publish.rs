//! `annuaire trust-list publish`, `import` and `versions`: the list that the registry stands for.

use std::path::PathBuf;

use clap::Args;

use super::files;
use super::verify::{Moment, Pins};
use crate::api::Shown as _;
use crate::cli::registry::{self, Shape, Token, json, with_trust_space};
use crate::cli::{Failed, output};
use crate::config::Config;
use crate::domain::calendar::rfc3339;
use crate::service::trust_space::Published;
use crate::trust::xml::{Limits, Pin};

/// Publish the list as it is now.
///
/// Built, checked, signed, and verified on the very bytes; all of it or nothing. A list that loses many
/// entries waits for a second administrator.
#[derive(Args, Debug)]
pub(in crate::cli) struct Publish {
    /// Why, kept with the version
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    token: Token,
    #[command(flatten)]
    shape: Shape,
}

impl Publish {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        with_trust_space(config, async |space| {
            let actor = self.token.actor(space).await?;
            let (version, what) = match space.publish(&actor, &self.reason).await? {
                Published::List(version) => (version, "published"),
                Published::Unchanged(version) => (
                    version,
                    "not published again: nothing changed since a moment ago",
                ),
                Published::Pending(approval) => {
                    if self.shape.json {
                        return json(&approval.shown());
                    }
                    output::line(&approval.impact.sentence);
                    output::line(&format!(
                        "waiting for a second administrator: annuaire approval approve {}",
                        approval.id
                    ));
                    return Ok(());
                }
            };
            if self.shape.json {
                return json(&version.shown());
            }
            output::line(&format!(
                "version {} of {} entries, sha256 {}, good until {}: {what}",
                version.sequence,
                version.entries,
                version.sha256,
                rfc3339(version.next_update)
            ));
            Ok(())
        })
        .await
    }
}

/// Take operators, mail domains and names of certificates from a signed list.
///
/// Verified first, as `verify` does. It adds and brings up to date, and removes nothing. Since it makes
/// operators active, two different administrators do it together.
#[derive(Args, Debug)]
pub(in crate::cli) struct Import {
    /// The list
    file: PathBuf,
    #[command(flatten)]
    pins: Pins,
    #[command(flatten)]
    moment: Moment,
    #[command(flatten)]
    token: Token,
    /// File that holds the token of the second administrator
    #[arg(long, value_name = "FILE")]
    second_token_file: PathBuf,
    #[command(flatten)]
    shape: Shape,
}

impl Import {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        let bytes = files::bounded(&self.file, Limits::default().bytes)?;
        let pin = self.pins.only()?;
        with_trust_space(config, async |space| {
            let actor = self.token.actor(space).await?;
            let report = space
                .import_list(
                    &actor,
                    &registry::of_file(space, &self.second_token_file).await?,
                    bytes,
                    Pin::Certificate(pin),
                    self.moment.verify_at(),
                )
                .await?;
            if self.shape.json {
                return json(&report);
            }
            for (what, counted) in [
                ("operators", report.operators),
                ("mail domains", report.mail_domains),
                ("names of certificates", report.names),
                ("entries", report.pairs),
            ] {
                output::line(&format!(
                    "{what:22} {:>7} listed {:>7} added {:>7} updated",
                    counted.listed, counted.added, counted.updated
                ));
            }
            let odd = &report.oddities;
            output::line(&format!(
                "{} pairs stand more than once, {} names are written otherwise, {} names and {} \
                 operators in several writings (--json tells which)",
                odd.doubled.len(),
                odd.respelled.len(),
                odd.same_names.len(),
                odd.same_operators.len()
            ));
            if !report.left_out.is_empty() {
                output::line(&format!(
                    "{} entries did not come back, since they were put out here (--json tells which)",
                    report.left_out.len()
                ));
            }
            Ok(())
        })
        .await
    }
}

/// List the published versions.
#[derive(Args, Debug)]
pub(in crate::cli) struct Versions {
    /// How many, the newest first
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    shape: Shape,
}

impl Versions {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        with_trust_space(config, async |space| {
            let versions = space.list_versions(None, self.limit).await?;
            if self.shape.json {
                return json(&versions.shown());
            }
            for version in versions {
                output::line(&format!(
                    "{:>6}  {}  {:>7} entries  sha256 {}",
                    version.sequence,
                    rfc3339(version.generated_at),
                    version.entries,
                    version.sha256
                ));
            }
            Ok(())
        })
        .await
    }
}
