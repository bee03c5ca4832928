//! What somebody should look at of our own authorities: ends that come near, revocation lists that
//! nobody renews.

use time::OffsetDateTime;

use super::alerts::{alert, ending};
use super::authorities::key;
use crate::domain::alert::{Alert, AlertCode, Succession};
use crate::domain::authority::{AuthorityKind, AuthorityRecord};
use crate::domain::calendar::rfc3339;
use crate::domain::error::Failure;
use crate::storage::revocation_lists::RevocationListHead;
use crate::storage::{Connection, authorities, revocation_lists};

/// Alerts of every authority as it stands now.
pub(super) async fn of_authorities(
    truth: &mut Connection,
    now: OffsetDateTime,
) -> Result<Vec<Alert>, Failure> {
    let known = authorities::all(truth).await?;
    let newest = revocation_lists::newest_of_each(truth).await?;
    let mut open = Vec::new();
    for authority in &known {
        open.extend(authority_ending(authority, &known, now));
        // Its lists end with it.
        if authority.not_after < now {
            continue;
        }
        let spki = authority.spki_sha256.as_bytes().as_slice();
        let list = newest.iter().find(|it| it.issuer_spki_sha256 == spki);
        open.extend(list_age(authority, list, now));
    }
    Ok(open)
}

fn authority_ending(
    authority: &AuthorityRecord,
    known: &[AuthorityRecord],
    now: OffsetDateTime,
) -> Option<Alert> {
    let later = known
        .iter()
        .find(|it| it.kind == authority.kind && it.not_after > authority.not_after);
    let (succession, then) = match later {
        Some(later) => (
            Succession::Settled(later.id),
            format!("authority {} is known", later.name),
        ),
        None => (
            Succession::Open,
            "no later one of its kind is known".to_owned(),
        ),
    };
    ending(
        AlertCode::AuthorityExpiring,
        key(&authority.name),
        authority.not_after,
        now,
        (0, succession),
        |left| {
            format!(
                "The certificate of authority {} {left}; {then}.",
                authority.name
            )
        },
    )
}

/// A list says itself when a newer one should be there; two thirds of the way a person can still find
/// out why there is none.
fn list_age(
    authority: &AuthorityRecord,
    list: Option<&RevocationListHead>,
    now: OffsetDateTime,
) -> Option<Alert> {
    let name = &authority.name;
    let Some(list) = list else {
        let how = match authority.kind {
            AuthorityKind::Root => "send the one that was signed beside its key",
            AuthorityKind::Issuing => "a node that has its key signs one",
        };
        return Some(alert(
            AlertCode::RevocationListOverdue,
            key(name),
            format!("Authority {name} has no revocation list: {how}."),
            authority.created_at,
        ));
    };
    let ageing_at = list.this_update + (list.next_update - list.this_update) * 2 / 3;
    let (code, since) = match () {
        () if now >= list.next_update => (AlertCode::RevocationListOverdue, list.next_update),
        () if now > ageing_at => (AlertCode::RevocationListAgeing, ageing_at),
        () => return None,
    };
    let detail = format!(
        "The newest revocation list of authority {name} is of {}; the next was due until {}.",
        rfc3339(list.this_update),
        rfc3339(list.next_update)
    );
    Some(alert(code, key(name), detail, since))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::domain::digest::Digest;

    fn authority() -> AuthorityRecord {
        AuthorityRecord {
            id: 2,
            name: "essai".to_owned(),
            kind: AuthorityKind::Issuing,
            der: Vec::new(),
            sha256: Digest::new([1; 32]),
            spki_sha256: Digest::new([2; 32]),
            not_after: datetime!(2030-01-01 00:00 UTC),
            created_at: datetime!(2026-01-01 00:00 UTC),
        }
    }

    #[test]
    fn a_list_ages_and_is_overdue() {
        let list = RevocationListHead {
            id: 1,
            issuer_spki_sha256: vec![2; 32],
            number: "1".to_owned(),
            this_update: datetime!(2026-11-21 00:00 UTC),
            next_update: datetime!(2026-11-22 00:00 UTC),
        };
        for (now, code) in [
            (datetime!(2026-11-21 16:00 UTC), None),
            (
                datetime!(2026-11-21 16:00:01 UTC),
                Some(AlertCode::RevocationListAgeing),
            ),
            (
                datetime!(2026-11-21 23:59:59 UTC),
                Some(AlertCode::RevocationListAgeing),
            ),
            (
                datetime!(2026-11-22 00:00 UTC),
                Some(AlertCode::RevocationListOverdue),
            ),
        ] {
            let found = list_age(&authority(), Some(&list), now);
            assert_eq!(found.map(|it| it.code), code, "{now}");
        }
        let none = list_age(&authority(), None, datetime!(2026-01-02 00:00 UTC)).unwrap();
        assert_eq!(none.code, AlertCode::RevocationListOverdue);
        assert_eq!(none.subject, "authority:essai");
    }

    #[test]
    fn the_end_of_an_authority_is_told_until_a_later_one_is_known() {
        let (own, now) = (authority(), datetime!(2029-12-20 00:00 UTC));
        let open = authority_ending(&own, &[authority()], now).unwrap();
        assert_eq!(open.expiry.unwrap().succession, Succession::Open);
        let later = AuthorityRecord {
            id: 3,
            not_after: datetime!(2035-01-01 00:00 UTC),
            ..authority()
        };
        let settled = authority_ending(&own, &[authority(), later], now).unwrap();
        assert_eq!(settled.expiry.unwrap().succession, Succession::Settled(3));
    }
}
