//! What may be shown to whom, decided once for every protocol.

use super::mailbox::Listing;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Anybody.
    Public,
}

/// Whether a mailbox with this listing may be known to this audience.
///
/// A mailbox on the liste rouge does not exist for the public: not searched, not counted, not
/// validated, with no difference from absence.
pub const fn is_visible(listing: Listing, audience: Audience) -> bool {
    match (listing, audience) {
        (Listing::Listed, Audience::Public) => true,
        (Listing::Unlisted, Audience::Public) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_liste_rouge_does_not_exist_for_the_public() {
        assert!(is_visible(Listing::Listed, Audience::Public));
        assert!(!is_visible(Listing::Unlisted, Audience::Public));
    }
}
