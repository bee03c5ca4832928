//! Answers for certificates of our own authorities, signed by a delegate of the authority with P-256: fast
//! enough to sign every one of them ahead.

use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use time::{Duration, OffsetDateTime};

use super::cert_id::{CertIdHash, IssuerId};
use super::der;
use super::extensions::with_nonce;
use super::judge::may_answer;
use super::key::Holder;
use super::response::BASIC;
use super::status;
use crate::domain::authority::IssuedStatus;
use crate::trust::certificate::Certificate;
use crate::trust::der::tag;
use crate::trust::sign::SignError;
use crate::trust::sign::files::{self, PrivateKey};

/// `ecdsa-with-SHA256` (RFC 5758 §3.2).
const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

/// When an answer is made and until when it is good, UTC; cut to seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// `producedAt`: when it is signed.
    pub produced_at: OffsetDateTime,
    /// `thisUpdate`: when the status was known to be so.
    pub this_update: OffsetDateTime,
    /// `nextUpdate`.
    pub next_update: OffsetDateTime,
}

/// The key that answers for one authority, and what its answers have in common.
pub struct ResponderKey {
    name: String,
    key: EcdsaKeyPair,
    random: SystemRandom,
    issuer: IssuerId,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    /// `responderID`.
    id: Vec<u8>,
    /// `signatureAlgorithm`.
    algorithm: Vec<u8>,
    /// `certs`.
    certificates: Vec<u8>,
}

impl ResponderKey {
    /// Reads a P-256 key (`PRIVATE KEY`, not encrypted, for its owner's eyes only) and its certificate, which
    /// this authority issued.
    pub fn open(
        key_file: &Path,
        certificate_file: &Path,
        authority: &Certificate,
    ) -> Result<Self, SignError> {
        let name = key_file.display().to_string();
        let certificate = files::certificate_der(certificate_file)?;
        match &files::private_key(key_file)? {
            PrivateKey::Pkcs8(der) => Self::new(name, der.reveal(), &certificate, authority),
            PrivateKey::Pkcs1(_) => Err(SignError::Unusable {
                key: name,
                problem: "it is an RSA key; answers are signed with P-256".into(),
            }),
        }
    }

    /// The same from a key in PKCS#8 and a certificate in DER. A certificate that our own reader of answers
    /// would not believe is refused.
    pub fn new(
        name: String,
        pkcs8: &[u8],
        certificate: &[u8],
        authority: &Certificate,
    ) -> Result<Self, SignError> {
        let unusable = |problem: String| SignError::Unusable {
            key: name.clone(),
            problem,
        };
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8)
            .map_err(|rejected| unusable(format!("it is not a P-256 key ({rejected})")))?;
        let delegate =
            Certificate::parse(certificate).map_err(|invalid| unusable(invalid.to_string()))?;
        let unreadable = || unusable("its certificate cannot be read".into());
        let holder = Holder::of(&delegate).map_err(|_| unreadable())?;
        if holder.key != key.public_key().as_ref() {
            return Err(SignError::Mismatch { key: name });
        }
        may_answer(&delegate, authority).map_err(|why| unusable(why.into()))?;
        let own = IssuerId::of(&delegate).ok_or_else(unreadable)?;
        let key_hash = der::element(tag::OCTET_STRING, &[own.key_sha1()]);
        let oid = der::element(tag::OBJECT_IDENTIFIER, &[ECDSA_SHA256]);
        let list = der::element(tag::SEQUENCE, &[certificate]);
        Ok(Self {
            issuer: IssuerId::of(authority).ok_or_else(unreadable)?,
            not_before: delegate.not_before,
            not_after: delegate.not_after,
            id: der::element(der::tagged(2), &[&key_hash]),
            algorithm: der::element(tag::SEQUENCE, &[&oid]),
            certificates: der::element(der::tagged(0), &[&list]),
            random: SystemRandom::new(),
            key,
            name,
        })
    }

    /// Whose certificates it answers for.
    pub const fn issuer(&self) -> &IssuerId {
        &self.issuer
    }

    /// The times of an answer made now that is good for so long, but no longer than the certificate of this
    /// key; none where that is over, or has not begun.
    pub fn times(&self, now: OffsetDateTime, lifetime: Duration) -> Option<Times> {
        let this_update = whole_second(now);
        let next_update = whole_second(now + lifetime).min(self.not_after);
        let is_valid = self.not_before <= this_update && this_update < next_update;
        is_valid.then_some(Times {
            produced_at: this_update,
            this_update,
            next_update,
        })
    }

    /// Signs the answer for one certificate: its serial number as bytes, most significant first.
    pub fn answer(
        &self,
        hash: CertIdHash,
        serial: &[u8],
        status: IssuedStatus,
        times: Times,
        nonce: Option<&[u8]>,
    ) -> Result<Vec<u8>, SignError> {
        let this_update = der::time(times.this_update);
        let next_update = der::time(times.next_update);
        let single = [
            &self.issuer.write(hash, serial)[..],
            &status::write(status),
            &this_update,
            &der::element(der::tagged(0), &[&next_update]),
        ];
        let single = der::element(tag::SEQUENCE, &single);
        let list = der::element(tag::SEQUENCE, &[&single]);
        let extensions = nonce.map(|nonce| der::element(der::tagged(1), &[&with_nonce(nonce)]));
        let extensions = extensions.as_deref().unwrap_or_default();
        let produced_at = der::time(times.produced_at);
        let data = [&self.id[..], &produced_at, &list, extensions];
        let data = der::element(tag::SEQUENCE, &data);
        let signature = self.sign(&data)?;
        let signature = der::element(tag::BIT_STRING, &[&[0], &signature]);
        let basic = [&data[..], &self.algorithm, &signature, &self.certificates];
        let basic = der::element(tag::SEQUENCE, &basic);
        let kind = der::element(tag::OBJECT_IDENTIFIER, &[BASIC]);
        let basic = der::element(tag::OCTET_STRING, &[&basic]);
        let typed = der::element(tag::SEQUENCE, &[&kind, &basic]);
        let typed = der::element(der::tagged(0), &[&typed]);
        let successful = der::element(tag::ENUMERATED, &[&[0]]);
        Ok(der::element(tag::SEQUENCE, &[&successful, &typed]))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature = self.key.sign(&self.random, message);
        let signature = signature.map_err(|_| SignError::Unusable {
            key: self.name.clone(),
            problem: "it refused to sign".into(),
        })?;
        Ok(signature.as_ref().to_vec())
    }
}

impl std::fmt::Debug for ResponderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponderKey")
            .field("key", &self.name)
            .finish_non_exhaustive()
    }
}

fn whole_second(at: OffsetDateTime) -> OffsetDateTime {
    at.replace_nanosecond(0).unwrap_or(at)
}
