//! An authority's own last revocation list, read back: all that an authority without a database knows of
//! what it revoked.

use time::OffsetDateTime;
use x509_parser::prelude::{CertificateRevocationList, FromDer as _};
use x509_parser::revocation_list::RevokedCertificate;

use crate::domain::authority::IssuedStatus;
use crate::domain::certificate::RevocationReason;
use crate::trust::certificate::Certificate;
use crate::trust::sign::SignerCertificate;

/// Why a file is not the authority's last list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPreviousList {
    /// Not a revocation list as this authority writes them.
    #[error("it is no revocation list that can be continued")]
    Unreadable,
    /// Somebody else signed it.
    #[error("it was not signed by this authority")]
    OtherIssuer,
}

/// What a list said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousList {
    /// Its number.
    pub number: u64,
    /// When it was made, UTC.
    pub this_update: OffsetDateTime,
    /// Serial numbers, as encoded, and what it said of them.
    pub entries: Vec<(Vec<u8>, IssuedStatus)>,
}

/// Reads the last list of an authority back, DER; its signature must be the authority's.
pub fn read_previous_list(
    der: &[u8],
    authority: &Certificate,
) -> Result<PreviousList, InvalidPreviousList> {
    let unreadable = InvalidPreviousList::Unreadable;
    let Ok(([], list)) = CertificateRevocationList::from_der(der) else {
        return Err(unreadable);
    };
    let is_own = SignerCertificate::parse(authority.der())
        .is_ok_and(|it| it.verifies(list.tbs_cert_list.as_ref(), &list.signature_value.data));
    if !is_own {
        return Err(InvalidPreviousList::OtherIssuer);
    }
    let number = list.crl_number().and_then(|it| u64::try_from(it).ok());
    let entries = list.iter_revoked_certificates().map(entry);
    Ok(PreviousList {
        number: number.ok_or(unreadable)?,
        this_update: list.last_update().to_datetime(),
        entries: entries.collect::<Option<_>>().ok_or(unreadable)?,
    })
}

fn entry(entry: &RevokedCertificate<'_>) -> Option<(Vec<u8>, IssuedStatus)> {
    let since = entry.revocation_date.to_datetime();
    let status = match entry.reason_code().map(|(_, code)| code.0) {
        None => IssuedStatus::Revoked(since, RevocationReason::Unspecified),
        Some(HOLD) => IssuedStatus::OnHold(since),
        Some(code) => {
            let mut all = RevocationReason::ALL.into_iter();
            IssuedStatus::Revoked(since, all.find(|it| it.code() == code)?)
        }
    };
    Some((entry.raw_serial().to_vec(), status))
}

/// `certificateHold` (RFC 5280 §5.3.1).
const HOLD: u8 = 6;

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;
    use crate::domain::authority::IssuedCertificate;
    use crate::trust::authority::testing::TestAuthority;
    use crate::trust::authority::{ListPlan, sign_revocation_list};

    const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

    #[test]
    fn what_was_said_is_read_back() {
        let authority = TestAuthority::shared();
        let since = NOW - Duration::DAY;
        let revoked = |reason| IssuedStatus::Revoked(since, reason);
        let mut statuses: Vec<_> = RevocationReason::ALL.into_iter().map(revoked).collect();
        statuses.push(IssuedStatus::OnHold(since));
        let said: Vec<_> = (1..)
            .zip(statuses)
            .map(|(number, status)| IssuedCertificate {
                id: 1,
                serial: vec![number],
                status,
                not_after: NOW,
            })
            .collect();
        let plan = ListPlan {
            number: 41,
            this_update: NOW,
            next_update: NOW + Duration::DAY,
            previous_update: None,
            url: &authority.crl_url(),
            revoked: &said,
        };
        let der = sign_revocation_list(authority.certificate(), &authority.signer(), &plan);
        let mut der = der.unwrap();
        let read = read_previous_list(&der, authority.certificate()).unwrap();
        let entries: Vec<_> = said
            .iter()
            .map(|it| (it.serial.clone(), it.status))
            .collect();
        assert_eq!((read.number, read.this_update), (41, NOW));
        assert_eq!(read.entries, entries);

        let other = read_previous_list(&der, &authority.made.root);
        assert_eq!(other, Err(InvalidPreviousList::OtherIssuer));
        let cut = read_previous_list(&der[..der.len() - 1], authority.certificate());
        assert_eq!(cut, Err(InvalidPreviousList::Unreadable));
        let last = der.len() - 1;
        der[last] ^= 1;
        let forged = read_previous_list(&der, authority.certificate());
        assert_eq!(forged, Err(InvalidPreviousList::OtherIssuer));
    }
}
