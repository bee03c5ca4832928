//! How what is told follows the truth: woken by its feed, and by answers that grow old.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::CertificateStatus;
use crate::domain::error::Failure;
use crate::storage::{Pool, StorageError, changes};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A wake that was missed is made good for after this.
const POLL: Duration = Duration::from_secs(30);
/// From one look at what grows old to the next: what cannot be signed is not tried all the time.
const SHORTEST_POLL: Duration = Duration::from_secs(1);

impl CertificateStatus {
    /// Reads what is newer in the truth than here, and signs what is to be signed; says whether anything of
    /// it was.
    pub async fn refresh(&self, pool: &Pool) -> Result<bool, Failure> {
        let mut is_new = false;
        loop {
            is_new |= self.lists.refresh(pool).await?;
            if !self.ocsp.refresh(pool).await? {
                return Ok(is_new);
            }
            is_new = true;
        }
    }

    /// Follows the truth until cancelled; one that goes away is waited for, while all is served on.
    pub async fn follow(self, pool: Pool, cancel: CancellationToken) {
        let mut pause = FIRST_PAUSE;
        loop {
            let ended = tokio::select! {
                () = cancel.cancelled() => return,
                ended = self.listen(&pool, &mut pause) => ended,
            };
            if let Err(failure) = ended {
                tracing::warn!(%failure, retry_in = ?pause, "what is told of certificates is not followed");
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
        }
    }

    async fn listen(&self, pool: &Pool, pause: &mut Duration) -> Result<(), Failure> {
        let mut wakes = changes::listen(pool).await?;
        loop {
            self.refresh(pool).await?;
            *pause = FIRST_PAUSE;
            let due = self.ocsp.next_due_in().unwrap_or(POLL);
            tokio::select! {
                wake = wakes.try_recv() => match wake.map_err(StorageError::from)? {
                    Some(_) => while wakes.next_buffered().is_some() {},
                    // The connection was lost: what was said meanwhile has to be read.
                    None => return Ok(()),
                },
                () = sleep(due.clamp(SHORTEST_POLL, POLL)) => {}
            }
        }
    }
}
