//! Whether this node knows the present, for whoever looks after it.

use time::OffsetDateTime;

use super::Admission;
use crate::trust::admission::Freshness;

/// Whether a node knows the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It does, and decides until this moment without news, UTC.
    Until(OffsetDateTime),
    /// It has not seen the registry yet.
    Unready,
    /// It has not heard of it for longer than its lease.
    LeaseLost,
    /// Its clock went back.
    ClockBack,
}

impl Known {
    /// The shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Until(_) => "current",
            Self::Unready => "unready",
            Self::LeaseLost => "lease_lost",
            Self::ClockBack => "clock_back",
        }
    }
}

impl Admission {
    /// Whether this node knows the present now.
    pub fn known(&self) -> Known {
        if self.snapshot().is_none() {
            return Known::Unready;
        }
        match self.freshness() {
            Freshness::Until(until) => Known::Until(until),
            Freshness::LeaseLost | Freshness::Past => Known::LeaseLost,
            Freshness::ClockBack => Known::ClockBack,
        }
    }
}
