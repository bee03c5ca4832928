//! What a revocation list of ours says, compared with how certificates stand. It signs and keeps nothing.

use crate::domain::authority::{IssuedCertificate, IssuedStatus};
use crate::domain::trust_list::to_the_second;
use crate::trust::revocation::RevocationList;

/// An entry stays on lists for this long beyond what RFC 5280 §3.3 asks: who revokes may commit later than
/// the moment that is kept, and a list between the two does not have the entry.
pub(super) const KEPT: time::Duration = time::Duration::DAY;

/// Whether a list says of every certificate what it should: those that were taken back are on it, with
/// since when and why, and nobody else is. Who is over for long may be on it or not.
pub(super) fn says(list: &RevocationList, taken_back: &[IssuedCertificate]) -> bool {
    let mut found = 0;
    for certificate in taken_back {
        let (since, wanted) = match certificate.status {
            IssuedStatus::Good => continue,
            IssuedStatus::OnHold(since) => (since, IssuedStatus::OnHold(to_the_second(since))),
            IssuedStatus::Revoked(since, reason) => {
                (since, IssuedStatus::Revoked(to_the_second(since), reason))
            }
        };
        let said = list.status_of(&contents(&certificate.serial));
        if said == wanted {
            found += 1;
        } else if said != IssuedStatus::Good
            || list.this_update() <= certificate.not_after.max(since) + KEPT
        {
            return false;
        }
    }
    found == list.entries()
}

/// A positive number as an integer is encoded (X.690 §8.3).
pub(super) fn contents(serial: &[u8]) -> Vec<u8> {
    let sign = serial.first().is_some_and(|first| first & 0x80 != 0);
    let mut contents = vec![0; usize::from(sign)];
    contents.extend(serial);
    contents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_encoded_as_positive() {
        assert_eq!(contents(&[0x7f, 1]), [0x7f, 1]);
        assert_eq!(contents(&[0x80, 1]), [0, 0x80, 1]);
    }
}
