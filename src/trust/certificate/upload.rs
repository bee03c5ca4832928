//! What people send when asked for a certificate: PEM with one or a chain, or DER with one.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{PemObject, SectionKind};

use super::{
    Certificate, InvalidCertificate, MAX_CERTIFICATE_BYTES, MAX_CHAIN_LENGTH, UploadError,
};

/// Base64 and the text that `openssl` prints between blocks make a file several times its DER.
pub(super) const MAX_UPLOAD_BYTES: usize = 4 * MAX_CHAIN_LENGTH * MAX_CERTIFICATE_BYTES;

/// The certificates of an uploaded file, in its order, each readable.
///
/// PEM holds one to eight certificates and any text between them; DER holds exactly one. A file
/// with a private key is refused whatever else is in it.
pub fn read_upload(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, UploadError> {
    if bytes.len() > MAX_UPLOAD_BYTES {
        return Err(UploadError::TooLarge {
            bytes: bytes.len(),
            limit: MAX_UPLOAD_BYTES,
        });
    }
    // Editors of one family begin every text with it.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // A key may stand in a block that is too broken to be read as one.
    if holds(bytes, b"PRIVATE KEY-----") {
        return Err(UploadError::PrivateKey);
    }
    let is_blank = bytes.iter().all(u8::is_ascii_whitespace);
    let certificates = match bytes.first() {
        _ if is_blank => return Err(UploadError::Empty),
        Some(&DER_SEQUENCE) if !holds(bytes, b"-----BEGIN ") => {
            vec![CertificateDer::from(bytes.to_vec())]
        }
        _ => blocks(bytes)?,
    };
    for (place, certificate) in certificates.iter().enumerate() {
        match Certificate::parse(certificate) {
            Ok(_) => {}
            // Keys in DER begin as certificates do.
            Err(InvalidCertificate::NotDer) if is_private_key(certificate) => {
                return Err(UploadError::PrivateKey);
            }
            Err(reason) => {
                return Err(UploadError::Certificate {
                    number: place + 1,
                    reason,
                });
            }
        }
    }
    Ok(certificates)
}

pub(super) const DER_SEQUENCE: u8 = 0x30;

fn blocks(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, UploadError> {
    let mut certificates = Vec::new();
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes) {
        let number = certificates.len() + 1;
        let block = |reason| UploadError::Block { number, reason };
        match section {
            Ok((SectionKind::Certificate, _)) if certificates.len() == MAX_CHAIN_LENGTH => {
                return Err(UploadError::TooMany(MAX_CHAIN_LENGTH));
            }
            Ok((SectionKind::Certificate, der)) => certificates.push(CertificateDer::from(der)),
            Ok(_) => return Err(block("it is no certificate")),
            Err(_) => return Err(block("it has no end, or its base64 cannot be read")),
        }
    }
    if certificates.is_empty() {
        return Err(UploadError::NoCertificate);
    }
    Ok(certificates)
}

/// Whether these words stand anywhere in it.
pub(in crate::trust) fn holds(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// Whether this is `PrivateKeyInfo` (RFC 5208) or one of its elders: a sequence whose first element
/// is a small version number, where a certificate has a sequence.
pub(in crate::trust) fn is_private_key(der: &[u8]) -> bool {
    use x509_parser::asn1_rs::{Any, FromDer, Tag};
    let Ok((_, outer)) = Any::from_der(der) else {
        return false;
    };
    Any::from_der(outer.data)
        .is_ok_and(|(_, first)| first.tag() == Tag::Integer && matches!(first.data, [0 | 1]))
}
