//! A signing key in a PEM file: for tests, small installations, and the day the device is broken.

use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};

use super::certificate::SignerCertificate;
use super::files::{self, PrivateKey};
use super::{SignError, Signer};

/// An RSA key read from a file, and its certificate.
pub struct PemSigner {
    name: String,
    key: KeyPair,
    certificate: SignerCertificate,
}

impl PemSigner {
    /// Reads a key and its certificate, and signs once to see that they work together.
    ///
    /// The key file holds one RSA key of 2048 bits or more, `PRIVATE KEY` or `RSA PRIVATE KEY`, not
    /// encrypted, and only its owner may read it; the certificate file holds that key's certificate,
    /// alone. Anything else is refused, saying how to mend it.
    pub fn open(key_file: &Path, certificate_file: &Path) -> Result<Self, SignError> {
        let certificate = files::certificate(certificate_file)?;
        let name = key_file.display().to_string();
        let key = match &files::private_key(key_file)? {
            PrivateKey::Pkcs1(der) => KeyPair::from_der(der.reveal()),
            PrivateKey::Pkcs8(der) => KeyPair::from_pkcs8(der.reveal()),
        }
        .map_err(|rejected| SignError::Unusable {
            key: name.clone(),
            problem: format!("it is not a whole RSA key of 2048 to 8192 bits ({rejected})"),
        })?;
        if key.public_key().as_ref() != certificate.public_key() {
            return Err(SignError::Mismatch { key: name });
        }
        let signer = Self {
            name,
            key,
            certificate,
        };
        match signer.certificate.is_of(|message| signer.sign(message))? {
            true => Ok(signer),
            false => Err(SignError::Mismatch { key: signer.name }),
        }
    }
}

impl Signer for PemSigner {
    fn certificate(&self) -> &[u8] {
        self.certificate.der()
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
            .map_err(|_| SignError::Unusable {
                key: self.name.clone(),
                problem: "it refused to sign".into(),
            })?;
        Ok(signature)
    }
}

impl std::fmt::Debug for PemSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PemSigner")
            .field("key", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
