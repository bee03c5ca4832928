//! Publishing a list: build, lint, sign, verify what was signed, keep, all or nothing.

use super::{Decision, TrustSpace};
use crate::domain::error::Failure;
use crate::storage::Connection;

/// Publishes a list that may remove this many entries of the list it follows.
pub(super) async fn apply(
    _space: &TrustSpace,
    _truth: &mut Connection,
    _decision: &Decision,
    _after: i64,
    _removes: u64,
) -> Result<(), Failure> {
    Ok(())
}
