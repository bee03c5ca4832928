//! One file found: what is known of it, its checksum, and its opening. It must not know how it was found.

use crate::archive::{Member, open_member};
use crate::error::InputError;
use crate::format::FileFormat;
use crate::limits::Limits;
use crate::open::OpenFile;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use time::PrimitiveDateTime;

/// A file to read, alone or in an archive.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Its format.
    pub format: FileFormat,
    /// Its name without folders, printable. Identifies it in reports and rejects.
    pub name: String,
    /// The file on disk: itself, or the archive it is in.
    pub path: PathBuf,
    /// Its whole name in the archive, printable; nothing for a file of its own.
    pub member: Option<String>,
    /// Size inflated, in bytes; in an archive, as declared (and enforced while reading).
    pub bytes: u64,
    /// When the extract was made, local time of the publisher, to the minute: from its own name (`AAAAMMJJhhmm`), else
    /// from its archive's, which may be later.
    pub source_time: Option<PrimitiveDateTime>,
    /// What told the format.
    pub recognised_by: RecognisedBy,
    pub(super) entry: Option<Member>,
    pub(super) limits: Limits,
}

/// What told the format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecognisedBy {
    /// Its name and its header agree.
    NameAndHeader,
    /// Its header alone: the name is not a published one. Worth telling the operator.
    Header,
}

impl SourceFile {
    /// SHA-256 of the inflated bytes, so that a file and the archive it came in are the same source.
    ///
    /// # Errors
    /// The file cannot be read to its end; an archive's fault is an [`ArchiveError`](crate::ArchiveError) inside.
    pub fn sha256(&self) -> io::Result<[u8; 32]> {
        let mut source = self.source()?;
        let mut digest = Sha256::new();
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match source.read(&mut buffer) {
                Ok(0) => return Ok(digest.finalize().into()),
                Ok(count) => digest.update(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Opens the file and checks its header. A file in an archive is inflated on a thread of its own, which ends with
    /// the file's reading or dropping.
    ///
    /// # Errors
    /// As [`OpenFile::from_reader`].
    pub fn open(&self) -> Result<OpenFile, InputError> {
        let source = self
            .source()
            .map_err(|error| InputError::reading(&self.name, error))?;
        OpenFile::begin(&self.name, Some(self.format), source, &self.limits)
    }

    /// The file's path, and its name in the archive if it is in one: tells two files of one name apart.
    pub(super) fn place(&self) -> String {
        let path = self.path.display();
        self.member
            .as_ref()
            .map_or_else(|| path.to_string(), |member| format!("{path}:{member}"))
    }

    fn source(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match &self.entry {
            Some(member) => Box::new(open_member(&self.path, member, self.limits)?),
            None => Box::new(File::open(&self.path)?),
        })
    }
}
