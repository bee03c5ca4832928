//! Revocation lists as tests need them: written field by field, so that each can be wrong on its own.

use rcgen::SigningKey;
use time::{Duration, OffsetDateTime};

use crate::trust::pki::{
    AUTHORITY_KEY, ECDSA_SHA256, NOW, Party, authority_key, identifier, moment, oid, sequence, tlv,
};

pub(crate) const CRL_NUMBER: &str = "2.5.29.20";
pub(crate) const DELTA: &str = "2.5.29.27";
pub(crate) const ISSUING_POINT: &str = "2.5.29.28";

/// An extension: its identifier, whether it is critical, its value.
pub(crate) type Extension = (&'static str, bool, Vec<u8>);

/// One certificate on a list.
#[derive(Clone)]
pub(crate) struct DraftEntry {
    pub(crate) serial: Vec<u8>,
    pub(crate) since: OffsetDateTime,
    pub(crate) extensions: Vec<Extension>,
}

/// A list before it is signed.
#[derive(Clone)]
pub(crate) struct DraftList {
    /// 0 is version 1 and is not written.
    pub(crate) version: u8,
    pub(crate) inner_signature: &'static str,
    pub(crate) issuer: Vec<u8>,
    pub(crate) this_update: OffsetDateTime,
    pub(crate) next_update: Option<OffsetDateTime>,
    pub(crate) entries: Vec<DraftEntry>,
    pub(crate) extensions: Vec<Extension>,
}

impl DraftList {
    /// The first list of an authority, of an hour ago and for a day, with nobody on it.
    pub(crate) fn of(issuer: &Party) -> Self {
        Self {
            version: 1,
            inner_signature: ECDSA_SHA256,
            issuer: issuer.name.clone(),
            this_update: NOW - Duration::HOUR,
            next_update: Some(NOW + Duration::DAY),
            entries: Vec::new(),
            extensions: vec![
                (
                    AUTHORITY_KEY,
                    false,
                    authority_key(&identifier(&issuer.key)),
                ),
                (CRL_NUMBER, false, tlv(2, &[1])),
            ],
        }
    }

    /// With this number.
    pub(crate) fn number(mut self, number: u8) -> Self {
        self.set(CRL_NUMBER, false, tlv(2, &[number]));
        self
    }

    /// With this certificate on it, for the reason with this code.
    pub(crate) fn with(mut self, serial: &[u8], reason: Option<u8>) -> Self {
        let reason = reason.map(|code| ("2.5.29.21", false, tlv(10, &[code])));
        self.entries.push(DraftEntry {
            serial: serial.to_vec(),
            since: NOW - Duration::HOUR * 2,
            extensions: reason.into_iter().collect(),
        });
        self
    }

    /// Writes an extension in the place of the one there is, or as the last.
    pub(crate) fn set(&mut self, oid: &'static str, is_critical: bool, value: Vec<u8>) {
        self.extensions.retain(|it| it.0 != oid);
        self.extensions.push((oid, is_critical, value));
    }

    pub(crate) fn remove(&mut self, oid: &str) {
        self.extensions.retain(|it| it.0 != oid);
    }

    /// The bytes, signed with ECDSA and SHA-256 whatever the draft names.
    pub(crate) fn der(&self, key: &impl SigningKey) -> Vec<u8> {
        let algorithm = |it: &str| sequence(&[oid(it)]);
        let mut parts = vec![
            algorithm(self.inner_signature),
            self.issuer.clone(),
            moment(self.this_update),
        ];
        if self.version > 0 {
            parts.insert(0, tlv(2, &[self.version]));
        }
        parts.extend(self.next_update.map(moment));
        if !self.entries.is_empty() {
            let entry = |it: &DraftEntry| {
                let mut parts = vec![tlv(2, &it.serial), moment(it.since)];
                if !it.extensions.is_empty() {
                    parts.push(extensions(&it.extensions));
                }
                sequence(&parts)
            };
            parts.push(sequence(
                &self.entries.iter().map(entry).collect::<Vec<_>>(),
            ));
        }
        if !self.extensions.is_empty() {
            parts.push(tlv(0xa0, &extensions(&self.extensions)));
        }
        let signed = sequence(&parts);
        let signature = key.sign(&signed).unwrap();
        let bits = [vec![0], signature].concat();
        sequence(&[signed, algorithm(ECDSA_SHA256), tlv(3, &bits)])
    }
}

fn extensions(all: &[Extension]) -> Vec<u8> {
    let extension = |(id, is_critical, value): &Extension| {
        let mut parts = vec![oid(id)];
        if *is_critical {
            parts.push(tlv(1, &[0xff]));
        }
        parts.push(tlv(4, value));
        sequence(&parts)
    };
    sequence(&all.iter().map(extension).collect::<Vec<_>>())
}

/// An `issuingDistributionPoint` of one address and what follows it.
pub(crate) fn issuing_point(url: &str, flags: &[Vec<u8>]) -> Vec<u8> {
    let full_name = tlv(0xa0, &tlv(0x86, url.as_bytes()));
    let mut parts = vec![tlv(0xa0, &full_name)];
    parts.extend_from_slice(flags);
    sequence(&parts)
}
