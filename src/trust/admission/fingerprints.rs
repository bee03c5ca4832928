//! Registered certificates by their fingerprints and by those of their keys, for protocols that hand over no
//! more than that. One that the registry has only by name cannot be found so.

use std::collections::HashMap;

use super::register::Register;
use crate::domain::certificate::CertificateState;
use crate::domain::digest::Digest;
use crate::domain::trust_state::{CertificateStanding, TrustState};
use crate::trust::digest::sha256;

/// What a protocol tells of who presents a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fingerprint {
    /// SHA-256 of the certificate.
    Certificate(Digest),
    /// SHA-256 of its key, as `SubjectPublicKeyInfo`.
    Key(Digest),
}

/// The places of certificates in the state.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    certificates: HashMap<Digest, usize>,
    keys: HashMap<Digest, usize>,
}

impl Fingerprints {
    pub(super) fn new(state: &TrustState, register: &Register) -> Self {
        let mut found = Self::default();
        for (place, standing) in state.certificates.iter().enumerate() {
            let Some(digest) = standing.chain.first().map(|der| sha256(der)) else {
                continue;
            };
            found.certificates.insert(digest, place);
            let Some(certificate) = register.read(&digest) else {
                continue;
            };
            let kept = found.keys.entry(certificate.spki_sha256).or_insert(place);
            let standing_of =
                |place: usize| state.certificates.get(place).map(|it| weight(it.state));
            // The later one where both stand alike: certificates are in the order they were registered in.
            if standing_of(place) >= standing_of(*kept) {
                *kept = place;
            }
        }
        found
    }

    pub(super) fn find<'a>(
        &self,
        state: &'a TrustState,
        fingerprint: Fingerprint,
    ) -> Option<&'a CertificateStanding> {
        let place = match fingerprint {
            Fingerprint::Certificate(digest) => self.certificates.get(&digest),
            Fingerprint::Key(digest) => self.keys.get(&digest),
        };
        state.certificates.get(*place?)
    }
}

/// Which certificate of a key is judged: one that was taken back before all others, since nobody knows
/// which of them is presented, and a key that was given away is in every one of them.
const fn weight(state: CertificateState) -> u8 {
    match state {
        CertificateState::Revoked => 3,
        CertificateState::Suspended => 2,
        CertificateState::Active => 1,
        CertificateState::Pending | CertificateState::Superseded | CertificateState::Expired => 0,
    }
}
