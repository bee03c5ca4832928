//! The path from a certificate to an anchor (RFC 5280 §6.1): signatures, names and limits by webpki,
//! and on each certificate of the path the rules that webpki leaves to its callers.
//!
//! Revocation is not looked at here.

mod anchors;
mod explain;
mod issued;
mod signed;
#[cfg(test)]
mod tests;

use std::cell::RefCell;

use rustls_pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime};
use time::OffsetDateTime;
use webpki::{
    EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeId, KeyPurposeIdIter, KeyUsage,
    RequiredEkuNotFoundContext, VerifiedPath, aws_lc_rs as algorithms,
};

pub use anchors::{Anchors, AnchorsError};
pub use issued::is_issued_by;
pub(in crate::trust) use signed::is_signed_by;

use super::certificate::{Certificate, MAX_CHAIN_LENGTH};
use super::rules::{Finding, Severity, Subject, WithoutRevocation, lint};
use crate::domain::certificate::CertificatePurpose;

/// Authorities that may stand between a certificate and its anchor.
pub const MAX_INTERMEDIATES: usize = 3;

/// A path that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// From the certificate that was asked about to the anchor.
    pub certificates: Vec<Certificate>,
}

/// Why there is no path: one certificate, and the rules it breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// The subject of the certificate at fault.
    pub certificate: String,
    /// What it breaks; never empty.
    pub findings: Vec<Finding>,
}

impl std::error::Error for PathError {}

impl std::fmt::Display for PathError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "certificate {}", self.certificate)?;
        for (place, finding) in self.findings.iter().enumerate() {
            write!(f, "{} {finding}", if place == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

impl PathError {
    fn new(certificate: &Certificate, finding: Finding) -> Self {
        Self {
            certificate: certificate.subject.to_string(),
            findings: vec![finding],
        }
    }
}

/// Finds a path from `leaf` to one of the anchors that is fit for `purpose` at this moment.
///
/// `intermediates` are what the peer or the uploader sent beside it, in any order; those that are on
/// no path are not judged. When several paths exist and one holds, that one is answered.
pub fn check_path(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &Anchors,
    purpose: CertificatePurpose,
    at: OffsetDateTime,
) -> Result<Path, PathError> {
    if intermediates.len() >= MAX_CHAIN_LENGTH {
        let found = format!("{} certificates", intermediates.len() + 1);
        return Err(PathError::new(leaf, explain::too_many(found)));
    }
    judge(leaf, purpose, at)?;
    let usages = Usages(usages(purpose).ok_or_else(|| explain::no_leaf(leaf, purpose))?);
    let end_entity =
        EndEntityCert::try_from(leaf.der()).map_err(|error| explain::error(leaf, &error))?;
    let ders: Vec<CertificateDer<'_>> = intermediates.iter().map(|it| it.der().clone()).collect();
    // webpki counts from 1970, when no certificate was valid yet.
    let seconds = u64::try_from(at.unix_timestamp()).unwrap_or_default();
    let holding = RefCell::new(None);
    let refused = RefCell::new(None);
    let accept = |path: &VerifiedPath<'_>| match complete(leaf, path, intermediates, anchors, at) {
        Ok(path) => {
            holding.replace(Some(path));
            Ok(())
        }
        Err(error) => {
            // The first path is the shortest; what is wrong with a detour tells less.
            refused.borrow_mut().get_or_insert(error);
            Err(Error::UnknownIssuer)
        }
    };
    let outcome = end_entity.verify_for_usage(
        ALGORITHMS,
        anchors.trusted(),
        &ders,
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)),
        usages,
        None,
        Some(&accept),
    );
    match (outcome, holding.into_inner(), refused.into_inner()) {
        (Ok(_), Some(path), _) => Ok(path),
        // A path that only the rules refused says more than that there is no other.
        (_, _, Some(error)) => Err(error),
        (Err(error), ..) => Err(explain::broken(leaf, intermediates, anchors, at, &error)),
        (Ok(_), None, None) => Err(explain::error(leaf, &Error::UnknownIssuer)),
    }
}

/// Whether a certificate is for this host, by its `dNSName`s or `iPAddress`es (RFC 9525 §6); its
/// common name does not count. No certificate is for what is neither a name nor an address.
pub fn is_for_host(certificate: &Certificate, host: &str) -> bool {
    let Ok(name) = ServerName::try_from(host) else {
        return false;
    };
    EndEntityCert::try_from(certificate.der())
        .and_then(|it| it.verify_is_valid_for_subject_name(&name))
        .is_ok()
}

/// What the rules have to say against this certificate, warnings left out.
fn judge(
    certificate: &Certificate,
    purpose: CertificatePurpose,
    at: OffsetDateTime,
) -> Result<(), PathError> {
    let mut findings = lint(&Subject {
        certificate,
        purpose,
        at,
        without_revocation: WithoutRevocation::Warn,
    });
    findings.retain(|finding| finding.severity == Severity::Refuse);
    if findings.is_empty() {
        return Ok(());
    }
    Err(PathError {
        certificate: certificate.subject.to_string(),
        findings,
    })
}

/// The whole path, where every authority on it passes the rules too.
fn complete(
    leaf: &Certificate,
    path: &VerifiedPath<'_>,
    intermediates: &[Certificate],
    anchors: &Anchors,
    at: OffsetDateTime,
) -> Result<Path, PathError> {
    let mut certificates = vec![leaf.clone()];
    for link in path.intermediate_certificates() {
        let sent = intermediates.iter().find(|it| *it.der() == link.der());
        certificates.extend(sent.cloned());
    }
    if certificates.len() > MAX_INTERMEDIATES + 1 {
        let found = format!("{} intermediate authorities", certificates.len() - 1);
        return Err(PathError::new(leaf, explain::too_deep(found)));
    }
    for authority in certificates.iter().skip(1) {
        judge(authority, CertificatePurpose::IssuingAuthority, at)?;
    }
    // An anchor that was renewed under its name and key is there twice.
    let mut refused = explain::error(leaf, &Error::UnknownIssuer);
    for anchor in anchors.matching(path.anchor()) {
        let judged = judge(anchor, CertificatePurpose::Anchor, at);
        let linked = judged.and_then(|()| follows(&certificates, anchor));
        match linked {
            Ok(()) => {
                certificates.push(anchor.clone());
                return Ok(Path { certificates });
            }
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

/// Whether each certificate names the next one's key as the one that signed it.
fn follows(certificates: &[Certificate], anchor: &Certificate) -> Result<(), PathError> {
    let issuers = certificates.iter().skip(1).chain([anchor]);
    for (certificate, issuer) in certificates.iter().zip(issuers) {
        let named = certificate.extensions.authority_key.as_ref();
        let named = named.and_then(|authority| authority.key.as_ref());
        let held = issuer.extensions.subject_key.as_ref();
        if let (Some(named), Some(held)) = (named, held)
            && named != held
        {
            return Err(PathError::new(
                certificate,
                explain::other_key(named, held, issuer),
            ));
        }
    }
    Ok(())
}

/// What signs certificates here: SHA-256 or better with RSA of 2048 bits or more, or P-256, P-384.
pub(in crate::trust) static ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    algorithms::RSA_PKCS1_2048_8192_SHA256,
    algorithms::RSA_PKCS1_2048_8192_SHA384,
    algorithms::RSA_PKCS1_2048_8192_SHA512,
    algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
    algorithms::ECDSA_P256_SHA256,
    algorithms::ECDSA_P256_SHA384,
    algorithms::ECDSA_P256_SHA512,
    algorithms::ECDSA_P384_SHA256,
    algorithms::ECDSA_P384_SHA384,
    algorithms::ECDSA_P384_SHA512,
];

/// `id-kp` purposes as the contents of an object identifier (RFC 5280 §4.2.1.12).
const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
const EMAIL_PROTECTION: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 4];

/// Purposes that every certificate of the path must allow; none for what signs certificates.
const fn usages(purpose: CertificatePurpose) -> Option<&'static [&'static [u8]]> {
    match purpose {
        CertificatePurpose::Gateway => Some(&[SERVER_AUTH, CLIENT_AUTH]),
        CertificatePurpose::SmtpServer => Some(&[SERVER_AUTH]),
        CertificatePurpose::SmtpClient => Some(&[CLIENT_AUTH]),
        CertificatePurpose::ListSigner => Some(&[EMAIL_PROTECTION]),
        CertificatePurpose::IssuingAuthority | CertificatePurpose::Anchor => None,
    }
}

/// All of these must be named where any purpose is: an authority without the extension is not
/// limited, and the rules see to it that the leaf has it.
struct Usages(&'static [&'static [u8]]);

impl ExtendedKeyUsageValidator for Usages {
    fn validate(&self, named: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        let named = named.collect::<Result<Vec<_>, _>>()?;
        let is_missing = |usage: &&&[u8]| !named.contains(&KeyPurposeId::new(usage));
        match self.0.iter().find(is_missing) {
            Some(usage) if !named.is_empty() => Err(Error::RequiredEkuNotFoundContext(
                RequiredEkuNotFoundContext {
                    required: KeyUsage::required_if_present(usage),
                    present: named.iter().map(KeyPurposeId::to_decoded_oid).collect(),
                },
            )),
            Some(_) | None => Ok(()),
        }
    }
}
