//! Files of certificates, PEM or DER: never read further than an upload may be long.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustls_pki_types::CertificateDer;

use super::read_upload;
use super::upload::MAX_UPLOAD_BYTES;

/// Why a file of certificates cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct UnusableFile {
    /// Which.
    pub file: PathBuf,
    /// Why, in half a sentence.
    pub problem: String,
}

impl UnusableFile {
    /// Of a file and what is wrong with it.
    pub fn new(file: &Path, problem: &dyn std::fmt::Display) -> Self {
        Self {
            file: file.to_owned(),
            problem: problem.to_string(),
        }
    }
}

/// What a file holds, and one byte more than an upload may have where it has more.
pub(in crate::trust) fn read(path: &Path) -> Result<Vec<u8>, UnusableFile> {
    let read = || {
        let mut bytes = Vec::new();
        let most = u64::try_from(MAX_UPLOAD_BYTES).unwrap_or(u64::MAX);
        File::open(path)?
            .take(most.saturating_add(1))
            .read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    };
    read().map_err(|error| UnusableFile::new(path, &error))
}

/// The one certificate of a file.
pub fn only_certificate(path: &Path) -> Result<CertificateDer<'static>, UnusableFile> {
    let unusable = |problem: &dyn std::fmt::Display| UnusableFile::new(path, problem);
    let mut found = read_upload(&read(path)?).map_err(|error| unusable(&error))?;
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(_) | None, _) => Err(unusable(&"it holds more than one certificate")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::pki::{Party, pem};

    #[test]
    fn a_file_holds_one_certificate_and_is_not_read_for_ever() {
        let party = Party::new("AC organisations");
        let root = party.root();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("one.pem");
        let read = |content: &[u8]| {
            std::fs::write(&file, content).unwrap();
            only_certificate(&file)
        };
        let one = pem(root.der());
        for good in [one.as_bytes(), root.der()] {
            assert_eq!(read(good).unwrap(), *root.der());
        }
        let two = read(one.repeat(2).as_bytes()).unwrap_err();
        assert_eq!(two.problem, "it holds more than one certificate");
        assert!(read(b"").is_err());
        assert!(only_certificate(dir.path()).is_err());
        assert!(only_certificate(Path::new("/dev/zero")).is_err());
    }
}
