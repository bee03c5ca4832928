//! The name and the key of a certificate as they are encoded: what a `CertID` and a `responderID` are made of.

use crate::trust::certificate::Certificate;
use crate::trust::der::{NotDer, Reader, tag};

use super::der::tagged;

/// What a certificate holds of its subject, as encoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder<'a> {
    /// Its name, whole.
    pub(super) name: &'a [u8],
    /// Its key, the bits.
    pub(super) key: &'a [u8],
}

impl<'a> Holder<'a> {
    /// Takes apart a certificate that was read before.
    pub(super) fn of(certificate: &'a Certificate) -> Result<Self, NotDer> {
        let mut parts = Reader::new(certificate.der()).inside(tag::SEQUENCE)?;
        let mut fields = parts.inside(tag::SEQUENCE)?;
        fields.optional(tagged(0))?;
        fields.element(tag::INTEGER)?;
        let _algorithm = fields.element(tag::SEQUENCE)?;
        let _issuer = fields.element(tag::SEQUENCE)?;
        let _validity = fields.element(tag::SEQUENCE)?;
        let name = fields.whole(tag::SEQUENCE)?;
        let mut key = fields.inside(tag::SEQUENCE)?;
        key.element(tag::SEQUENCE)?;
        Ok(Self {
            name,
            key: key.whole_bits()?,
        })
    }
}
