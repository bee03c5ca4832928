//! The extensions of requests and answers: each at most once, and none that is critical and unknown.

use super::der;
use crate::trust::der::{NotDer, Reader, tag};

/// `id-pkix-ocsp-nonce` (RFC 9654 §2.1).
pub(super) const NONCE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 2];

/// What is read of the extensions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extensions<'a> {
    /// The value of the nonce, as it stands in its octet string.
    pub(super) nonce: Option<&'a [u8]>,
}

/// Why extensions are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// They are not extensions, or one stands twice.
    Malformed,
    /// One is critical and not known here.
    UnknownCritical,
}

impl From<NotDer> for Refused {
    fn from(_: NotDer) -> Self {
        Self::Malformed
    }
}

impl<'a> Extensions<'a> {
    /// Reads `Extensions` (RFC 5280 §4.1): the contents of the tag they stand in.
    pub(super) fn read(contents: &'a [u8]) -> Result<Self, Refused> {
        let mut outer = Reader::new(contents);
        let mut list = outer.inside(tag::SEQUENCE)?;
        outer.end()?;
        if list.is_at_end() {
            return Err(Refused::Malformed);
        }
        let mut read = Self::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        while !list.is_at_end() {
            let (oid, is_critical, value) = extension(&mut list)?;
            if seen.contains(&oid) {
                return Err(Refused::Malformed);
            }
            seen.push(oid);
            if oid == NONCE {
                read.nonce = Some(value);
            } else if is_critical {
                return Err(Refused::UnknownCritical);
            }
        }
        Ok(read)
    }
}

fn extension<'a>(list: &mut Reader<'a>) -> Result<(&'a [u8], bool, &'a [u8]), NotDer> {
    let mut extension = list.inside(tag::SEQUENCE)?;
    let oid = extension.element(tag::OBJECT_IDENTIFIER)?;
    let is_critical = extension.flag(tag::BOOLEAN)?;
    let value = extension.element(tag::OCTET_STRING)?;
    extension.end()?;
    Ok((oid, is_critical, value))
}

/// `Extensions` with a nonce alone.
pub(super) fn with_nonce(nonce: &[u8]) -> Vec<u8> {
    let value = der::element(tag::OCTET_STRING, &[nonce]);
    let oid = der::element(tag::OBJECT_IDENTIFIER, &[NONCE]);
    let value = der::element(tag::OCTET_STRING, &[&value]);
    let extension = der::element(tag::SEQUENCE, &[&oid, &value]);
    der::element(tag::SEQUENCE, &[&extension])
}
