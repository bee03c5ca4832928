//! How far a member may inflate. It must not know how inflating is done.

use crate::error::ArchiveError;
use crate::limits::Limits;

/// Below this a ratio says nothing: a small file of blanks is no bomb.
const RATIO_COUNTS_FROM: u64 = 1024 * 1024;

/// Follows the size of one member against what is allowed and what the archive declares.
#[derive(Debug)]
pub(super) struct Guard {
    member: String,
    declared: u64,
    stored: u64,
    limits: Limits,
    inflated: u64,
}

impl Guard {
    /// Refuses what the declared sizes alone already show.
    pub(super) fn new(
        member: &str,
        declared: u64,
        stored: u64,
        limits: Limits,
    ) -> Result<Self, ArchiveError> {
        let mut guard = Self {
            member: member.to_owned(),
            declared,
            stored,
            limits,
            inflated: declared,
        };
        guard.check_allowed()?;
        guard.inflated = 0;
        Ok(guard)
    }

    /// Counts bytes just inflated.
    pub(super) fn add(&mut self, bytes: usize) -> Result<(), ArchiveError> {
        self.inflated += u64::try_from(bytes).unwrap_or(u64::MAX);
        self.check_allowed()?;
        if self.inflated > self.declared {
            return Err(self.mismatch());
        }
        Ok(())
    }

    /// The member has ended.
    pub(super) fn end(&self) -> Result<(), ArchiveError> {
        if self.inflated == self.declared {
            Ok(())
        } else {
            Err(self.mismatch())
        }
    }

    fn check_allowed(&self) -> Result<(), ArchiveError> {
        if self.inflated > self.limits.max_member_bytes {
            return Err(ArchiveError::MemberTooLarge {
                member: self.member.clone(),
                limit: self.limits.max_member_bytes,
            });
        }
        let allowed = self.stored.saturating_mul(self.limits.max_ratio);
        if self.inflated > RATIO_COUNTS_FROM && self.inflated > allowed {
            return Err(ArchiveError::Ratio {
                member: self.member.clone(),
                limit: self.limits.max_ratio,
            });
        }
        Ok(())
    }

    fn mismatch(&self) -> ArchiveError {
        ArchiveError::SizeMismatch {
            member: self.member.clone(),
            declared: self.declared,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        max_member_bytes: 10_000_000,
        max_total_bytes: 20_000_000,
        max_ratio: 10,
        max_members: 10,
        max_line_bytes: 100,
    };

    /// Inflates `actual` bytes in pieces, and says what stopped it.
    fn inflate(declared: u64, stored: u64, actual: usize) -> Result<(), ArchiveError> {
        let mut guard = Guard::new("m", declared, stored, LIMITS)?;
        for _ in 0..actual / 1_000 {
            guard.add(1_000)?;
        }
        guard.add(actual % 1_000)?;
        guard.end()
    }

    #[test]
    fn what_stops_a_member() {
        type Check = fn(&Result<(), ArchiveError>) -> bool;
        let fits: Check = |r| r.is_ok();
        let too_large: Check = |r| matches!(r, Err(ArchiveError::MemberTooLarge { .. }));
        let bomb: Check = |r| matches!(r, Err(ArchiveError::Ratio { .. }));
        let mismatch: Check = |r| matches!(r, Err(ArchiveError::SizeMismatch { .. }));
        let cases = [
            (0, 0, 0, fits),
            (5_000, 100, 5_000, fits),
            // Small files may be as empty as they like.
            (1_000_000, 1, 1_000_000, fits),
            (2_000_000, 200_000, 2_000_000, fits),
            (2_000_000, 199_999, 2_000_000, bomb),
            (10_000_000, 5_000_000, 10_000_000, fits),
            (10_000_001, 5_000_000, 0, too_large),
            // What is declared is not what counts.
            (u64::MAX, 1, 0, too_large),
            (1_000, 1_000, 1_001, mismatch),
            (1_000, 1_000, 999, mismatch),
        ];
        for (declared, stored, actual, expected) in cases {
            let found = inflate(declared, stored, actual);
            assert!(expected(&found), "{declared} {stored} {actual}: {found:?}");
        }
    }
}
