//! The certificate of a delegated responder (RFC 6960 §4.2.2.2): a P-256 key that answers in the
//! authority's name and can do nothing else, for a short time.

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose};
use time::{Duration, OffsetDateTime};

use super::error::AuthorityError;
use super::extensions::no_check;
use super::issue::judge_authority;
use super::key::{AuthorityKey, made};
use super::serial::Serial;
use super::subject;
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
/// Its profile: critical keyUsage digitalSignature, extKeyUsage `OCSPSigning` alone, `id-pkix-ocsp-nocheck`,
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
    params.distinguished_name = subject::encode(&subject::of(&[("C", "FR"), ("CN", order.name)]))?;
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
    let made = made(params.signed_by(&key, &issuer), &issuer)?;
    Ok(Responder {
        certificate: Certificate::parse(made.der())?,
        key_pem: key.serialize_pem(),
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use time::macros::datetime;

    use super::*;
    use crate::trust::authority::testing::TestAuthority;
    use crate::trust::certificate::oid::{CLIENT_AUTH, SERVER_AUTH};
    use crate::trust::certificate::{Curve, PublicKey};
    use crate::trust::pki::pem;

    const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

    fn order() -> ResponderOrder<'static> {
        ResponderOrder {
            name: "OCSP essai",
            not_before: NOW,
            not_after: NOW + RESPONDER_LIFETIME,
            serial: Serial::from_chance([9; 16]),
        }
    }

    #[test]
    fn a_responder_answers_and_does_nothing_else() {
        let authority = TestAuthority::shared();
        let made = issue_responder(&order(), authority.certificate(), &authority.signer()).unwrap();
        let certificate = &made.certificate;
        assert_eq!(certificate.key, PublicKey::Ec(Curve::P256));
        assert_eq!(certificate.issuer, authority.certificate().subject);
        let usages = certificate.extensions.extended_key_usages.clone().unwrap();
        assert!(
            !usages
                .iter()
                .any(|it| it == SERVER_AUTH || it == CLIENT_AUTH)
        );
        let key = KeyPair::from_pem(&made.key_pem).unwrap();
        let spki = rcgen::PublicKeyData::subject_public_key_info(&key);
        assert_eq!(crate::trust::digest::sha256(&spki), certificate.spki_sha256);

        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("responder.pem");
        std::fs::write(&file, pem(certificate.der())).unwrap();
        let openssl = |arguments: &[&str]| {
            let said = Command::new("openssl")
                .args(arguments)
                .arg(&file)
                .output()
                .unwrap();
            let err = String::from_utf8_lossy(&said.stderr).into_owned();
            assert!(said.status.success(), "{arguments:?}: {err}");
            String::from_utf8(said.stdout).unwrap()
        };
        let text = openssl(&["x509", "-noout", "-text", "-in"]);
        for expected in [
            "X509v3 Key Usage: critical\n                Digital Signature\n",
            "X509v3 Extended Key Usage: \n                OCSP Signing\n",
            "OCSP No Check",
            "CA:FALSE",
            "Not After : Aug 30 12:00:00 2026 GMT",
        ] {
            assert!(text.contains(expected), "{expected:?} is not in {text}");
        }
        openssl(&[
            "verify",
            "-x509_strict",
            "-attime",
            &NOW.unix_timestamp().to_string(),
            "-CAfile",
            authority.file("root.pem").to_str().unwrap(),
            "-untrusted",
            authority.file("issuing.pem").to_str().unwrap(),
        ]);
    }

    #[test]
    fn a_responder_lives_within_its_authority() {
        let authority = TestAuthority::shared();
        let end = authority.certificate().not_after;
        for (not_before, not_after) in [
            (NOW, end + Duration::SECOND),
            (authority.certificate().not_before - Duration::SECOND, NOW),
            (NOW, NOW),
        ] {
            let order = ResponderOrder {
                not_before,
                not_after,
                ..order()
            };
            let said = issue_responder(&order, authority.certificate(), &authority.signer());
            assert!(matches!(said, Err(AuthorityError::Validity)));
        }
    }
}
