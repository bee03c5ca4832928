//! The signature of a list: what is signed, in its published and in its canonical form, and RSA over it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::profile::{self, Piece};
use super::writer::{CanonicalList, WriteError};
use crate::trust::digest::sha256;
use crate::trust::sign::Signer;

/// Characters on a line of base64 (RFC 2045 §6.8).
const FOLD_AT: usize = 76;

/// In which of its two forms `SignedInfo` is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// As it stands in the file: empty elements as one tag.
    Published,
    /// As it is signed: alone, so with its namespace, and without short empty elements.
    Canonical,
}

/// `SignedInfo` over a digest.
pub(super) fn signed_info(digest: &str, form: Form) -> String {
    let mut text = String::with_capacity(800);
    for (place, piece) in profile::SIGNED_INFO.iter().enumerate() {
        match (piece, form) {
            (Piece::Open(tag), Form::Canonical) if place == 0 => {
                let namespace = profile::SIGNATURE_NAMESPACE;
                text.extend(["<", tag, " xmlns=\"", namespace, "\">"]);
            }
            (Piece::Open(tag), _) => text.extend(["<", tag, ">"]),
            (Piece::Method { name, algorithm }, Form::Published) => {
                text.extend(["<", name, " Algorithm=\"", algorithm, "\"/>"]);
            }
            (Piece::Method { name, algorithm }, Form::Canonical) => {
                text.extend(["<", name, " Algorithm=\"", algorithm, "\"></", name, ">"]);
            }
            (Piece::Digest, _) => text.push_str(digest),
            (Piece::Close(name), _) => text.extend(["</", name, ">"]),
        }
    }
    text
}

/// Signs a list: the bytes to publish. What they are worth is for [`super::read_signed`] to say.
pub fn sign(list: &CanonicalList, signer: &dyn Signer) -> Result<Vec<u8>, WriteError> {
    let digest = STANDARD.encode(sha256(list.as_bytes()).as_bytes());
    let signature = signer.sign(signed_info(&digest, Form::Canonical).as_bytes())?;
    let (before, after) = list.around_signature();
    let mut out = Vec::with_capacity(list.as_bytes().len() + 8192);
    out.extend_from_slice(profile::DECLARATION.as_bytes());
    out.extend_from_slice(before);
    for text in [
        profile::SIGNATURE.open,
        &signed_info(&digest, Form::Published),
        profile::SIGNATURE_VALUE.open,
        &folded(&signature),
        profile::SIGNATURE_VALUE.close,
        profile::KEY_INFO.open,
        profile::X509_DATA.open,
        profile::X509_CERTIFICATE.open,
        &folded(signer.certificate()),
        profile::X509_CERTIFICATE.close,
        profile::X509_DATA.close,
        profile::KEY_INFO.close,
        profile::SIGNATURE.close,
    ] {
        out.extend_from_slice(text.as_bytes());
    }
    out.extend_from_slice(after);
    Ok(out)
}

/// Base64 in lines.
fn folded(bytes: &[u8]) -> String {
    let mut text = STANDARD.encode(bytes);
    let mut at = FOLD_AT;
    while at < text.len() {
        text.insert(at, '\n');
        at += FOLD_AT + 1;
    }
    text
}
