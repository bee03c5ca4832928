//! Certificates as tests need them: written field by field, so that each can be wrong on its own.

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData, SigningKey};
use time::OffsetDateTime;
use time::macros::datetime;

use super::certificate::Certificate;
use super::certificate::oid::OCSP;
pub(crate) use super::certificate::oid::{
    ALTERNATIVE_NAMES, ANY_PURPOSE, AUTHORITY_KEY, BASIC_CONSTRAINTS, CLIENT_AUTH,
    EMAIL_PROTECTION, EXTENDED_USAGE, KEY_USAGE, NAME_CONSTRAINTS, SERVER_AUTH, SUBJECT_KEY,
};
pub(crate) use crate::domain::pem::certificate as pem;

/// The moment the tests look at their certificates.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

pub(crate) const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";
pub(crate) const CRL_POINTS: &str = "2.5.29.31";
pub(crate) const ACCESS: &str = "1.3.6.1.5.5.7.1.1";

/// Bits of keyUsage in their first octet.
pub(crate) const DIGITAL_SIGNATURE: u8 = 0x80;
pub(crate) const NON_REPUDIATION: u8 = 0x40;
pub(crate) const KEY_ENCIPHERMENT: u8 = 0x20;
pub(crate) const KEY_CERT_SIGN: u8 = 0x04;
pub(crate) const CRL_SIGN: u8 = 0x02;

/// Any element: its tag, its length, its contents.
pub(crate) fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    let length = contents.len();
    match u8::try_from(length) {
        Ok(short @ 0..0x80) => der.push(short),
        Ok(long) => der.extend([0x81, long]),
        Err(_) => {
            let bytes = length.to_be_bytes();
            let from = bytes.iter().position(|byte| *byte != 0).unwrap();
            der.push(0x80 | u8::try_from(bytes.len() - from).unwrap());
            der.extend(&bytes[from..]);
        }
    }
    der.extend(contents);
    der
}

pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut contents = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let mut groups = vec![u8::try_from(arc & 0x7f).unwrap()];
        let mut rest = arc >> 7;
        while rest > 0 {
            groups.push(0x80 | u8::try_from(rest & 0x7f).unwrap());
            rest >>= 7;
        }
        contents.extend(groups.iter().rev());
    }
    tlv(0x06, &contents)
}

/// A name from pairs of object identifier and value, all of them UTF-8.
pub(crate) fn name(attributes: &[(&str, &str)]) -> Vec<u8> {
    let rdn = |(kind, value): &(&str, &str)| {
        tlv(0x31, &sequence(&[oid(kind), tlv(0x0c, value.as_bytes())]))
    };
    sequence(&attributes.iter().map(rdn).collect::<Vec<_>>())
}

/// The name of an operator as authorities write it.
pub(crate) fn operator(common_name: &str, unit: &str) -> Vec<u8> {
    name(&[
        ("2.5.4.6", "FR"),
        ("2.5.4.8", "Paris (75)"),
        ("2.5.4.10", "Hôpital d'essai"),
        ("2.5.4.11", unit),
        ("2.5.4.3", common_name),
    ])
}

pub(crate) fn moment(at: OffsetDateTime) -> Vec<u8> {
    let text = format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    );
    match at.year() {
        1950..2050 => tlv(0x17, &text.as_bytes()[2..]),
        _ => tlv(0x18, text.as_bytes()),
    }
}

/// An RSA key nobody holds: this many bits, this exponent.
pub(crate) fn rsa(bits: usize, exponent: &[u8]) -> Vec<u8> {
    let mut modulus = vec![0x5a; bits.div_ceil(8)];
    modulus[0] = 1 << ((bits - 1) % 8);
    if modulus[0] == 0x80 {
        modulus.insert(0, 0);
    }
    let key = sequence(&[tlv(0x02, &modulus), tlv(0x02, exponent)]);
    let algorithm = sequence(&[oid("1.2.840.113549.1.1.1"), tlv(0x05, &[])]);
    sequence(&[algorithm, tlv(0x03, &[vec![0], key].concat())])
}

/// A point on a curve, of which only the curve is right.
pub(crate) fn elliptic(curve: &str) -> Vec<u8> {
    let algorithm = sequence(&[oid("1.2.840.10045.2.1"), oid(curve)]);
    sequence(&[algorithm, tlv(0x03, &[&[0, 4][..], &[7; 64]].concat())])
}

pub(crate) fn key_usage(bits: u8) -> Vec<u8> {
    let unused = u8::try_from(bits.trailing_zeros().min(7)).unwrap();
    tlv(0x03, &[unused, bits])
}

pub(crate) fn extended_usage(usages: &[&str]) -> Vec<u8> {
    sequence(&usages.iter().map(|it| oid(it)).collect::<Vec<_>>())
}

pub(crate) fn dns_names(names: &[&str]) -> Vec<u8> {
    sequence(
        &names
            .iter()
            .map(|it| tlv(0x82, it.as_bytes()))
            .collect::<Vec<_>>(),
    )
}

pub(crate) fn authority_key(key: &[u8]) -> Vec<u8> {
    sequence(&[tlv(0x80, key)])
}

pub(crate) fn crl_point(url: &str) -> Vec<u8> {
    let full_name = tlv(0xa0, &tlv(0x86, url.as_bytes()));
    sequence(&[sequence(&[tlv(0xa0, &full_name)])])
}

pub(crate) fn ocsp(url: &str) -> Vec<u8> {
    let description = [oid(OCSP), tlv(0x86, url.as_bytes())];
    sequence(&[sequence(&description)])
}

/// What a test does to a draft.
pub(crate) type Change = fn(&mut Draft);

/// A certificate before it is signed.
#[derive(Clone)]
pub(crate) struct Draft {
    /// 0 is version 1 and is not written.
    pub(crate) version: u8,
    pub(crate) serial: Vec<u8>,
    pub(crate) signature: &'static str,
    pub(crate) inner_signature: &'static str,
    pub(crate) issuer: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) not_before: OffsetDateTime,
    pub(crate) not_after: OffsetDateTime,
    pub(crate) spki: Vec<u8>,
    pub(crate) extensions: Vec<(&'static str, bool, Vec<u8>)>,
}

impl Draft {
    fn blank(issuer: &Party, subject: Vec<u8>, key: &KeyPair) -> Self {
        Self {
            version: 2,
            serial: vec![0x1f, 1, 2, 3],
            signature: ECDSA_SHA256,
            inner_signature: ECDSA_SHA256,
            issuer: issuer.name.clone(),
            subject,
            not_before: datetime!(2025-01-01 0:00 UTC),
            not_after: datetime!(2027-12-31 23:59:59 UTC),
            spki: key.subject_public_key_info(),
            extensions: vec![
                (SUBJECT_KEY, false, tlv(0x04, &identifier(key))),
                (
                    AUTHORITY_KEY,
                    false,
                    authority_key(&identifier(&issuer.key)),
                ),
            ],
        }
    }

    /// A gateway's, as it should be.
    pub(crate) fn gateway(issuer: &Party, key: &KeyPair) -> Self {
        let mut draft = Self::blank(issuer, operator("mail.essai.fr", "1770816478"), key);
        draft.extensions.extend([
            (
                KEY_USAGE,
                true,
                key_usage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT),
            ),
            (
                EXTENDED_USAGE,
                false,
                extended_usage(&[SERVER_AUTH, CLIENT_AUTH]),
            ),
            (BASIC_CONSTRAINTS, true, sequence(&[])),
            (ALTERNATIVE_NAMES, false, dns_names(&["mail.essai.fr"])),
            (
                CRL_POINTS,
                false,
                crl_point("http://igc.essai.fr/organisations.crl"),
            ),
            (ACCESS, false, ocsp("http://ocsp.essai.fr")),
        ]);
        draft
    }

    /// A list signer's, as the real one is.
    pub(crate) fn list_signer(issuer: &Party, key: &KeyPair) -> Self {
        let mut draft = Self::gateway(issuer, key);
        draft.subject = operator("signature.essai.fr", "326130008100153");
        draft.set(
            KEY_USAGE,
            true,
            key_usage(DIGITAL_SIGNATURE | NON_REPUDIATION),
        );
        draft.set(EXTENDED_USAGE, false, extended_usage(&[EMAIL_PROTECTION]));
        draft.set(
            ALTERNATIVE_NAMES,
            false,
            sequence(&[tlv(0x81, b"liste@essai.fr")]),
        );
        draft
    }

    /// An authority's, as it should be; a root's where it names itself.
    pub(crate) fn authority(issuer: &Party, subject: &Party) -> Self {
        let mut draft = Self::blank(issuer, subject.name.clone(), &subject.key);
        draft.not_after = datetime!(2035-12-31 23:59:59 UTC);
        draft.extensions.extend([
            (KEY_USAGE, true, key_usage(KEY_CERT_SIGN | CRL_SIGN)),
            (BASIC_CONSTRAINTS, true, sequence(&[tlv(0x01, &[0xff])])),
        ]);
        draft
    }

    /// Writes an extension in the place of the one there is, or as the last.
    pub(crate) fn set(&mut self, oid: &'static str, is_critical: bool, value: Vec<u8>) {
        match self.extensions.iter_mut().find(|it| it.0 == oid) {
            Some(extension) => *extension = (oid, is_critical, value),
            None => self.extensions.push((oid, is_critical, value)),
        }
    }

    pub(crate) fn remove(&mut self, oid: &str) {
        self.extensions.retain(|it| it.0 != oid);
    }

    /// The bytes, signed with ECDSA and SHA-256 whatever the draft names.
    pub(crate) fn der(&self, key: &KeyPair) -> Vec<u8> {
        let algorithm = |it: &str| sequence(&[oid(it)]);
        let mut parts = vec![
            tlv(0x02, &self.serial),
            algorithm(self.inner_signature),
            self.issuer.clone(),
            sequence(&[moment(self.not_before), moment(self.not_after)]),
            self.subject.clone(),
            self.spki.clone(),
        ];
        if self.version > 0 {
            parts.insert(0, tlv(0xa0, &tlv(0x02, &[self.version])));
        }
        if !self.extensions.is_empty() {
            let extension = |(id, is_critical, value): &(&str, bool, Vec<u8>)| {
                let mut parts = vec![oid(id)];
                if *is_critical {
                    parts.push(tlv(0x01, &[0xff]));
                }
                parts.push(tlv(0x04, value));
                sequence(&parts)
            };
            let all = self.extensions.iter().map(extension).collect::<Vec<_>>();
            parts.push(tlv(0xa3, &sequence(&all)));
        }
        let signed = sequence(&parts);
        let signature = key.sign(&signed).unwrap();
        sequence(&[
            signed,
            algorithm(self.signature),
            tlv(0x03, &[vec![0], signature].concat()),
        ])
    }

    pub(crate) fn sign(&self, key: &KeyPair) -> Certificate {
        Certificate::parse(&self.der(key)).unwrap()
    }
}

/// Whoever signs: a name and a key.
pub(crate) struct Party {
    pub(crate) name: Vec<u8>,
    pub(crate) key: KeyPair,
}

impl Party {
    pub(crate) fn new(common_name: &str) -> Self {
        Self {
            name: name(&[("2.5.4.6", "FR"), ("2.5.4.3", common_name)]),
            key: new_key(),
        }
    }

    /// Its own certificate, signed by itself.
    pub(crate) fn root(&self) -> Certificate {
        Draft::authority(self, self).sign(&self.key)
    }
}

pub(crate) fn new_key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap()
}

/// A key identifier: the first bytes of the point.
pub(crate) fn identifier(key: &KeyPair) -> Vec<u8> {
    key.der_bytes()[1..21].to_vec()
}
