//! Revocation lists kept up to date: looked at whenever the trust space changes, and every minute. Any
//! number of nodes may do it; each list is signed once.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::TrustSpace;
use super::revocation_lists::Remembered;
use crate::domain::error::Failure;
use crate::storage::{StorageError, changes, trust_entries};

/// How often the time is looked at, and what failed is tried again.
const TICK: Duration = Duration::from_secs(5);
/// Nothing is looked at for no longer than this.
const LOOK: time::Duration = time::Duration::minutes(1);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What was looked at last.
#[derive(Default)]
struct Looked {
    /// Position in the feed, and when: none where it failed.
    at: Option<(i64, OffsetDateTime)>,
    remembered: Remembered,
}

impl TrustSpace {
    /// Signs the revocation lists of the authorities of which this node has keys, until cancelled. A
    /// database that is away is waited for.
    pub async fn keep_revocation_lists(self, cancel: CancellationToken) {
        let mut looked = Looked::default();
        let mut pause = FIRST_PAUSE;
        loop {
            let ended = tokio::select! {
                () = cancel.cancelled() => return,
                ended = self.watch_revocation(&mut looked, &mut pause) => ended,
            };
            if let Err(failure) = ended {
                tracing::warn!(%failure, retry_in = ?pause, "revocation lists are not looked after");
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
        }
    }

    async fn watch_revocation(
        &self,
        looked: &mut Looked,
        pause: &mut Duration,
    ) -> Result<(), Failure> {
        let mut wakes = changes::listen(&self.pool).await?;
        for name in self.unknown_authorities().await? {
            tracing::warn!(
                authority = %name,
                "this authority of the settings was not made known by this certificate: nothing is issued in its name (annuaire authority add)"
            );
        }
        loop {
            self.look(looked).await?;
            *pause = FIRST_PAUSE;
            tokio::select! {
                wake = wakes.try_recv() => match wake.map_err(StorageError::from)? {
                    Some(_) => while wakes.next_buffered().is_some() {},
                    None => return Ok(()),
                },
                () = sleep(TICK) => {}
            }
        }
    }

    async fn look(&self, looked: &mut Looked) -> Result<(), Failure> {
        let mut truth = self.connection().await?;
        let position = trust_entries::changed_at_position(&mut truth).await?;
        drop(truth);
        let now = self.clock.now();
        if let Some((seen, at)) = looked.at
            && seen == position
            && (at..at + LOOK).contains(&now)
        {
            return Ok(());
        }
        // What fails was raised as an alert, and is tried again at the next tick.
        looked.at = match self.renew_revocation_lists(&mut looked.remembered).await {
            Ok(_) => Some((position, now)),
            Err(_) => None,
        };
        Ok(())
    }
}
