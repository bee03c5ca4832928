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
