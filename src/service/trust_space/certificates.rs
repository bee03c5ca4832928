//! Part of the trust space: certificates.

use super::Decision;
use crate::domain::act::Act;
use crate::domain::error::Failure;
use crate::storage::Connection;

/// Does an act on certificates in the caller's transaction.
pub(super) async fn apply(
    _truth: &mut Connection,
    _decision: &Decision,
    _act: &Act,
) -> Result<(), Failure> {
    Ok(())
}
