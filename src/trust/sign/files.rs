//! Reads the files of a signing key: small, whole, alone, and for their owner's eyes only.
//!
//! No text of a key file gets into an error: what is wrong is said in words of this module.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustls_pki_types::pem::{self, SectionKind};

use super::SignError;
use super::certificate::SignerCertificate;

/// Far above any key or certificate, far below what could hurt.
const LARGEST: u64 = 64 * 1024;

/// Who may read a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::trust) enum Readers {
    Owner,
    Anyone,
}

/// A private key, PEM-decoded.
pub(in crate::trust) enum PrivateKey {
    /// `RSA PRIVATE KEY` (RFC 8017 §A.1.2).
    Pkcs1(Secret),
    /// `PRIVATE KEY` (RFC 5208 §5).
    Pkcs8(Secret),
}

/// Bytes that are overwritten when they are let go.
pub(in crate::trust) struct Secret(Vec<u8>);

impl Secret {
    pub(in crate::trust) fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        // So that the compiler cannot find the zeros useless.
        std::hint::black_box(&self.0);
    }
}

/// Reads the one private key of a file that only its owner may read.
pub(in crate::trust) fn private_key(file: &Path) -> Result<PrivateKey, SignError> {
    let unusable = |problem| unusable(file, problem);
    let text = Secret(read(file, Readers::Owner).map_err(unusable)?);
    let labels = labels(text.reveal());
    if labels.iter().any(|label| label.contains("EC ")) {
        return Err(unusable(
            "it holds an elliptic-curve key; the list is signed with RSA".into(),
        ));
    }
    // The older form says so in a header of the block.
    let header = text.reveal().windows(10).any(|w| w == b"Proc-Type:");
    if header || labels.iter().any(|label| label.contains("ENCRYPTED")) {
        return Err(unusable(
            "it is encrypted, and nobody can be asked for a passphrase: write it in clear \
             (openssl pkey -in … -out …) to a file of mode 600, or use a PKCS#11 device"
                .into(),
        ));
    }
    let (kind, der) = only_block(text.reveal(), "private key", &labels).map_err(unusable)?;
    let der = Secret(der);
    match kind {
        SectionKind::RsaPrivateKey => Ok(PrivateKey::Pkcs1(der)),
        SectionKind::PrivateKey => Ok(PrivateKey::Pkcs8(der)),
        _ => Err(unusable("its PEM block is not a private key".into())),
    }
}

/// Reads the one certificate of a file, of a key that signs the list.
pub(super) fn certificate(file: &Path) -> Result<SignerCertificate, SignError> {
    let der = certificate_der(file)?;
    SignerCertificate::parse(&der).map_err(|cause| unusable(file, cause.to_string()))
}

/// The bytes of the one certificate of a file.
pub(in crate::trust) fn certificate_der(file: &Path) -> Result<Vec<u8>, SignError> {
    let unusable = |problem| unusable(file, problem);
    let text = read(file, Readers::Anyone).map_err(unusable)?;
    let (kind, der) = only_block(&text, "certificate", &labels(&text)).map_err(unusable)?;
    if kind != SectionKind::Certificate {
        return Err(unusable("its PEM block is not a certificate".into()));
    }
    Ok(der)
}

fn unusable(file: &Path, problem: String) -> SignError {
    SignError::Unusable {
        key: file.display().to_string(),
        problem,
    }
}

/// The bytes of a small file; the error says what is wrong with it in words that hold nothing of it.
pub(in crate::trust) fn read(path: &Path, readers: Readers) -> Result<Vec<u8>, String> {
    let said = |cause: std::io::Error| cause.to_string();
    // Asked before opening too: to open a pipe would wait for someone who writes to it.
    if !std::fs::metadata(path).map_err(said)?.is_file() {
        return Err("it is not a file".into());
    }
    let file = File::open(path).map_err(said)?;
    let metadata = file.metadata().map_err(said)?;
    let mode = metadata.mode() & 0o7777;
    if readers == Readers::Owner && mode & 0o077 != 0 {
        return Err(format!(
            "others than its owner may read or change it (mode {mode:o}): chmod 600 {}",
            path.display()
        ));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(said)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        return Err(format!("it has more than {LARGEST} bytes"));
    }
    Ok(bytes)
}

/// The labels of the PEM blocks that begin in a text (RFC 7468 §2).
fn labels(text: &[u8]) -> Vec<String> {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| line.strip_prefix(b"-----BEGIN "))
        .map(|rest| String::from_utf8_lossy(rest).into_owned())
        .collect()
}

/// The one PEM block of a text.
fn only_block(
    text: &[u8],
    wanted: &str,
    labels: &[String],
) -> Result<(SectionKind, Vec<u8>), String> {
    match labels.len() {
        0 => return Err(format!("it holds no PEM {wanted}")),
        1 => {}
        many => {
            return Err(format!("it holds {many} PEM blocks: keep the one {wanted}"));
        }
    }
    match pem::from_buf(&mut &*text) {
        Ok(Some(block)) => Ok(block),
        Ok(None) => Err(format!("its PEM block is not a {wanted}")),
        Err(pem::Error::MissingSectionEnd { .. }) => {
            Err(format!("its {wanted} is cut off: the END line is missing"))
        }
        // What the reader says may quote the file.
        Err(_) => Err(format!("its {wanted} is broken: a line is not PEM")),
    }
}
