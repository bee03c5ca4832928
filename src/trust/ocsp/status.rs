//! How a certificate stands, as an answer writes it (`CertStatus`, RFC 6960 §4.2.1).

use super::der;
use crate::domain::authority::IssuedStatus;
use crate::domain::certificate::RevocationReason;
use crate::trust::der::{NotDer, Reader, tag};

/// `certificateHold` (RFC 5280 §5.3.1).
const ON_HOLD: u8 = 6;

const REASONS: &[(u8, RevocationReason)] = &[
    (0, RevocationReason::Unspecified),
    (1, RevocationReason::KeyCompromise),
    (2, RevocationReason::CaCompromise),
    (3, RevocationReason::AffiliationChanged),
    (4, RevocationReason::Superseded),
    (5, RevocationReason::CessationOfOperation),
    (9, RevocationReason::PrivilegeWithdrawn),
    (10, RevocationReason::AaCompromise),
];

const GOOD: u8 = der::tagged_simple(0);
const REVOKED: u8 = der::tagged(1);
const UNKNOWN: u8 = der::tagged_simple(2);

/// What an answer says of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CertStatus {
    Known(IssuedStatus),
    Unknown,
}

impl CertStatus {
    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, NotDer> {
        let kind = from.next_tag().ok_or(NotDer)?;
        match (kind, from.element(kind)?) {
            (GOOD, []) => Ok(Self::Known(IssuedStatus::Good)),
            (UNKNOWN, []) => Ok(Self::Unknown),
            (REVOKED, contents) => {
                let mut revoked = Reader::new(contents);
                let at = der::read_time(&mut revoked)?;
                let reason = revoked.optional(der::tagged(0))?;
                revoked.end()?;
                let code = match reason {
                    None => 0,
                    Some(reason) => {
                        let mut reason = Reader::new(reason);
                        let code = reason.element(tag::ENUMERATED)?;
                        reason.end()?;
                        let [code] = code else { return Err(NotDer) };
                        *code
                    }
                };
                if code == ON_HOLD {
                    return Ok(Self::Known(IssuedStatus::OnHold(at)));
                }
                // 8, removeFromCRL, says nothing of a certificate that is revoked.
                let known = REASONS.iter().find(|(it, _)| *it == code);
                let (_, reason) = known.ok_or(NotDer)?;
                Ok(Self::Known(IssuedStatus::Revoked(at, *reason)))
            }
            _ => Err(NotDer),
        }
    }
}

/// Writes a status. A revocation without a reason leaves it out (RFC 5280 §5.3.1).
pub(super) fn write(status: IssuedStatus) -> Vec<u8> {
    let (at, code) = match status {
        IssuedStatus::Good => return der::element(GOOD, &[]),
        IssuedStatus::OnHold(at) => (at, Some(ON_HOLD)),
        IssuedStatus::Revoked(at, RevocationReason::Unspecified) => (at, None),
        IssuedStatus::Revoked(at, reason) => {
            let code = REASONS.iter().find(|(_, it)| *it == reason);
            (at, code.map(|(code, _)| *code))
        }
    };
    let reason = code.map(|code| {
        let code = der::element(tag::ENUMERATED, &[&[code]]);
        der::element(der::tagged(0), &[&code])
    });
    let reason = reason.unwrap_or_default();
    der::element(REVOKED, &[&der::time(at), &reason])
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn what_is_written_is_read() {
        let at = datetime!(2026-05-04 03:02:01 UTC);
        let revoked = RevocationReason::ALL.map(|reason| IssuedStatus::Revoked(at, reason));
        let others = [IssuedStatus::Good, IssuedStatus::OnHold(at)];
        for status in others.into_iter().chain(revoked) {
            let written = write(status);
            let mut reader = Reader::new(&written);
            assert_eq!(CertStatus::read(&mut reader), Ok(CertStatus::Known(status)));
            assert!(reader.is_at_end());
        }
    }

    #[test]
    fn what_is_no_status_is_refused() {
        let at = der::time(datetime!(2026-05-04 03:02:01 UTC));
        let with =
            |reason: &[u8]| der::element(REVOKED, &[&at, &der::element(der::tagged(0), &[reason])]);
        for (bytes, read) in [
            (vec![0x82, 0], Some(CertStatus::Unknown)),
            (vec![0x82, 1, 0], None),
            (vec![0x80, 1, 0], None),
            (vec![0x83, 0], None),
            (vec![0xa1, 0], None),
            (with(&[0x0a, 1, 7]), None),
            (with(&[0x0a, 1, 8]), None),
            (with(&[0x0a, 1, 11]), None),
            (with(&[0x0a, 2, 0, 1]), None),
            (with(&[0x02, 1, 1]), None),
            (with(&[0x0a, 1, 1, 5, 0]), None),
            (der::element(REVOKED, &[&at, &at]), None),
        ] {
            assert_eq!(
                CertStatus::read(&mut Reader::new(&bytes)).ok(),
                read,
                "{bytes:?}"
            );
        }
    }
}
