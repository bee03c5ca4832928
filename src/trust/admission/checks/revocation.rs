//! Whether authorities took back a certificate of the path. Every certificate below the anchor needs fresh
//! good word, of an answer or of a list; word that one was revoked wins over good word from elsewhere.

use time::OffsetDateTime;

use super::super::Policy;
use super::super::evidence::Evidence;
use super::super::report::{Ended, Missed, held, held_until, skipped};
use crate::domain::admission::Reason;
use crate::domain::authority::IssuedStatus;
use crate::domain::calendar::rfc3339;
use crate::trust::certificate::Certificate;
use crate::trust::chain::Path;
use crate::trust::ocsp::{Answer, Untrusted, Word};
use crate::trust::revocation::{Currency, RevocationList};

/// What the words of one certificate are looked at by.
struct Judge<'a> {
    evidence: &'a Evidence,
    policy: Policy,
    at: OffsetDateTime,
}

/// What was found of one certificate.
#[derive(Default)]
struct Words {
    /// The last moment that good word lasts until, and who gave it.
    good: Option<(OffsetDateTime, String)>,
    bad: Vec<(Reason, String)>,
    unusable: Vec<(Reason, String)>,
}

/// Asks for word of every certificate of a path below its anchor. `stapled` is what the peer sent of its
/// own.
pub(in super::super) fn revocation(
    path: Option<&Path>,
    stapled: Option<&[u8]>,
    evidence: &Evidence,
    policy: Policy,
    at: OffsetDateTime,
) -> Ended<()> {
    let Some(path) = path else {
        return skipped("no path holds");
    };
    let judge = Judge {
        evidence,
        policy,
        at,
    };
    let issuers = path.certificates.iter().skip(1);
    let mut until: Option<OffsetDateTime> = None;
    let mut reasons = Vec::new();
    let mut details = Vec::new();
    for (place, (certificate, issuer)) in path.certificates.iter().zip(issuers).enumerate() {
        let stapled = stapled.filter(|_| place == 0);
        let words = judge.words(certificate, issuer, stapled);
        match words.conclude() {
            Ok((end, detail)) => {
                until = Some(until.map_or(end, |before| before.min(end)));
                details.push(format!("{}: {detail}", certificate.subject));
            }
            Err(failed) => {
                for (reason, detail) in failed {
                    reasons.push(reason);
                    details.push(format!("{}: {detail}", certificate.subject));
                }
            }
        }
    }
    reasons.sort_unstable();
    reasons.dedup();
    let detail = details.join("; ");
    match until {
        Some(until) if reasons.is_empty() => held_until((), until, detail),
        _ if reasons.is_empty() => held((), "the certificate is an anchor"),
        _ => Err(Missed::Failed(reasons, detail)),
    }
}

impl Judge<'_> {
    /// All that is said of a certificate.
    fn words(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        stapled: Option<&[u8]>,
    ) -> Words {
        let mut words = Words::default();
        if let Some(stapled) = stapled {
            words.stapled(self, stapled, certificate, issuer);
        }
        words.answers(self, certificate, issuer);
        words.lists(self, certificate, issuer);
        words
    }
}

/// Whether its issuer took a certificate back, or has it on hold, by what is known and believed at a moment.
pub(in super::super) fn is_taken_back(
    certificate: &Certificate,
    issuer: &Certificate,
    evidence: &Evidence,
    policy: Policy,
    at: OffsetDateTime,
) -> bool {
    let judge = Judge {
        evidence,
        policy,
        at,
    };
    !judge.words(certificate, issuer, None).bad.is_empty()
}

impl Words {
    /// Good until when, or why not.
    fn conclude(self) -> Result<(OffsetDateTime, String), Vec<(Reason, String)>> {
        if !self.bad.is_empty() {
            return Err(self.bad);
        }
        match self.good {
            Some(good) => Ok(good),
            None if self.unusable.is_empty() => Err(vec![(
                Reason::RevocationUnknown,
                "neither a revocation list nor an answer of its authority is here".to_owned(),
            )]),
            None => Err(self.unusable),
        }
    }

    fn take(&mut self, status: IssuedStatus, currency: Currency, source: &str) {
        let (until, age) = match currency {
            Currency::Fresh(until) => (Some(until), ""),
            Currency::InGrace(until) => (Some(until), ", over and believed a while longer"),
            Currency::Over => (None, ", over"),
            Currency::NotYet => (None, ", of a time that has not come"),
        };
        match (status, until) {
            // Nobody comes back from it: what is over still says so.
            (IssuedStatus::Revoked(since, reason), _) => self.bad.push((
                Reason::RevocationRevoked,
                format!(
                    "revoked since {} ({}) by {source}{age}",
                    rfc3339(since),
                    reason.as_str()
                ),
            )),
            (IssuedStatus::OnHold(since), Some(_)) => self.bad.push((
                Reason::RevocationOnHold,
                format!("on hold since {} by {source}{age}", rfc3339(since)),
            )),
            (IssuedStatus::Good, Some(until)) => {
                if self.good.as_ref().is_none_or(|(before, _)| *before < until) {
                    let found = format!("good until {} by {source}{age}", rfc3339(until));
                    self.good = Some((until, found));
                }
            }
            (IssuedStatus::Good | IssuedStatus::OnHold(_), None) => self
                .unusable
                .push((Reason::RevocationStale, format!("{source}{age}"))),
        }
    }

    /// What the peer sent of its own certificate.
    fn stapled(
        &mut self,
        judge: &Judge<'_>,
        stapled: &[u8],
        certificate: &Certificate,
        issuer: &Certificate,
    ) {
        const SOURCE: &str = "the stapled answer";
        match Answer::read(stapled) {
            Ok(answer) => {
                let skew = judge.policy.clock_skew;
                let word = answer.judge(certificate, issuer, judge.at, skew);
                self.answer(judge, word, SOURCE);
            }
            Err(error) => self
                .unusable
                .push((Reason::RevocationUntrusted, format!("{SOURCE}: {error}"))),
        }
    }

    fn answers(&mut self, judge: &Judge<'_>, certificate: &Certificate, issuer: &Certificate) {
        let known = judge.evidence.answers(&certificate.serial).iter();
        let judged: Vec<_> = known
            .map(|it| {
                let word = it.judge(certificate, issuer, judge.at, judge.policy.clock_skew);
                (it, word)
            })
            .collect();
        let newest = judged.iter().filter_map(|(_, word)| said(word)).max();
        for (known, word) in judged {
            // Others' certificates have the same numbers.
            let is_other = matches!(word, Err(Untrusted::OtherCertificate));
            // A hold may have been lifted since, and what was good is not for having been said before.
            let is_replaced = said(&word) < newest && said(&word).is_some() && !is_final(&word);
            if !is_other && !is_replaced {
                self.answer(judge, word, &format!("an answer from {}", known.source));
            }
        }
    }

    fn answer(&mut self, judge: &Judge<'_>, word: Result<Word, Untrusted>, source: &str) {
        let grace = judge.policy.stale_revocation_grace;
        match word {
            Ok(word) => {
                let end = word.valid_until.saturating_add(grace);
                self.take(word.status, Currency::Fresh(end), source);
            }
            Err(Untrusted::Stale(word)) => {
                let end = word.valid_until.saturating_add(grace);
                let currency = if judge.at < end {
                    Currency::InGrace(end)
                } else {
                    Currency::Over
                };
                self.take(word.status, currency, source);
            }
            Err(error) => self
                .unusable
                .push((error.reason(), format!("{source}: {error}"))),
        }
    }

    fn lists(&mut self, judge: &Judge<'_>, certificate: &Certificate, issuer: &Certificate) {
        let skew = judge.policy.clock_skew;
        let grace = judge.policy.stale_revocation_grace;
        let mut believed: Vec<&RevocationList> = Vec::new();
        for list in judge.evidence.lists(&certificate.issuer) {
            if !list.covers(certificate) {
                continue;
            }
            match list.is_by(issuer) {
                Ok(()) => believed.push(list),
                Err(error) => {
                    let found = format!("{}: {error}", named(list));
                    self.unusable.push((Reason::RevocationUntrusted, found));
                }
            }
        }
        for list in &believed {
            let currency = list.currency(judge.at, skew, grace);
            let is_replaced = believed.iter().any(|other| {
                other.is_after(list)
                    && !matches!(other.currency(judge.at, skew, grace), Currency::NotYet)
            });
            // An older one that is sent again says nothing any more.
            if !is_replaced {
                self.take(list.status_of(&certificate.serial), currency, &named(list));
            }
        }
    }
}

/// When an answer was known to be so, where it was believed once.
const fn said(word: &Result<Word, Untrusted>) -> Option<OffsetDateTime> {
    match word {
        Ok(word) | Err(Untrusted::Stale(word)) => Some(word.this_update),
        Err(_) => None,
    }
}

/// Whether it says what nothing that is said later takes back.
const fn is_final(word: &Result<Word, Untrusted>) -> bool {
    match word {
        Ok(word) | Err(Untrusted::Stale(word)) => matches!(word.status, IssuedStatus::Revoked(..)),
        Err(_) => false,
    }
}

fn named(list: &RevocationList) -> String {
    format!("revocation list {} of {}", list.number_hex(), list.issuer())
}
