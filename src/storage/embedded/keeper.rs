//! Watching over the private server of a node that runs for weeks: a server that died is started
//! again, and one whose owner ended (an import from the command line, say) is taken over.

use std::io;
use std::time::Duration;

use tokio::net::UnixStream;
use tokio_util::sync::CancellationToken;

use super::{Embedded, EmbeddedError, lock};

/// How often the server is looked after.
const INTERVAL: Duration = Duration::from_millis(500);

impl Embedded {
    /// Keeps the server up until cancelled, then gives it back to be stopped.
    pub(in crate::storage) async fn keep_up(mut self, stop: CancellationToken) -> Self {
        let mut failing = false;
        loop {
            tokio::select! {
                () = stop.cancelled() => return self,
                () = tokio::time::sleep(INTERVAL) => {}
            }
            match self.look_after().await {
                Ok(()) => failing = false,
                Err(error) => {
                    // Said once, not twice a second.
                    if !std::mem::replace(&mut failing, true) {
                        tracing::error!(%error, "the private PostgreSQL cannot be started again");
                    }
                }
            }
        }
    }

    async fn look_after(&mut self) -> Result<(), EmbeddedError> {
        if !self.is_owner() {
            // The lock is free once the owner ended, with or without its server.
            if let Some(lock) = lock(&self.layout.lock)? {
                tracing::info!("the owner of the private PostgreSQL ended: this node owns it now");
                *self = Self::own(self.layout.clone(), lock, self.options.clone()).await?;
            }
            return Ok(());
        }
        if UnixStream::connect(self.layout.socket_file()).await.is_ok() {
            return Ok(());
        }
        // A cluster that vanished (a disk that was unmounted, say) is not replaced by an empty one:
        // the node would empty its index after it.
        if !self.layout.cluster.exists() {
            let error = io::Error::from(io::ErrorKind::NotFound);
            return Err(EmbeddedError::io(&self.layout.cluster, error));
        }
        tracing::warn!("the private PostgreSQL is gone: it is started again");
        self.make_and_start().await
    }
}
