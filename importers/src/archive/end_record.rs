//! The record that ends a zip archive, read before anything is allocated for the members it announces.
//! (APPNOTE 6.3.10, §4.3.14 to §4.3.16.)

use std::io::{self, Read, Seek, SeekFrom};

const SIGNATURE: &[u8] = b"PK\x05\x06";
const SIZE: usize = 22;
const LONGEST_COMMENT: u64 = 65_535;
const ZIP64_LOCATOR: &[u8] = b"PK\x06\x07";
const ZIP64_LOCATOR_SIZE: usize = 20;
const ZIP64_RECORD: &[u8] = b"PK\x06\x06";

/// How many members the archive announces; nothing if it has no end.
pub(super) fn announced_members(archive: &mut (impl Read + Seek)) -> io::Result<Option<u64>> {
    let length = archive.seek(SeekFrom::End(0))?;
    // The comment and the two records before it.
    let start = length.saturating_sub(LONGEST_COMMENT + 22 + 20);
    archive.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    archive.read_to_end(&mut tail)?;
    let Some(at) = memchr::memmem::rfind(&tail, SIGNATURE) else {
        return Ok(None);
    };
    let record = tail.get(at..at + SIZE).unwrap_or_default();
    let Some(count) = little_endian::<2>(record, 10) else {
        return Ok(None);
    };
    if count != u64::from(u16::MAX) {
        return Ok(Some(count));
    }
    // The count does not fit: the true one is in another record, found through the locator just before this one.
    let locator = at
        .checked_sub(ZIP64_LOCATOR_SIZE)
        .and_then(|start| tail.get(start..at))
        .filter(|locator| locator.starts_with(ZIP64_LOCATOR));
    let Some(position) = locator.and_then(|locator| little_endian::<8>(locator, 8)) else {
        return Ok(Some(count));
    };
    archive.seek(SeekFrom::Start(position))?;
    let mut record = Vec::new();
    archive.take(56).read_to_end(&mut record)?;
    if !record.starts_with(ZIP64_RECORD) {
        return Ok(None);
    }
    Ok(little_endian::<8>(&record, 32))
}

/// The number of `SIZE` bytes at `at`.
fn little_endian<const SIZE: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..at + SIZE)?;
    let mut number = [0; 8];
    number.get_mut(..SIZE)?.copy_from_slice(field);
    Some(u64::from_le_bytes(number))
}

#[cfg(test)]
mod tests {

    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn record(count: u16, comment: &[u8]) -> Vec<u8> {
        let mut bytes = b"PK\x05\x06\0\0\0\0".to_vec();
        bytes.extend(count.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend(u16::try_from(comment.len()).unwrap().to_le_bytes());
        bytes.extend(comment);
        bytes
    }

    fn zip64(count: u64) -> Vec<u8> {
        let mut bytes = b"PK\x06\x06".to_vec();
        bytes.extend([0; 28]);
        bytes.extend(count.to_le_bytes());
        bytes.extend([0; 16]);
        bytes.extend(b"PK\x06\x07\0\0\0\0");
        bytes.extend(0_u64.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(record(u16::MAX, b""));
        bytes
    }

    #[test]
    fn counts() {
        let cases = [
            (Vec::new(), None),
            (b"PK\x05\x06".to_vec(), None),
            (b"no archive at all".to_vec(), None),
            (record(0, b""), Some(0)),
            (record(3, b""), Some(3)),
            (record(3, b"a comment"), Some(3)),
            (record(u16::MAX, b""), Some(65_535)),
            (zip64(7), Some(7)),
            (zip64(5_000_000_000), Some(5_000_000_000)),
        ];
        for (bytes, expected) in cases {
            let found = announced_members(&mut Cursor::new(&bytes)).unwrap();
            assert_eq!(found, expected, "{bytes:02x?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut tail = bytes.clone();
            tail.extend(record(u16::MAX, &bytes));
            announced_members(&mut Cursor::new(&bytes)).unwrap();
            announced_members(&mut Cursor::new(&tail)).unwrap();
        }
    }
}
