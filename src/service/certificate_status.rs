//! What this node tells of the certificates that our own authorities issued: revocation lists and answers
//! of the responder, signed ahead and kept in memory. It knows nothing of HTTP.

mod answers;
mod nonces;
mod ocsp;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;
use time::OffsetDateTime;

pub use answers::Responder;
pub use ocsp::{Caching, OcspAnswer};

/// Bytes of the largest request of OCSP that is looked at.
pub const MAX_OCSP_REQUEST_BYTES: usize = crate::trust::ocsp::MAX_REQUEST_BYTES;

use super::published_list::ServedFile;
use crate::config;
use crate::domain::authority::IssuedCertificate;
use crate::domain::clock::Clock;
use crate::domain::error::{Failure, REVOCATION_LIST_NOT_FOUND};

/// What this node tells of our own certificates; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct CertificateStatus {
    lists: Arc<ArcSwap<Told>>,
    ocsp: ocsp::Ocsp,
}

/// All of it, at one epoch.
#[derive(Debug, Default)]
struct Told {
    /// The newest revocation list of each authority, by the authority's name.
    lists: Vec<(String, ServedFile)>,
}

impl CertificateStatus {
    /// What a node with these responders tells, which knows nothing yet.
    pub fn new(clock: Arc<dyn Clock>, settings: &config::Ca, responders: Vec<Responder>) -> Self {
        Self {
            lists: Arc::default(),
            ocsp: ocsp::Ocsp::new(clock, settings, responders),
        }
    }

    /// The newest revocation list of an authority, by its name; `revocation_list.not_found`.
    pub fn revocation_list(&self, authority: &str) -> Result<ServedFile, Failure> {
        let told = self.lists.load();
        let found = told.lists.iter().find(|(name, _)| name == authority);
        found.map(|(_, list)| list.clone()).ok_or_else(|| {
            Failure::new(
                &REVOCATION_LIST_NOT_FOUND,
                format!("There is no revocation list of an authority {authority:?} here."),
            )
        })
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
