//! What this node tells of the certificates that our own authorities issued: revocation lists and answers
//! of the responder, signed ahead and kept in memory. It knows nothing of HTTP.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::published_list::ServedFile;
use crate::domain::error::{Failure, REVOCATION_LIST_NOT_FOUND};

/// What this node tells of our own certificates; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct CertificateStatus(Arc<ArcSwap<Told>>);

/// All of it, at one epoch.
#[derive(Debug, Default)]
struct Told {
    /// The newest revocation list of each authority, by the authority's name.
    lists: Vec<(String, ServedFile)>,
}

impl CertificateStatus {
    /// The newest revocation list of an authority, by its name; `revocation_list.not_found`.
    pub fn revocation_list(&self, authority: &str) -> Result<ServedFile, Failure> {
        let told = self.0.load();
        let found = told.lists.iter().find(|(name, _)| name == authority);
        found.map(|(_, list)| list.clone()).ok_or_else(|| {
            Failure::new(
                &REVOCATION_LIST_NOT_FOUND,
                format!("There is no revocation list of an authority {authority:?} here."),
            )
        })
    }
}
