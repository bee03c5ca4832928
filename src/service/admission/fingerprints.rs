//! From the fingerprint of a peer's certificate to the chain it was registered with, for protocols that hand
//! over no more than the fingerprint. One that the registry has only by name cannot be found so.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Admission;
use crate::domain::digest::Digest;
use crate::trust::admission::Snapshot;
use crate::trust::certificate::Certificate;

/// Chains by the fingerprints of their first certificates; cheap to clone.
#[derive(Clone)]
pub struct Fingerprints {
    admission: Admission,
    index: Arc<Mutex<Option<Index>>>,
}

/// Those of one snapshot.
struct Index {
    of: Weak<Snapshot>,
    places: Arc<HashMap<Digest, usize>>,
}

impl Fingerprints {
    /// Those of what this node decides by.
    pub fn new(admission: Admission) -> Self {
        Self {
            admission,
            index: Arc::default(),
        }
    }

    /// The chain of the certificate with this SHA-256, or of one with this SHA-256 of its key.
    pub fn chain(&self, fingerprint: &Digest) -> Option<Arc<[Vec<u8>]>> {
        let snapshot = self.admission.snapshot()?;
        let place = *self.places(&snapshot).get(fingerprint)?;
        let found = snapshot.state().certificates.get(place)?;
        Some(found.chain.clone().into())
    }

    /// Made once for each snapshot, by whoever needs it first; others wait for that.
    fn places(&self, snapshot: &Arc<Snapshot>) -> Arc<HashMap<Digest, usize>> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = index.as_ref()
            && std::ptr::eq(made.of.as_ptr(), Arc::as_ptr(snapshot))
        {
            return Arc::clone(&made.places);
        }
        let mut places = HashMap::new();
        for (place, standing) in snapshot.state().certificates.iter().enumerate() {
            let first = standing.chain.first();
            let Some(Ok(certificate)) = first.map(|der| Certificate::parse(der)) else {
                continue;
            };
            places.insert(certificate.fingerprint, place);
            // A key may have several certificates: that in the latest is told, which the decision judges.
            places.insert(certificate.spki_sha256, place);
        }
        let places = Arc::new(places);
        *index = Some(Index {
            of: Arc::downgrade(snapshot),
            places: Arc::clone(&places),
        });
        places
    }
}
