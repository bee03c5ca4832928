//! Which certificate is meant: its serial number, and two digests of its issuer (`CertID`, RFC 6960 §4.1.1).

use aws_lc_rs::digest;

use super::der;
use super::key::Holder;
use crate::trust::certificate::Certificate;
use crate::trust::der::{NotDer, Reader, tag};

/// What the digests of a `CertID` are made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertIdHash {
    /// SHA-1, which nearly everybody sends: it tells issuers apart here and protects nothing.
    Sha1,
    /// SHA-256.
    Sha256,
}

const SHA1: &[u8] = &[0x2b, 14, 3, 2, 26];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

impl CertIdHash {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Sha1, Self::Sha256];

    const fn oid(self) -> &'static [u8] {
        match self {
            Self::Sha1 => SHA1,
            Self::Sha256 => SHA256,
        }
    }

    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
        };
        digest::digest(algorithm, bytes).as_ref().to_vec()
    }
}

/// A `CertID` as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertId<'a> {
    /// What its digests are made with; none: something that is not known here.
    pub hash: Option<CertIdHash>,
    /// Digest of the issuer's name.
    pub issuer_name: &'a [u8],
    /// Digest of the issuer's key.
    pub issuer_key: &'a [u8],
    /// The contents of the serial number: two's complement, most significant byte first.
    pub serial: &'a [u8],
}

impl<'a> CertId<'a> {
    pub(super) fn read(from: &mut Reader<'a>) -> Result<Self, NotDer> {
        let mut id = from.inside(tag::SEQUENCE)?;
        let mut algorithm = id.inside(tag::SEQUENCE)?;
        let oid = algorithm.element(tag::OBJECT_IDENTIFIER)?;
        let hash = CertIdHash::ALL.into_iter().find(|it| it.oid() == oid);
        if hash.is_some() {
            // NULL or nothing (RFC 5754 §2); others may have parameters of any kind.
            algorithm.optional(der::NULL)?;
            algorithm.end()?;
        }
        let read = Self {
            hash,
            issuer_name: id.element(tag::OCTET_STRING)?,
            issuer_key: id.element(tag::OCTET_STRING)?,
            serial: id.element(tag::INTEGER)?,
        };
        id.end()?;
        Ok(read)
    }

    /// The bytes of the serial number without those that say nothing; none where it is not positive, as
    /// that of no certificate is.
    pub fn positive_serial(&self) -> Option<&'a [u8]> {
        match self.serial {
            [0x80..=0xff, ..] => None,
            contents => Some(der::significant(contents)).filter(|it| !it.is_empty()),
        }
    }
}

/// What the `CertID`s of one issuer's certificates have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerId([IssuerHashes; 2]);

#[derive(Clone, Debug, PartialEq, Eq)]
struct IssuerHashes {
    hash: CertIdHash,
    name: Vec<u8>,
    key: Vec<u8>,
    /// Algorithm and digests as they are written.
    written: Vec<u8>,
}

impl IssuerId {
    /// That of certificates that this one issues; none where its key cannot be read.
    pub fn of(issuer: &Certificate) -> Option<Self> {
        let issuer = Holder::of(issuer).ok()?;
        Some(Self(CertIdHash::ALL.map(|hash| {
            let (name, key) = (hash.digest(issuer.name), hash.digest(issuer.key));
            let oid = der::element(tag::OBJECT_IDENTIFIER, &[hash.oid()]);
            let null = der::element(der::NULL, &[]);
            let written = [
                der::element(tag::SEQUENCE, &[&oid, &null]),
                der::element(tag::OCTET_STRING, &[&name]),
                der::element(tag::OCTET_STRING, &[&key]),
            ];
            IssuerHashes {
                hash,
                written: written.concat(),
                name,
                key,
            }
        })))
    }

    /// Whether a `CertID` is that of a certificate of this issuer, and with which digest.
    pub fn hash_of(&self, id: &CertId<'_>) -> Option<CertIdHash> {
        let it = self.0.iter().find(|it| Some(it.hash) == id.hash)?;
        (it.name == id.issuer_name && it.key == id.issuer_key).then_some(it.hash)
    }

    /// SHA-1 of the key, by which responders name themselves (RFC 6960 §4.2.1).
    pub(super) fn key_sha1(&self) -> &[u8] {
        let [sha1, _] = &self.0;
        &sha1.key
    }

    /// The `CertID` of a serial number: its bytes, most significant first.
    pub(super) fn write(&self, hash: CertIdHash, serial: &[u8]) -> Vec<u8> {
        let [sha1, sha256] = &self.0;
        let issuer = match hash {
            CertIdHash::Sha1 => sha1,
            CertIdHash::Sha256 => sha256,
        };
        der::element(tag::SEQUENCE, &[&issuer.written, &der::positive(serial)])
    }
}
