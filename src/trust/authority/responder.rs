//! The certificate of a delegated responder (RFC 6960 §4.2.2.2): a P-256 key that answers in the
//! authority's name and can do nothing else, for a short time.

use rcgen::{
    CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};

use super::error::AuthorityError;
use super::extensions::no_check;
use super::issue::judge_authority;
use super::key::{AuthorityKey, made};
use super::serial::Serial;
use crate::trust::certificate::Certificate;
use crate::trust::sign::Signer;

/// How long a responder's certificate lasts unless there is a reason: nobody can revoke it.
pub const RESPONDER_LIFETIME: Duration = Duration::days(90);

/// What to certify.
#[derive(Clone, Copy, Debug)]
pub struct ResponderOrder<'a> {
    /// Its common name.
    pub name: &'a str,
    /// First second of its validity, UTC.
    pub not_before: OffsetDateTime,
    /// Last second of its validity, UTC; the authority's own at most.
    pub not_after: OffsetDateTime,
    /// Its number.
    pub serial: Serial,
}

/// A responder's certificate and its key.
pub struct Responder {
    /// The certificate.
    pub certificate: Certificate,
    /// The key, PKCS #8 PEM.
    pub key_pem: String,
}

/// Makes a P-256 key and certifies it as a responder's; blocks while a device works.
///
/// Its profile: critical keyUsage digitalSignature, extKeyUsage OCSPSigning alone, `id-pkix-ocsp-nocheck`,
/// critical basicConstraints with cA false, both key identifiers.
pub fn issue_responder(
    order: &ResponderOrder<'_>,
    authority: &Certificate,
    signer: &dyn Signer,
) -> Result<Responder, AuthorityError> {
    if order.not_before < authority.not_before
        || order.not_after > authority.not_after
        || order.not_before >= order.not_after
    {
        return Err(AuthorityError::Validity);
    }
    judge_authority(authority, order.not_before)?;
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(
        DnType::CountryName,
        DnValue::PrintableString("FR".try_into()?),
    );
    name.push(DnType::CommonName, order.name);
    params.distinguished_name = name;
    params.serial_number = Some(order.serial.octets().to_vec().into());
    params.not_before = order.not_before;
    params.not_after = order.not_after;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
    params.use_authority_key_identifier_extension = true;
    params.custom_extensions = vec![no_check()];

    let key = KeyPair::generate()?;
    let issuer = AuthorityKey::new(signer, authority)?.issuer(authority)?;
    let signed = made(params.signed_by(&key, &issuer), &issuer)?;
    Ok(Responder {
        certificate: Certificate::parse(signed.der())?,
        key_pem: key.serialize_pem(),
    })
}
