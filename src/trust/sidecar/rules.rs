//! What a side-car must say to make sense, and how one follows another.

use time::{OffsetDateTime, UtcOffset};

use super::{ListMeta, SignerStatus};
use crate::domain::calendar::rfc3339;
use crate::domain::digest::Digest;
use crate::trust::log::{ConsistencyProof, TreeHead};

/// More are no roll-over.
const MOST_SIGNERS: usize = 16;

/// What in a side-car contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenRule {
    /// Versions are counted from 1.
    #[error("the sequence number is 0")]
    Sequence,
    /// The first version has none before it, every other the one before it.
    #[error("version {sequence} does not name the version before it")]
    Previous {
        /// The version.
        sequence: u64,
    },
    /// The log has one leaf for each version.
    #[error("the log has {size} leaves at version {sequence}")]
    Log {
        /// The version.
        sequence: u64,
        /// What the tree's head says.
        size: u64,
    },
    /// A time with a fraction or of another zone would be another in the log.
    #[error("{} is not in UTC to the second", rfc3339(*.0))]
    Time(OffsetDateTime),
    /// The next version comes later.
    #[error("the next update is not after the generation")]
    NextUpdate,
    /// Exactly one signer is current, and none is named twice.
    #[error("not exactly one current signer among at most 16 different ones")]
    Signers,
    /// A list that is there has bytes.
    #[error("the list has no bytes")]
    Empty,
}

/// Why a version is not the one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotNext {
    /// Another number was expected.
    #[error("version {found} where {expected} was expected")]
    Sequence {
        /// What was expected, or the least of it.
        expected: u64,
        /// What came.
        found: u64,
    },
    /// It names another list as the one before.
    #[error("it follows another list: {found}, not {expected}")]
    Previous {
        /// SHA-256 of the list at hand.
        expected: Digest,
        /// SHA-256 of what it says was before; none for a first version.
        found: DigestOrNone,
    },
    /// Time does not go back.
    #[error("it was generated at {}, not after {}", rfc3339(*.found), rfc3339(*.previous))]
    Time {
        /// When the list at hand was generated.
        previous: OffsetDateTime,
        /// When this one was.
        found: OffsetDateTime,
    },
    /// The log grew by another number of leaves.
    #[error("the log grew from {previous} to {found} leaves")]
    LogSize {
        /// How many leaves it had.
        previous: u64,
        /// How many it has.
        found: u64,
    },
    /// The proof is about other trees, or proves nothing.
    #[error("the log was not shown to continue the one known")]
    LogRewritten,
    /// The signer was not announced by the version before, or signs before its time.
    #[error("its signer was not announced, or signs before its time")]
    Signer,
}

/// A digest, or none, as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestOrNone(pub Option<Digest>);

impl std::fmt::Display for DigestOrNone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(digest) => digest.fmt(f),
            None => f.write_str("none"),
        }
    }
}

impl ListMeta {
    /// Whether it makes sense in itself.
    pub fn check(&self) -> Result<(), BrokenRule> {
        let before = self.sequence.checked_sub(1).ok_or(BrokenRule::Sequence)?;
        if self.previous.map_or(0, |previous| previous.sequence) != before
            || self.previous.is_some_and(|previous| previous.sequence == 0)
        {
            return Err(BrokenRule::Previous {
                sequence: self.sequence,
            });
        }
        if self.log.size != self.sequence {
            return Err(BrokenRule::Log {
                sequence: self.sequence,
                size: self.log.size,
            });
        }
        let announced = self.signers.iter().map(|notice| notice.from);
        let mut times = [self.generated_at, self.next_update]
            .into_iter()
            .chain(announced);
        let exact = |at: &OffsetDateTime| at.nanosecond() == 0 && at.offset() == UtcOffset::UTC;
        if let Some(inexact) = times.find(|at| !exact(at)) {
            return Err(BrokenRule::Time(inexact));
        }
        if self.next_update <= self.generated_at {
            return Err(BrokenRule::NextUpdate);
        }
        if self.xml.bytes == 0 {
            return Err(BrokenRule::Empty);
        }
        self.check_signers()
    }

    fn check_signers(&self) -> Result<(), BrokenRule> {
        let mut digests: Vec<Digest> = self.signers.iter().map(|notice| notice.sha256).collect();
        digests.sort_unstable();
        digests.dedup();
        let of = |status| self.signers.iter().filter(|n| n.status == status).count();
        match (of(SignerStatus::Current), of(SignerStatus::Next)) {
            (1, next) if next < MOST_SIGNERS && digests.len() == next + 1 => Ok(()),
            _ => Err(BrokenRule::Signers),
        }
    }

    /// Whether it is the version right after another, the rule by which a node accepts it: number,
    /// digest of the list before, time, log and signer all continue. Both were verified before.
    ///
    /// [`NotNext::Signer`] comes last: where a signing key had to be replaced in haste, it is the one
    /// that whoever pinned the new signer by hand may overrule.
    pub fn follows(&self, previous: &Self) -> Result<(), NotNext> {
        let expected = previous.sequence.saturating_add(1);
        if self.sequence != expected {
            return Err(NotNext::Sequence {
                expected,
                found: self.sequence,
            });
        }
        let named = self.previous.map(|previous| previous.sha256);
        if named != Some(previous.xml.sha256) {
            return Err(NotNext::Previous {
                expected: previous.xml.sha256,
                found: DigestOrNone(named),
            });
        }
        self.is_later_than(previous)?;
        if self.log.size != previous.log.size.saturating_add(1) {
            return Err(NotNext::LogSize {
                previous: previous.log.size,
                found: self.log.size,
            });
        }
        self.is_signed_as_announced(previous)
    }

    /// Whether it is any later version of the same log, for a reader that missed some in between: the
    /// proof connects the two heads. Signers of the versions between are not seen, so that they say
    /// nothing here: the pins decide.
    pub fn continues(&self, earlier: &Self, proof: &ConsistencyProof) -> Result<(), NotNext> {
        if self.sequence <= earlier.sequence {
            return Err(NotNext::Sequence {
                expected: earlier.sequence.saturating_add(1),
                found: self.sequence,
            });
        }
        self.is_later_than(earlier)?;
        if connects(proof, &earlier.log, &self.log) {
            Ok(())
        } else {
            Err(NotNext::LogRewritten)
        }
    }

    fn is_later_than(&self, previous: &Self) -> Result<(), NotNext> {
        if self.generated_at > previous.generated_at {
            Ok(())
        } else {
            Err(NotNext::Time {
                previous: previous.generated_at,
                found: self.generated_at,
            })
        }
    }

    fn is_signed_as_announced(&self, previous: &Self) -> Result<(), NotNext> {
        let signer = self.current_signer();
        let mut announced = previous.signers.iter();
        let announced = announced.any(|notice| {
            Some(notice.sha256) == signer
                && match notice.status {
                    SignerStatus::Current => true,
                    SignerStatus::Next => self.generated_at >= notice.from,
                }
        });
        if announced {
            Ok(())
        } else {
            Err(NotNext::Signer)
        }
    }
}

/// Whether a proof holds and is about these two heads.
pub(in crate::trust) fn connects(proof: &ConsistencyProof, from: &TreeHead, to: &TreeHead) -> bool {
    let about = (proof.from, proof.from_root) == (from.size, from.root)
        && (proof.to, proof.to_root) == (to.size, to.root);
    about && proof.verify().is_ok()
}
