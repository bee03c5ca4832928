//! An authority's key as the writer of certificates wants one: RSA, PKCS #1 v1.5, SHA-256, wherever it
//! lives.

use std::cell::RefCell;

use rcgen::{Issuer, PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm, SigningKey};

use super::error::AuthorityError;
use crate::trust::certificate::Certificate;
use crate::trust::sign::{SignError, Signer, SignerCertificate};

/// The key of an authority.
pub(super) struct AuthorityKey<'a> {
    signer: &'a dyn Signer,
    certificate: SignerCertificate,
    /// What the signer said when it did not sign: the writer has no words for it.
    failure: RefCell<Option<SignError>>,
}

impl<'a> AuthorityKey<'a> {
    /// The signer's key, where it is that of the authority's certificate.
    pub(super) fn new(
        signer: &'a dyn Signer,
        authority: &Certificate,
    ) -> Result<Self, AuthorityError> {
        let own = Certificate::parse(signer.certificate())?;
        let certificate = SignerCertificate::parse(authority.der());
        match certificate {
            Ok(certificate) if own.spki_sha256 == authority.spki_sha256 => Ok(Self {
                signer,
                certificate,
                failure: RefCell::new(None),
            }),
            Ok(_) | Err(_) => Err(AuthorityError::OtherKey),
        }
    }

    /// This key under its authority's name.
    pub(super) fn issuer(
        self,
        authority: &Certificate,
    ) -> Result<Issuer<'static, Self>, AuthorityError> {
        Ok(Issuer::from_ca_cert_der(authority.der(), self)?)
    }
}

/// What was made, or what the key said.
pub(super) fn made<T>(
    result: Result<T, rcgen::Error>,
    issuer: &Issuer<'_, AuthorityKey<'_>>,
) -> Result<T, AuthorityError> {
    result.map_err(|error| match issuer.key().failure.take() {
        Some(said) => AuthorityError::Key(said),
        None => AuthorityError::Encoding(error),
    })
}

impl PublicKeyData for AuthorityKey<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.certificate.public_key()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl SigningKey for AuthorityKey<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let failed = |said| {
            self.failure.replace(Some(said));
            rcgen::Error::RemoteKeyError
        };
        let signature = self.signer.sign(message).map_err(failed)?;
        // A faulty signature tells the key's secrets as well as it fails: it must not leave.
        if self.certificate.verifies(message, &signature) {
            return Ok(signature);
        }
        Err(failed(SignError::Device {
            key: "of the authority".to_owned(),
            problem: "what it signed does not verify under the certificate".to_owned(),
        }))
    }
}
