//! `annuaire migrate`: the schema, up to date.

use super::{Failed, output};
use crate::app;
use crate::config::Config;

pub(super) async fn run(config: Config) -> Result<(), Failed> {
    crate::telemetry::log::init(&config.log)?;
    let database = app::open_database(&config).await?;
    let migrated = crate::storage::migrate(&database.pool).await;
    database.close().await?;
    migrated?;
    output::line("the schema is up to date");
    Ok(())
}
