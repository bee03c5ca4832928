//! Whether there is a list to look into, and one of the present.

use time::{Duration, OffsetDateTime};

use super::super::report::{Ended, failed, held_until};
use super::super::{ListInForce, Policy};
use crate::domain::admission::Reason;
use crate::domain::calendar::rfc3339;
use crate::domain::trust_state::TrustState;
use crate::trust::sidecar::SignerStatus;

/// How long a list is used still after a newer one was published: every node fetches and verifies that one
/// by itself, and nobody is refused meanwhile. What the state takes away is taken away at once.
pub(in super::super) const HANDOVER: Duration = Duration::seconds(10);

/// The list in force, where it may be looked into at a moment.
///
/// The list was verified when it was loaded; what is looked at here is that it is the one which the state
/// says is in force, or was a moment ago, that it names the signer that signed it, and its age.
pub(in super::super) fn list<'a>(
    in_force: Option<&'a ListInForce>,
    state: &TrustState,
    overtaken_at: Option<OffsetDateTime>,
    policy: Policy,
    at: OffsetDateTime,
) -> Ended<&'a ListInForce> {
    let Some(in_force) = in_force else {
        return match state.list {
            None => failed(Reason::ListMissing, Reason::ListMissing.sentence()),
            Some(number) => failed(
                Reason::ListUntrusted,
                format!("list {number} was published, and could not be verified here"),
            ),
        };
    };
    let number = in_force.used.sequence;
    let mut signers = in_force.signers.iter();
    if !signers.any(|it| it.status == SignerStatus::Current) {
        let found = format!("list {number} names nobody who signed it");
        return failed(Reason::ListUntrusted, found);
    }
    let newest = state.list.filter(|newest| *newest > number);
    let handed_over_at = newest.map(|newest| {
        let end = overtaken_at.map(|since| since.saturating_add(HANDOVER));
        end.filter(|end| at < *end).ok_or(newest)
    });
    if let Some(Err(newest)) = handed_over_at {
        let found = format!("list {number} is here, and list {newest} is in force");
        return failed(Reason::ListStale, found);
    }
    let generated_at = in_force.list.generated_at;
    if generated_at > at.saturating_add(policy.clock_skew) {
        let found = format!(
            "list {number} is of {}, later than now",
            rfc3339(generated_at)
        );
        return failed(Reason::ListNotYet, found);
    }
    let end = generated_at.saturating_add(policy.list_max_age);
    if at >= end {
        let found = format!(
            "list {number} of {} could be used until {}",
            rfc3339(generated_at),
            rfc3339(end)
        );
        return failed(Reason::ListStale, found);
    }
    let found = format!("list {number} of {}", rfc3339(generated_at));
    let until = handed_over_at.and_then(Result::ok).unwrap_or(end).min(end);
    held_until(in_force, until, found)
}
