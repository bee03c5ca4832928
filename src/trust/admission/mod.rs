//! The decision: one question, one immutable snapshot, one moment, and an answer that says why. It asks
//! nobody: what it does not hold is refused.

mod certificates;
mod checks;
mod decision;
mod domains;
mod evidence;
mod fingerprints;
mod listed;
mod register;
mod report;
mod snapshot;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use time::{Duration, OffsetDateTime};

use super::sidecar::SignerNotice;
use crate::domain::admission::ListUsed;
use crate::domain::trust_list::TrustList;

pub use fingerprints::Fingerprint;
pub use snapshot::{DomainsAt, Snapshot};

/// What a deployment decides about decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How old the list may be.
    pub list_max_age: Duration,
    /// How far clocks may differ.
    pub clock_skew: Duration,
    /// How long word of a revocation is believed after its `nextUpdate`.
    pub stale_revocation_grace: Duration,
}

/// The list in force, whose signature was verified with a pinned signer.
#[derive(Debug)]
pub struct ListInForce {
    /// Which.
    pub used: ListUsed,
    /// Its rows.
    pub list: TrustList,
    /// Who signed it and who may sign the next.
    pub signers: Vec<SignerNotice>,
}

/// What the one who asks knows of the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// The snapshot is the newest, until this moment at the longest.
    Until(OffsetDateTime),
    /// It was not confirmed for longer than the lease.
    LeaseLost,
    /// The clock went back.
    ClockBack,
    /// The past is asked about: what was known then is known for ever.
    Past,
}
