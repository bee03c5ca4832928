//! The demo's keys, certificates and tokens as files, made once, readable by their owner alone.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::authorities::AUTHORITY;
use crate::config::Config;
use crate::config::ca::Authority;
use crate::config::trust::{Identity, SigningKey};

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

    /// The same of one that is no text.
    pub(in crate::cli::demo) fn read_bytes(&self, name: &str) -> std::io::Result<Vec<u8>> {
        fs::read(self.0.join(name))
    }

    /// Writes one for its owner alone, in place of what an interrupted start left.
    pub(in crate::cli::demo) fn write(&self, name: &str, content: &str) -> std::io::Result<()> {
        self.write_bytes(name, content.as_bytes())
    }

    /// The same of one that is no text.
    pub(in crate::cli::demo) fn write_bytes(
        &self,
        name: &str,
        content: &[u8],
    ) -> std::io::Result<()> {
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
            .write_all(content)
    }

    /// The settings that use them.
    pub(in crate::cli::demo) fn settings(&self, config: &mut Config) {
        let file = |name: &str, kind: &str| self.0.join(format!("{name}.{kind}"));
        let trust = &mut config.trust;
        trust.publish_every = Some(Duration::from_hours(24));
        trust.anchor_files = vec![self.0.join(ANCHORS), self.0.join(ROOT)];
        trust.signing_keys = [SIGNER, NEXT_SIGNER]
            .map(|name| SigningKey {
                certificate_file: file(name, "pem"),
                key_file: Some(file(name, "key")),
                pkcs11: None,
            })
            .to_vec();
        config.ca.authorities = vec![Authority {
            name: AUTHORITY.to_owned(),
            certificate_file: file(ISSUING, "pem"),
            key_file: Some(file(ISSUING, "key")),
            pkcs11: None,
            responder: Some(Identity {
                certificate_file: file(RESPONDER, "pem"),
                key_file: file(RESPONDER, "key"),
            }),
        }];
        config.tls.certificate_file = Some(file(SERVER, "pem"));
        config.tls.key_file = Some(file(SERVER, "key"));
    }
}

/// The authority of the certificates that sign lists, and of the server's.
pub(in crate::cli::demo) const ANCHORS: &str = "anchors.pem";
/// The key that signs.
pub(in crate::cli::demo) const SIGNER: &str = "signer";
/// The key that may sign next.
pub(in crate::cli::demo) const NEXT_SIGNER: &str = "next-signer";
/// Number of the approval that waits.
pub(in crate::cli::demo) const WAITING: &str = "waiting.approval";
/// What the listener for operators shows.
pub(in crate::cli::demo) const SERVER: &str = "server";
/// The root of the gateways' certificates.
pub(in crate::cli::demo) const ROOT: &str = "root.pem";
/// Its key, which would be locked away.
pub(in crate::cli::demo) const ROOT_KEY: &str = "root.key";
/// What it revoked: nothing.
pub(in crate::cli::demo) const ROOT_LIST: &str = "root.crl";
/// The authority that issues them.
pub(in crate::cli::demo) const ISSUING: &str = "issuing";
/// Who answers OCSP for it.
pub(in crate::cli::demo) const RESPONDER: &str = "responder";
/// A gateway in the reader's hands: its chain and its key.
pub(in crate::cli::demo) const GATEWAY: &str = "gateway";
/// The number of its certificate.
pub(in crate::cli::demo) const GATEWAY_NUMBER: &str = "gateway.number";
/// Whether it may send, as its peers ask.
pub(in crate::cli::demo) const QUESTION: &str = "question.json";
