//! The extensions of requests and answers: each at most once, and none that is critical and unknown.

use super::der::{self, Reader};

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

impl<'a> Extensions<'a> {
    /// Reads `Extensions` (RFC 5280 §4.1): the contents of the tag they stand in.
    pub(super) fn read(contents: &'a [u8]) -> Result<Self, Refused> {
        let mut outer = Reader::new(contents);
        let mut list = outer
            .within(der::SEQUENCE)
            .filter(|list| !list.is_at_end())
            .ok_or(Refused::Malformed)?;
        outer.end().ok_or(Refused::Malformed)?;
        let mut read = Self::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        while !list.is_at_end() {
            let (oid, is_critical, value) = extension(&mut list).ok_or(Refused::Malformed)?;
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

fn extension<'a>(list: &mut Reader<'a>) -> Option<(&'a [u8], bool, &'a [u8])> {
    let mut extension = list.within(der::SEQUENCE)?;
    let oid = extension.contents(der::OBJECT_IDENTIFIER)?;
    let is_critical = match extension.optional(der::BOOLEAN)? {
        None => false,
        Some([0xff]) => true,
        // FALSE is the default, which is not written (X.690 §11.5).
        Some(_) => return None,
    };
    let value = extension.contents(der::OCTET_STRING)?;
    extension.end()?;
    Some((oid, is_critical, value))
}

/// `Extensions` with a nonce alone.
pub(super) fn with_nonce(nonce: &[u8]) -> Vec<u8> {
    let value = der::element(der::OCTET_STRING, &[nonce]);
    let oid = der::element(der::OBJECT_IDENTIFIER, &[NONCE]);
    let value = der::element(der::OCTET_STRING, &[&value]);
    let extension = der::element(der::SEQUENCE, &[&oid, &value]);
    der::element(der::SEQUENCE, &[&extension])
}
