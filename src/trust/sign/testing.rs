//! Keys and certificates for the tests of signing, made by openssl, once each.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::PemSigner;

/// Runs openssl in a directory and gives what it printed; fails the test where it fails.
pub(crate) fn openssl(dir: &Path, arguments: &str) -> String {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(dir)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "openssl {arguments}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A directory with `key.pem` (PKCS#8, RSA) and `cert.pem`, one for each name.
pub(crate) struct Identity {
    dir: tempfile::TempDir,
}

impl Identity {
    fn make(name: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        openssl(
            dir.path(),
            &format!(
                "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN={name}"
            ),
        );
        Self { dir }
    }

    /// The first of two.
    pub(crate) fn first() -> &'static Self {
        static MADE: OnceLock<Identity> = OnceLock::new();
        MADE.get_or_init(|| Self::make("first"))
    }

    /// The second of two.
    pub(crate) fn second() -> &'static Self {
        static MADE: OnceLock<Identity> = OnceLock::new();
        MADE.get_or_init(|| Self::make("second"))
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.dir().join("key.pem")
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.dir().join("cert.pem")
    }

    pub(crate) fn signer(&self) -> PemSigner {
        PemSigner::open(&self.key(), &self.certificate()).unwrap()
    }
}
