//! The server's own certificate and key, read from files when a node begins.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use crate::trust::certificate::read_upload;
use crate::trust::sign::files::{self, Readers};

/// Why a listener cannot prove who it is.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be used.
    #[error("{}: {problem}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it, in words that hold nothing of a key.
        problem: String,
    },
    /// The two do not belong together, or the key is of no kind that TLS takes.
    #[error("the certificate and the key of the listener cannot be used together: {0}")]
    Pair(#[source] rustls::Error),
}

/// What a server shows, and the key that proves it.
#[derive(Clone, Debug)]
pub struct Identity(pub(super) Arc<SingleCertAndKey>);

impl Identity {
    /// Reads the chain (PEM, the server's own certificate first) and its key (PEM, of any kind that TLS
    /// takes), which only its owner may read.
    pub fn read(certificate_file: &Path, key_file: &Path) -> Result<Self, TlsError> {
        let certificates = files::read(certificate_file, Readers::Anyone)
            .map_err(|problem| unusable(certificate_file, problem))?;
        let key =
            files::read(key_file, Readers::Owner).map_err(|problem| unusable(key_file, problem))?;
        // What the reader of PEM says may quote the file.
        let key = PrivateKeyDer::from_pem_slice(&key)
            .map_err(|_| unusable(key_file, "it holds no private key in PEM, not encrypted"))?;
        let chain =
            read_upload(&certificates).map_err(|error| unusable(certificate_file, error))?;
        Self::new(chain, key)
    }

    /// The same from bytes.
    pub(super) fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, TlsError> {
        let key = CertifiedKey::from_der(chain, key, &provider()).map_err(TlsError::Pair)?;
        Ok(Self(Arc::new(key.into())))
    }
}

fn unusable(file: &Path, problem: impl std::fmt::Display) -> TlsError {
    TlsError::File {
        file: file.to_owned(),
        problem: problem.to_string(),
    }
}

/// The cryptography of every handshake.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
