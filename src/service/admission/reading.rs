//! What decisions rest on, read once from the truth: for a moment of the past, and for a command that
//! decides and ends. A node that serves follows the truth instead.

use std::sync::Arc;
use std::time::Instant;

use time::OffsetDateTime;

use super::Admission;
use crate::domain::admission::ListUsed;
use crate::domain::error::{Failure, TRUST_LIST_NOT_FOUND};
use crate::domain::trust_state::TrustState;
use crate::service::trust_space::versions::{content, off_thread, read_back};
use crate::storage::{self, Pool, trust_lists, trust_state};
use crate::trust::admission::{ListInForce, Snapshot};

/// The state as it was known at a moment.
pub(super) async fn state_at(pool: &Pool, at: OffsetDateTime) -> Result<TrustState, Failure> {
    let mut truth = storage::begin_snapshot(pool).await?;
    let state = trust_state::at(&mut truth, at).await?;
    storage::commit(truth).await?;
    Ok(state)
}

/// A published list, verified in its own time.
pub(super) async fn list_in_force(pool: &Pool, sequence: i64) -> Result<ListInForce, Failure> {
    let mut truth = storage::acquire(pool).await?;
    let version = trust_lists::find(&mut truth, sequence).await?;
    let version = version.ok_or_else(|| {
        let detail = format!("No list of number {sequence} was published.");
        Failure::new(&TRUST_LIST_NOT_FOUND, detail)
    })?;
    let content = content(&mut truth, &version).await?;
    drop(truth);
    let used = ListUsed {
        sequence,
        sha256: version.sha256,
    };
    let read = read_back(version, content).await?;
    Ok(ListInForce {
        used,
        list: read.verified.list,
        signers: read.meta.signers,
    })
}

/// Takes up the state as it is and the newest list, for one lease.
pub async fn take_up(admission: &Admission, pool: &Pool) -> Result<(), Failure> {
    let asked = Instant::now();
    let mut truth = storage::begin_snapshot(pool).await?;
    let read = trust_state::current(&mut truth, admission.now(), None).await?;
    storage::commit(truth).await?;
    let list = match read.state.list {
        Some(sequence) => Some(Arc::new(list_in_force(pool, sequence).await?)),
        None => None,
    };
    let made = {
        let admission = admission.clone();
        let make = move || Snapshot::new(read.state, list, admission.anchors(), admission.policy());
        off_thread(make).await?
    };
    admission.install(Arc::new(made));
    admission.confirm(asked);
    Ok(())
}
