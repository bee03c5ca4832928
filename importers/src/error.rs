//! Why a source is refused, or cannot be read to its end: one sentence each, for whoever typed the command.
//! A row that cannot be used is not here: it is a [`Reject`](crate::Reject).

use crate::format::{FileFormat, Source};
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// A source that cannot be imported at all. Nothing of it has been read as rows.
#[derive(Debug, Error)]
pub enum InputError {
    /// It cannot be opened or its beginning cannot be read.
    #[error("{file}: {source}")]
    Io {
        /// File, or archive member.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// Neither a file nor a directory: a pipe or a device cannot be read twice.
    #[error("{} is neither a file nor a directory", path.display())]
    NotAFile {
        /// What was given.
        path: PathBuf,
    },
    /// An archive is damaged or not to be trusted.
    #[error("{file}: {source}")]
    Archive {
        /// The archive.
        file: String,
        /// What is wrong with it.
        source: ArchiveError,
    },
    /// None of the expected files among what was given.
    #[error(
        "no file of the {} extract found in {}: a name beginning with {} is expected",
        expected, looked_in.join(", "), expected.archive_stem()
    )]
    NothingFound {
        /// The paths looked into.
        looked_in: Vec<String>,
        /// What was looked for.
        expected: Source,
    },
    /// A file of the other publication.
    #[error(
        "{file} is {format}, which belongs to the {} extract: use `{}`",
        format.source(), format.source().command()
    )]
    WrongSource {
        /// The file.
        file: String,
        /// What it is.
        format: FileFormat,
    },
    /// Two files of one format: which one is the truth cannot be guessed.
    #[error("{first} and {second} are both {format}: give one of them")]
    DuplicateFormat {
        /// The format of both.
        format: FileFormat,
        /// One file.
        first: String,
        /// The other.
        second: String,
    },
    /// Nothing in it.
    #[error("{file} is empty: not even a header line")]
    EmptyFile {
        /// The file.
        file: String,
    },
    /// Its first line is no header known here.
    #[error(
        "{file} is not one of the published files: its first line is not the header of any of them"
    )]
    UnknownFile {
        /// The file.
        file: String,
    },
    /// It is named as one file and laid out as another.
    #[error("{file} is named as {by_name} but its header is that of {by_header}")]
    NameAndHeaderDisagree {
        /// The file.
        file: String,
        /// What the name says.
        by_name: FileFormat,
        /// What the header says.
        by_header: FileFormat,
    },
    /// Columns without which the directory cannot be built.
    #[error("{file} lacks required columns of {format}: {}", missing.join(", "))]
    MissingColumns {
        /// The file.
        file: String,
        /// Its format.
        format: FileFormat,
        /// Their names as published.
        missing: Vec<&'static str>,
    },
    /// One column under two headings.
    #[error("{file} has the column {column} twice")]
    DuplicateColumn {
        /// The file.
        file: String,
        /// Its name.
        column: String,
    },
}

impl InputError {
    /// A failure to read `file`, which may be its archive's.
    pub(crate) fn reading(file: &str, error: io::Error) -> Self {
        let file = file.to_owned();
        match error.downcast() {
            Ok(source) => Self::Archive { file, source },
            Err(source) => Self::Io { file, source },
        }
    }
}

/// What is wrong with an archive, or was found to be wrong while inflating.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// Named `.zip` and something else: often the web page that came instead of the file.
    #[error("named as a zip archive, but it is not one")]
    NotAZip,
    /// The list of members at the end is absent or unreadable.
    #[error("the zip archive is truncated or damaged ({0})")]
    Directory(String),
    /// No member at all.
    #[error("the zip archive is empty")]
    Empty,
    /// More members than [`Limits::max_members`](crate::Limits::max_members).
    #[error("the zip archive lists {found} members, more than the {limit} allowed")]
    TooManyMembers {
        /// How many it declares.
        found: u64,
        /// How many are allowed.
        limit: usize,
    },
    /// A member named to be written outside of where an archive is extracted.
    #[error("member {0:?} has an unsafe name; the archive is not to be trusted")]
    UnsafeName(String),
    /// A member that points elsewhere.
    #[error("member {0:?} is a symbolic link; the archive is not to be trusted")]
    Symlink(String),
    /// Two members of one name: which one other tools see depends on the tool.
    #[error("two members have the same name; the archive is not to be trusted")]
    DuplicateNames,
    /// A member that needs a password.
    #[error("member {0:?} is encrypted")]
    Encrypted(String),
    /// A compression other than stored and deflate.
    #[error("member {0:?} is compressed in a way that is not supported")]
    Compression(String),
    /// An archive in the archive, and none of our files beside it.
    #[error("it holds another archive, {0:?}, instead of the files: extract that one first")]
    Nested(String),
    /// A member inflates to more than it may.
    #[error("member {member:?} inflates to more than the {limit} bytes allowed")]
    MemberTooLarge {
        /// The member.
        member: String,
        /// Bytes.
        limit: u64,
    },
    /// The members to read inflate to more than they may together.
    #[error("the members inflate to more than the {limit} bytes allowed together")]
    TotalTooLarge {
        /// Bytes.
        limit: u64,
    },
    /// A member inflates to absurdly more than is stored.
    #[error("member {member:?} inflates to more than {limit} times its stored size: a zip bomb")]
    Ratio {
        /// The member.
        member: String,
        /// Inflated bytes per stored byte.
        limit: u64,
    },
    /// A member holds more or less than the archive says.
    #[error("member {member:?} should inflate to {declared} bytes and does not")]
    SizeMismatch {
        /// The member.
        member: String,
        /// Bytes the archive declares.
        declared: u64,
    },
    /// A member's compressed data or checksum is wrong.
    #[error("member {member:?} is damaged ({detail})")]
    Damaged {
        /// The member.
        member: String,
        /// What the decoder says.
        detail: String,
    },
    /// The archive is not the one that was looked at before.
    #[error("member {0:?} is no longer where it was: the archive changed while it was read")]
    Changed(String),
}

impl From<ArchiveError> for io::Error {
    fn from(error: ArchiveError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// A file that could not be read to its end. What came before must not be taken for the whole.
#[derive(Debug, Error)]
#[error("{file}: reading failed after line {after}: {source}")]
pub struct ReadError {
    /// [`SourceFile::name`](crate::SourceFile::name) of the file.
    pub file: String,
    /// The last line read.
    pub after: u64,
    /// Why: the disk, or an [`ArchiveError`] inside.
    pub source: io::Error,
}
