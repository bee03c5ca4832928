//! The answers of one authority's responder, signed ahead: one for each certificate and digest, renewed where
//! they grow old and at once where a certificate stands otherwise than before.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use crate::domain::authority::{IssuedCertificate, IssuedStatus};
use crate::domain::digest::Digest;
use crate::trust::ocsp::sign::{ResponderKey, Times};
use crate::trust::ocsp::{CertId, CertIdHash};
use crate::trust::sign::SignError;

/// What answers for one of our authorities.
#[derive(Debug)]
pub struct Responder {
    /// The authority's name.
    pub name: String,
    /// SHA-256 of the authority's key, by which the truth knows it.
    pub authority: Digest,
    /// The key that signs.
    pub key: ResponderKey,
}

/// How long answers are good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cycle {
    /// How long an answer says it is good for.
    pub(super) lifetime: Duration,
    /// How old it gets before another is signed.
    pub(super) every: Duration,
    /// How far clocks may differ: an answer of a later time than this is no longer believed.
    pub(super) skew: Duration,
    /// Certificates signed for at one go, beyond those that stand otherwise than before.
    pub(super) at_once: usize,
}

/// The answers of one responder; never changed, but replaced by the next.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) responder: Arc<Responder>,
    by_serial: HashMap<Arc<[u8]>, Arc<Signed>>,
    /// Whether every certificate that was issued is in it.
    is_complete: bool,
}

/// What is answered for one certificate.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) status: IssuedStatus,
    pub(super) times: Times,
    sha1: Arc<[u8]>,
    sha256: Arc<[u8]>,
}

impl Signed {
    pub(super) const fn der(&self, hash: CertIdHash) -> &Arc<[u8]> {
        match hash {
            CertIdHash::Sha1 => &self.sha1,
            CertIdHash::Sha256 => &self.sha256,
        }
    }
}

/// How far the signing got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    /// Certificates that were signed for.
    pub(super) signed_for: usize,
    /// Certificates that wait for the next go.
    pub(super) left: usize,
}

/// What is to be found of a certificate that is asked about.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// This, for a `CertID` with this digest.
    Signed(&'a Signed, CertIdHash),
    /// The authority issued no such certificate, or one that has expired.
    NotIssued,
    /// It may be one that is not signed for yet.
    NotYet,
}

impl Answers {
    /// Before the first.
    pub(super) fn none(responder: Arc<Responder>) -> Self {
        Self {
            responder,
            by_serial: HashMap::new(),
            is_complete: false,
        }
    }

    /// What answers a question; none where it is not about a certificate of this authority.
    pub(super) fn find(&self, id: &CertId<'_>) -> Option<Found<'_>> {
        let hash = self.responder.key.issuer().hash_of(id)?;
        let signed = id
            .positive_serial()
            .and_then(|serial| self.by_serial.get(serial));
        Some(match signed {
            Some(signed) => Found::Signed(signed, hash),
            None if self.is_complete => Found::NotIssued,
            None => Found::NotYet,
        })
    }

    /// The next ones, from what the truth says at this moment, with how far it got: blocks while it
    /// signs. Certificates that have expired are answered for no longer.
    pub(super) fn next(
        &self,
        issued: &[IssuedCertificate],
        now: OffsetDateTime,
        cycle: Cycle,
    ) -> Result<(Self, Progress), SignError> {
        let issued = issued.iter().filter(|it| it.not_after >= now);
        let mut by_serial = HashMap::with_capacity(self.by_serial.len());
        let mut old = Vec::new();
        let mut changed = Vec::new();
        let mut seen = HashSet::new();
        let mut ahead = 0_usize;
        for certificate in issued {
            let serial = significant(&certificate.serial);
            if !seen.insert(serial) {
                continue;
            }
            match self.by_serial.get_key_value(serial) {
                Some((key, signed)) if signed.status == certificate.status => {
                    by_serial.insert(Arc::clone(key), Arc::clone(signed));
                    // One of a time to come was signed by a clock that has been set back since.
                    let made = signed.times.this_update;
                    let is_ahead = made - now > cycle.skew;
                    ahead += usize::from(is_ahead);
                    if is_ahead || now - made >= cycle.every {
                        old.push((signed.times.this_update, certificate));
                    }
                }
                Some(_) => changed.push(certificate),
                None => old.push((OffsetDateTime::UNIX_EPOCH, certificate)),
            }
        }
        if ahead > 0 {
            tracing::warn!(
                authority = self.responder.name,
                answers = ahead,
                "answers were signed for a time to come; the next are of the present"
            );
        }
        // The oldest first, so that each gets its turn.
        old.sort_by_key(|(this_update, _)| *this_update);
        let due = old.iter().map(|(_, certificate)| *certificate);
        let due = changed.into_iter().chain(due.take(cycle.at_once));
        let left = old.len().saturating_sub(cycle.at_once);
        let mut signed_for = 0;
        for certificate in due {
            let serial = significant(&certificate.serial);
            let before = self.by_serial.get(serial);
            if let Some(signed) = self.sign(serial, certificate.status, before, now, cycle)? {
                by_serial.insert(Arc::from(serial), Arc::new(signed));
                signed_for += 1;
            }
        }
        let next = Self {
            responder: Arc::clone(&self.responder),
            is_complete: by_serial.len() == seen.len(),
            by_serial,
        };
        Ok((next, Progress { signed_for, left }))
    }

    /// Signs for one certificate; none where the responder's own certificate is over.
    fn sign(
        &self,
        serial: &[u8],
        status: IssuedStatus,
        before: Option<&Arc<Signed>>,
        now: OffsetDateTime,
        cycle: Cycle,
    ) -> Result<Option<Signed>, SignError> {
        let last = before.map_or(now, |before| before.times.this_update);
        // Where the clock went back a little, what is said next must still be newer than what was said. What
        // was said of a time far ahead is believed by nobody, and the next must not be of that time too.
        let now = if last - now > cycle.skew {
            now
        } else {
            last.max(now)
        };
        let key = &self.responder.key;
        let Some(times) = key.times(now, cycle.lifetime) else {
            return Ok(None);
        };
        let der = |hash| key.answer(hash, serial, status, times, None).map(Arc::from);
        Ok(Some(Signed {
            status,
            times,
            sha1: der(CertIdHash::Sha1)?,
            sha256: der(CertIdHash::Sha256)?,
        }))
    }

    /// When the oldest answer grows old; none where there is none.
    pub(super) fn next_due_at(&self, cycle: Cycle) -> Option<OffsetDateTime> {
        let made = self.by_serial.values().map(|it| it.times.this_update);
        made.min().map(|made| made + cycle.every)
    }
}

fn significant(mut serial: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = serial {
        serial = rest;
    }
    serial
}
