//! The side-car's outer form: JWS compact serialization (RFC 7515 §7.1) in one exact profile.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{BrokenRule, ListMeta};
use crate::domain::calendar::rfc3339;
use crate::domain::digest::Digest;
use crate::trust::digest::sha256;
use crate::trust::sign::{SignError, Signer, SignerCertificate, SignerCertificateError};
use crate::trust::verify_at::VerifyAt;

/// `typ` of the header: what is signed, so that no other signed text of the signer is taken for it
/// (RFC 8725 §3.11).
const TYPE: &str = "mssante-trust-list-meta+jws";

/// The one algorithm (RFC 7518 §3.3).
const ALGORITHM: &str = "RS256";

/// Far above any side-car, asked before anything is read.
const LARGEST: usize = 16 * 1024;

/// How far the publisher's clock may be ahead of the reader's.
const SKEW: Duration = Duration::minutes(5);

/// Why a side-car was not made, or is not believed.
#[derive(Debug, thiserror::Error)]
pub enum MetaError {
    /// It is too large to be one.
    #[error("it has {0} bytes, more than 16384")]
    TooLarge(usize),
    /// Not header, payload and signature, each in base64url without padding.
    #[error("it is not three parts in base64url without padding")]
    Form,
    /// The header is not exactly that of a side-car.
    #[error("its header is not exactly that of a side-car")]
    Header,
    /// It names a certificate that is not pinned.
    #[error("its signer {0} is not pinned")]
    NotPinned(Digest),
    /// The signature is of another text or another key.
    #[error("its signature does not verify")]
    Signature,
    /// The payload is not exactly that of a side-car.
    #[error("its payload is not exactly that of a side-car: {0}")]
    Payload(String),
    /// It contradicts itself.
    #[error(transparent)]
    Rule(#[from] BrokenRule),
    /// The signer it says is current is not the one that signed it.
    #[error("it was signed by {signer} and names another as its signer")]
    OtherSigner {
        /// Who signed it.
        signer: Digest,
    },
    /// The signer's certificate was not valid at the moment asked for.
    #[error("its signer's certificate is not valid at {}", rfc3339(*.0))]
    SignerNotValid(OffsetDateTime),
    /// It comes from the future.
    #[error("it was generated at {}, which is still to come", rfc3339(*.0))]
    Future(OffsetDateTime),
    /// The signer's own certificate is of no use.
    #[error("the signer's certificate cannot be used: {0}")]
    Certificate(#[from] SignerCertificateError),
    /// The key did not sign.
    #[error(transparent)]
    Key(#[from] SignError),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    #[serde(rename = "x5t#S256")]
    certificate: String,
}

/// Signs a side-car, and reads it back with the strict reader before it is let out.
pub fn sign(meta: &ListMeta, signer: &dyn Signer) -> Result<String, MetaError> {
    let certificate = SignerCertificate::parse(signer.certificate())?;
    let header = Header {
        alg: ALGORITHM.into(),
        typ: TYPE.into(),
        certificate: URL_SAFE_NO_PAD.encode(sha256(certificate.der()).as_bytes()),
    };
    let mut jws = format!("{}.{}", part(&header)?, part(meta)?);
    let signature = signer.sign(jws.as_bytes())?;
    jws.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut jws);
    verify(jws.as_bytes(), &[certificate], VerifyAt::ListTime)?;
    Ok(jws)
}

fn part(value: &impl Serialize) -> Result<String, MetaError> {
    let json = serde_json::to_vec(value).map_err(|cause| MetaError::Payload(cause.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

/// Reads a side-car that one of the pinned certificates signed and that makes sense at a moment.
///
/// The algorithm is fixed and the certificate is one the reader had before: nothing in the header
/// chooses either (RFC 8725 §3.1). A side-car that is overdue is still read:
/// [`ListMeta::is_overdue`].
pub fn verify(jws: &[u8], pins: &[SignerCertificate], at: VerifyAt) -> Result<ListMeta, MetaError> {
    if jws.len() > LARGEST {
        return Err(MetaError::TooLarge(jws.len()));
    }
    let text = str::from_utf8(jws).map_err(|_| MetaError::Form)?;
    let (covered, signature) = text.rsplit_once('.').ok_or(MetaError::Form)?;
    let (header, payload) = covered.split_once('.').ok_or(MetaError::Form)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| MetaError::Form);
    let (header, payload, signature) = (decode(header)?, decode(payload)?, decode(signature)?);

    let signer = signer_of(&header)?;
    let mut pinned = pins.iter();
    let certificate = pinned
        .find(|pin| sha256(pin.der()) == signer)
        .ok_or(MetaError::NotPinned(signer))?;
    if !certificate.verifies(covered.as_bytes(), &signature) {
        return Err(MetaError::Signature);
    }
    // From here on it is what the signer wrote, which may still be wrong.
    let meta: ListMeta =
        serde_json::from_slice(&payload).map_err(|cause| MetaError::Payload(cause.to_string()))?;
    meta.check()?;
    if meta.current_signer() != Some(signer) {
        return Err(MetaError::OtherSigner { signer });
    }
    check_times(&meta, certificate, at)?;
    Ok(meta)
}

/// The certificate that an exact header names.
fn signer_of(header: &[u8]) -> Result<Digest, MetaError> {
    let header: Header = serde_json::from_slice(header).map_err(|_| MetaError::Header)?;
    if header.alg != ALGORITHM || header.typ != TYPE {
        return Err(MetaError::Header);
    }
    let digest = URL_SAFE_NO_PAD.decode(header.certificate);
    let digest: Result<[u8; 32], _> = digest.map_err(|_| MetaError::Header)?.try_into();
    digest.map(Digest::new).map_err(|_| MetaError::Header)
}

fn check_times(
    meta: &ListMeta,
    certificate: &SignerCertificate,
    at: VerifyAt,
) -> Result<(), MetaError> {
    let at = at.of(meta.generated_at);
    if meta.generated_at > at.saturating_add(SKEW) {
        return Err(MetaError::Future(meta.generated_at));
    }
    let (from, until) = certificate.validity();
    if (from..=until).contains(&at) {
        Ok(())
    } else {
        Err(MetaError::SignerNotValid(at))
    }
}
