//! What a responder answered (`OCSPResponse`, RFC 6960 §4.2.1), read strictly. Whether it may be believed is
//! for `judge`.

use time::OffsetDateTime;

use super::cert_id::CertId;
use super::der;
use super::extensions::Extensions;
use super::status::CertStatus;
use crate::trust::certificate::{Certificate, strict};
use crate::trust::chain::is_signed_by;
use crate::trust::der::{NotDer, Reader, tag};

/// Bytes of the largest answer that is looked at.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024 - 1;

/// `id-pkix-ocsp-basic`.
pub(super) const BASIC: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 1];

/// How a responder says that it does not answer (`OCSPResponseStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The request cannot be read.
    MalformedRequest,
    /// The responder is broken.
    InternalError,
    /// Not now.
    TryLater,
    /// The request must be signed.
    SigRequired,
    /// It does not answer this client, or not for this certificate (RFC 5019 §2.2.3).
    Unauthorized,
}

impl Refusal {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::MalformedRequest,
        Self::InternalError,
        Self::TryLater,
        Self::SigRequired,
        Self::Unauthorized,
    ];

    const fn code(self) -> u8 {
        match self {
            Self::MalformedRequest => 1,
            Self::InternalError => 2,
            Self::TryLater => 3,
            Self::SigRequired => 5,
            Self::Unauthorized => 6,
        }
    }

    /// The name in the RFC.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MalformedRequest => "malformedRequest",
            Self::InternalError => "internalError",
            Self::TryLater => "tryLater",
            Self::SigRequired => "sigRequired",
            Self::Unauthorized => "unauthorized",
        }
    }

    /// The whole answer that says so; nobody signs it.
    pub const fn der(self) -> [u8; 5] {
        [tag::SEQUENCE, 3, tag::ENUMERATED, 1, self.code()]
    }
}

/// Why bytes are not an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAnswer {
    /// Larger than is looked at.
    #[error("an answer of {bytes} bytes: {MAX_ANSWER_BYTES} are allowed")]
    TooLarge {
        /// Its bytes.
        bytes: usize,
    },
    /// Not the DER encoding of an `OCSPResponse` with a basic answer in it.
    #[error("not an answer of OCSP in DER")]
    NotDer,
    /// The responder did not answer.
    #[error("the responder answered {}", .0.as_str())]
    Refused(Refusal),
    /// An extension of it is critical and not known here.
    #[error("an extension that is critical and not known")]
    CriticalExtension,
}

impl From<NotDer> for InvalidAnswer {
    fn from(_: NotDer) -> Self {
        Self::NotDer
    }
}

/// An answer, owned; nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    message: Vec<u8>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    pub(super) responder: ResponderId,
    pub(super) produced_at: OffsetDateTime,
    pub(super) singles: Vec<Single>,
    certificates: Vec<Vec<u8>>,
    nonce: Option<Vec<u8>>,
}

/// Who says to have signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ResponderId {
    /// Whose name is this, whole.
    Name(Vec<u8>),
    /// Whose key has this SHA-1.
    Key(Vec<u8>),
}

/// What is said of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Single {
    /// The `CertID`, whole.
    id: Vec<u8>,
    pub(super) status: CertStatus,
    pub(super) this_update: OffsetDateTime,
    pub(super) next_update: Option<OffsetDateTime>,
}

impl Single {
    /// Of which certificate.
    pub(super) fn id(&self) -> Option<CertId<'_>> {
        CertId::read(&mut Reader::new(&self.id)).ok()
    }
}

impl Answer {
    /// The serial numbers it is about, as certificates hold them.
    pub(in crate::trust) fn serials(&self) -> impl Iterator<Item = &[u8]> {
        self.singles
            .iter()
            .filter_map(|single| single.id().map(|id| id.serial))
    }

    /// Reads an answer: strict DER of at most [`MAX_ANSWER_BYTES`] and nothing after it.
    pub fn read(bytes: &[u8]) -> Result<Self, InvalidAnswer> {
        if bytes.len() > MAX_ANSWER_BYTES {
            return Err(InvalidAnswer::TooLarge { bytes: bytes.len() });
        }
        if !strict::is_der(bytes) {
            return Err(InvalidAnswer::NotDer);
        }
        let basic = match outside(bytes)? {
            Ok(basic) => basic,
            Err(refusal) => return Err(InvalidAnswer::Refused(refusal)),
        };
        if !strict::is_der(basic) {
            return Err(InvalidAnswer::NotDer);
        }
        let parts = Parts::read(basic)?;
        let extensions = parts.extensions.iter().copied().map(Extensions::read);
        let read = extensions.collect::<Result<Vec<_>, _>>();
        let read = read.map_err(|refused| match refused {
            super::extensions::Refused::Malformed => InvalidAnswer::NotDer,
            super::extensions::Refused::UnknownCritical => InvalidAnswer::CriticalExtension,
        })?;
        Ok(Self {
            nonce: read.iter().find_map(|it| nonce_of(it.nonce?).ok()),
            ..parts.answer
        })
    }

    /// The certificates that were sent with it, DER; nothing of them is verified.
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// The nonce that it repeats.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// Whether the key of this certificate signed it.
    pub(super) fn is_by(&self, signer: &Certificate) -> bool {
        is_signed_by(signer, &self.algorithm, &self.message, &self.signature)
    }
}

/// The contents of the basic answer, or how it was refused.
fn outside(bytes: &[u8]) -> Result<Result<&[u8], Refusal>, NotDer> {
    let mut outer = Reader::new(bytes);
    let mut response = outer.inside(tag::SEQUENCE)?;
    outer.end()?;
    let [status] = response.element(tag::ENUMERATED)? else {
        return Err(NotDer);
    };
    if *status != 0 {
        response.end()?;
        let refusal = Refusal::ALL.into_iter().find(|it| it.code() == *status);
        return Ok(Err(refusal.ok_or(NotDer)?));
    }
    let mut tagged = response.inside(der::tagged(0))?;
    response.end()?;
    let mut typed = tagged.inside(tag::SEQUENCE)?;
    tagged.end()?;
    let kind = typed.element(tag::OBJECT_IDENTIFIER)?;
    let basic = typed.element(tag::OCTET_STRING)?;
    typed.end()?;
    if kind == BASIC {
        Ok(Ok(basic))
    } else {
        Err(NotDer)
    }
}

/// A basic answer whose extensions were not looked at.
struct Parts<'a> {
    answer: Answer,
    /// The contents of the tags they stand in: its own, then those of what it says.
    extensions: Vec<&'a [u8]>,
}

impl<'a> Parts<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, NotDer> {
        let mut outer = Reader::new(bytes);
        let mut basic = outer.inside(tag::SEQUENCE)?;
        outer.end()?;
        let message = basic.whole(tag::SEQUENCE)?;
        let algorithm = basic.element(tag::SEQUENCE)?;
        let signature = basic.whole_bits()?;
        let certificates = match basic.optional(der::tagged(0))? {
            Some(contents) => certificates(contents)?,
            None => Vec::new(),
        };
        basic.end()?;

        // Version 1 is the default, which is not written (X.690 §11.5), and there is no other.
        let mut data = Reader::new(message).inside(tag::SEQUENCE)?;
        let responder = responder(&mut data)?;
        let produced_at = der::read_time(&mut data)?;
        let mut list = data.inside(tag::SEQUENCE)?;
        let mut extensions = Vec::new();
        extensions.extend(data.optional(der::tagged(1))?);
        data.end()?;
        let mut singles = Vec::new();
        while !list.is_at_end() {
            singles.push(single(&mut list, &mut extensions)?);
        }
        Ok(Self {
            answer: Answer {
                message: message.to_vec(),
                algorithm: algorithm.to_vec(),
                signature: signature.to_vec(),
                responder,
                produced_at,
                singles,
                certificates,
                nonce: None,
            },
            extensions,
        })
    }
}

fn certificates(contents: &[u8]) -> Result<Vec<Vec<u8>>, NotDer> {
    let mut outer = Reader::new(contents);
    let mut list = outer.inside(tag::SEQUENCE)?;
    outer.end()?;
    let mut certificates = Vec::new();
    while !list.is_at_end() {
        certificates.push(list.whole(tag::SEQUENCE)?.to_vec());
    }
    Ok(certificates)
}

fn responder(data: &mut Reader<'_>) -> Result<ResponderId, NotDer> {
    if let Some(name) = data.optional(der::tagged(1))? {
        let mut inner = Reader::new(name);
        inner.element(tag::SEQUENCE)?;
        inner.end()?;
        return Ok(ResponderId::Name(name.to_vec()));
    }
    let mut key = data.inside(der::tagged(2))?;
    let sha1 = key.element(tag::OCTET_STRING)?;
    key.end()?;
    Ok(ResponderId::Key(sha1.to_vec()))
}

fn single<'a>(list: &mut Reader<'a>, extensions: &mut Vec<&'a [u8]>) -> Result<Single, NotDer> {
    let mut single = list.inside(tag::SEQUENCE)?;
    let mut ahead = single;
    let id = single.whole(tag::SEQUENCE)?;
    CertId::read(&mut ahead)?;
    let status = CertStatus::read(&mut single)?;
    let this_update = der::read_time(&mut single)?;
    let next_update = match single.optional(der::tagged(0))? {
        Some(contents) => {
            let mut inner = Reader::new(contents);
            let at = der::read_time(&mut inner)?;
            inner.end()?;
            Some(at)
        }
        None => None,
    };
    extensions.extend(single.optional(der::tagged(1))?);
    single.end()?;
    Ok(Single {
        id: id.to_vec(),
        status,
        this_update,
        next_update,
    })
}

fn nonce_of(value: &[u8]) -> Result<Vec<u8>, NotDer> {
    let mut outer = Reader::new(value);
    let nonce = outer.element(tag::OCTET_STRING)?;
    outer.end()?;
    Ok(nonce.to_vec())
}
