//! A key that signs lists while they are measured, and its certificate. It must not know lists.

use annuaire::trust::sign::{SignError, Signer};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rcgen::{CertificateParams, PKCS_RSA_SHA256, RsaKeySize};

/// A key of 2,048 bits, as long as the published list's.
pub(crate) struct BenchSigner {
    key: RsaKeyPair,
    certificate: Vec<u8>,
}

impl BenchSigner {
    pub(crate) fn make() -> anyhow::Result<Self> {
        let key = rcgen::KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let certificate = CertificateParams::default().self_signed(&key)?;
        Ok(Self {
            key: RsaKeyPair::from_pkcs8(&key.serialize_der())?,
            certificate: certificate.der().to_vec(),
        })
    }
}

impl Signer for BenchSigner {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .map_err(|error| SignError::Unusable {
                key: "of the bench".to_owned(),
                problem: error.to_string(),
            })?;
        Ok(signature)
    }
}
