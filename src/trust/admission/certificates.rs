//! Certificates that were read before: authorities come with every chain, and reading them again would
//! be most of the work on a chain that is new.

use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::domain::digest::Digest;
use crate::trust::certificate::Certificate;

/// Authorities that are kept; there are a few dozen in a national trust space.
const KEPT: usize = 256;

/// Authorities that stood on a path that held, by the digest of their bytes. Only they are kept, so that
/// nobody can fill it with certificates of his own making.
pub(super) struct Authorities(Cache<Digest, Arc<Certificate>>);

impl Authorities {
    pub(super) fn new() -> Self {
        Self(Cache::new(KEPT))
    }

    /// The authority with this digest, where it is kept.
    pub(super) fn find(&self, digest: &Digest) -> Option<Arc<Certificate>> {
        self.0.get(digest)
    }

    /// Keeps an authority of a path that holds.
    pub(super) fn keep(&self, certificate: &Certificate) {
        if self.0.peek(&certificate.fingerprint).is_none() {
            self.0
                .insert(certificate.fingerprint, Arc::new(certificate.clone()));
        }
    }
}

impl std::fmt::Debug for Authorities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authorities")
            .field("kept", &self.0.len())
            .finish()
    }
}
