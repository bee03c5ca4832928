//! Looking through paths for the files of one publication. It must not read further than headers.

use super::source_file::{RecognisedBy, SourceFile};
use super::{Ignored, IgnoredReason, Input, name};
use crate::archive::{Member, Members, is_zip};
use crate::error::{ArchiveError, InputError};
use crate::format::{FileFormat, Source};
use crate::limits::Limits;
use crate::open::OpenFile;
use crate::printable::printable;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

struct Search {
    expected: Source,
    limits: Limits,
    files: Vec<SourceFile>,
    ignored: Vec<Ignored>,
}

pub(super) fn discover(
    paths: &[PathBuf],
    expected: Source,
    limits: Limits,
) -> Result<Input, InputError> {
    let mut search = Search {
        expected,
        limits,
        files: Vec::new(),
        ignored: Vec::new(),
    };
    for path in paths {
        let metadata = fs::metadata(path).map_err(|source| unreadable(path, source))?;
        if metadata.is_dir() {
            search.directory(path)?;
        } else if metadata.is_file() {
            search.given_file(path, metadata.len())?;
        } else {
            return Err(InputError::NotAFile { path: path.clone() });
        }
    }
    search.finish(paths)
}

impl Search {
    /// A file named on the command line: it is meant, so whatever keeps it from being read is an error.
    fn given_file(&mut self, path: &Path, bytes: u64) -> Result<(), InputError> {
        let name = display_name(path);
        if is_zip(&beginning(path).map_err(|source| unreadable(path, source))?) {
            return self.archive(path);
        }
        if name::has_extension(&name, "zip") {
            return Err(archive_error(path, ArchiveError::NotAZip));
        }
        let (format, recognised_by) = match name::format(&name) {
            Some(format) => (format, RecognisedBy::NameAndHeader),
            None => (self.format_by_header(path, &name)?, RecognisedBy::Header),
        };
        if format.source() != self.expected {
            return Err(InputError::WrongSource { file: name, format });
        }
        self.text(path, format, recognised_by, bytes);
        Ok(())
    }

    fn format_by_header(&self, path: &Path, name: &str) -> Result<FileFormat, InputError> {
        let file = File::open(path).map_err(|source| unreadable(path, source))?;
        Ok(OpenFile::begin(name, None, Box::new(file), &self.limits)?.format())
    }

    fn text(&mut self, path: &Path, format: FileFormat, recognised_by: RecognisedBy, bytes: u64) {
        let name = display_name(path);
        self.files.push(SourceFile {
            format,
            source_time: name::source_time(&name),
            name,
            path: path.to_owned(),
            member: None,
            bytes,
            recognised_by,
            entry: None,
            limits: self.limits,
        });
    }

    /// The files and archives in a directory that are named as published; sub-directories are not looked into.
    fn directory(&mut self, directory: &Path) -> Result<(), InputError> {
        let entries: io::Result<Vec<PathBuf>> = fs::read_dir(directory)
            .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
        let mut paths = entries.map_err(|source| unreadable(directory, source))?;
        // The order of a directory is nobody's choice; errors and reports should not depend on it.
        paths.sort();
        for path in paths {
            let name = display_name(&path);
            let metadata = match fs::metadata(&path) {
                Ok(metadata) if metadata.is_file() => metadata,
                Ok(_) | Err(_) => continue,
            };
            if name::archive(&name) == Some(self.expected) {
                self.archive(&path)?;
                continue;
            }
            match name::format(&name) {
                Some(format) if format.source() == self.expected => {
                    self.text(&path, format, RecognisedBy::NameAndHeader, metadata.len());
                }
                Some(format) => self.ignore(name, IgnoredReason::OtherSource(format)),
                None => self.ignore(name, IgnoredReason::Unrelated),
            }
        }
        Ok(())
    }

    fn archive(&mut self, path: &Path) -> Result<(), InputError> {
        let Members(members) =
            Members::list(path, &self.limits).map_err(|error| archive_error(path, error))?;
        let before = self.files.len();
        let mut nested = None;
        let mut other = None;
        for member in members {
            let base = member.base.clone();
            match name::format(&base) {
                Some(format) if format.source() == self.expected => {
                    self.member(path, format, base, member);
                }
                Some(format) => {
                    other = Some((base, format));
                    self.ignore(member.name, IgnoredReason::OtherSource(format));
                }
                None if name::has_extension(&base, "zip") => {
                    nested = Some(member.name.clone());
                    self.ignore(member.name, IgnoredReason::NestedArchive);
                }
                None => self.ignore(member.name, IgnoredReason::Unrelated),
            }
        }
        let found = self.files.get(before..).unwrap_or_default();
        let entries = found.iter().filter_map(|file| file.entry.as_ref());
        Member::check_all(entries, self.limits).map_err(|error| archive_error(path, error))?;
        match (found, other, nested) {
            ([], Some((file, format)), _) => Err(InputError::WrongSource { file, format }),
            ([], None, Some(inner)) => Err(archive_error(path, ArchiveError::Nested(inner))),
            ([], None, None) => Err(InputError::NothingFound {
                looked_in: vec![display_name(path)],
                expected: self.expected,
            }),
            ([_, ..], _, _) => Ok(()),
        }
    }

    fn member(&mut self, path: &Path, format: FileFormat, name: String, member: Member) {
        self.files.push(SourceFile {
            format,
            source_time: name::source_time(&name)
                .or_else(|| name::source_time(&display_name(path))),
            name,
            path: path.to_owned(),
            member: Some(member.name.clone()),
            bytes: member.bytes,
            recognised_by: RecognisedBy::NameAndHeader,
            entry: Some(member),
            limits: self.limits,
        });
    }

    fn ignore(&mut self, name: String, reason: IgnoredReason) {
        self.ignored.push(Ignored { name, reason });
    }

    fn finish(mut self, paths: &[PathBuf]) -> Result<Input, InputError> {
        self.files.sort_by_key(|file| file.format);
        for pair in self.files.windows(2) {
            if let [first, second] = pair
                && first.format == second.format
            {
                return Err(InputError::DuplicateFormat {
                    format: first.format,
                    first: first.place(),
                    second: second.place(),
                });
            }
        }
        if self.files.is_empty() {
            let other = self
                .ignored
                .iter()
                .find_map(|ignored| match ignored.reason {
                    IgnoredReason::OtherSource(format) => Some((ignored.name.clone(), format)),
                    IgnoredReason::Unrelated | IgnoredReason::NestedArchive => None,
                });
            return Err(match other {
                Some((file, format)) => InputError::WrongSource { file, format },
                None => InputError::NothingFound {
                    looked_in: paths.iter().map(|path| display_name(path)).collect(),
                    expected: self.expected,
                },
            });
        }
        // A fault in the third file should not be found after an hour spent on the first.
        for file in &self.files {
            file.open()?;
        }
        Ok(Input {
            files: self.files,
            ignored: self.ignored,
        })
    }
}

fn display_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    printable(&name.to_string_lossy())
}

fn unreadable(path: &Path, source: io::Error) -> InputError {
    InputError::reading(&printable(&path.to_string_lossy()), source)
}

fn archive_error(path: &Path, source: ArchiveError) -> InputError {
    InputError::Archive {
        file: display_name(path),
        source,
    }
}

/// The first bytes of a file.
fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut bytes)?;
    Ok(bytes)
}
