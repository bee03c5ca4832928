//! Whether a list may come after the last one. It decides on what it is given, and reads nothing.

use time::OffsetDateTime;

use super::attempt::Losses;
use crate::domain::calendar::rfc3339;
use crate::domain::error::{
    APPROVAL_STALE, Failure, TRUST_LIST_DAMAGED, TRUST_LIST_OUTDATED, TRUST_LIST_REFUSED,
};
use crate::domain::list_version::ListVersion;
use crate::trust::log::Frontier;
use crate::trust::sidecar::{ListMeta, NotNext};

/// Whether a list of this moment may come after the last one.
pub(super) fn check_step(
    before: Option<&ListVersion>,
    losses: Losses,
    now: OffsetDateTime,
) -> Result<(), Failure> {
    if let Losses::Agreed { after, .. } = losses
        && before.map_or(0, |before| before.sequence) != after
    {
        return Err(Failure::new(
            &APPROVAL_STALE,
            format!("Another list was published since list {after}."),
        ));
    }
    match before {
        Some(before) if before.generated_at > now => Err(outdated(before, now)),
        Some(_) | None => Ok(()),
    }
}

pub(super) fn outdated(before: &ListVersion, now: OffsetDateTime) -> Failure {
    Failure::new(
        &TRUST_LIST_OUTDATED,
        format!(
            "The last list was generated at {}, and the clock says {}.",
            rfc3339(before.generated_at),
            rfc3339(now)
        ),
    )
}

/// Refuses to go on with a log whose head is not the one that was signed last: who kept that head would
/// see a log that was rewritten, and be right.
pub(super) fn check_log(before: Option<&ListMeta>, log: &Frontier) -> Result<(), Failure> {
    let signed = before.map_or_else(|| Frontier::default().head(), |before| before.log);
    let found = log.head();
    if found == signed {
        return Ok(());
    }
    Err(Failure::new(
        &TRUST_LIST_DAMAGED,
        format!(
            "The log of {} versions has the head {}; what was signed last says {} versions and {}.",
            found.size, found.root, signed.size, signed.root
        ),
    ))
}

/// Refuses a version that a node which has the last one would not take. A key that was not announced
/// is what two administrators decided when the other one was lost: nodes then pin it by hand.
pub(super) fn check_follows(meta: &ListMeta, before: &ListMeta) -> Result<(), Failure> {
    match meta.follows(before) {
        Ok(()) => Ok(()),
        Err(NotNext::Signer) => {
            tracing::warn!(
                trust_list.sequence = meta.sequence,
                "this list is signed by a key that no list announced: nodes have to pin it by hand"
            );
            Ok(())
        }
        Err(
            error @ (NotNext::Sequence { .. }
            | NotNext::Previous { .. }
            | NotNext::Time { .. }
            | NotNext::LogSize { .. }
            | NotNext::LogRewritten),
        ) => Err(Failure::new(&TRUST_LIST_REFUSED, error.to_string())),
    }
}
