//! The state of the trust space as a registry told it.

use std::sync::Arc;

use super::WatchError;
use crate::domain::trust_state::TrustState;

/// A state, with its bytes as they came.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) state: Arc<TrustState>,
    pub(super) bytes: Vec<u8>,
}

impl Known {
    pub(super) fn read(bytes: Vec<u8>) -> Result<Self, WatchError> {
        let state: TrustState = serde_json::from_slice(&bytes)
            .map_err(|error| WatchError::Unreadable(error.to_string()))?;
        Ok(Self {
            state: Arc::new(state),
            bytes,
        })
    }
}
