//! A signing key in a PKCS#11 device (OASIS PKCS #11 v2.40): the key never leaves it.

mod device;
mod library;

use std::path::PathBuf;
use std::time::Duration;

use cryptoki::types::AuthPin;

use self::device::{Device, Question, Trouble};
use super::certificate::{SignerCertificate, TRIAL};
use super::public_key::RsaPublicKey;
use super::worker::Worker;
use super::{SignError, Signer, files};

/// How long a signature of a healthy device may take, with the session and the log-in before it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Where the key is, and what opens it.
#[derive(Clone, Debug)]
pub struct Pkcs11Key {
    /// The vendor's library.
    pub module: PathBuf,
    /// `CKA_LABEL` of the token: exactly one slot holds it.
    pub token_label: String,
    /// `CKA_LABEL` of the private key: exactly one RSA key of the token has it.
    pub key_label: String,
    /// What the token asks of its user.
    pub pin: Pin,
    /// Where the key's certificate is.
    pub certificate: CertificateSource,
    /// How long the device may take for one question; [`PATIENCE`] unless there is a reason.
    pub patience: Duration,
}

/// Where the certificate of a key in a device is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateSource {
    /// A PEM file, as for [`PemSigner`](super::PemSigner).
    File(PathBuf),
    /// On the token, under the key's label.
    Token,
}

/// The user's PIN of a token; never printed.
#[derive(Clone)]
pub struct Pin(AuthPin);

impl Pin {
    /// Wraps a PIN.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("********")
    }
}

/// A key in a device, and its certificate.
///
/// The device may go away and come back: a session that fails is made anew, with its log-in, at last
/// with the library initialized anew, and what fails then is [`SignError::Device`]; the next signature
/// tries afresh. A PIN that was refused
/// is never tried again by this signer, so that a schedule cannot lock the token. Calls wait for each
/// other, each at most [`Pkcs11Key::patience`]: a device that hangs costs one thread, not the caller.
pub struct Pkcs11Signer {
    name: String,
    device: Worker<Question, Result<Vec<u8>, Trouble>>,
    certificate: SignerCertificate,
}

impl Pkcs11Signer {
    /// Opens the device, and signs once to see that the key fits its certificate.
    pub fn open(key: Pkcs11Key) -> Result<Self, SignError> {
        let name = key.name();
        let patience = key.patience;
        let source = key.certificate.clone();
        let mut device = Device::new(key);
        let device = Worker::start(move |question| device.answer(&question), patience)
            .map_err(|cause| device_error(&name, &cause))?;
        let certificate = match source {
            CertificateSource::File(file) => files::certificate(&file)?,
            CertificateSource::Token => {
                let der = ask(&device, &name, Question::Certificate)?;
                SignerCertificate::parse(&der).map_err(|cause| SignError::Unusable {
                    key: name.clone(),
                    problem: format!("its certificate on the token: {cause}"),
                })?
            }
        };
        let fits = certificate.is_of(|message| ask(&device, &name, Question::sign(message)))?;
        if !fits {
            return Err(SignError::Mismatch { key: name });
        }
        Ok(Self {
            name,
            device,
            certificate,
        })
    }
}

impl Pkcs11Key {
    /// The public half of the key as encoded (`SubjectPublicKeyInfo`), DER, for who will certify it: the
    /// device signs once, to see that it is its. No certificate is looked for.
    pub fn public_key(self) -> Result<Vec<u8>, SignError> {
        let name = self.name();
        let patience = self.patience;
        let mut device = Device::new(self);
        let device = Worker::start(move |question| device.answer(&question), patience)
            .map_err(|cause| device_error(&name, &cause))?;
        let key = RsaPublicKey::new(ask(&device, &name, Question::PublicKey)?);
        let signature = ask(&device, &name, Question::sign(TRIAL))?;
        if key.verifies(TRIAL, &signature) {
            Ok(key.spki())
        } else {
            Err(SignError::Unusable {
                key: name,
                problem: "its numbers are not those of an RSA key of 2048 to 8192 bits that signs"
                    .to_owned(),
            })
        }
    }

    /// Which key it is, for people; no secret.
    pub fn name(&self) -> String {
        format!("{} of token {}", self.key_label, self.token_label)
    }
}

impl Signer for Pkcs11Signer {
    fn certificate(&self) -> &[u8] {
        self.certificate.der()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature = ask(&self.device, &self.name, Question::sign(message))?;
        // A device that came back may hold another key under this label, or be broken.
        if self.certificate.verifies(message, &signature) {
            Ok(signature)
        } else {
            Err(device_error(
                &self.name,
                &"what it signed does not verify under the certificate",
            ))
        }
    }
}

impl std::fmt::Debug for Pkcs11Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pkcs11Signer")
            .field("key", &self.name)
            .finish_non_exhaustive()
    }
}

fn ask(
    device: &Worker<Question, Result<Vec<u8>, Trouble>>,
    name: &str,
    question: Question,
) -> Result<Vec<u8>, SignError> {
    match device.ask(question) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Trouble::Device(problem))) => Err(device_error(name, &problem)),
        Ok(Err(Trouble::Unusable(problem))) => Err(SignError::Unusable {
            key: name.to_owned(),
            problem,
        }),
        Err(silence) => Err(device_error(name, &silence)),
    }
}

fn device_error(name: &str, problem: &dyn std::fmt::Display) -> SignError {
    SignError::Device {
        key: name.to_owned(),
        problem: problem.to_string(),
    }
}
