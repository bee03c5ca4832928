//! The demo's keys, certificates and tokens as files, made once, readable by their owner alone.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config;
use crate::config::trust::SigningKey;

/// The demo's directory of keys, certificates and tokens.
#[derive(Clone)]
pub(in crate::cli::demo) struct Files(PathBuf);

impl Files {
    pub(in crate::cli::demo) fn of(data_dir: &Path) -> Self {
        Self(data_dir.join("trust"))
    }

    /// Whether they are all there: the anchors are written last.
    pub(in crate::cli::demo) fn are_there(&self) -> bool {
        self.0.join(ANCHORS).exists()
    }

    /// Where one is.
    pub(in crate::cli::demo) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// What one holds.
    pub(in crate::cli::demo) fn read(&self, name: &str) -> std::io::Result<String> {
        fs::read_to_string(self.0.join(name))
    }

    /// Writes one for its owner alone, in place of what an interrupted start left.
    pub(in crate::cli::demo) fn write(&self, name: &str, content: &str) -> std::io::Result<()> {
        fs::create_dir_all(&self.0)?;
        let path = self.0.join(name);
        if path.exists() {
            fs::remove_file(&path)?;
        }
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?
            .write_all(content.as_bytes())
    }

    /// The settings that use them.
    pub(in crate::cli::demo) fn settings(&self, trust: &mut config::Trust) {
        trust.publish_every = Some(Duration::from_hours(24));
        trust.anchor_files = vec![self.0.join(ANCHORS)];
        trust.signing_keys = [SIGNER, NEXT_SIGNER]
            .map(|name| SigningKey {
                certificate_file: self.0.join(format!("{name}.pem")),
                key_file: Some(self.0.join(format!("{name}.key"))),
                pkcs11: None,
            })
            .to_vec();
    }
}

/// The authority operators' certificates come from.
pub(in crate::cli::demo) const ANCHORS: &str = "anchors.pem";
/// The key that signs.
pub(in crate::cli::demo) const SIGNER: &str = "signer";
/// The key that may sign next.
pub(in crate::cli::demo) const NEXT_SIGNER: &str = "next-signer";
/// The authority's key.
pub(in crate::cli::demo) const AUTHORITY_KEY: &str = "authority.key";
/// Number of the approval that waits.
pub(in crate::cli::demo) const WAITING: &str = "waiting.approval";
