//! Requests and answers as a whole: ours read back, hostile ones refused, and `openssl` as the other side.

mod attacks;
mod openssl;
mod requests;
mod signing;

use rcgen::{KeyPair, SigningKey as _};
use time::{Duration, OffsetDateTime};

use super::extensions::with_nonce;
use super::key::Holder;
use super::response::BASIC;
use super::sign::ResponderKey;
use super::{CertIdHash, IssuerId, NO_CHECK, OCSP_SIGNING, der, status};
use crate::domain::authority::IssuedStatus;
use crate::trust::certificate::Certificate;
use crate::trust::pki::{
    ACCESS, ALTERNATIVE_NAMES, CRL_POINTS, DIGITAL_SIGNATURE, Draft, EXTENDED_USAGE, KEY_USAGE,
    NOW, Party, extended_usage, key_usage, name, new_key, pem, tlv,
};

/// An authority, its responder's delegate, and a certificate that it issued.
pub(crate) struct Space {
    pub(crate) authority: Party,
    pub(crate) root: Certificate,
    pub(crate) delegate_key: KeyPair,
    pub(crate) delegate: Certificate,
    pub(crate) gateway: Certificate,
}

impl Space {
    pub(crate) fn new(common_name: &str) -> Self {
        Self::made(common_name, |_| {})
    }

    /// One whose certificates are all valid around a moment: `openssl` looks at the clock of the machine.
    pub(crate) fn around(at: OffsetDateTime) -> Self {
        Self::made("AC", |draft| {
            draft.not_before = at - Duration::days(1);
            draft.not_after = at + Duration::days(30);
        })
    }

    fn made(common_name: &str, change: impl Fn(&mut Draft)) -> Self {
        let authority = Party::new(common_name);
        let delegate_key = new_key();
        let sign = |mut draft: Draft| {
            change(&mut draft);
            draft.sign(&authority.key)
        };
        Self {
            root: sign(Draft::authority(&authority, &authority)),
            delegate: sign(delegate(&authority, &delegate_key)),
            gateway: sign(Draft::gateway(&authority, &new_key())),
            delegate_key,
            authority,
        }
    }

    /// Writes `root.pem` and `gateway.pem`.
    pub(crate) fn write(&self, dir: &std::path::Path) {
        for (name, certificate) in [("root", &self.root), ("gateway", &self.gateway)] {
            std::fs::write(dir.join(format!("{name}.pem")), pem(certificate.der())).unwrap();
        }
    }

    pub(crate) fn responder(&self) -> ResponderKey {
        let pkcs8 = self.delegate_key.serialize_der();
        let name = "test".to_owned();
        ResponderKey::new(name, &pkcs8, self.delegate.der(), &self.root).unwrap()
    }
}

/// The certificate of one who answers, as it should be.
pub(crate) fn delegate(issuer: &Party, key: &KeyPair) -> Draft {
    let mut draft = Draft::gateway(issuer, key);
    draft.subject = name(&[("2.5.4.6", "FR"), ("2.5.4.3", "OCSP")]);
    draft.serial = vec![2];
    for oid in [ALTERNATIVE_NAMES, CRL_POINTS, ACCESS] {
        draft.remove(oid);
    }
    draft.set(KEY_USAGE, true, key_usage(DIGITAL_SIGNATURE));
    draft.set(EXTENDED_USAGE, true, extended_usage(&[OCSP_SIGNING]));
    draft.set(NO_CHECK, false, tlv(0x05, &[]));
    draft
}

/// An answer before it is signed, of which each field can be wrong.
pub(crate) struct Forged {
    /// Whose certificate is meant.
    pub(crate) issuer: IssuerId,
    pub(crate) hash: CertIdHash,
    pub(crate) serial: Vec<u8>,
    /// `CertStatus`, whole.
    pub(crate) status: Vec<u8>,
    pub(crate) this_update: OffsetDateTime,
    pub(crate) next_update: Option<OffsetDateTime>,
    pub(crate) produced_at: OffsetDateTime,
    /// `responderID`, whole.
    pub(crate) responder: Vec<u8>,
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) nonce: Option<Vec<u8>>,
    /// `SingleResponse`s beside the one.
    pub(crate) others: Vec<u8>,
}

impl Forged {
    /// As it should be.
    pub(crate) fn new(space: &Space) -> Self {
        Self {
            issuer: IssuerId::of(&space.root).unwrap(),
            hash: CertIdHash::Sha1,
            serial: space.gateway.serial.clone(),
            status: status::write(IssuedStatus::Good),
            this_update: NOW,
            next_update: Some(NOW + Duration::hours(1)),
            produced_at: NOW,
            responder: by_key(&space.delegate),
            certificates: vec![space.delegate.der().to_vec()],
            nonce: None,
            others: Vec::new(),
        }
    }

    pub(super) fn single(&self) -> Vec<u8> {
        let id = self.issuer.write(self.hash, &self.serial);
        let this_update = der::time(self.this_update);
        let next_update = self
            .next_update
            .map(|at| tlv(0xa0, &der::time(at)))
            .unwrap_or_default();
        tlv(
            0x30,
            &[id, self.status.clone(), this_update, next_update].concat(),
        )
    }

    /// Signed with this key.
    pub(crate) fn by(&self, key: &KeyPair) -> Vec<u8> {
        let extensions = self.nonce.as_ref().map(|it| tlv(0xa1, &with_nonce(it)));
        let data = tlv(
            0x30,
            &[
                self.responder.clone(),
                der::time(self.produced_at),
                tlv(0x30, &[self.single(), self.others.clone()].concat()),
                extensions.unwrap_or_default(),
            ]
            .concat(),
        );
        let signature = key.sign(&data).unwrap();
        let algorithm = tlv(
            0x30,
            &crate::trust::pki::oid(crate::trust::pki::ECDSA_SHA256),
        );
        let mut basic = [data, algorithm, tlv(3, &[vec![0], signature].concat())].concat();
        if !self.certificates.is_empty() {
            basic.extend(tlv(0xa0, &tlv(0x30, &self.certificates.concat())));
        }
        around(&tlv(0x30, &basic))
    }
}

/// What stands around a basic answer.
pub(super) fn around(basic: &[u8]) -> Vec<u8> {
    let typed = [tlv(0x06, BASIC), tlv(0x04, basic)].concat();
    let typed = tlv(0xa0, &tlv(0x30, &typed));
    tlv(0x30, &[tlv(0x0a, &[0]), typed].concat())
}

/// `responderID` by the SHA-1 of a key.
pub(super) fn by_key(certificate: &Certificate) -> Vec<u8> {
    let id = IssuerId::of(certificate).unwrap();
    tlv(0xa2, &tlv(0x04, id.key_sha1()))
}

/// `responderID` by name.
pub(super) fn by_name(certificate: &Certificate) -> Vec<u8> {
    tlv(0xa1, Holder::of(certificate).unwrap().name)
}
