//! Client certificates of the probes as the settings hold them: PEM files.

use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;

use super::plan::ProbeIdentity;
use crate::trust::certificate::{UploadError, read_upload};

/// Why files are not a client certificate.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The certificates cannot be read.
    #[error(transparent)]
    Certificates(#[from] UploadError),
    /// The key cannot be read.
    #[error("the key cannot be read as PEM")]
    Key,
}

impl ProbeIdentity {
    /// A certificate with its chain, the certificate first, and its key; both PEM.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        let chain = read_upload(certificates)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| IdentityError::Key)?;
        Ok(Self {
            chain: chain.iter().map(|der| der.to_vec()).collect(),
            key: key.secret_der().to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_and_its_key_are_read_and_nothing_else_is() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec!["a.fr".to_owned()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        let (certificate_pem, key_pem) = (certificate.pem(), key.serialize_pem());
        let read = ProbeIdentity::from_pem(certificate_pem.as_bytes(), key_pem.as_bytes()).unwrap();
        assert_eq!(read.chain, [certificate.der().to_vec()]);
        assert_eq!(read.key, key.serialize_der());
        assert!(matches!(
            ProbeIdentity::from_pem(b"", key_pem.as_bytes()),
            Err(IdentityError::Certificates(_))
        ));
        assert!(matches!(
            ProbeIdentity::from_pem(certificate_pem.as_bytes(), b"-----BEGIN"),
            Err(IdentityError::Key)
        ));
    }
}
