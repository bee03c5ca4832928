//! The place in a list where the next page begins, independent of the index that made it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The last item of a page, by the values the list is ordered by: higher scores first, then lower
/// `order`, then lower `key`. All three survive an index switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Fingerprint of the search the cursor belongs to, page size excluded.
    pub search: u64,
    /// Score of the last item.
    pub score: u64,
    /// Rank of its name in the alphabet.
    pub order: u64,
    /// What tells equal names apart.
    pub key: u64,
}

const VERSION: u8 = 1;
const BYTES: usize = 1 + 4 * 8;

impl Cursor {
    /// The opaque text given to callers.
    pub fn encode(self) -> String {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(VERSION);
        for part in [self.search, self.score, self.order, self.key] {
            bytes.extend_from_slice(&part.to_be_bytes());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a text made by [`Cursor::encode`]; `None` for any other.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (version, parts) = bytes.split_first()?;
        let (parts, rest) = parts.as_chunks::<8>();
        match (*version, parts, rest) {
            (VERSION, [search, score, order, key], []) => Some(Self {
                search: u64::from_be_bytes(*search),
                score: u64::from_be_bytes(*score),
                order: u64::from_be_bytes(*order),
                key: u64::from_be_bytes(*key),
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(search: u64, score: u64, order: u64, key: u64) {
            let cursor = Cursor { search, score, order, key };
            prop_assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            if let Some(cursor) = Cursor::decode(&text) {
                prop_assert_eq!(cursor.encode(), text);
            }
        }
    }
}
