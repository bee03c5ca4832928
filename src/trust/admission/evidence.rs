//! What authorities signed about revocation, made ready to be asked. Nothing of it is believed here: who
//! signed it is checked against the issuer on a path, once, and remembered.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use time::{Duration, OffsetDateTime};

use crate::domain::digest::Digest;
use crate::domain::distinguished_name::OperatorDn;
use crate::domain::trust_state::TrustState;
use crate::trust::certificate::Certificate;
use crate::trust::digest::sha256;
use crate::trust::ocsp::{Answer, Untrusted, Word};
use crate::trust::revocation::RevocationList;

/// An answer, where it was fetched, and what it was found to say.
#[derive(Debug)]
pub(super) struct KnownAnswer {
    answer: Answer,
    pub(super) source: String,
    judged: OnceLock<Judged>,
}

/// What an answer was found to say of one certificate of one issuer, from a moment on.
#[derive(Debug)]
struct Judged {
    certificate: Digest,
    issuer: Digest,
    from: OffsetDateTime,
    word: Word,
}

impl KnownAnswer {
    /// As [`Answer::judge`]; what was believed before is not verified again.
    pub(super) fn judge(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: OffsetDateTime,
        skew: Duration,
    ) -> Result<Word, Untrusted> {
        if let Some(judged) = self.judged.get()
            && judged.certificate == certificate.fingerprint
            && judged.issuer == issuer.fingerprint
            && judged.from <= at
        {
            let word = judged.word;
            return if at < word.valid_until {
                Ok(word)
            } else {
                Err(Untrusted::Stale(word))
            };
        }
        let word = self.answer.judge(certificate, issuer, at, skew)?;
        self.judged.get_or_init(|| Judged {
            certificate: certificate.fingerprint,
            issuer: issuer.fingerprint,
            from: at,
            word,
        });
        Ok(word)
    }
}

/// All of it, by whom and what it is about.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    lists: HashMap<OperatorDn, Vec<Arc<RevocationList>>>,
    answers: HashMap<Vec<u8>, Vec<Arc<KnownAnswer>>>,
    lists_by_digest: HashMap<Digest, Arc<RevocationList>>,
    answers_by_digest: HashMap<Digest, Arc<KnownAnswer>>,
}

impl Evidence {
    /// `before` spares reading and verifying what it has read. What cannot be read says nothing, so that
    /// it is missing where it is asked for.
    pub(super) fn new(state: &TrustState, before: Option<&Self>) -> Self {
        let mut evidence = Self::default();
        for found in &state.revocation_lists {
            let digest = sha256(&found.der);
            let kept = before.and_then(|before| before.lists_by_digest.get(&digest));
            let read = || {
                // The one who took it in has limited its size.
                let list = RevocationList::read(&found.der, found.der.len()).ok()?;
                Some(Arc::new(list))
            };
            let Some(known) = kept.cloned().or_else(read) else {
                continue;
            };
            let is_new = evidence
                .lists_by_digest
                .insert(digest, Arc::clone(&known))
                .is_none();
            if is_new {
                let of_issuer = evidence.lists.entry(known.issuer().clone());
                of_issuer.or_default().push(known);
            }
        }
        for found in &state.ocsp_answers {
            let digest = sha256(&found.der);
            let kept = before.and_then(|before| before.answers_by_digest.get(&digest));
            let read = || {
                let answer = Answer::read(&found.der).ok()?;
                let source = found.source.clone();
                Some(Arc::new(KnownAnswer {
                    answer,
                    source,
                    judged: OnceLock::new(),
                }))
            };
            let Some(known) = kept.cloned().or_else(read) else {
                continue;
            };
            let is_new = evidence
                .answers_by_digest
                .insert(digest, Arc::clone(&known))
                .is_none();
            if is_new {
                for serial in known.answer.serials() {
                    let about = evidence.answers.entry(serial.to_vec()).or_default();
                    about.push(Arc::clone(&known));
                }
            }
        }
        evidence
    }

    /// The lists under the name of an issuer.
    pub(super) fn lists(&self, issuer: &OperatorDn) -> &[Arc<RevocationList>] {
        self.lists
            .get(issuer)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The answers about certificates with a serial number, of any issuer.
    pub(super) fn answers(&self, serial: &[u8]) -> &[Arc<KnownAnswer>] {
        self.answers
            .get(serial)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}
