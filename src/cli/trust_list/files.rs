//! Files given to commands: never read further than what they may hold.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::cli::{Exit, Failed};
use crate::trust::certificate::only_certificate;

/// A whole file of at most so many bytes; one byte more where it has more, so that its reader
/// refuses it by name.
pub(in crate::cli) fn bounded(path: &Path, most: usize) -> Result<Vec<u8>, Failed> {
    let read = || {
        let mut bytes = Vec::new();
        let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        File::open(path)?.take(most).read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    };
    read().map_err(|error| unusable(path, &error))
}

/// The one certificate of a file, DER.
pub(in crate::cli) fn certificate(path: &Path) -> Result<Vec<u8>, Failed> {
    let read = only_certificate(path).map_err(|error| unusable(path, &error.problem))?;
    Ok(read.to_vec())
}

/// A file that cannot be used.
pub(in crate::cli) fn unusable(path: &Path, problem: &dyn std::fmt::Display) -> Failed {
    Failed::new(
        Exit::Input,
        anyhow::anyhow!("{} cannot be used: {problem}", path.display()),
    )
}
