//! Making archives, good ones and others.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// An archive as published: deflated members.
pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(CompressionMethod::Deflated, members)
}

pub(crate) fn zip_by(method: CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// An archive with a symbolic link of the given name.
pub(crate) fn zip_with_link(name: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .add_symlink(name, "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    writer.finish().unwrap().into_inner()
}

/// Replaces a text by another of the same length wherever it stands: member names stand twice.
pub(crate) fn rename(archive: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = archive.to_vec();
    let mut at = 0;
    while at + from.len() <= bytes.len() {
        if bytes[at..].starts_with(from.as_bytes()) {
            bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        }
        at += 1;
    }
    bytes
}

/// Where the records of an archive start: `local` headers and `central` directory entries, by their signatures.
#[derive(Clone, Copy)]
pub(crate) enum Record {
    Local,
    Central,
}

/// Overwrites bytes in the first record of a kind, `offset` bytes after its start.
pub(crate) fn patch(archive: &[u8], record: Record, offset: usize, with: &[u8]) -> Vec<u8> {
    let signature: &[u8] = match record {
        Record::Local => b"PK\x03\x04",
        Record::Central => b"PK\x01\x02",
    };
    let mut bytes = archive.to_vec();
    let at = bytes
        .windows(4)
        .position(|window| window == signature)
        .unwrap()
        + offset;
    bytes[at..at + with.len()].copy_from_slice(with);
    bytes
}
