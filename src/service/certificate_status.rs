//! What this node tells of the certificates that our own authorities issued: revocation lists and answers
//! of the responder, signed ahead and kept in memory. It knows nothing of HTTP.

mod answers;
mod following;
mod lists;
mod nonces;
mod ocsp;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use time::OffsetDateTime;

pub use answers::Responder;
pub use lists::ServedRevocationList;
pub use ocsp::{Caching, OcspAnswer};

use crate::config;
use crate::domain::authority::IssuedCertificate;
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::error::Failure;

/// Bytes of the largest request of OCSP that is looked at.
pub const MAX_OCSP_REQUEST_BYTES: usize = crate::trust::ocsp::MAX_REQUEST_BYTES;

/// What this node tells of our own certificates; cheap to clone.
#[derive(Clone)]
pub struct CertificateStatus {
    clock: Arc<dyn Clock>,
    lists: lists::Lists,
    ocsp: ocsp::Ocsp,
}

impl Default for CertificateStatus {
    /// That of a node without a responder.
    fn default() -> Self {
        Self::new(Arc::new(SystemClock), &config::Ca::default(), Vec::new())
    }
}

impl std::fmt::Debug for CertificateStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CertificateStatus")
            .field("lists", &self.lists)
            .field("ocsp", &self.ocsp)
            .finish_non_exhaustive()
    }
}

impl CertificateStatus {
    /// What a node with these responders tells, which knows nothing yet.
    pub fn new(clock: Arc<dyn Clock>, settings: &config::Ca, responders: Vec<Responder>) -> Self {
        Self {
            ocsp: ocsp::Ocsp::new(Arc::clone(&clock), settings, responders),
            lists: lists::Lists::default(),
            clock,
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

    /// The answer of OCSP to a request as it was sent, from memory.
    pub fn answer(&self, request: &[u8]) -> OcspAnswer {
        self.ocsp.answer(request, Instant::now())
    }

    /// Signs answers from what each authority issued, in the order of the responders, as it stands since `now`
    /// at the latest; says whether more is left to sign.
    pub async fn sign_answers(
        &self,
        issued: Vec<Vec<IssuedCertificate>>,
        now: OffsetDateTime,
    ) -> Result<bool, Failure> {
        self.ocsp.renew(issued, now).await
    }
}

/// Those who pass on what is told may keep it for this long.
const KEPT_BY_OTHERS: Duration = Duration::from_mins(1);

/// How long they may from a moment on, where it is good until then: nobody is let in for long by what is old,
/// and nobody by what is over.
fn fresh_for(good_until: OffsetDateTime, at: OffsetDateTime) -> Duration {
    let left = Duration::try_from(good_until - at).unwrap_or_default();
    left.min(KEPT_BY_OTHERS)
}
