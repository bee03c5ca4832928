//! `annuaire migrate`: the schema, up to date.

use super::serve::stop_on_signal;
use super::{Failed, output, with_database};
use crate::config::Config;

pub(super) async fn run(config: Config) -> Result<(), Failed> {
    crate::telemetry::log::init(&config.log)?;
    with_database(&config, &stop_on_signal()?, async |database| {
        Ok(crate::storage::migrate(&database.pool).await?)
    })
    .await?;
    output::line("the schema is up to date");
    Ok(())
}
