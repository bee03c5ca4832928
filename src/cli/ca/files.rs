//! Directories and files of an authority: for their owner's eyes, never written over, on the disk before
//! anybody is told.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::cli::trust_list::{bounded, unusable};
use crate::cli::{Exit, Failed};
use crate::trust::authority::LeftFile;
use crate::trust::certificate::{Certificate, MAX_CERTIFICATE_BYTES, read_upload};

/// The root's key, in its directory.
pub(super) const ROOT_KEY: &str = "root.key";
/// The root's certificate.
pub(super) const ROOT: &str = "root.pem";
/// The root's newest revocation list.
pub(super) const ROOT_LIST: &str = "root.crl";
/// The issuing authority's key, in its directory.
pub(super) const ISSUING_KEY: &str = "issuing.key";
/// The issuing authority's certificate, in both directories: the root keeps what it issued.
pub(super) const ISSUING: &str = "issuing.pem";
/// The transcript of the ceremony, in both.
pub(super) const TRANSCRIPT: &str = "transcript.txt";

/// The mode of what only its owner may read.
pub(super) const SECRET: u32 = 0o600;
/// The mode of what everybody may.
pub(super) const PUBLIC: u32 = 0o644;

/// Makes a directory that only its owner may enter, or takes one that is empty.
pub(super) fn new_directory(path: &Path) -> Result<(), Failed> {
    let make = || {
        match DirBuilder::new().mode(0o700).recursive(true).create(path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        if std::fs::read_dir(path)?.next().is_some() {
            return Err(io::Error::other(
                "it holds files, and keys are never written over",
            ));
        }
        std::fs::set_permissions(path, Permissions::from_mode(0o700))
    };
    make().map_err(|error| unusable(path, &error))
}

/// Writes a file that is not there yet.
pub(super) fn write_new(path: &Path, mode: u32, bytes: &[u8]) -> Result<LeftFile, Failed> {
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(path)?;
        // Whatever the umask says.
        file.set_permissions(Permissions::from_mode(mode))?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error: io::Error| {
        Failed::new(
            Exit::Failure,
            anyhow::anyhow!("{} cannot be written: {error}", path.display()),
        )
    })?;
    Ok(LeftFile::new(path.display().to_string(), mode, bytes))
}

/// Puts a file in the place of the one there is, which keeps another name.
pub(super) fn replace(path: &Path, kept_as: &Path, bytes: &[u8]) -> Result<LeftFile, Failed> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    // What an interrupted command left counts for nothing.
    let _ = std::fs::remove_file(&new);
    let mut left = write_new(&new, PUBLIC, bytes)?;
    let swap = || {
        // A copy first: at no moment is there no list.
        std::fs::copy(path, kept_as)?;
        std::fs::rename(&new, path)?;
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    swap().map_err(|error| {
        Failed::new(
            Exit::Failure,
            anyhow::anyhow!("{} cannot be replaced: {error}", path.display()),
        )
    })?;
    left.path = path.display().to_string();
    Ok(left)
}

/// The one certificate of a file.
pub(super) fn certificate(path: &Path) -> Result<Certificate, Failed> {
    let found = read_upload(&bounded(path, 4 * MAX_CERTIFICATE_BYTES)?);
    let found = found.map_err(|error| unusable(path, &error))?;
    let [der] = found.as_slice() else {
        return Err(unusable(path, &"it holds more than one certificate"));
    };
    Certificate::parse(der).map_err(|error| unusable(path, &error))
}

/// A text between quotes, as settings (TOML) take it: JSON's escapes are theirs too.
pub(super) fn quoted(text: impl std::fmt::Display) -> String {
    serde_json::Value::from(text.to_string()).to_string()
}
