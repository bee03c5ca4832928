//! Revocation lists (RFC 5280 §5): read strictly, and asked who signed them, whom they are about and what
//! they say. Where they come from and what follows from them is for others.

mod entries;
mod error;
mod read;
mod scope;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod upload;

use std::ops::Range;
use std::sync::OnceLock;

use time::{Duration, OffsetDateTime};

pub use error::{InvalidRevocationList, NotItsIssuer};
pub use scope::{Holders, Scope};
pub use upload::from_upload;

use entries::Entries;

use super::certificate::{Certificate, KeyUsage};
use super::chain;
use crate::domain::authority::IssuedStatus;
use crate::domain::digest::Digest;
use crate::domain::distinguished_name::OperatorDn;
use crate::domain::revocation_list_number::RevocationListNumber;

/// A complete revocation list of version 2, owned; that its issuer signed it is asked of it.
pub struct RevocationList {
    der: Vec<u8>,
    signed: Range<usize>,
    algorithm: Range<usize>,
    signature: Range<usize>,
    digest: Digest,
    issuer: OperatorDn,
    number: RevocationListNumber,
    authority_key: Vec<u8>,
    this_update: OffsetDateTime,
    next_update: OffsetDateTime,
    scope: Scope,
    entries: Entries,
    /// Whether this key signed it, of the first that was asked about: a large list is not hashed at each
    /// question.
    signed_by: OnceLock<(Digest, bool)>,
}

/// Whether what was signed about revocation may be believed at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Currency {
    /// Until this moment.
    Fresh(OffsetDateTime),
    /// It is over and believed for a while longer, as the policy says: until this moment.
    InGrace(OffsetDateTime),
    /// It is over.
    Over,
    /// It begins later than clocks differ.
    NotYet,
}

impl Currency {
    /// Of what is good from `this_update` until before `next_update`, at a moment.
    pub fn of(
        this_update: OffsetDateTime,
        next_update: OffsetDateTime,
        at: OffsetDateTime,
        skew: Duration,
        grace: Duration,
    ) -> Self {
        let end = next_update.saturating_add(grace);
        if this_update > at.saturating_add(skew) {
            Self::NotYet
        } else if at < next_update {
            Self::Fresh(end)
        } else if at < end {
            Self::InGrace(end)
        } else {
            Self::Over
        }
    }
}

impl RevocationList {
    /// Reads one list in strict DER of at most `max_bytes`, and nothing after it. Its size is looked at
    /// before anything else.
    ///
    /// Version 2, complete and direct, of an issuer that is named, with `cRLNumber`, the issuer's key
    /// and both times (RFC 5280 §5.1.2, §5.2.1, §5.2.3). Delta lists, indirect ones, those of some
    /// reasons and those with what must be understood and is not are refused.
    pub fn read(der: &[u8], max_bytes: usize) -> Result<Self, InvalidRevocationList> {
        read::read(der, max_bytes)
    }

    /// The bytes it was read from.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of its bytes.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Whose it says it is.
    pub const fn issuer(&self) -> &OperatorDn {
        &self.issuer
    }

    /// `cRLNumber`.
    pub const fn number(&self) -> &RevocationListNumber {
        &self.number
    }

    /// The same in capital hexadecimal digits, as `openssl crl -crlnumber` prints it.
    pub fn number_hex(&self) -> String {
        self.number.to_string().to_ascii_uppercase()
    }

    /// The identifier of the key it says it is signed with.
    pub fn authority_key(&self) -> &[u8] {
        &self.authority_key
    }

    /// When it was made, UTC.
    pub const fn this_update(&self) -> OffsetDateTime {
        self.this_update
    }

    /// When the next one comes at the latest, UTC.
    pub const fn next_update(&self) -> OffsetDateTime {
        self.next_update
    }

    /// Which certificates of its issuer it is about.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// How many certificates are on it.
    pub fn entries(&self) -> usize {
        self.entries.count()
    }

    /// Every certificate on it, as [`Certificate::serial`] has its number, with what is said of it; in no order
    /// of the list.
    pub fn each(&self) -> impl Iterator<Item = (&[u8], IssuedStatus)> {
        self.entries.each(&self.der)
    }

    /// Whether this is a later list than another one of the same issuer and scope.
    pub fn is_after(&self, other: &Self) -> bool {
        let order = (&self.number, self.this_update).cmp(&(&other.number, other.this_update));
        self.issuer == other.issuer && self.scope == other.scope && order.is_gt()
    }

    /// Whether the holder of a certificate signed it and may sign lists (RFC 5280 §6.3.3 (f), (g)).
    ///
    /// That the certificate itself is to be trusted is for its path.
    pub fn is_by(&self, issuer: &Certificate) -> Result<(), NotItsIssuer> {
        if issuer.subject != self.issuer {
            return Err(NotItsIssuer::Name);
        }
        let usages = issuer.extensions.key_usages.as_ref();
        if usages.is_some_and(|usages| !usages.allow(KeyUsage::CrlSign)) {
            return Err(NotItsIssuer::Usage);
        }
        let held = issuer.extensions.subject_key.as_ref();
        if held.is_some_and(|held| *held != self.authority_key) {
            return Err(NotItsIssuer::Key);
        }
        let (asked, answer) = *self
            .signed_by
            .get_or_init(|| (issuer.spki_sha256, self.is_signed_by(issuer)));
        if (asked == issuer.spki_sha256 && answer)
            || (asked != issuer.spki_sha256 && self.is_signed_by(issuer))
        {
            Ok(())
        } else {
            Err(NotItsIssuer::Signature)
        }
    }

    fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let part = |range: &Range<usize>| self.der.get(range.clone()).unwrap_or_default();
        chain::is_signed_by(
            issuer,
            part(&self.algorithm),
            part(&self.signed),
            part(&self.signature),
        )
    }

    /// Whether it is about a certificate, on it or not: one of its issuer and in its scope
    /// (RFC 5280 §6.3.3 (b)).
    pub fn covers(&self, certificate: &Certificate) -> bool {
        certificate.issuer == self.issuer && self.scope.holds(certificate)
    }

    /// What it says of a serial number, given as [`Certificate::serial`] has it.
    pub fn status_of(&self, serial: &[u8]) -> IssuedStatus {
        self.entries.find(&self.der, serial)
    }

    /// Whether it may be believed at a moment, where clocks may differ by `skew` and an old list is
    /// believed for `grace` after its end.
    pub fn currency(&self, at: OffsetDateTime, skew: Duration, grace: Duration) -> Currency {
        Currency::of(self.this_update, self.next_update, at, skew, grace)
    }
}

impl std::fmt::Debug for RevocationList {
    /// What tells it from others; its bytes would fill pages.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RevocationList")
            .field("issuer", &self.issuer.to_string())
            .field("number", &self.number_hex())
            .field("entries", &self.entries())
            .finish_non_exhaustive()
    }
}
