//! Requests for certificates from outside (PKCS #10, RFC 2986): bytes in, an owned summary out, or why
//! not. What comes out was signed with the key that it names; whether it should be certified is for the
//! rules and for people.

use std::collections::BTreeSet;

use rustls_pki_types::pem::{self, SectionKind};
use x509_parser::cri_attributes::ExtensionRequest;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Name};

use crate::domain::digest::Digest;
use crate::domain::distinguished_name::OperatorDn;
use crate::trust::certificate::name::InvalidName;
use crate::trust::certificate::strict::{Element, elements, is_der};
use crate::trust::certificate::upload::{holds, is_private_key};
use crate::trust::certificate::{Extensions, InvalidCertificate, PublicKey, extensions, key, name};
use crate::trust::chain::ALGORITHMS;
use crate::trust::digest::sha256;
use crate::trust::rules::key::{SIZES, is_large_enough};

/// Bytes of the largest request that is looked at, as it is sent.
pub const MAX_REQUEST_BYTES: usize = 16 * 1024;

/// Why bytes are not a request that can be looked at further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// Larger than is looked at.
    #[error("a request of {bytes} bytes: {limit} are allowed")]
    TooLarge {
        /// Its bytes.
        bytes: usize,
        /// The most that is looked at.
        limit: usize,
    },
    /// It holds a private key; whoever sent it must be told.
    #[error(
        "this file holds a private key: never send it; send the request only, made with a new key"
    )]
    PrivateKey,
    /// Neither of the two formats.
    #[error("this is no request for a certificate (PKCS #10), in PEM or in DER")]
    NotRequest,
    /// A PEM block that cannot be read, or more than one.
    #[error("its PEM cannot be read: one whole CERTIFICATE REQUEST is wanted")]
    Pem,
    /// Something follows the request.
    #[error("{0} bytes follow the request")]
    TrailingBytes(usize),
    /// Not version 1 (RFC 2986 §4.1).
    #[error("its version is not 1 (RFC 2986 §4.1)")]
    Version,
    /// The subject cannot be read.
    #[error("its subject {0}")]
    Subject(InvalidName),
    /// A key that does not serve.
    #[error("its key is {0}: wanted is {SIZES}")]
    Key(PublicKey),
    /// An algorithm that does not serve, or does not fit the key.
    #[error("it is not signed with its key, by RSA or ECDSA with SHA-256, SHA-384 or SHA-512")]
    SignatureAlgorithm,
    /// The signature is not that of the key: nobody has shown to hold it.
    #[error("its signature is not that of its key: nobody has shown to hold the key")]
    NotItsKey,
    /// It carries a password in clear.
    #[error(
        "it holds a challengePassword in clear, and requests are kept and shown: make it again without"
    )]
    ChallengePassword,
    /// An attribute that is malformed or stands twice.
    #[error("its attribute {0} is malformed or stands twice")]
    Attribute(String),
    /// An extension that is malformed or stands twice.
    #[error("it asks for extension {0} malformed or twice")]
    Extension(String),
}

/// A request for a certificate, owned. Its signature is that of its key.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateRequest {
    der: Vec<u8>,
    spki: Vec<u8>,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Whom it wants to be named.
    pub subject: OperatorDn,
    /// The key.
    pub key: PublicKey,
    /// SHA-256 of the key as encoded (`SubjectPublicKeyInfo`).
    pub spki_sha256: Digest,
    /// The extensions that it asks for.
    pub extensions: Extensions,
    /// Object identifiers of the attributes that were not looked at, in dots.
    pub unknown_attributes: Vec<String>,
}

impl CertificateRequest {
    /// The bytes it was read from, DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The key as encoded (`SubjectPublicKeyInfo`), DER.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The names of hosts that it asks for, in lower case and their order, each once.
    pub fn hosts(&self) -> Vec<String> {
        let mut hosts = Vec::new();
        for name in self.extensions.dns_names() {
            let name = name.to_ascii_lowercase();
            if !hosts.contains(&name) {
                hosts.push(name);
            }
        }
        hosts
    }
}

impl std::fmt::Debug for CertificateRequest {
    /// What tells it from others; its bytes would fill a page.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CertificateRequest")
            .field("subject", &self.subject.to_string())
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}

/// Reads a request in PEM (`CERTIFICATE REQUEST`, or `NEW CERTIFICATE REQUEST` as older tools and Java
/// write it) or in strict DER, of at most [`MAX_REQUEST_BYTES`], and verifies its signature.
///
/// Its size is looked at before anything else. A password in it is refused, and not passed over,
/// because requests are kept and shown as they are.
pub fn read_request(bytes: &[u8]) -> Result<CertificateRequest, InvalidRequest> {
    if bytes.len() > MAX_REQUEST_BYTES {
        return Err(InvalidRequest::TooLarge {
            bytes: bytes.len(),
            limit: MAX_REQUEST_BYTES,
        });
    }
    // Editors of one family begin every text with it.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if holds(bytes, b"PRIVATE KEY-----") {
        return Err(InvalidRequest::PrivateKey);
    }
    if holds(bytes, b"-----BEGIN ") {
        return read_der(&unwrapped(bytes)?);
    }
    read_der(bytes)
}

/// The DER in the one block of a PEM text.
fn unwrapped(text: &[u8]) -> Result<Vec<u8>, InvalidRequest> {
    let text =
        String::from_utf8_lossy(text).replace(" NEW CERTIFICATE REQUEST-", " CERTIFICATE REQUEST-");
    if text.matches("-----BEGIN ").count() != 1 {
        return Err(InvalidRequest::Pem);
    }
    match pem::from_buf(&mut text.as_bytes()) {
        Ok(Some((SectionKind::Csr, der))) => Ok(der),
        Ok(Some(_) | None) => Err(InvalidRequest::NotRequest),
        Err(_) => Err(InvalidRequest::Pem),
    }
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const ATTRIBUTES: u8 = 0xa0;

fn read_der(der: &[u8]) -> Result<CertificateRequest, InvalidRequest> {
    let not_request = || InvalidRequest::NotRequest;
    let outer = match elements(der).as_deref() {
        Some([outer]) if outer.tag == SEQUENCE => *outer,
        Some([outer, _, ..]) if outer.tag == SEQUENCE => {
            return Err(InvalidRequest::TrailingBytes(der.len() - outer.whole.len()));
        }
        Some(_) | None => return Err(not_request()),
    };
    if is_private_key(der) {
        return Err(InvalidRequest::PrivateKey);
    }
    if !is_der(der) {
        return Err(not_request());
    }
    let [information, algorithm, signature] =
        parts(outer.contents, [SEQUENCE, SEQUENCE, BIT_STRING]).ok_or_else(not_request)?;
    let [version, subject, spki, attributes] = parts(
        information.contents,
        [INTEGER, SEQUENCE, SEQUENCE, ATTRIBUTES],
    )
    .ok_or_else(not_request)?;
    if version.contents != [0] {
        return Err(InvalidRequest::Version);
    }
    let Ok(([], subject)) = X509Name::from_der(subject.whole) else {
        return Err(not_request());
    };
    let Ok(([], parsed_key)) = SubjectPublicKeyInfo::from_der(spki.whole) else {
        return Err(not_request());
    };
    let key = key::read(&parsed_key);
    if !is_large_enough(&key) {
        return Err(InvalidRequest::Key(key));
    }
    verify(information, algorithm, signature, spki)?;
    let mut request = CertificateRequest {
        der: der.to_vec(),
        spki: spki.whole.to_vec(),
        sha256: sha256(der),
        subject: name::read(&subject).map_err(InvalidRequest::Subject)?,
        key,
        spki_sha256: sha256(spki.whole),
        extensions: Extensions::default(),
        unknown_attributes: Vec::new(),
    };
    read_attributes(attributes, &mut request)?;
    Ok(request)
}

/// The elements of a sequence, where they are these.
fn parts<const N: usize>(contents: &[u8], tags: [u8; N]) -> Option<[Element<'_>; N]> {
    let found: [Element<'_>; N] = elements(contents)?.try_into().ok()?;
    let is_so = found.iter().zip(tags).all(|(it, tag)| it.tag == tag);
    is_so.then_some(found)
}

/// What is in a bit string of whole octets.
fn octets(bits: Element<'_>) -> Option<&[u8]> {
    match bits.contents {
        [0, octets @ ..] => Some(octets),
        _ => None,
    }
}

/// Whether the one who made the request holds its key (RFC 2986 §4.2).
fn verify(
    information: Element<'_>,
    algorithm: Element<'_>,
    signature: Element<'_>,
    spki: Element<'_>,
) -> Result<(), InvalidRequest> {
    let not_request = || InvalidRequest::NotRequest;
    let [key_algorithm, key] =
        parts(spki.contents, [SEQUENCE, BIT_STRING]).ok_or_else(not_request)?;
    let key = octets(key).ok_or_else(not_request)?;
    let signature = octets(signature).ok_or_else(not_request)?;
    let fitting = ALGORITHMS.iter().find(|it| {
        it.signature_alg_id().as_ref() == algorithm.contents
            && it.public_key_alg_id().as_ref() == key_algorithm.contents
    });
    fitting
        .ok_or(InvalidRequest::SignatureAlgorithm)?
        .verify_signature(key, information.whole, signature)
        .map_err(|_| InvalidRequest::NotItsKey)
}

/// `extensionRequest` (RFC 2985 §5.4.2).
const EXTENSION_REQUEST: &str = "1.2.840.113549.1.9.14";
/// `challengePassword` (RFC 2985 §5.4.1).
const CHALLENGE_PASSWORD: &str = "1.2.840.113549.1.9.7";

fn read_attributes(
    attributes: Element<'_>,
    request: &mut CertificateRequest,
) -> Result<(), InvalidRequest> {
    let mut seen = BTreeSet::new();
    for attribute in elements(attributes.contents).unwrap_or_default() {
        let [kind, values] = parts(attribute.contents, [OBJECT_IDENTIFIER, SET])
            .ok_or(InvalidRequest::NotRequest)?;
        let Ok(([], kind)) = x509_parser::asn1_rs::Oid::from_der(kind.whole) else {
            return Err(InvalidRequest::NotRequest);
        };
        let kind = kind.to_id_string();
        if attribute.tag != SEQUENCE || !seen.insert(kind.clone()) {
            return Err(InvalidRequest::Attribute(kind));
        }
        match kind.as_str() {
            CHALLENGE_PASSWORD => return Err(InvalidRequest::ChallengePassword),
            EXTENSION_REQUEST => request.extensions = read_extensions(values)?,
            _ => request.unknown_attributes.push(kind),
        }
    }
    Ok(())
}

fn read_extensions(values: Element<'_>) -> Result<Extensions, InvalidRequest> {
    let malformed = || InvalidRequest::Attribute(EXTENSION_REQUEST.to_owned());
    let [value] = parts(values.contents, [SEQUENCE]).ok_or_else(malformed)?;
    let Ok(([], asked)) = ExtensionRequest::from_der(value.whole) else {
        return Err(malformed());
    };
    let mut seen = BTreeSet::new();
    let kinds = asked.extensions.iter().map(|it| it.oid.to_id_string());
    if let Some(repeated) = kinds.into_iter().find(|it| !seen.insert(it.clone())) {
        return Err(InvalidRequest::Extension(repeated));
    }
    extensions::read(&asked.extensions).map_err(|error| match error {
        InvalidCertificate::Extension(oid) => InvalidRequest::Extension(oid),
        InvalidCertificate::TooLarge { .. }
        | InvalidCertificate::NotDer
        | InvalidCertificate::TrailingBytes(_)
        | InvalidCertificate::SignatureAlgorithms
        | InvalidCertificate::Subject(_)
        | InvalidCertificate::Issuer(_) => malformed(),
    })
}

#[cfg(test)]
mod tests;
