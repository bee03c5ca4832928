//! The key and the name of one who signs: what its signatures are checked against.

use rustls_pki_types::SignatureVerificationAlgorithm;

use super::der::{self, Reader};
use crate::trust::certificate::Certificate;
use crate::trust::chain::ALGORITHMS;

/// What a certificate holds of its subject, as encoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder<'a> {
    /// Its name, whole.
    pub(super) name: &'a [u8],
    /// The contents of the algorithm of its key.
    key_algorithm: &'a [u8],
    /// Its key, the bits.
    pub(super) key: &'a [u8],
}

/// Something signed: the bytes, and the signature over them (RFC 5280 §4.1.1).
#[derive(Clone, Copy, Debug)]
pub(super) struct Signed<'a> {
    /// What is signed, whole.
    pub(super) message: &'a [u8],
    /// The contents of the algorithm.
    pub(super) algorithm: &'a [u8],
    /// The signature.
    pub(super) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// Reads the three that signed things begin with.
    pub(super) fn read(from: &mut Reader<'a>) -> Option<Self> {
        Some(Self {
            message: from.whole(der::SEQUENCE)?,
            algorithm: from.contents(der::SEQUENCE)?,
            signature: bits(from.contents(der::BIT_STRING)?)?,
        })
    }

    /// Whether this holder's key made the signature, by an algorithm that is taken.
    pub(super) fn is_by(&self, holder: &Holder<'_>) -> bool {
        let fits = |it: &&&dyn SignatureVerificationAlgorithm| {
            it.signature_alg_id().as_ref() == self.algorithm
                && it.public_key_alg_id().as_ref() == holder.key_algorithm
        };
        ALGORITHMS.iter().filter(fits).any(|it| {
            it.verify_signature(holder.key, self.message, self.signature)
                .is_ok()
        })
    }
}

/// A certificate as something signed, with the name of the one who says to have signed it.
pub(super) struct Issued<'a> {
    pub(super) signed: Signed<'a>,
    /// The issuer's name, whole.
    pub(super) issuer: &'a [u8],
    pub(super) holder: Holder<'a>,
}

impl<'a> Issued<'a> {
    /// Takes apart a certificate that was read before.
    pub(super) fn of(certificate: &'a Certificate) -> Option<Self> {
        let mut outer = Reader::new(certificate.der());
        let signed = Signed::read(&mut outer.within(der::SEQUENCE)?)?;
        let mut fields = Reader::new(signed.message).within(der::SEQUENCE)?;
        fields.optional(der::tagged(0))?;
        fields.contents(der::INTEGER)?;
        fields.contents(der::SEQUENCE)?;
        let issuer = fields.whole(der::SEQUENCE)?;
        fields.contents(der::SEQUENCE)?;
        let name = fields.whole(der::SEQUENCE)?;
        let mut key = fields.within(der::SEQUENCE)?;
        Some(Self {
            signed,
            issuer,
            holder: Holder {
                name,
                key_algorithm: key.contents(der::SEQUENCE)?,
                key: bits(key.contents(der::BIT_STRING)?)?,
            },
        })
    }
}

/// The whole octets of a bit string.
fn bits(contents: &[u8]) -> Option<&[u8]> {
    match contents {
        [0, bits @ ..] => Some(bits),
        _ => None,
    }
}
