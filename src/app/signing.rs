//! The keys of the settings, as signers: opened when they first sign, so that a device that is away
//! keeps no node from serving.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::AppError;
use crate::config::{self, Trust};
use crate::service::certificate_status::Responder;
use crate::service::trust_space::{Clocks, ConfiguredAuthority, OwnAuthorities};
use crate::trust::certificate::{Certificate, only_certificate};
use crate::trust::ocsp::sign::ResponderKey;
use crate::trust::sign::{
    CertificateSource, PATIENCE, PemSigner, Pin, Pkcs11Key, Pkcs11Signer, SignError, Signer,
};

/// Where a key is.
enum Source {
    File(config::trust::SigningKey),
    Device(config::trust::Pkcs11, config::trust::SigningKey),
}

/// A key that is opened when it is first needed, and again after it could not be.
struct Configured {
    certificate: Vec<u8>,
    source: Source,
    opened: Mutex<Option<Arc<dyn Signer>>>,
}

/// The signers of the settings. Their certificates are read now, their keys later.
pub(super) fn keys(settings: &Trust) -> Result<Vec<Arc<dyn Signer>>, AppError> {
    settings.signing_keys.iter().map(key).collect()
}

/// One of them.
fn key(key: &config::trust::SigningKey) -> Result<Arc<dyn Signer>, AppError> {
    let certificate = certificate(&key.certificate_file)?;
    let source = match (&key.key_file, &key.pkcs11) {
        (Some(_), None) => Source::File(key.clone()),
        (None, Some(device)) => Source::Device(device.clone(), key.clone()),
        (Some(_), Some(_)) | (None, None) => {
            return Err(unusable(
                &key.certificate_file,
                "give either `key_file` or `pkcs11` beside it",
            ));
        }
    };
    Ok(Arc::new(Configured {
        certificate,
        source,
        opened: Mutex::new(None),
    }))
}

/// The authorities of the settings, likewise. Clocks may differ by `clock_skew`.
pub(super) fn authorities(
    settings: &config::Ca,
    clock_skew: std::time::Duration,
) -> Result<OwnAuthorities, AppError> {
    let open = |authority: &config::ca::Authority| -> Result<ConfiguredAuthority, AppError> {
        let key = match (&authority.key_file, &authority.pkcs11) {
            (None, None) => None,
            (key_file, pkcs11) => Some(key(&config::trust::SigningKey {
                certificate_file: authority.certificate_file.clone(),
                key_file: key_file.clone(),
                pkcs11: pkcs11.clone(),
            })?),
        };
        Ok(ConfiguredAuthority {
            name: authority.name.clone(),
            certificate: certificate(&authority.certificate_file)?,
            key,
        })
    };
    let configured = settings.authorities.iter().map(open);
    Ok(OwnAuthorities {
        settings: settings.clone(),
        configured: configured.collect::<Result<_, _>>()?,
        clocks: Clocks::Database(clock_skew),
    })
}

/// What answers OCSP for the authorities of the settings. Their keys are read now: they are in files, and what
/// is wrong with them is to be known before the first answer is missed.
pub(super) fn responders(settings: &config::Ca) -> Result<Vec<Responder>, AppError> {
    let open = |authority: &config::ca::Authority| {
        let identity = authority.responder.as_ref()?;
        Some(responder(authority, identity))
    };
    settings.authorities.iter().filter_map(open).collect()
}

fn responder(
    authority: &config::ca::Authority,
    identity: &config::trust::Identity,
) -> Result<Responder, AppError> {
    let file = &authority.certificate_file;
    let issuer = Certificate::parse(&certificate(file)?).map_err(|error| unusable(file, error))?;
    Ok(Responder {
        name: authority.name.clone(),
        authority: issuer.spki_sha256,
        key: ResponderKey::open(&identity.key_file, &identity.certificate_file, &issuer)?,
    })
}

fn certificate(path: &Path) -> Result<Vec<u8>, AppError> {
    let read = only_certificate(path).map_err(|error| unusable(path, error.problem))?;
    Ok(read.to_vec())
}

fn unusable(path: &Path, problem: impl std::fmt::Display) -> AppError {
    AppError::SigningKey(SignError::Unusable {
        key: path.display().to_string(),
        problem: problem.to_string(),
    })
}

impl Configured {
    fn signer(&self) -> Result<Arc<dyn Signer>, SignError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signer) = opened.as_ref() {
            return Ok(Arc::clone(signer));
        }
        let signer = self.open()?;
        *opened = Some(Arc::clone(&signer));
        Ok(signer)
    }

    fn open(&self) -> Result<Arc<dyn Signer>, SignError> {
        match &self.source {
            Source::File(key) => {
                let file = key.key_file.as_deref().unwrap_or(&key.certificate_file);
                Ok(Arc::new(PemSigner::open(file, &key.certificate_file)?))
            }
            Source::Device(device, key) => Ok(Arc::new(Pkcs11Signer::open(Pkcs11Key {
                module: device.module.clone(),
                token_label: device.token.clone(),
                key_label: device.key.clone(),
                pin: pin(device)?,
                certificate: CertificateSource::File(key.certificate_file.clone()),
                patience: PATIENCE,
            })?)),
        }
    }
}

fn pin(device: &config::trust::Pkcs11) -> Result<Pin, SignError> {
    let unusable = |problem: String| SignError::Unusable {
        key: format!("{} of token {}", device.key, device.token),
        problem,
    };
    match (&device.pin, &device.pin_file) {
        (Some(pin), None) => Ok(Pin::new(pin.reveal())),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file)
                .map_err(|error| unusable(format!("{}: {error}", file.display())))?;
            Ok(Pin::new(text.trim_end_matches(['\r', '\n'])))
        }
        (Some(_), Some(_)) | (None, None) => {
            Err(unusable("give either `pin` or `pin_file`".to_owned()))
        }
    }
}

impl Signer for Configured {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.signer()?.sign(message)
    }
}
