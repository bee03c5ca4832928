//! The responder of this node (RFC 6960, RFC 5019): which answer a request gets. Answers are signed ahead; while
//! the database is away they last as long as they say, and not longer.

use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;
use time::{Duration, OffsetDateTime};

use super::answers::{Answers, Cycle, Found, Responder, Signed};
use super::nonces::Budget;
use crate::config;
use crate::domain::authority::IssuedCertificate;
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::error::{Failure, INTERNAL};
use crate::service::trust_space::versions::off_thread;
use crate::storage::{self, Pool, authorities, certificates};
use crate::trust::ocsp::sign::Times;
use crate::trust::ocsp::{CertIdHash, Refusal, Request, read_request};

/// Certificates signed for between two looks at the truth: a tenth of a second or two, so that what changes
/// meanwhile is told within it.
const AT_ONCE: usize = 2_000;

/// What is dated further ahead is not believed by those who ask, whose clocks are right.
const SKEW: Duration = Duration::minutes(2);

/// The responder of this node; cheap to clone.
#[derive(Clone)]
pub(super) struct Ocsp(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    cycle: Cycle,
    nonces: Budget,
    /// One of each authority.
    answers: ArcSwap<Vec<Arc<Answers>>>,
}

/// What a request gets.
#[derive(Clone, Debug)]
pub struct OcspAnswer {
    /// The whole `OCSPResponse`, DER.
    pub der: Arc<[u8]>,
    /// How long caches may pass it on; none: not at all.
    pub caching: Option<Caching>,
}

/// How long an answer may be kept by those who pass it on (RFC 5019 §6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caching {
    /// When it was made, UTC.
    pub made_at: OffsetDateTime,
    /// Until when it is good, UTC.
    pub good_until: OffsetDateTime,
    /// How long from now on others may pass it on without asking again.
    pub fresh_for: std::time::Duration,
}

impl OcspAnswer {
    fn refused(refusal: Refusal) -> Self {
        Self {
            der: Arc::new(refusal.der()),
            caching: None,
        }
    }
}

impl Default for Ocsp {
    /// One that answers for nobody.
    fn default() -> Self {
        Self::new(Arc::new(SystemClock), &config::Ca::default(), Vec::new())
    }
}

impl std::fmt::Debug for Ocsp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let answers = self.0.answers.load();
        let names = answers.iter().map(|it| &it.responder.name);
        f.debug_set().entries(names).finish()
    }
}

impl Ocsp {
    pub(super) fn new(
        clock: Arc<dyn Clock>,
        settings: &config::Ca,
        responders: Vec<Responder>,
    ) -> Self {
        let span = |span| Duration::try_from(span).unwrap_or(Duration::MAX);
        let none = |responder| Arc::new(Answers::none(Arc::new(responder)));
        Self(Arc::new(Inner {
            clock,
            cycle: Cycle {
                lifetime: span(settings.ocsp_lifetime),
                every: span(settings.ocsp_every),
                skew: SKEW,
                at_once: AT_ONCE,
            },
            nonces: Budget::new(settings.nonces_per_second),
            answers: ArcSwap::from_pointee(responders.into_iter().map(none).collect()),
        }))
    }

    /// The answer to a request as it was sent. What is not ours is not spoken of: `unauthorized`, and not
    /// `unknown`, for that would have to be signed for each (RFC 5019 §2.2.3).
    pub(super) fn answer(&self, request: &[u8], instant: Instant) -> OcspAnswer {
        let Ok(request) = read_request(request) else {
            return OcspAnswer::refused(Refusal::MalformedRequest);
        };
        let answers = self.0.answers.load();
        let found = answers.iter().find_map(|it| {
            let found = it.find(&request.certificate)?;
            Some((it, found))
        });
        let (of, signed, hash) = match found {
            Some((of, Found::Signed(signed, hash))) => (of, signed, hash),
            Some((_, Found::NotYet)) => return OcspAnswer::refused(Refusal::TryLater),
            Some((_, Found::NotIssued)) | None => {
                return OcspAnswer::refused(Refusal::Unauthorized);
            }
        };
        let now = self.0.clock.now();
        if now >= signed.times.next_update {
            return OcspAnswer::refused(Refusal::TryLater);
        }
        self.fresh(of, signed, hash, &request, now, instant)
            .unwrap_or_else(|| Self::ready(signed, hash, now))
    }

    fn ready(signed: &Signed, hash: CertIdHash, now: OffsetDateTime) -> OcspAnswer {
        let Times {
            this_update,
            next_update,
            ..
        } = signed.times;
        OcspAnswer {
            der: Arc::clone(signed.der(hash)),
            caching: Some(Caching {
                made_at: this_update,
                good_until: next_update,
                fresh_for: super::fresh_for(next_update, now),
            }),
        }
    }

    /// One signed for this request alone, where it wants to know that, and not too many do: others get the
    /// one that is ready (RFC 9654 §2.1). It says what the ready one says, as of the same moment.
    fn fresh(
        &self,
        of: &Answers,
        signed: &Signed,
        hash: CertIdHash,
        request: &Request<'_>,
        now: OffsetDateTime,
        instant: Instant,
    ) -> Option<OcspAnswer> {
        let nonce = request.nonce.filter(|_| self.0.nonces.take(instant))?;
        let serial = request.certificate.positive_serial()?;
        let times = Times {
            produced_at: now.max(signed.times.this_update),
            ..signed.times
        };
        let key = &of.responder.key;
        let der = key.answer(hash, serial, signed.status, times, Some(nonce));
        Some(OcspAnswer {
            der: der.ok()?.into(),
            caching: None,
        })
    }

    /// Signs what is new, what changed and what grew old, from what each authority issued and how that stands
    /// since `now` at the latest; says whether more is left to sign. Authorities are in the order of the
    /// responders.
    pub(super) async fn renew(
        &self,
        issued: Vec<Vec<IssuedCertificate>>,
        now: OffsetDateTime,
    ) -> Result<bool, Failure> {
        let before = self.0.answers.load_full();
        let cycle = self.0.cycle;
        let next = off_thread(move || {
            let each = before.iter().zip(issued);
            each.map(|(answers, issued)| answers.next(&issued, now, cycle))
                .collect::<Result<Vec<_>, _>>()
        });
        let next = next.await?.map_err(|error| {
            Failure::new(
                &INTERNAL,
                format!("no answers of OCSP were signed: {error}"),
            )
        })?;
        let signed_for: usize = next.iter().map(|(_, it)| it.signed_for).sum();
        // Where nothing could be signed, to ask again at once would not help.
        let is_left = next.iter().any(|(_, it)| it.signed_for > 0 && it.left > 0);
        if signed_for > 0 {
            tracing::debug!(ocsp.certificates = signed_for, "answers signed");
        }
        let next = next.into_iter().map(|(answers, _)| Arc::new(answers));
        self.0.answers.store(Arc::new(next.collect()));
        Ok(is_left)
    }

    /// The same from the truth.
    pub(super) async fn refresh(&self, pool: &Pool) -> Result<bool, Failure> {
        let responders = self.0.answers.load_full();
        if responders.is_empty() {
            return Ok(false);
        }
        // What is read now has been so since before it was read.
        let now = self.0.clock.now();
        let mut truth = storage::acquire(pool).await?;
        let known = authorities::all(&mut truth).await?;
        let mut issued = Vec::with_capacity(responders.len());
        for answers in responders.iter() {
            let key = answers.responder.authority;
            issued.push(match known.iter().find(|it| it.spki_sha256 == key) {
                Some(authority) => certificates::issued_by(&mut truth, authority.id).await?,
                None => Vec::new(),
            });
        }
        drop(truth);
        self.renew(issued, now).await
    }

    /// How long until answers grow old; none where there are none.
    pub(super) fn next_due_in(&self) -> Option<std::time::Duration> {
        let answers = self.0.answers.load();
        let due = answers.iter().filter_map(|it| it.next_due_at(self.0.cycle));
        let due = due.min()? - self.0.clock.now();
        Some(std::time::Duration::try_from(due).unwrap_or_default())
    }
}
