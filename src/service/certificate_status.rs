//! What this node tells of the certificates that our own authorities issued: revocation lists and answers
//! of the responder, signed ahead and kept in memory. It knows nothing of HTTP.

mod lists;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use lists::ServedRevocationList;

use crate::domain::clock::{Clock, SystemClock};
use crate::domain::error::Failure;
use crate::storage::Pool;

/// What this node tells of our own certificates; cheap to clone.
#[derive(Clone)]
pub struct CertificateStatus {
    clock: Arc<dyn Clock>,
    lists: lists::Lists,
}

impl Default for CertificateStatus {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

impl std::fmt::Debug for CertificateStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CertificateStatus")
            .field("lists", &self.lists)
            .finish_non_exhaustive()
    }
}

impl CertificateStatus {
    /// What a node tells that knows nothing yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            lists: lists::Lists::default(),
        }
    }

    /// The newest revocation list of an authority, by its name; `revocation_list.not_found`.
    pub fn revocation_list(&self, authority: &str) -> Result<ServedRevocationList, Failure> {
        self.lists.of(authority)
    }

    /// How long those who pass a list on may keep it from now on.
    pub fn fresh_for(&self, list: &ServedRevocationList) -> Duration {
        list.fresh_for(self.clock.now())
    }

    /// Reads what is newer in the truth than here; says whether anything was.
    pub async fn refresh(&self, pool: &Pool) -> Result<bool, Failure> {
        self.lists.refresh(pool).await
    }

    /// Follows the truth until cancelled; one that goes away is waited for, while all is served on.
    pub async fn follow(self, pool: Pool, cancel: CancellationToken) {
        self.lists.follow(&pool, &cancel).await;
    }
}
