//! What the operator pointed at: finds the files in it, recognises them by name and header, and opens them.
//! It must not read rows.

mod discover;
mod name;
mod source_file;

pub use source_file::{RecognisedBy, SourceFile};

use crate::error::InputError;
use crate::format::{FileFormat, Source};
use crate::limits::Limits;
use std::path::PathBuf;

/// The files of one publication found in what the operator pointed at, headers checked.
#[derive(Debug)]
pub struct Input {
    files: Vec<SourceFile>,
    ignored: Vec<Ignored>,
}

/// Something found beside the files and left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// File, or archive member; printable.
    pub name: String,
    /// Why it was left alone.
    pub reason: IgnoredReason,
}

/// Why something was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IgnoredReason {
    /// Not named as any published file.
    Unrelated,
    /// A published file that another command takes.
    OtherSource(FileFormat),
    /// An archive within an archive.
    NestedArchive,
}

impl Input {
    /// Finds the files of `expected` in zip archives as published, directories (not their sub-directories) and single
    /// text files.
    ///
    /// A file is recognised by its name and its header, which must agree. A text file given by its own path may have any
    /// name: its header alone then decides ([`RecognisedBy::Header`]). In a directory or an archive only names beginning
    /// with a published one count; whatever else is there is listed by [`ignored`](Self::ignored).
    ///
    /// # Errors
    /// Anything that would make the import fail later and can be known now: nothing found, the wrong publication, two
    /// files of one format, a header that lacks required columns, an archive that is damaged or not to be trusted.
    pub fn discover(
        paths: &[PathBuf],
        expected: Source,
        limits: Limits,
    ) -> Result<Self, InputError> {
        discover::discover(paths, expected, limits)
    }

    /// The files, each format at most once, in the order of [`FileFormat`].
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// What was found beside them and left alone, in the order found.
    pub fn ignored(&self) -> &[Ignored] {
        &self.ignored
    }
}
