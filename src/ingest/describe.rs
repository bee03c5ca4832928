//! What is known of a file before it is read as rows: name, digest, time of publication.

use annuaire_importers::{Ignored, IgnoredReason, RecognisedBy, SourceFile};
use time::PrimitiveDateTime;

use super::ImportError;
use super::observe::{Event, Observer};
use super::report::{FileReport, IgnoredFile};
use crate::domain::digest::Digest;
use crate::storage::imports::ImportFile;

/// Describes a file; `given` is its time of publication where the name does not say.
pub(super) fn describe(
    source: &SourceFile,
    given: Option<PrimitiveDateTime>,
    observer: &dyn Observer,
) -> Result<FileReport, ImportError> {
    observer.observe(Event::Hashing { file: &source.name });
    let source_time = source.source_time.or(given);
    if source_time.is_none() {
        return Err(ImportError::NoSourceTime {
            file: source.name.clone(),
        });
    }
    let digest = source.sha256().map_err(|error| ImportError::Digest {
        file: source.name.clone(),
        error,
    })?;
    Ok(FileReport {
        name: source.name.clone(),
        format: source.format.as_str().to_owned(),
        sha256: Digest::new(digest).to_string(),
        bytes: source.bytes,
        source_time,
        recognised_by: match source.recognised_by {
            RecognisedBy::NameAndHeader => "name and header",
            RecognisedBy::Header => "header alone",
        }
        .to_owned(),
        ..FileReport::default()
    })
}

/// Describes what was found beside the files.
pub(super) fn ignored(found: &Ignored) -> IgnoredFile {
    IgnoredFile {
        name: found.name.clone(),
        reason: match found.reason {
            IgnoredReason::Unrelated => "not named as any published file".to_owned(),
            IgnoredReason::OtherSource(format) => {
                format!("{} is imported by another command", format.as_str())
            }
            IgnoredReason::NestedArchive => "an archive within an archive".to_owned(),
        },
    }
}

/// What the register of imports remembers of it.
pub(super) fn register(file: &FileReport) -> ImportFile {
    ImportFile {
        name: file.name.clone(),
        format: file.format.clone(),
        sha256: file.sha256.clone(),
        bytes: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        source_time: file.source_time,
    }
}
