//! What this node tells of the certificates that our own authorities issued: revocation lists and answers
//! of the responder, signed ahead and kept in memory. It knows nothing of HTTP.

mod lists;

use tokio_util::sync::CancellationToken;

pub use lists::ServedRevocationList;

use crate::domain::error::Failure;
use crate::storage::Pool;

/// What this node tells of our own certificates; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct CertificateStatus {
    lists: lists::Lists,
}

impl CertificateStatus {
    /// The newest revocation list of an authority, by its name; `revocation_list.not_found`.
    pub fn revocation_list(&self, authority: &str) -> Result<ServedRevocationList, Failure> {
        self.lists.of(authority)
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
