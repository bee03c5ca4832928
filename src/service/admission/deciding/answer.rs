//! A decision with what is told beside it, and the bytes that a protocol makes of it, made once.

use std::sync::{Arc, OnceLock};

use crate::domain::admission::{Decision, Reason};
use crate::domain::trust_state::TrustState;

/// An answer to a question.
#[derive(Debug)]
pub struct Answer {
    /// The decision.
    pub decision: Decision,
    /// Legal name of its operator, where one was recognised.
    pub operator_name: Option<String>,
    written: OnceLock<Arc<[u8]>>,
}

impl Answer {
    /// A decision made from this state.
    pub fn new(decision: Decision, state: &TrustState) -> Self {
        let name = decision.operator.and_then(|id| {
            let found = state.operators.binary_search_by_key(&id, |it| it.id).ok()?;
            Some(state.operators.get(found)?.name.clone())
        });
        Self {
            operator_name: name,
            ..Self::from(decision)
        }
    }

    /// The same, refused for one reason more.
    pub(super) fn also_refused(&self, reason: Reason, detail: String) -> Self {
        Self {
            operator_name: self.operator_name.clone(),
            ..Self::from(self.decision.clone().also_refused(reason, detail))
        }
    }

    /// What `write` makes of it, made the first time it is asked for. One protocol writes answers.
    pub fn written<E>(
        &self,
        write: impl FnOnce(&Self) -> Result<Vec<u8>, E>,
    ) -> Result<Arc<[u8]>, E> {
        if let Some(written) = self.written.get() {
            return Ok(Arc::clone(written));
        }
        let made = Arc::from(write(self)?);
        Ok(Arc::clone(self.written.get_or_init(|| made)))
    }

    /// About how many bytes of memory it takes, what is written of it included.
    pub(super) fn size(&self) -> usize {
        // Names, outcomes and reasons of all checks, once as values and once written.
        const FRAME: usize = 3 << 10;
        let details = self.decision.checks.iter().map(|check| check.detail.len());
        let name = self.operator_name.as_ref().map_or(0, String::len);
        FRAME.saturating_add(2 * (details.sum::<usize>() + name))
    }
}

impl From<Decision> for Answer {
    /// Nothing is told beside it.
    fn from(decision: Decision) -> Self {
        Self {
            decision,
            operator_name: None,
            written: OnceLock::new(),
        }
    }
}
