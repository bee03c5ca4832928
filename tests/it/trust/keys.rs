//! Signing keys of tests: made once, with certificates valid as a test needs them; and keys that fail.

use std::sync::{Arc, OnceLock};

use annuaire::domain::digest::Digest;
use annuaire::trust::digest::sha256;
use annuaire::trust::sign::{PemSigner, SignError, Signer};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::support::{scratch, signing};

/// What the clock of these tests shows at first.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-21 12:00:00 UTC);

/// A key of the first three, with a certificate valid from 2026 to this moment.
pub(crate) fn signer_until(which: usize, until: OffsetDateTime) -> Arc<PemSigner> {
    static KEYS: [OnceLock<String>; 3] = [const { OnceLock::new() }; 3];
    let key = KEYS[which].get_or_init(signing::new_key);
    let validity = (datetime!(2026-01-01 00:00:00 UTC), until);
    let dir = scratch::directory("signer");
    let name = format!("alb{which}.invalid");
    let (key, certificate) = signing::write_signer(&dir, key, &name, validity);
    Arc::new(PemSigner::open(&key, &certificate).unwrap())
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
