//! An authority for the tests of this engine and of those above it: a root and what it certified, with
//! short keys, made once a test binary.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::OnceLock;

use time::OffsetDateTime;
use time::macros::datetime;

use super::ceremony::{Ceremony, IssuingKey, KeySize, Made};
use super::{Serial, responder_url, revocation_list_url};
use crate::trust::certificate::Certificate;
use crate::trust::pki::pem;
use crate::trust::sign::PemSigner;

/// When the authority was made.
pub(crate) const MADE_AT: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);

/// A root, an issuing authority and their files.
pub(crate) struct TestAuthority {
    /// What was made.
    pub(crate) made: Made,
    /// How.
    pub(crate) ceremony: Ceremony,
    dir: tempfile::TempDir,
}

impl TestAuthority {
    /// The one of this test binary.
    pub(crate) fn shared() -> &'static Self {
        static MADE: OnceLock<TestAuthority> = OnceLock::new();
        MADE.get_or_init(Self::make)
    }

    fn make() -> Self {
        let ceremony = Ceremony {
            name: "essai".to_owned(),
            organization: "Hôpital d'essai".to_owned(),
            public_url: "http://pki.essai.fr".to_owned(),
            witnesses: vec!["Anne".to_owned(), "Bruno".to_owned()],
            at: MADE_AT,
            root_key: KeySize::Bits2048,
            issuing_key: IssuingKey::Made(KeySize::Bits2048),
        };
        let numbers = [[1; 16], [2; 16]].map(Serial::from_chance);
        let made = ceremony.hold(numbers[0], numbers[1]).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let authority = Self {
            made,
            ceremony,
            dir,
        };
        let made = &authority.made;
        let issuing_key = made.issuing_key_pem.clone().unwrap();
        for (name, text) in [
            ("root.key", made.root_key_pem.clone()),
            ("root.pem", pem(made.root.der())),
            ("issuing.key", issuing_key),
            ("issuing.pem", pem(made.issuing.der())),
        ] {
            let file = authority.file(name);
            std::fs::write(&file, text).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        authority
    }

    /// `root.key`, `root.pem`, `issuing.key` or `issuing.pem`.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The issuing authority's certificate.
    pub(crate) fn certificate(&self) -> &Certificate {
        &self.made.issuing
    }

    /// The issuing authority's key.
    pub(crate) fn signer(&self) -> PemSigner {
        PemSigner::open(&self.file("issuing.key"), &self.file("issuing.pem")).unwrap()
    }

    /// The root's key.
    pub(crate) fn root_signer(&self) -> PemSigner {
        PemSigner::open(&self.file("root.key"), &self.file("root.pem")).unwrap()
    }

    /// Where its revocation list is.
    pub(crate) fn crl_url(&self) -> String {
        revocation_list_url(&self.ceremony.public_url, &self.ceremony.name)
    }

    /// Where its responder is.
    pub(crate) fn ocsp_url(&self) -> String {
        responder_url(&self.ceremony.public_url)
    }
}
