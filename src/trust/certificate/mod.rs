//! Certificates from outside: bytes in, an owned summary out. Nothing here judges what it reads;
//! that is for the rules and for the path.

mod error;
pub(in crate::trust) mod extensions;
pub(in crate::trust) mod file;
pub(in crate::trust) mod key;
pub(in crate::trust) mod name;
pub(crate) mod oid;
mod presented;
pub(in crate::trust) mod strict;
#[cfg(test)]
mod tests;
pub(in crate::trust) mod upload;

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer, X509Certificate};

pub use error::{InvalidCertificate, UploadError};
pub use extensions::{
    AlternativeName, AuthorityKey, BasicConstraints, Extension, Extensions, KeyUsage, KeyUsages,
};
pub use file::{UnusableFile, only_certificate};
pub use key::{Curve, PublicKey};
pub use name::InvalidName;
pub(in crate::trust) use name::read_der as read_name;
pub use presented::read_presented;
pub use upload::read_upload;

use crate::domain::digest::Digest;
use crate::domain::distinguished_name::OperatorDn;
use crate::trust::digest::sha256;

/// Bytes of the largest certificate that is looked at.
pub const MAX_CERTIFICATE_BYTES: usize = 16 * 1024;

/// Certificates of the longest upload or presented chain that is looked at.
pub const MAX_CHAIN_LENGTH: usize = 8;

/// What a certificate says of itself (RFC 5280 §4.1), owned; nothing of it is verified.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: CertificateDer<'static>,
    /// SHA-256 of its bytes.
    pub fingerprint: Digest,
    /// 1, 2 or 3.
    pub version: u32,
    /// Whom it names.
    pub subject: OperatorDn,
    /// Who signed it.
    pub issuer: OperatorDn,
    /// Whether subject and issuer are the same bytes.
    pub is_self_issued: bool,
    /// The contents of its serial number as encoded: two's complement, most significant byte first.
    pub serial: Vec<u8>,
    /// First second of its validity, UTC.
    pub not_before: OffsetDateTime,
    /// Last second of its validity, UTC.
    pub not_after: OffsetDateTime,
    /// The key it is for.
    pub key: PublicKey,
    /// SHA-256 of the key as encoded (`SubjectPublicKeyInfo`).
    pub spki_sha256: Digest,
    /// Object identifier of the algorithm it is signed with, in dots.
    pub signature_algorithm: String,
    /// What its extensions say.
    pub extensions: Extensions,
}

impl Certificate {
    /// Reads one certificate: strict DER of at most [`MAX_CERTIFICATE_BYTES`] and nothing after it.
    ///
    /// Its size is looked at before anything else.
    pub fn parse(der: &[u8]) -> Result<Self, InvalidCertificate> {
        if der.len() > MAX_CERTIFICATE_BYTES {
            return Err(InvalidCertificate::TooLarge {
                bytes: der.len(),
                limit: MAX_CERTIFICATE_BYTES,
            });
        }
        let (rest, read) =
            X509Certificate::from_der(der).map_err(|_| InvalidCertificate::NotDer)?;
        if !rest.is_empty() {
            return Err(InvalidCertificate::TrailingBytes(rest.len()));
        }
        if !strict::is_der(der) {
            return Err(InvalidCertificate::NotDer);
        }
        if read.signature_algorithm != read.tbs_certificate.signature {
            return Err(InvalidCertificate::SignatureAlgorithms);
        }
        let spki = read.public_key();
        Ok(Self {
            der: CertificateDer::from(der.to_vec()),
            fingerprint: sha256(der),
            version: read.version().0.saturating_add(1),
            subject: name::read(read.subject()).map_err(InvalidCertificate::Subject)?,
            issuer: name::read(read.issuer()).map_err(InvalidCertificate::Issuer)?,
            is_self_issued: read.subject().as_raw() == read.issuer().as_raw(),
            serial: read.raw_serial().to_vec(),
            not_before: moment(&read.validity().not_before)?,
            not_after: moment(&read.validity().not_after)?,
            key: key::read(spki),
            spki_sha256: sha256(spki.raw),
            signature_algorithm: read.signature_algorithm.algorithm.to_id_string(),
            extensions: extensions::read(read.extensions())?,
        })
    }

    /// The bytes it was read from.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// The serial number as `openssl` prints it: capital hexadecimal digits, two a byte, without
    /// the byte that only says that the number is positive.
    pub fn serial_hex(&self) -> String {
        let bytes = match self.serial.as_slice() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            all => all,
        };
        hex::encode_upper(bytes)
    }

    /// Whether it says it is an authority's (RFC 5280 §4.2.1.9).
    pub fn is_authority(&self) -> bool {
        self.extensions
            .basic_constraints
            .is_some_and(|constraints| constraints.is_authority)
    }
}

impl std::fmt::Debug for Certificate {
    /// What tells it from others; its bytes would fill a page.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject.to_string())
            .field("serial", &self.serial_hex())
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

fn moment(time: &x509_parser::time::ASN1Time) -> Result<OffsetDateTime, InvalidCertificate> {
    OffsetDateTime::from_unix_timestamp(time.timestamp()).map_err(|_| InvalidCertificate::NotDer)
}
