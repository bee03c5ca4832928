//! What the log says of one version: the bytes of its leaf.

use time::OffsetDateTime;

use super::tree::leaf_hash;
use crate::domain::digest::Digest;

/// Begins every leaf, so that its bytes mean nothing else, and another layout begins otherwise.
const LAYOUT: &[u8; 8] = b"MSSTLOG1";

/// One published version, as the log holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its number, from 1 and without gaps.
    pub sequence: u64,
    /// `DateDeGeneration`, to the second, UTC.
    pub generated_at: OffsetDateTime,
    /// How many bytes the signed XML has.
    pub bytes: u64,
    /// SHA-256 of the signed XML, whole file.
    pub sha256: Digest,
    /// SHA-256 of the signed XML before it; none for the first.
    pub previous: Option<Digest>,
}

impl LogEntry {
    /// The leaf's 96 bytes; numbers are big-endian.
    ///
    /// | bytes | what |
    /// | --- | --- |
    /// | 0–7 | `MSSTLOG1` |
    /// | 8–15 | sequence number, unsigned |
    /// | 16–23 | time of generation, seconds since 1970-01-01T00:00:00Z, signed |
    /// | 24–31 | length of the signed XML, unsigned |
    /// | 32–63 | SHA-256 of the signed XML |
    /// | 64–95 | SHA-256 of the signed XML before it, zeros for the first |
    pub fn encode(&self) -> [u8; 96] {
        let previous = self.previous.unwrap_or(Digest::new([0; 32]));
        let parts: [&[u8]; 6] = [
            LAYOUT,
            &self.sequence.to_be_bytes(),
            &self.generated_at.unix_timestamp().to_be_bytes(),
            &self.bytes.to_be_bytes(),
            self.sha256.as_bytes(),
            previous.as_bytes(),
        ];
        let mut leaf = [0; 96];
        for (slot, byte) in leaf.iter_mut().zip(parts.into_iter().flatten()) {
            *slot = *byte;
        }
        leaf
    }

    /// The leaf's hash in the tree.
    pub fn hash(&self) -> Digest {
        leaf_hash(&self.encode())
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const ENTRY: LogEntry = LogEntry {
        sequence: 0x0102,
        generated_at: datetime!(2025-02-28 15:42:07 UTC),
        bytes: 0x0003_0405,
        sha256: Digest::new([0xaa; 32]),
        previous: Some(Digest::new([0xbb; 32])),
    };

    #[test]
    fn every_byte_of_a_leaf_is_where_the_layout_says() {
        let mut expected = b"MSSTLOG1".to_vec();
        expected.extend([0, 0, 0, 0, 0, 0, 1, 2]);
        // date -u -d 2025-02-28T15:42:07Z +%s → 1740757327
        expected.extend([0, 0, 0, 0, 0x67, 0xc1, 0xd9, 0x4f]);
        expected.extend([0, 0, 0, 0, 0, 3, 4, 5]);
        expected.extend([0xaa; 32]);
        expected.extend([0xbb; 32]);
        assert_eq!(ENTRY.encode().as_slice(), expected);
        let first = LogEntry {
            previous: None,
            ..ENTRY
        };
        assert_eq!(first.encode()[64..], [0; 32]);
    }

    #[test]
    fn the_time_zone_of_a_time_does_not_matter() {
        let elsewhere = LogEntry {
            generated_at: datetime!(2025-02-28 16:42:07 +1),
            ..ENTRY
        };
        assert_eq!(elsewhere.hash(), ENTRY.hash());
    }
}
