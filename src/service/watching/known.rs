//! The state of the trust space as a registry told it, and whether it may come after the one before.

use std::sync::Arc;

use super::WatchError;
use crate::domain::trust_state::TrustState;

/// A state, with its bytes as they came.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) state: Arc<TrustState>,
    pub(super) bytes: Vec<u8>,
    pub(super) etag: Option<String>,
}

impl Known {
    pub(super) fn read(bytes: Vec<u8>, etag: Option<String>) -> Result<Self, WatchError> {
        let state: TrustState = serde_json::from_slice(&bytes)
            .map_err(|error| WatchError::Unreadable(error.to_string()))?;
        Ok(Self {
            state: Arc::new(state),
            bytes,
            etag,
        })
    }

    /// A registry does not go back, and says one thing of one epoch: else what was taken away could come
    /// back unseen.
    pub(super) fn may_follow(&self, before: &Self) -> Result<(), WatchError> {
        let (new, old) = (&self.state, &before.state);
        if new.epoch < old.epoch {
            return Err(WatchError::WentBack {
                known: old.epoch,
                found: new.epoch,
            });
        }
        if new.epoch == old.epoch && !says_the_same(new, old) {
            return Err(WatchError::Two(new.epoch));
        }
        Ok(())
    }

    /// Whether it is the same state: one that was only told at another moment is.
    pub(super) fn is(&self, other: &Self) -> bool {
        let (one, other) = (&self.state, &other.state);
        one.epoch == other.epoch && one.list == other.list && says_the_same(one, other)
    }
}

fn says_the_same(one: &TrustState, other: &TrustState) -> bool {
    one.operators == other.operators
        && one.certificates == other.certificates
        && one.bindings == other.bindings
        && one.revocation_lists == other.revocation_lists
        && one.ocsp_answers == other.ocsp_answers
}
