//! How many answers are signed for one request alone: anybody may ask for them, and each costs a signature.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many a second, and as many at once after a quiet second.
#[derive(Debug)]
pub(super) struct Budget {
    /// From one to the next, where they come evenly.
    apart: Duration,
    burst: Duration,
    /// When all that was taken is paid for; none: nothing was taken yet.
    paid_at: Mutex<Option<Instant>>,
}

impl Budget {
    pub(super) fn new(per_second: NonZeroU32) -> Self {
        let second = Duration::from_secs(1);
        Self {
            apart: second / per_second.get(),
            burst: second,
            paid_at: Mutex::new(None),
        }
    }

    /// Takes one, where there is one at this moment.
    pub(super) fn take(&self, now: Instant) -> bool {
        let mut paid_at = self.paid_at.lock().unwrap_or_else(PoisonError::into_inner);
        let from = paid_at.map_or(now, |paid| paid.max(now));
        let next = from + self.apart;
        let is_there = next.saturating_duration_since(now) <= self.burst;
        if is_there {
            *paid_at = Some(next);
        }
        is_there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_so_many_a_second() {
        let budget = Budget::new(NonZeroU32::new(10).unwrap());
        let start = Instant::now();
        let taken = |after: u64| {
            let now = start + Duration::from_millis(after);
            (0..100).filter(|_| budget.take(now)).count()
        };
        assert_eq!(taken(0), 10);
        assert_eq!(taken(99), 0);
        assert_eq!(taken(100), 1);
        assert_eq!(taken(150), 0);
        assert_eq!(taken(600), 5);
        assert_eq!(taken(60_000), 10);
    }
}
