//! Certificates of gateways. Nothing is signed that our own rules would refuse: what will be signed is
//! first signed with a key that is thrown away, and judged.

use rcgen::{
    CertificateParams, CrlDistributionPoint, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, SubjectPublicKeyInfo,
};
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use super::error::AuthorityError;
use super::key::{AuthorityKey, made};
use super::request::CertificateRequest;
use super::serial::Serial;
use super::{extensions, subject};
use crate::domain::certificate::CertificatePurpose;
use crate::domain::distinguished_name::OperatorDn;
use crate::trust::certificate::Certificate;
use crate::trust::chain::{Anchors, check_path};
use crate::trust::rules::{Finding, Subject, WithoutRevocation, lint};
use crate::trust::sign::Signer;

/// What to certify. Only the key is taken from the request as it is; all else was decided.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The request, whose sender has shown to hold its key.
    pub request: &'a CertificateRequest,
    /// Whom to name, in the list's order: see [`in_list_order`](super::in_list_order).
    pub subject: &'a OperatorDn,
    /// Names of hosts.
    pub hosts: &'a [String],
    /// First second of its validity, UTC.
    pub not_before: OffsetDateTime,
    /// Last second of its validity, UTC; the authority's own at most.
    pub not_after: OffsetDateTime,
    /// Its number.
    pub serial: Serial,
    /// Where its authority's revocation list is.
    pub crl_url: &'a str,
    /// Where its authority's responder is.
    pub ocsp_url: &'a str,
}

/// Issues the certificate that was ordered, DER; blocks while a device works.
///
/// Its profile: critical keyUsage digitalSignature, extKeyUsage serverAuth and clientAuth, critical
/// basicConstraints with cA false, both key identifiers, one distribution point, one responder.
pub fn issue(
    order: &Order<'_>,
    authority: &Certificate,
    signer: &dyn Signer,
) -> Result<Vec<u8>, AuthorityError> {
    if order.not_before < authority.not_before
        || order.not_after > authority.not_after
        || order.not_before > order.not_after
    {
        return Err(AuthorityError::Validity);
    }
    judge_authority(authority, order.not_before)?;
    let key = AuthorityKey::new(signer, authority)?;
    let draft = draft(order, authority.der())?;
    let mut findings = findings(&draft, order.not_before);
    findings.retain(Finding::refuses);
    if !findings.is_empty() {
        return Err(AuthorityError::Refused(findings));
    }
    is_as_ordered(&draft, order)?;

    let issuer = key.issuer(authority)?;
    let public_key = SubjectPublicKeyInfo::from_der(order.request.spki())?;
    let made = made(params(order)?.signed_by(&public_key, &issuer), &issuer)?;
    let certificate = Certificate::parse(made.der())?;
    is_as_ordered(&certificate, order)?;
    // One certificate is a file of anchors.
    let anchors = Anchors::from_pem(authority.der()).map_err(|_| AuthorityError::OtherKey)?;
    check_path(
        &certificate,
        &[],
        &anchors,
        CertificatePurpose::Gateway,
        order.not_before,
    )?;
    Ok(made.der().to_vec())
}

/// The certificate as it would be, but for the signature.
pub(super) fn draft(
    order: &Order<'_>,
    authority: &CertificateDer<'_>,
) -> Result<Certificate, AuthorityError> {
    let thrown_away = Issuer::from_ca_cert_der(authority, KeyPair::generate()?)?;
    let public_key = SubjectPublicKeyInfo::from_der(order.request.spki())?;
    let signed = params(order)?.signed_by(&public_key, &thrown_away)?;
    Ok(Certificate::parse(signed.der())?)
}

/// What the rules say of it as a gateway's.
pub(super) fn findings(certificate: &Certificate, at: OffsetDateTime) -> Vec<Finding> {
    lint(&Subject {
        certificate,
        purpose: CertificatePurpose::Gateway,
        at,
        without_revocation: WithoutRevocation::Refuse,
    })
}

/// Refuses to issue under an authority that no path would go through.
pub(super) fn judge_authority(
    authority: &Certificate,
    at: OffsetDateTime,
) -> Result<(), AuthorityError> {
    let purpose = if authority.is_self_issued {
        CertificatePurpose::Anchor
    } else {
        CertificatePurpose::IssuingAuthority
    };
    let mut findings = lint(&Subject {
        certificate: authority,
        purpose,
        at,
        without_revocation: WithoutRevocation::Warn,
    });
    findings.retain(Finding::refuses);
    if findings.is_empty() {
        return Ok(());
    }
    Err(AuthorityError::Authority(findings))
}

fn params(order: &Order<'_>) -> Result<CertificateParams, AuthorityError> {
    let mut params = CertificateParams::default();
    params.serial_number = Some(order.serial.octets().to_vec().into());
    params.distinguished_name = subject::encode(order.subject)?;
    params.not_before = order.not_before;
    params.not_after = order.not_after;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    for host in order.hosts {
        let name = host.as_str().try_into()?;
        params.subject_alt_names.push(SanType::DnsName(name));
    }
    params.use_authority_key_identifier_extension = true;
    params.crl_distribution_points = vec![CrlDistributionPoint {
        uris: vec![order.crl_url.to_owned()],
    }];
    params.custom_extensions = vec![extensions::responder(order.ocsp_url)];
    Ok(params)
}

/// Whether the writer wrote what it was told: asked of the draft, and of what leaves.
fn is_as_ordered(certificate: &Certificate, order: &Order<'_>) -> Result<(), AuthorityError> {
    let extensions = &certificate.extensions;
    let holds = [
        ("its subject", certificate.subject == *order.subject),
        (
            "its key",
            certificate.spki_sha256 == order.request.spki_sha256,
        ),
        (
            "its serial number",
            certificate.serial == order.serial.octets(),
        ),
        ("its hosts", extensions.dns_names().eq(order.hosts)),
        (
            "its distribution point",
            extensions.crl_urls == [order.crl_url],
        ),
        ("its responder", extensions.ocsp_urls == [order.ocsp_url]),
    ];
    match holds.into_iter().find(|(_, is_so)| !is_so) {
        Some((what, _)) => Err(AuthorityError::NotAsOrdered(what)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
