//! When a signer must have been allowed to sign. It must not know what was signed.

use time::OffsetDateTime;

/// When the signer's certificate must be valid: at a moment, in general now, for what nodes use; at the
/// list's own time for the archive, whose signers have expired since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyAt {
    /// A moment.
    At(OffsetDateTime),
    /// The time that the list and its side-car state of themselves: never for admission, since whoever
    /// has an expired key can choose it.
    ListTime,
}

impl VerifyAt {
    /// The time meant, for a list of this time.
    pub(super) fn of(self, generated_at: OffsetDateTime) -> OffsetDateTime {
        match self {
            Self::At(at) => at,
            Self::ListTime => generated_at,
        }
    }
}
