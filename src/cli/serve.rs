//! `annuaire serve`: a node of the directory, until it is told to stop.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::Failed;
use crate::app::Node;
use crate::config::Config;

pub(super) async fn run(config: Config) -> Result<(), Failed> {
    crate::telemetry::log::init(&config.log)?;
    let stop = stop_on_signal()?;
    let node = Node::start(config, stop.clone()).await?;
    node.serve(&stop).await?;
    Ok(())
}

/// Cancelled by Ctrl-C or by SIGTERM.
pub(super) fn stop_on_signal() -> Result<CancellationToken, Failed> {
    let stop = CancellationToken::new();
    let cancelled = stop.clone();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        cancelled.cancel();
    });
    Ok(stop)
}
