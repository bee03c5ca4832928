//! What people send when asked for a revocation list: one in PEM or in DER.

use rustls_pki_types::pem::{self, SectionKind};

use super::{InvalidRevocationList, RevocationList};

/// Reads one list of at most `max_bytes` as it is sent, `X509 CRL` in PEM or strict DER.
pub fn from_upload(
    bytes: &[u8],
    max_bytes: usize,
) -> Result<RevocationList, InvalidRevocationList> {
    if bytes.len() > max_bytes {
        return Err(InvalidRevocationList::TooLarge {
            bytes: bytes.len(),
            limit: max_bytes,
        });
    }
    if !bytes.trim_ascii_start().starts_with(b"-----BEGIN ") {
        return RevocationList::read(bytes, max_bytes);
    }
    let mut text = bytes;
    match (pem::from_buf(&mut text), pem::from_buf(&mut text)) {
        (Ok(Some((SectionKind::Crl, der))), Ok(None)) => RevocationList::read(&der, max_bytes),
        _ => Err(InvalidRevocationList::NotDer),
    }
}
