use std::process::Command;

use rcgen::{CertificateParams, KeyPair};
use time::Duration;
use time::macros::datetime;

use super::*;
use crate::trust::authority::read_request;
use crate::trust::authority::testing::TestAuthority;
use crate::trust::pki::pem;

const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

fn request() -> CertificateRequest {
    let key = KeyPair::generate().unwrap();
    let request = CertificateParams::default()
        .serialize_request(&key)
        .unwrap();
    read_request(request.der()).unwrap()
}

fn dn() -> OperatorDn {
    let text = "CN=mx.essai.fr,OU=1440000040,O=CHRU d'essai,ST=Loire-Atlantique (44),C=FR";
    OperatorDn::parse(text).unwrap()
}

/// Issues what a test ordered, of an order that is right but for that.
fn issued(change: impl FnOnce(&mut Order<'_>)) -> Result<Certificate, AuthorityError> {
    let authority = TestAuthority::shared();
    let (request, subject, hosts) = (request(), dn(), ["mx.essai.fr".to_owned()]);
    let (crl_url, ocsp_url) = (authority.crl_url(), authority.ocsp_url());
    let mut order = Order {
        request: &request,
        subject: &subject,
        hosts: &hosts,
        not_before: NOW,
        not_after: NOW + Duration::days(365),
        serial: Serial::from_chance([7; 16]),
        crl_url: &crl_url,
        ocsp_url: &ocsp_url,
    };
    change(&mut order);
    let der = issue(&order, authority.certificate(), &authority.signer())?;
    Ok(Certificate::parse(&der)?)
}

#[test]
fn what_is_issued_is_the_profile_and_openssl_follows_it_to_the_root() {
    let authority = TestAuthority::shared();
    let certificate = issued(|_| ()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("leaf.pem");
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
    let text = openssl(&[
        "x509",
        "-noout",
        "-text",
        "-nameopt",
        "RFC2253,-esc_msb",
        "-in",
    ]);
    for expected in [
        "Subject: CN=mx.essai.fr,OU=1440000040,O=CHRU d'essai,ST=Loire-Atlantique (44),C=FR",
        "Issuer: CN=AC essai,O=Hôpital d'essai,C=FR",
        "X509v3 Key Usage: critical\n                Digital Signature\n",
        "TLS Web Server Authentication, TLS Web Client Authentication\n",
        "X509v3 Basic Constraints: critical\n                CA:FALSE\n",
        "DNS:mx.essai.fr\n",
        "URI:http://pki.essai.fr/crl/essai.crl\n",
        "OCSP - URI:http://pki.essai.fr/ocsp\n",
        "Not After : Jun  1 12:00:00 2027 GMT",
        "47:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in {text}");
    }
    let at = NOW.unix_timestamp().to_string();
    let root = authority.file("root.pem");
    let issuing = authority.file("issuing.pem");
    openssl(&[
        "verify",
        "-x509_strict",
        "-attime",
        &at,
        "-purpose",
        "sslserver",
        "-CAfile",
        root.to_str().unwrap(),
        "-untrusted",
        issuing.to_str().unwrap(),
    ]);
    let named = certificate.extensions.authority_key.unwrap().key;
    assert_eq!(named, authority.certificate().extensions.subject_key);
}
