//! Signing keys of tests: made once, with certificates valid as a test needs them; and keys that fail.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::{Arc, OnceLock};

use annuaire::domain::digest::Digest;
use annuaire::trust::digest::sha256;
use annuaire::trust::sign::{PemSigner, SignError, Signer};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::support::scratch;

/// What the clock of these tests shows at first.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-21 12:00:00 UTC);

/// A key of the first three, with a certificate valid from 2026 to this moment.
pub(crate) fn signer_until(which: usize, until: OffsetDateTime) -> Arc<PemSigner> {
    static KEYS: [OnceLock<String>; 3] = [const { OnceLock::new() }; 3];
    let key = KEYS[which].get_or_init(|| {
        let made = Command::new("openssl").args(["genrsa", "2048"]).output();
        String::from_utf8(made.unwrap().stdout).unwrap()
    });
    let dir = scratch::directory("signer");
    let pair = KeyPair::from_pkcs8_pem_and_sign_algo(key, &PKCS_RSA_SHA256).unwrap();
    let mut params = CertificateParams::default();
    params.not_before = datetime!(2026-01-01 00:00:00 UTC);
    params.not_after = until;
    let name = &mut params.distinguished_name;
    name.push(DnType::CommonName, format!("alb{which}.invalid"));
    let certificate = params.self_signed(&pair).unwrap();
    let (key_file, certificate_file) = (dir.join("key.pem"), dir.join("cert.pem"));
    fs::write(&key_file, key).unwrap();
    fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&certificate_file, certificate.pem()).unwrap();
    Arc::new(PemSigner::open(&key_file, &certificate_file).unwrap())
}

/// The same with a certificate that outlives every test.
pub(crate) fn signer(which: usize) -> Arc<PemSigner> {
    static SIGNERS: [OnceLock<Arc<PemSigner>>; 3] = [const { OnceLock::new() }; 3];
    let until = datetime!(2029-01-01 00:00:00 UTC);
    Arc::clone(SIGNERS[which].get_or_init(|| signer_until(which, until)))
}

/// By what a key is known.
pub(crate) fn fingerprint(signer: &dyn Signer) -> Digest {
    sha256(signer.certificate())
}

/// The certificate of a key, as an act names it.
pub(crate) fn hexadecimal(signer: &dyn Signer) -> String {
    hex::encode(signer.certificate())
}

type Instead = dyn Fn(&[u8], &PemSigner) -> Result<Vec<u8>, SignError> + Send + Sync;

/// The first key, which does something else than to sign.
pub(crate) struct Odd(Box<Instead>);

impl Odd {
    pub(crate) fn new(
        instead: impl Fn(&[u8], &PemSigner) -> Result<Vec<u8>, SignError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self(Box::new(instead)))
    }

    /// A device that is gone.
    pub(crate) fn gone() -> Arc<Self> {
        Self::new(|_, _| {
            Err(SignError::Device {
                key: "token \"annuaire\", key \"signer\"".to_owned(),
                problem: "the token was taken out".to_owned(),
            })
        })
    }
}

impl Signer for Odd {
    fn certificate(&self) -> &[u8] {
        static CERTIFICATE: OnceLock<Vec<u8>> = OnceLock::new();
        CERTIFICATE.get_or_init(|| signer(0).certificate().to_vec())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        (self.0)(message, &signer(0))
    }
}
