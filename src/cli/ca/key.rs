//! Where an authority's key is: in its directory, or in a device.

use std::path::{Path, PathBuf};

use clap::Args;

use super::files::{ISSUING, ISSUING_KEY, toml_string};
use crate::cli::trust_list::{bounded, unusable};
use crate::cli::{Exit, Failed};
use crate::trust::sign::{
    CertificateSource, PATIENCE, PemSigner, Pin, Pkcs11Key, Pkcs11Signer, SignError, Signer,
};

/// Bytes of the largest file of a PIN.
const PIN: usize = 1024;

/// The device that holds the issuing authority's key.
#[derive(Args, Debug)]
pub(super) struct DeviceKey {
    /// The issuing authority's key is in a PKCS#11 device, made there before: the vendor's library
    #[arg(
        long = "pkcs11-module",
        value_name = "FILE",
        requires_all = ["token", "key", "pin_file"]
    )]
    module: Option<PathBuf>,
    /// Label of the token
    #[arg(long = "pkcs11-token", value_name = "LABEL", requires = "module")]
    token: Option<String>,
    /// Label of the RSA key
    #[arg(long = "pkcs11-key", value_name = "LABEL", requires = "module")]
    key: Option<String>,
    /// File that holds the PIN of the token's user
    #[arg(long = "pkcs11-pin-file", value_name = "FILE", requires = "module")]
    pin_file: Option<PathBuf>,
}

impl DeviceKey {
    /// The device as the registry's settings name it, if there is one.
    pub(super) fn setting(&self) -> Option<String> {
        let (module, pin_file) = (self.module.as_ref()?, self.pin_file.as_ref()?);
        Some(format!(
            "pkcs11 = {{ module = {}, token = {}, key = {}, pin_file = {} }}",
            toml_string(module.display()),
            toml_string(self.token.as_ref()?),
            toml_string(self.key.as_ref()?),
            toml_string(pin_file.display()),
        ))
    }

    /// The key in the device, if there is one, whose certificate is or will be in this file.
    pub(super) fn key(&self, certificate: PathBuf) -> Result<Option<Pkcs11Key>, Failed> {
        let (Some(module), Some(token), Some(key), Some(pin)) =
            (&self.module, &self.token, &self.key, &self.pin_file)
        else {
            return Ok(None);
        };
        let text = String::from_utf8(bounded(pin, PIN)?);
        let text = text.map_err(|_| unusable(pin, &"it is no text"))?;
        Ok(Some(Pkcs11Key {
            module: module.clone(),
            token_label: token.clone(),
            key_label: key.clone(),
            pin: Pin::new(text.trim_end_matches(['\r', '\n'])),
            certificate: CertificateSource::File(certificate),
            patience: PATIENCE,
        }))
    }

    /// The key of the issuing authority of this directory.
    pub(super) fn signer(&self, issuing: &Path) -> Result<Box<dyn Signer>, Failed> {
        let certificate = issuing.join(ISSUING);
        let signer = match self.key(certificate.clone())? {
            Some(key) => Pkcs11Signer::open(key).map(boxed),
            None => PemSigner::open(&issuing.join(ISSUING_KEY), &certificate).map(boxed),
        };
        signer.map_err(no_key)
    }
}

fn boxed(signer: impl Signer + 'static) -> Box<dyn Signer> {
    Box::new(signer)
}

/// A key that cannot be used, as a failed command.
pub(super) fn no_key(error: SignError) -> Failed {
    let exit = match error {
        SignError::Unusable { .. } | SignError::Mismatch { .. } => Exit::Input,
        SignError::Device { .. } => Exit::NotReady,
    };
    Failed::new(exit, error)
}
