//! The list as whoever stands behind it signed it, and not as a registry tells it: by pinned signers, and by
//! those that they announced.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::domain::admission::ListUsed;
use crate::domain::digest::Digest;
use crate::trust::admission::ListInForce;
use crate::trust::log::ConsistencyProof;
use crate::trust::sidecar::{self, ListMeta, MetaError, NotNext, SignerNotice, SignerStatus};
use crate::trust::sign::{SignerCertificate, SignerCertificateError};
use crate::trust::verify_at::VerifyAt;
use crate::trust::xml::{Limits, ListError, Pin, read_signed};

/// A list that is believed.
#[derive(Debug)]
pub(super) struct Believed {
    pub(super) xml: Vec<u8>,
    pub(super) jws: Vec<u8>,
    pub(super) meta: ListMeta,
    pub(super) in_force: Arc<ListInForce>,
}

/// Why a list is not believed.
#[derive(Debug, thiserror::Error)]
pub enum Disbelief {
    /// The XML is not a list of a signer that is trusted.
    #[error("the list: {0}")]
    List(#[from] ListError),
    /// The certificate in it cannot be that of a signer.
    #[error("the signer: {0}")]
    Signer(#[from] SignerCertificateError),
    /// The side-car is not by that signer.
    #[error("the side-car: {0}")]
    Meta(#[from] MetaError),
    /// The side-car is of another list.
    #[error("the side-car is of another list")]
    OtherList,
    /// It does not follow the list at hand.
    #[error("it does not follow the list at hand: {0}")]
    NotNext(#[from] NotNext),
    /// There is another list of the same number.
    #[error("there are two lists of the number {0}")]
    Two(i64),
    /// It is older than the one that was told of.
    #[error("it is list {0}, and a later one was told of")]
    Older(i64),
}

/// Who may sign.
#[derive(Clone, Debug, Default)]
pub(super) struct Signers {
    /// Pinned by hand.
    pub(super) pinned: Vec<Digest>,
    /// Named by the list at hand: who signed it and who will sign.
    pub(super) announced: Vec<SignerNotice>,
}

impl Signers {
    /// Those that may sign a list at a moment.
    fn at(&self, moment: OffsetDateTime) -> Vec<Pin> {
        let announced = self.announced.iter().filter(|it| match it.status {
            SignerStatus::Current => true,
            SignerStatus::Next => it.from <= moment,
        });
        let announced = announced.map(|it| it.sha256);
        let all = self.pinned.iter().copied().chain(announced);
        all.map(Pin::Sha256).collect()
    }

    fn are_pinned(&self, signer: Option<Digest>) -> bool {
        signer.is_some_and(|signer| self.pinned.contains(&signer))
    }
}

impl Believed {
    /// Reads a list and its side-car, which one of these signers must have signed and who must be valid at
    /// this moment.
    pub(super) fn read(
        xml: Vec<u8>,
        jws: Vec<u8>,
        signers: &Signers,
        at: OffsetDateTime,
    ) -> Result<Self, Disbelief> {
        let moment = VerifyAt::At(at);
        let read = read_signed(&xml, &signers.at(at), moment, &Limits::default())?;
        let signer = SignerCertificate::parse(&read.signer_certificate)?;
        let meta = sidecar::verify(&jws, &[signer], moment)?;
        let is_of = meta.xml.sha256 == read.sha256
            && meta.generated_at == read.list.generated_at
            && u64::try_from(xml.len()) == Ok(meta.xml.bytes);
        let sequence = i64::try_from(meta.sequence).ok().filter(|_| is_of);
        let used = ListUsed {
            sequence: sequence.ok_or(Disbelief::OtherList)?,
            sha256: read.sha256,
        };
        Ok(Self {
            in_force: Arc::new(ListInForce {
                used,
                list: read.list,
                signers: meta.signers.clone(),
            }),
            xml,
            jws,
            meta,
        })
    }

    /// Whether it may come after the list at hand: the next one, or a later one that the log connects with
    /// it. A signer that was pinned by hand needs no announcement.
    pub(super) fn may_follow(
        &self,
        before: &ListMeta,
        signers: &Signers,
        proof: Option<&ConsistencyProof>,
    ) -> Result<(), Disbelief> {
        let follows = match proof {
            Some(proof) => self.meta.continues(before, proof),
            None => self.meta.follows(before),
        };
        match follows {
            Err(NotNext::Signer) if signers.are_pinned(self.meta.current_signer()) => Ok(()),
            follows => Ok(follows?),
        }
    }
}
