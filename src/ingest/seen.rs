//! Which rows of a file were there before, equal in every published column.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_128;

use super::lane::Seen;

/// The rows of one file, by a 128-bit hash: 17 bytes a row and some room, whatever its length.
#[derive(Debug, Default)]
pub(super) struct SeenRows {
    rows: HashSet<u128>,
    /// Kept from row to row for its room.
    row: Vec<u8>,
}

impl SeenRows {
    /// Takes note of a row, given as the fields of its record.
    pub(super) fn note(&mut self, fields: &[(&str, &str)]) -> Seen {
        self.row.clear();
        for (_, value) in fields {
            self.row.extend_from_slice(value.as_bytes());
            // No published value holds the delimiter.
            self.row.push(b'|');
        }
        if self.rows.insert(xxh3_128(&self.row)) {
            Seen::First
        } else {
            Seen::Again
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_row_equal_in_every_column_was_there_before() {
        let mut seen = SeenRows::default();
        for (values, expected) in [
            (["a", "b"], Seen::First),
            (["a", "B"], Seen::First),
            (["ab", ""], Seen::First),
            (["", "ab"], Seen::First),
            (["a", "b"], Seen::Again),
            (["a", "b"], Seen::Again),
        ] {
            let fields = [("one", values[0]), ("two", values[1])];
            assert_eq!(seen.note(&fields), expected, "{values:?}");
        }
    }
}
