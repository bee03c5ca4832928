use std::process::Command;

use rcgen::{CertificateParams, KeyPair};
use time::Duration;
use time::macros::datetime;

use super::*;
use crate::trust::authority::read_request;
use crate::trust::authority::testing::TestAuthority;
use crate::trust::pki::pem;
use crate::trust::sign::SignError;

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

#[test]
fn nothing_is_signed_that_the_rules_would_refuse() {
    let refused = |change: fn(&mut Order<'_>), rule: &str| match issued(change) {
        Err(AuthorityError::Refused(findings)) => {
            let rules: Vec<_> = findings.iter().map(|it| it.rule.as_str()).collect();
            assert_eq!(rules, [rule]);
        }
        other => panic!("{rule}: {other:?}"),
    };
    refused(|order| order.hosts = &[], "name.hosts");
    refused(
        |order| order.hosts = Box::leak(Box::new(["mx_1.essai.fr".to_owned()])),
        "name.host_form",
    );
    refused(
        |order| {
            let subject = OperatorDn::parse("CN=mx.essai.fr,O=CHRU,C=FR").unwrap();
            order.subject = Box::leak(Box::new(subject));
        },
        "name.structure",
    );
    refused(
        |order| (order.crl_url, order.ocsp_url) = ("ldap://pki.essai.fr", "ldap://ocsp.essai.fr"),
        "distribution.present",
    );
}

#[test]
fn an_order_that_cannot_be_met_is_named() {
    let authority = TestAuthority::shared().certificate();
    let said = issued(|order| order.not_after = authority.not_after + Duration::SECOND);
    assert!(matches!(said, Err(AuthorityError::Validity)), "{said:?}");
    let said = issued(|order| order.not_before = authority.not_before - Duration::SECOND);
    assert!(matches!(said, Err(AuthorityError::Validity)), "{said:?}");
    let said = issued(|order| order.not_after = order.not_before - Duration::SECOND);
    assert!(matches!(said, Err(AuthorityError::Validity)), "{said:?}");
    let backwards = OperatorDn::parse("C=FR,OU=1440000040,CN=mx.essai.fr").unwrap();
    let said = issued(|order| order.subject = Box::leak(Box::new(backwards)));
    assert!(matches!(said, Err(AuthorityError::Subject(_))), "{said:?}");
    let whole = issued(|order| order.not_after = authority.not_after).unwrap();
    assert_eq!(whole.not_after, authority.not_after);
}

#[test]
fn only_the_key_of_the_authority_issues_and_its_failure_is_told() {
    struct Broken(Vec<u8>);
    impl Signer for Broken {
        fn certificate(&self) -> &[u8] {
            &self.0
        }
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignError> {
            Ok(vec![0; 256])
        }
    }
    struct Away(Vec<u8>);
    impl Signer for Away {
        fn certificate(&self) -> &[u8] {
            &self.0
        }
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignError> {
            Err(SignError::Device {
                key: "k".to_owned(),
                problem: "it is away".to_owned(),
            })
        }
    }
    let authority = TestAuthority::shared();
    let der = authority.certificate().der().to_vec();
    let (request, subject, hosts) = (request(), dn(), ["mx.essai.fr".to_owned()]);
    let order = Order {
        request: &request,
        subject: &subject,
        hosts: &hosts,
        not_before: NOW,
        not_after: NOW + Duration::days(365),
        serial: Serial::from_chance([7; 16]),
        crl_url: &authority.crl_url(),
        ocsp_url: &authority.ocsp_url(),
    };
    let said = |signer: &dyn Signer| {
        let said = issue(&order, authority.certificate(), signer);
        said.unwrap_err().to_string()
    };
    assert!(said(&Away(der.clone())).contains("it is away"));
    assert!(said(&Broken(der)).contains("does not verify"));
    assert!(said(&authority.root_signer()).contains("not that of the authority"));
    // A leaf of the authority is no authority, whoever holds its key.
    let leaf = issued(|_| ()).unwrap();
    let said = issue(&order, &leaf, &authority.signer());
    assert!(
        matches!(said, Err(AuthorityError::Authority(_))),
        "{said:?}"
    );
}
