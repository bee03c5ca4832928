//! What a client asks (`OCSPRequest`, RFC 6960 §4.1.1): read strictly, and written for others' responders.

use super::cert_id::{CertId, CertIdHash, IssuerId};
use super::der;
use super::extensions::{Extensions, Refused, with_nonce};
use crate::trust::certificate::{Certificate, strict};
use crate::trust::der::{NotDer, Reader, tag};

/// Bytes of the largest request that is looked at.
pub const MAX_REQUEST_BYTES: usize = 4 * 1024;

/// Octets of the longest nonce (RFC 9654 §2.1).
pub const MAX_NONCE_BYTES: usize = 128;

/// A request for the status of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The certificate.
    pub certificate: CertId<'a>,
    /// What the answer must repeat, where the client wants to know that it was made for it: 1 to 128 octets.
    pub nonce: Option<&'a [u8]>,
}

/// Why bytes are not a request that is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// Larger than is looked at.
    #[error("a request of {bytes} bytes: {MAX_REQUEST_BYTES} are allowed")]
    TooLarge {
        /// Its bytes.
        bytes: usize,
    },
    /// Not the DER encoding of an `OCSPRequest`.
    #[error("not a request of OCSP in DER")]
    NotDer,
    /// Another version than 1.
    #[error("not a request of version 1")]
    Version,
    /// Several certificates in one request: answers are signed ahead, one a certificate (RFC 5019 §2.1.1).
    #[error("a request for several certificates: ask for one at a time")]
    SeveralCertificates,
    /// A nonce of no octets, or of more than 128 (RFC 9654 §2.1).
    #[error("a nonce of other than 1 to {MAX_NONCE_BYTES} octets")]
    Nonce,
    /// An extension that is critical and not known here.
    #[error("an extension that is critical and not known")]
    CriticalExtension,
}

impl From<NotDer> for InvalidRequest {
    fn from(_: NotDer) -> Self {
        Self::NotDer
    }
}

impl From<Refused> for InvalidRequest {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Malformed => Self::NotDer,
            Refused::UnknownCritical => Self::CriticalExtension,
        }
    }
}

/// Reads a request: strict DER of at most [`MAX_REQUEST_BYTES`] and nothing after it. A signature is let pass
/// and not looked at, as anybody may ask.
pub fn read_request(bytes: &[u8]) -> Result<Request<'_>, InvalidRequest> {
    if bytes.len() > MAX_REQUEST_BYTES {
        return Err(InvalidRequest::TooLarge { bytes: bytes.len() });
    }
    if !strict::is_der(bytes) {
        return Err(InvalidRequest::NotDer);
    }
    let parts = Parts::read(bytes)?;
    if parts.version.is_some() {
        // Version 1 is the default, which is not written (X.690 §11.5).
        return Err(InvalidRequest::Version);
    }
    let mut list = parts.list;
    let (certificate, extensions) = single(&mut list)?;
    if let Some(contents) = extensions {
        Extensions::read(contents)?;
    }
    if !list.is_at_end() {
        return Err(InvalidRequest::SeveralCertificates);
    }
    let nonce = match parts.extensions {
        Some(contents) => Extensions::read(contents)?.nonce,
        None => None,
    };
    Ok(Request {
        certificate,
        nonce: nonce.map(nonce_of).transpose()?,
    })
}

/// A request, of which only the outside was looked at.
struct Parts<'a> {
    version: Option<&'a [u8]>,
    list: Reader<'a>,
    extensions: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, NotDer> {
        let mut outer = Reader::new(bytes);
        let mut request = outer.inside(tag::SEQUENCE)?;
        outer.end()?;
        let mut asked = request.inside(tag::SEQUENCE)?;
        if let Some(signature) = request.optional(der::tagged(0))? {
            let mut signature = Reader::new(signature);
            signature.inside(tag::SEQUENCE)?;
            signature.end()?;
        }
        request.end()?;
        let version = asked.optional(der::tagged(0))?;
        // The name of the one who asks, which nobody checks.
        asked.optional(der::tagged(1))?;
        let list = asked.inside(tag::SEQUENCE)?;
        let extensions = asked.optional(der::tagged(2))?;
        asked.end()?;
        Ok(Self {
            version,
            list,
            extensions,
        })
    }
}

fn single<'a>(list: &mut Reader<'a>) -> Result<(CertId<'a>, Option<&'a [u8]>), NotDer> {
    let mut request = list.inside(tag::SEQUENCE)?;
    let id = CertId::read(&mut request)?;
    let extensions = request.optional(der::tagged(0))?;
    request.end()?;
    Ok((id, extensions))
}

fn nonce_of(value: &[u8]) -> Result<&[u8], InvalidRequest> {
    let mut outer = Reader::new(value);
    let nonce = outer.element(tag::OCTET_STRING)?;
    outer.end()?;
    if nonce.is_empty() || nonce.len() > MAX_NONCE_BYTES {
        return Err(InvalidRequest::Nonce);
    }
    Ok(nonce)
}

/// Writes the request for one certificate of an issuer; none where the issuer's key cannot be read.
pub fn write_request(
    certificate: &Certificate,
    issuer: &Certificate,
    hash: CertIdHash,
    nonce: Option<&[u8]>,
) -> Option<Vec<u8>> {
    let issuer = IssuerId::of(issuer)?;
    Some(issuer.request(hash, &certificate.serial, nonce))
}

impl IssuerId {
    /// Writes the request for the certificate of this serial number: its bytes, most significant first.
    pub fn request(&self, hash: CertIdHash, serial: &[u8], nonce: Option<&[u8]>) -> Vec<u8> {
        let request = der::element(tag::SEQUENCE, &[&self.write(hash, serial)]);
        let list = der::element(tag::SEQUENCE, &[&request]);
        let extensions = nonce.map(|nonce| der::element(der::tagged(2), &[&with_nonce(nonce)]));
        let asked = [&list, extensions.as_deref().unwrap_or_default()];
        let asked = der::element(tag::SEQUENCE, &asked);
        der::element(tag::SEQUENCE, &[&asked])
    }
}
