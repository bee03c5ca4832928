//! How published bytes are compressed, once, for storing and for serving.

use std::io::{self, Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// Faster than the usual 6 for 3 % more bytes: docs/PERFORMANCE.md.
const LEVEL: u32 = 3;

/// Compresses (RFC 1952); the same bytes always give the same ones, as no time is written.
pub fn pack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let sink = Vec::with_capacity(bytes.len() / 8);
    let mut encoder = GzEncoder::new(sink, Compression::new(LEVEL));
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Gives back what was compressed, which must have had this many bytes: no more is ever held.
pub fn unpack(packed: &[u8], bytes: u64) -> io::Result<Vec<u8>> {
    let mut unpacked = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
    let mut decoder = GzDecoder::new(packed).take(bytes.saturating_add(1));
    decoder.read_to_end(&mut unpacked)?;
    if u64::try_from(unpacked.len()) == Ok(bytes) {
        Ok(unpacked)
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it does not hold as many bytes as it should",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_only_at_its_size() {
        let bytes = b"<Domaine>".repeat(1_000);
        let packed = pack(&bytes).unwrap();
        assert!(packed.len() < bytes.len() / 10);
        assert_eq!(packed, pack(&bytes).unwrap());
        assert_eq!(unpack(&packed, 9_000).unwrap(), bytes);
        for size in [0, 8_999, 9_001, 1 << 20] {
            assert!(unpack(&packed, size).is_err(), "{size}");
        }
        assert!(unpack(&packed[..packed.len() / 2], 9_000).is_err());
        assert!(unpack(b"not gzip", 8).is_err());
    }
}
