//! Whether an answer may be believed (RFC 6960 §3.2): it is about this certificate, by one who may say it, and
//! of the present.

use time::{Duration, OffsetDateTime};

use super::cert_id::IssuerId;
use super::key::Holder;
use super::response::{Answer, ResponderId, Single};
use super::status::CertStatus;
use super::{CertIdHash, NO_CHECK, OCSP_SIGNING};
use crate::domain::admission::Reason;
use crate::domain::authority::IssuedStatus;
use crate::trust::certificate::oid::{
    ALTERNATIVE_NAMES, BASIC_CONSTRAINTS, EXTENDED_USAGE, KEY_USAGE,
};
use crate::trust::certificate::{Certificate, KeyUsage, KeyUsages};
use crate::trust::chain::is_issued_by;

/// `certificatePolicies`.
const POLICIES: &str = "2.5.29.32";

/// Extensions that may be critical in a delegate's certificate: they are looked at, or take nothing away
/// from who may sign answers.
const UNDERSTOOD: &[&str] = &[
    KEY_USAGE,
    EXTENDED_USAGE,
    BASIC_CONSTRAINTS,
    ALTERNATIVE_NAMES,
    POLICIES,
];

/// Certificates of an answer that are looked at: the delegate's, and what some send beside it.
const MAX_DELEGATES: usize = 8;

/// What an authority says of one certificate, believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// How the certificate stands.
    pub status: IssuedStatus,
    /// When that was known to be so, UTC.
    pub this_update: OffsetDateTime,
    /// The moment from which it is no longer believed, UTC: its `nextUpdate`, or the end of the certificate
    /// of the one who signed it.
    pub valid_until: OffsetDateTime,
}

/// Why an answer is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// The certificate names another issuer, or the issuer's key cannot be read.
    #[error("the certificate was not issued by the authority that is asked about it")]
    OtherIssuer,
    /// It says nothing of this certificate.
    #[error("the answer is not about this certificate")]
    OtherCertificate,
    /// It says two things of this certificate.
    #[error("the answer says two things of this certificate")]
    Ambiguous,
    /// It was signed neither by the issuer nor by one who is in the answer.
    #[error("the one who signed the answer is not known")]
    UnknownSigner,
    /// The signature is not that of the one who says to have signed.
    #[error("the signature of the answer is wrong")]
    Signature,
    /// The issuer did not make the one who signed its responder.
    #[error("the one who signed the answer may not: {0}")]
    Delegate(&'static str),
    /// Its times contradict each other.
    #[error("the times of the answer contradict each other")]
    Times,
    /// It was made later than now.
    #[error("the answer comes from the future ({0})")]
    Future(OffsetDateTime),
    /// It does not say until when it is good, so it could be repeated for ever.
    #[error("the answer does not say until when it is good")]
    NoNextUpdate,
    /// All of it holds but its time is over.
    #[error("the answer was good until {}", .0.valid_until)]
    Stale(Word),
    /// The responder does not know the certificate.
    #[error("the responder does not know this certificate")]
    Unknown,
}

impl Untrusted {
    /// Why a peer whose certificate it is about is refused.
    pub const fn reason(&self) -> Reason {
        match self {
            Self::OtherIssuer
            | Self::OtherCertificate
            | Self::Ambiguous
            | Self::UnknownSigner
            | Self::Signature
            | Self::Delegate(_)
            | Self::Times
            | Self::Future(_)
            | Self::NoNextUpdate => Reason::RevocationUntrusted,
            Self::Stale(_) => Reason::RevocationStale,
            Self::Unknown => Reason::RevocationUnknown,
        }
    }
}

impl Answer {
    /// What the answer says of a certificate of this issuer, at a moment; clocks may differ by `skew`.
    pub fn judge(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: OffsetDateTime,
        skew: Duration,
    ) -> Result<Word, Untrusted> {
        let single = self.about(certificate, issuer)?;
        let signer_until = self.signer_until(issuer, at, skew)?;
        let next_update = single.next_update.ok_or(Untrusted::NoNextUpdate)?;
        if single.this_update >= next_update || single.this_update > self.produced_at + skew {
            return Err(Untrusted::Times);
        }
        for made in [single.this_update, self.produced_at] {
            if made > at + skew {
                return Err(Untrusted::Future(made));
            }
        }
        let CertStatus::Known(status) = single.status else {
            return Err(Untrusted::Unknown);
        };
        let word = Word {
            status,
            this_update: single.this_update,
            valid_until: signer_until.map_or(next_update, |until| until.min(next_update)),
        };
        if at >= word.valid_until {
            return Err(Untrusted::Stale(word));
        }
        Ok(word)
    }

    /// The one thing that is said of the certificate.
    fn about(&self, certificate: &Certificate, issuer: &Certificate) -> Result<&Single, Untrusted> {
        let id = IssuerId::of(issuer).ok_or(Untrusted::OtherIssuer)?;
        if !certificate.issuer.matches(&issuer.subject) {
            return Err(Untrusted::OtherIssuer);
        }
        let mut found = self.singles.iter().filter(|single| {
            single
                .id()
                .is_some_and(|it| it.serial == certificate.serial && id.hash_of(&it).is_some())
        });
        let single = found.next().ok_or(Untrusted::OtherCertificate)?;
        // A responder may write the same twice, once for each digest (RFC 5019 §2.2.1).
        let agrees = |other: &Single| {
            (other.status, other.this_update, other.next_update)
                == (single.status, single.this_update, single.next_update)
        };
        if found.all(agrees) {
            Ok(single)
        } else {
            Err(Untrusted::Ambiguous)
        }
    }

    /// Checks who signed; the end of the delegate's certificate, where it was a delegate.
    fn signer_until(
        &self,
        issuer: &Certificate,
        at: OffsetDateTime,
        skew: Duration,
    ) -> Result<Option<OffsetDateTime>, Untrusted> {
        if self.is_named(issuer) {
            return if self.is_by(issuer) {
                Ok(None)
            } else {
                Err(Untrusted::Signature)
            };
        }
        let mut refused = Untrusted::UnknownSigner;
        for der in self.certificates().iter().take(MAX_DELEGATES) {
            let Ok(delegate) = Certificate::parse(der) else {
                continue;
            };
            if !self.is_named(&delegate) {
                continue;
            }
            if !self.is_by(&delegate) {
                refused = Untrusted::Signature;
                continue;
            }
            if let Err(why) = may_answer(&delegate, issuer) {
                refused = Untrusted::Delegate(why);
                continue;
            }
            if delegate.not_before > self.produced_at + skew || delegate.not_before > at + skew {
                refused = Untrusted::Delegate("its certificate was not valid yet");
                continue;
            }
            return Ok(Some(delegate.not_after));
        }
        Err(refused)
    }

    fn is_named(&self, signer: &Certificate) -> bool {
        let Ok(holder) = Holder::of(signer) else {
            return false;
        };
        match &self.responder {
            ResponderId::Name(name) => holder.name == name,
            ResponderId::Key(sha1) => CertIdHash::Sha1.digest(holder.key) == *sha1,
        }
    }
}

/// Whether the authority made this certificate's holder one that answers for it (RFC 6960 §4.2.2.2). Words for
/// what is missing.
pub(super) fn may_answer(
    delegate: &Certificate,
    authority: &Certificate,
) -> Result<(), &'static str> {
    if !is_issued_by(delegate, authority) {
        return Err("its certificate is not by the authority itself");
    }
    let extensions = &delegate.extensions;
    let usages = extensions.extended_key_usages.as_deref();
    if !usages.is_some_and(|all| all.iter().any(|usage| usage == OCSP_SIGNING)) {
        return Err("its certificate is not for answers of OCSP");
    }
    let signs = |usages: &KeyUsages| {
        usages.allow(KeyUsage::DigitalSignature) || usages.allow(KeyUsage::NonRepudiation)
    };
    if !extensions.key_usages.as_ref().is_none_or(signs) {
        return Err("its key is not for signatures");
    }
    let unknown = |oid: &str| !UNDERSTOOD.contains(&oid) && oid != NO_CHECK;
    let present = &extensions.present;
    if present.iter().any(|it| it.is_critical && unknown(&it.oid)) {
        return Err("its certificate has an extension that is critical and not known");
    }
    // Without it (RFC 6960 §4.2.2.2.1) the certificate could have been revoked itself, and who would say so?
    if !present.iter().any(|it| it.oid == NO_CHECK) {
        return Err("nothing tells whether its own certificate was revoked");
    }
    Ok(())
}
