//! The members an archive lists, each name checked although none is ever used as a path: an archive that tries is not one
//! to read further. It must not inflate anything.

use super::end_record::announced_members;
use super::guard::Guard;
use crate::error::ArchiveError;
use crate::limits::Limits;
use crate::printable::printable;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::Path;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// One file in an archive.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) index: usize,
    /// Whole name in the archive, folders included, made printable.
    pub(crate) name: String,
    /// Name without folders, made printable. Some systems part them by backslashes.
    pub(crate) base: String,
    /// Inflated size, as declared.
    pub(crate) bytes: u64,
    stored: u64,
    encrypted: bool,
    supported: bool,
}

/// The files an archive lists.
#[derive(Debug)]
pub(crate) struct Members(pub(crate) Vec<Member>);

pub(super) type Archive = ZipArchive<BufReader<File>>;

/// Opens an archive whose list of members is of a reasonable length.
pub(super) fn open(path: &Path, limits: &Limits) -> Result<Archive, ArchiveError> {
    let damaged = |detail: &dyn ToString| ArchiveError::Directory(detail.to_string());
    let mut file = BufReader::new(File::open(path).map_err(|error| damaged(&error))?);
    let announced = announced_members(&mut file).map_err(|error| damaged(&error))?;
    let Some(announced) = announced else {
        return Err(damaged(&"its end is missing"));
    };
    if usize::try_from(announced).is_ok_and(|found| found <= limits.max_members) {
        file.rewind().map_err(|error| damaged(&error))?;
        ZipArchive::new(file).map_err(|error| damaged(&describe(&error)))
    } else {
        Err(ArchiveError::TooManyMembers {
            found: announced,
            limit: limits.max_members,
        })
    }
}

/// What the decoder says, without the prefix that repeats ours.
fn describe(error: &ZipError) -> String {
    match error {
        ZipError::InvalidArchive(detail) => detail.to_string(),
        other => other.to_string(),
    }
}

impl Members {
    /// Lists the files of an archive.
    pub(crate) fn list(path: &Path, limits: &Limits) -> Result<Self, ArchiveError> {
        let archive = open(path, limits)?;
        if archive.is_empty() {
            return Err(ArchiveError::Empty);
        }
        // Names that are equal to the byte have already been made one by the decoder.
        if archive.has_duplicate_names() {
            return Err(ArchiveError::DuplicateNames);
        }
        let mut names = BTreeSet::new();
        let mut members = Vec::new();
        for index in 0..archive.len() {
            let entry = archive
                .by_index_data(index)
                .map_err(|error| ArchiveError::Directory(describe(&error)))?;
            let raw = entry
                .name()
                .unwrap_or_else(|_| String::from_utf8_lossy(entry.name_raw()));
            let name = printable(&raw);
            if is_unsafe(&raw) {
                return Err(ArchiveError::UnsafeName(name));
            }
            if entry.is_symlink() {
                return Err(ArchiveError::Symlink(name));
            }
            if !names.insert(raw.to_lowercase()) {
                return Err(ArchiveError::DuplicateNames);
            }
            if entry.is_dir() {
                continue;
            }
            members.push(Member {
                index,
                base: raw
                    .rsplit(['/', '\\'])
                    .next()
                    .map(printable)
                    .unwrap_or_default(),
                name,
                bytes: entry.size(),
                stored: entry.compressed_size(),
                encrypted: entry.encrypted(),
                supported: matches!(
                    entry.compression(),
                    CompressionMethod::Stored | CompressionMethod::Deflated
                ),
            });
        }
        Ok(Self(members))
    }
}

impl Member {
    /// Refuses a member that could not be read, from what the archive says of it alone.
    pub(super) fn guard(&self, limits: Limits) -> Result<Guard, ArchiveError> {
        if self.encrypted {
            return Err(ArchiveError::Encrypted(self.name.clone()));
        }
        if !self.supported {
            return Err(ArchiveError::Compression(self.name.clone()));
        }
        Guard::new(&self.name, self.bytes, self.stored, limits)
    }

    /// Refuses members that could not be read, alone or together.
    pub(crate) fn check_all<'a>(
        members: impl IntoIterator<Item = &'a Self>,
        limits: Limits,
    ) -> Result<(), ArchiveError> {
        let mut total = 0_u64;
        for member in members {
            member.guard(limits)?;
            total = total.saturating_add(member.bytes);
        }
        if total > limits.max_total_bytes {
            return Err(ArchiveError::TotalTooLarge {
                limit: limits.max_total_bytes,
            });
        }
        Ok(())
    }
}

/// Whether extracting the name on some system would write outside of the folder extracted to.
fn is_unsafe(name: &str) -> bool {
    let rooted = name.starts_with(['/', '\\']) || name.as_bytes().get(1) == Some(&b':');
    rooted || name.contains('\0') || name.split(['/', '\\']).any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::is_unsafe;

    #[test]
    fn names_that_leave_the_folder() {
        let cases = [
            ("PS_LibreAcces.txt", false),
            ("2026/PS_LibreAcces.txt", false),
            ("..txt", false),
            ("a..b/c", false),
            ("../etc/passwd", true),
            ("a/../../b", true),
            ("a/..", true),
            ("/etc/passwd", true),
            ("\\\\server\\share", true),
            ("a\\..\\b", true),
            ("C:\\windows", true),
            ("c:x", true),
            ("a\0.txt", true),
        ];
        for (name, expected) in cases {
            assert_eq!(is_unsafe(name), expected, "{name:?}");
        }
    }
}
