//! `[revocation]`: how other authorities are asked what they revoked.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::size::ByteSize;
use super::trust::ProbedAddresses;

/// How other authorities are asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Revocation {
    /// Whether they are asked at all; without, certificates that are not ours have no word of their
    /// authority and are refused.
    pub ask: Asking,
    /// Longest time from one question to the next at the same place.
    #[serde(with = "humantime_serde")]
    pub every: Duration,
    /// Longest time of one question.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Largest revocation list that is taken.
    pub max_crl: ByteSize,
    /// Which addresses are asked.
    pub addresses: ProbedAddresses,
}

/// Whether other authorities are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asking {
    /// Ahead of need, by whichever node comes first.
    Ahead,
    /// Never.
    Never,
}

impl Default for Revocation {
    fn default() -> Self {
        Self {
            ask: Asking::Ahead,
            every: Duration::from_hours(1),
            timeout: Duration::from_secs(10),
            max_crl: ByteSize::from_bytes(16 << 20),
            addresses: ProbedAddresses::Public,
        }
    }
}
