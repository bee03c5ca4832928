//! Part of the trust space: operators.

use super::Decision;
use crate::domain::error::Failure;
use crate::domain::onboarding::Transition;
use crate::storage::Connection;

/// Does an act on operators in the caller's transaction.
pub(super) async fn apply(
    _truth: &mut Connection,
    _decision: &Decision,
    _transition: &Transition,
) -> Result<(), Failure> {
    Ok(())
}
