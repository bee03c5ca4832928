//! How certificates leave the list: the one that an act names, and those that are bound to it.

use time::OffsetDateTime;

use super::Decision;
use super::certificates::{held, key, legal, move_with};
use crate::domain::certificate::{CertificateState, Doubt, RevocationReason};
use crate::domain::certificate_record::CertificateRecord;
use crate::domain::error::Failure;
use crate::storage::{Connection, certificate_twins, certificates, changes};

/// Out of the list: a certificate, and all that must not stay without it. Each has its own event.
pub(super) async fn leave(
    truth: &mut Connection,
    decision: &Decision,
    id: i64,
    to: CertificateState,
    because: Option<RevocationReason>,
) -> Result<(), Failure> {
    let record = held(truth, id).await?;
    legal(&record, to)?;
    let mut keys = vec![key(id)];
    let others = others(truth, id, to, because).await?;
    move_with(truth, decision, &record, to, because, None).await?;
    for other in others {
        // Its last second may pass at this moment: of two who move it, one waits and looks again.
        let Some(other) = certificates::hold(truth, other.id).await? else {
            continue;
        };
        if other.state.may_become(to) {
            move_with(truth, decision, &other, to, because, Some(id)).await?;
            keys.push(key(other.id));
        }
    }
    changes::append_trust(truth, "certificate.moved", &keys).await?;
    Ok(())
}

/// Those that leave with a certificate.
pub(super) async fn others(
    truth: &mut Connection,
    id: i64,
    to: CertificateState,
    because: Option<RevocationReason>,
) -> Result<Vec<CertificateRecord>, Failure> {
    let doubt = because.map_or(Doubt::Nothing, RevocationReason::doubt);
    let mut others = certificate_twins::bound_to(truth, id, doubt).await?;
    others.retain(|other| other.state.may_become(to));
    Ok(others)
}

/// What whoever decides must know beside the counts: who leaves too, and what stays under the name
/// or on the key.
pub(super) async fn warnings(
    truth: &mut Connection,
    leaving: &[i64],
    at: OffsetDateTime,
) -> Result<String, Failure> {
    let mut said = Vec::new();
    if let Some((_, others @ [_, ..])) = leaving.split_first() {
        said.push(format!(
            " With it leaves what has its name or key: {}.",
            numbers(others)
        ));
    }
    let remaining = certificate_twins::remaining(truth, leaving, at).await?;
    let (names, keys): (Vec<_>, Vec<_>) = remaining.into_iter().partition(|it| it.is_namesake);
    let ids = |found: Vec<certificate_twins::Remaining>| -> Vec<i64> {
        found.into_iter().map(|it| it.certificate).collect()
    };
    if !names.is_empty() {
        said.push(format!(
            " Careful: its name stays in the list by {}: who looks names up lets this certificate in still, until its authority revokes it or the operator is suspended.",
            numbers(&ids(names))
        ));
    }
    if !keys.is_empty() {
        said.push(format!(
            " Careful: its key stays in use by {}.",
            numbers(&ids(keys))
        ));
    }
    Ok(said.concat())
}

/// `certificate 4`; `certificates 4, 5`.
fn numbers(ids: &[i64]) -> String {
    let written: Vec<String> = ids.iter().map(i64::to_string).collect();
    let word = if ids.len() == 1 {
        "certificate"
    } else {
        "certificates"
    };
    format!("{word} {}", written.join(", "))
}
