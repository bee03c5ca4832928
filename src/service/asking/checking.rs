//! What comes from an authority is looked at before it is kept: that it is the word of who may say it,
//! about what was asked, of the present, and not older than what was said before.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use super::short;
use super::wanted::Subject;
use crate::domain::authority::IssuedStatus;
use crate::domain::calendar::rfc3339;
use crate::domain::clock::Clock;
use crate::domain::digest::Digest;
use crate::domain::revocation_list_number::RevocationListNumber;
use crate::domain::revocation_source::{RevocationSource, SourceKind, Span};
use crate::remote::{Client, Post, RemoteError};
use crate::storage::{self, StorageError, ocsp_answers, revocation_sources};
use crate::trust::digest::sha256;
use crate::trust::ocsp::{Answer, CertIdHash, MAX_ANSWER_BYTES, Untrusted, write_request};
use crate::trust::revocation::{Currency, from_upload};

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checks {
    /// Largest revocation list, in bytes.
    pub(super) max_list: usize,
    /// How far clocks may differ.
    pub(super) skew: Duration,
}

/// Why a source brought nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// It did not answer.
    #[error("{0}")]
    Failed(#[from] RemoteError),
    /// It answered, and that is not taken.
    #[error("what it said is not taken: {0}")]
    Refused(String),
}

fn refused(why: &impl std::fmt::Display) -> Problem {
    Problem::Refused(why.to_string())
}

/// What a source said: what of it is good, and what was wrong with the rest.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) taken: Vec<Taken>,
    /// The first.
    pub(super) problem: Option<Problem>,
}

impl Said {
    fn add(&mut self, one: Result<Taken, Problem>) {
        match one {
            Ok(taken) => self.taken.push(taken),
            Err(problem) => {
                self.problem.get_or_insert(problem);
            }
        }
    }
}

/// What was checked and may be kept.
#[derive(Debug)]
pub(super) enum Taken {
    List(TakenList),
    Answer(TakenAnswer),
}

#[derive(Debug)]
pub(super) struct TakenList {
    pub(super) issuer_spki_sha256: Digest,
    pub(super) issuer_dn: String,
    pub(super) number: RevocationListNumber,
    pub(super) span: Span,
    pub(super) der: Vec<u8>,
    pub(super) sha256: Digest,
}

#[derive(Debug)]
pub(super) struct TakenAnswer {
    pub(super) certificate_sha256: Digest,
    /// Last second of that certificate.
    pub(super) not_after: OffsetDateTime,
    pub(super) is_revocation: bool,
    pub(super) span: Span,
    pub(super) der: Vec<u8>,
    pub(super) sha256: Digest,
}

impl Checks {
    /// Asks a source about these certificates and looks at what it says. The moment of the look is that of
    /// the answer: a slow one may be over when it is there.
    pub(super) async fn ask(
        self,
        client: &Client,
        source: &RevocationSource,
        subjects: &[Subject],
        clock: &dyn Clock,
    ) -> Said {
        let mut said = Said::default();
        match source.kind {
            SourceKind::Crl => {
                let limit = u64::try_from(self.max_list).unwrap_or(u64::MAX);
                let list = match client.get(&source.url, limit).await {
                    Ok(answer) => self.list(&answer.body, subjects, clock.now()),
                    Err(error) => Err(error.into()),
                };
                said.add(list.map(Taken::List));
            }
            SourceKind::Ocsp => {
                // In the order of their fingerprints, each once, whatever stands above it.
                let each: BTreeMap<_, _> = subjects
                    .iter()
                    .map(|it| (it.certificate.fingerprint, it))
                    .collect();
                for subject in each.into_values() {
                    let answer = self.answer(client, &source.url, subject, clock).await;
                    let is_away = matches!(answer, Err(Problem::Failed(_)));
                    said.add(answer.map(Taken::Answer));
                    // The others would wait as long.
                    if is_away {
                        break;
                    }
                }
            }
        }
        said
    }

    fn list(
        self,
        sent: &[u8],
        subjects: &[Subject],
        at: OffsetDateTime,
    ) -> Result<TakenList, Problem> {
        // Not all publish DER, as RFC 5280 §4.2.1.13 wants it.
        let list = from_upload(sent, self.max_list).map_err(|error| refused(&error))?;
        let mut why = None;
        let by = subjects
            .iter()
            .find(|subject| match list.is_by(&subject.issuer) {
                Ok(()) => true,
                Err(error) => {
                    why.get_or_insert(error);
                    false
                }
            });
        let Some(by) = by else {
            return Err(match why {
                Some(error) => refused(&error),
                None => refused(&"no certificate names it any more"),
            });
        };
        if !subjects.iter().any(|it| list.covers(&it.certificate)) {
            return Err(refused(
                &"it is about none of the certificates that name it",
            ));
        }
        match list.currency(at, self.skew, Duration::ZERO) {
            Currency::Fresh(_) => {}
            Currency::InGrace(_) | Currency::Over => {
                return Err(refused(&format!(
                    "it ended at {}",
                    rfc3339(list.next_update())
                )));
            }
            Currency::NotYet => {
                return Err(refused(&format!(
                    "it begins at {}",
                    rfc3339(list.this_update())
                )));
            }
        }
        Ok(TakenList {
            issuer_spki_sha256: by.issuer.spki_sha256,
            issuer_dn: list.issuer().to_string(),
            number: list.number().clone(),
            span: Span {
                from: list.this_update(),
                until: list.next_update(),
            },
            sha256: list.digest(),
            der: list.der().to_vec(),
        })
    }

    async fn answer(
        self,
        client: &Client,
        url: &str,
        subject: &Subject,
        clock: &dyn Clock,
    ) -> Result<TakenAnswer, Problem> {
        let (certificate, issuer) = (&subject.certificate, &subject.issuer);
        // SHA-1, since many responders know no other; and without a nonce, since most sign ahead.
        let body = write_request(certificate, issuer, CertIdHash::Sha1, None)
            .ok_or_else(|| refused(&Untrusted::OtherIssuer))?;
        let post = Post {
            media_type: "application/ocsp-request",
            body,
        };
        let limit = u64::try_from(MAX_ANSWER_BYTES).unwrap_or(u64::MAX);
        let der = client.post(url, post, limit).await?.body;
        let answer = Answer::read(&der).map_err(|error| refused(&error))?;
        let word = answer
            .judge(certificate, issuer, clock.now(), self.skew)
            .map_err(|error| refused(&error))?;
        Ok(TakenAnswer {
            certificate_sha256: certificate.fingerprint,
            not_after: certificate.not_after,
            is_revocation: matches!(word.status, IssuedStatus::Revoked(..)),
            span: Span {
                from: word.this_update,
                until: word.valid_until,
            },
            sha256: sha256(&der),
            der,
        })
    }
}

impl Taken {
    /// From when until when it holds.
    pub(super) const fn span(&self) -> Span {
        match self {
            Self::List(list) => list.span,
            Self::Answer(answer) => answer.span,
        }
    }

    /// By which the feed names it.
    pub(super) fn key(&self) -> String {
        match self {
            Self::List(list) => format!("revocation_list:{}", short(&list.issuer_spki_sha256)),
            Self::Answer(answer) => format!("ocsp_answer:{}", short(&answer.certificate_sha256)),
        }
    }

    /// Whether it is not older than what came from the same place before: an old word that holds still may
    /// not hide a newer one. Nor does an answer come after one that said revoked and say anything else: that
    /// responder has forgotten.
    pub(super) async fn follows(
        &self,
        truth: &mut storage::Connection,
        url: &str,
    ) -> Result<Result<(), Problem>, StorageError> {
        let before = match self {
            Self::List(list) => {
                let before = revocation_sources::newest_list(truth, url, &list.issuer_spki_sha256);
                let Some(before) = before.await? else {
                    return Ok(Ok(()));
                };
                let newest = RevocationListNumber::from_hex(&before.number);
                if newest.is_some_and(|newest| list.number < newest) {
                    let why = format!(
                        "its number is {}, and {} was there before",
                        list.number, before.number
                    );
                    return Ok(Err(refused(&why)));
                }
                Some(before.this_update)
            }
            Self::Answer(answer) => {
                let before = ocsp_answers::said_of(truth, &answer.certificate_sha256).await?;
                if before.is_revoked && !answer.is_revocation {
                    let why = "it does not say revoked, and one that did was there before";
                    return Ok(Err(refused(&why)));
                }
                before.this_update
            }
        };
        Ok(match before {
            Some(before) if self.span().from < before => {
                let (from, before) = (rfc3339(self.span().from), rfc3339(before));
                Err(refused(&format!(
                    "it is of {from}, and one of {before} was there before"
                )))
            }
            Some(_) | None => Ok(()),
        })
    }
}
