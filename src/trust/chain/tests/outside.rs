//! Our verdicts beside those of others: `openssl verify`, certificates that rcgen makes, and the
//! certificate that signed a real list.

use std::path::Path as FilePath;
use std::process::Command;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize, SanType,
};
use time::macros::datetime;

use crate::domain::certificate::CertificatePurpose as Purpose;
use crate::trust::certificate::Certificate;
use crate::trust::chain::{Anchors, check_path};
use crate::trust::pki::{BASIC_CONSTRAINTS, Change, Draft, NOW, Party, new_key, pem};
use crate::trust::rules::{Subject, WithoutRevocation, lint};

/// Whether `openssl verify` takes a path; none where there is no such program.
fn openssl(leaf: &Certificate, sent: &[Certificate], anchor: &Certificate) -> Option<bool> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, certificates: &[Certificate]| {
        let path = folder.path().join(name);
        let text: String = certificates.iter().map(|it| pem(it.der())).collect();
        std::fs::write(&path, text).unwrap();
        path
    };
    let mut command = Command::new("openssl");
    command
        .args(["verify", "-x509_strict", "-purpose", "sslserver", "-attime"])
        .arg(NOW.unix_timestamp().to_string())
        .arg("-CAfile")
        .arg(write("anchors.pem", std::slice::from_ref(anchor)));
    if !sent.is_empty() {
        command.arg("-untrusted").arg(write("sent.pem", sent));
    }
    let leaf = write("leaf.pem", std::slice::from_ref(leaf));
    command
        .arg(leaf)
        .output()
        .ok()
        .map(|it| it.status.success())
}

#[test]
fn openssl_says_the_same_of_paths() {
    let (root, last) = (Party::new("AC racine"), Party::new("AC fille"));
    let stranger = Party::new("AC fille");
    let anchor = root.root();
    let anchors = Anchors::from_pem(pem(anchor.der()).as_bytes()).unwrap();
    let as_is: Change = |_| {};
    let cases: &[(Change, Change, &Party, bool)] = &[
        (as_is, as_is, &last, true),
        (as_is, as_is, &stranger, false),
        (
            as_is,
            |d| d.not_after = datetime!(2026-01-01 0:00 UTC),
            &last,
            false,
        ),
        (
            as_is,
            |d| d.not_before = datetime!(2027-01-01 0:00 UTC),
            &last,
            false,
        ),
        (
            |d| d.not_after = datetime!(2026-01-01 0:00 UTC),
            as_is,
            &last,
            false,
        ),
        (|d| d.remove(BASIC_CONSTRAINTS), as_is, &last, false),
        (|d| d.set("1.2.3.4", true, vec![5, 0]), as_is, &last, false),
        (as_is, |d| d.set("1.2.3.4", true, vec![5, 0]), &last, false),
        (as_is, |d| d.set("1.2.3.4", false, vec![5, 0]), &last, true),
    ];
    for (place, (above, below, signer, holds)) in cases.iter().enumerate() {
        let mut draft = Draft::authority(&root, &last);
        above(&mut draft);
        let sent = [draft.sign(&root.key)];
        let mut draft = Draft::gateway(&last, &new_key());
        below(&mut draft);
        let leaf = draft.sign(&signer.key);
        let path = check_path(&leaf, &sent, &anchors, Purpose::Gateway, NOW);
        assert_eq!(path.is_ok(), *holds, "case {place}: {path:?}");
        match openssl(&leaf, &sent, &anchor) {
            Some(verdict) => assert_eq!(verdict, *holds, "case {place}"),
            None => return eprintln!("skipped: no openssl here"),
        }
    }
}

#[test]
fn rsa_paths_made_by_rcgen_hold() {
    let key = || KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let mut authority = CertificateParams::default();
    authority
        .distinguished_name
        .push(DnType::CommonName, "AC d'essai");
    authority.not_before = datetime!(2025-01-01 0:00 UTC);
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = key();
    let root = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);

    let mut gateway = CertificateParams::default();
    for (kind, value) in [
        (DnType::CountryName, "FR"),
        (DnType::OrganizationName, "Hôpital d'essai"),
        (DnType::OrganizationalUnitName, "1770816478"),
        (DnType::CommonName, "mail.essai.fr"),
    ] {
        gateway.distinguished_name.push(kind, value);
    }
    gateway.not_before = datetime!(2025-01-01 0:00 UTC);
    gateway.not_after = datetime!(2027-01-01 0:00 UTC);
    gateway.is_ca = IsCa::ExplicitNoCa;
    gateway.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    gateway.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    gateway.subject_alt_names = vec![SanType::DnsName("mail.essai.fr".try_into().unwrap())];
    gateway.use_authority_key_identifier_extension = true;
    gateway.crl_distribution_points = vec![CrlDistributionPoint {
        uris: vec!["http://igc.essai.fr/essai.crl".to_owned()],
    }];
    let leaf = gateway.signed_by(&key(), &issuer).unwrap();
    let leaf = Certificate::parse(leaf.der()).unwrap();
    let findings = lint(&Subject {
        certificate: &leaf,
        purpose: Purpose::Gateway,
        at: NOW,
        without_revocation: WithoutRevocation::Refuse,
    });
    assert_eq!(findings, []);
    let anchors = Anchors::from_pem(pem(root.der()).as_bytes()).unwrap();
    assert_eq!(anchors.lint(NOW), []);
    let path = check_path(&leaf, &[], &anchors, Purpose::Gateway, NOW).unwrap();
    assert_eq!(path.certificates.len(), 2);
}

#[test]
fn the_signer_of_a_real_list_is_one_and_opens_no_channel() {
    let list = "../shared/data/trust-list/listeblanchemssante-2025-02-28.xml";
    let list = FilePath::new(env!("CARGO_MANIFEST_DIR")).join(list);
    let Ok(text) = std::fs::read_to_string(list) else {
        return eprintln!("skipped: the real list is not here");
    };
    let (_, rest) = text.split_once("<X509Certificate>").unwrap();
    let (base64, _) = rest.split_once("</X509Certificate>").unwrap();
    let base64: String = base64.replace("&#13;", "").split_whitespace().collect();
    let signer = Certificate::parse(&BASE64_STANDARD.decode(base64).unwrap()).unwrap();
    let broken = |purpose, at| {
        let findings = lint(&Subject {
            certificate: &signer,
            purpose,
            at,
            without_revocation: WithoutRevocation::Refuse,
        });
        findings.into_iter().map(|it| it.rule).collect::<Vec<_>>()
    };
    let generated_at = datetime!(2025-02-28 15:42:07 UTC);
    assert_eq!(broken(Purpose::ListSigner, generated_at), [""; 0]);
    let later = datetime!(2026-08-24 0:00 UTC);
    assert_eq!(broken(Purpose::ListSigner, later), ["validity.expired"]);
    for channel in [Purpose::Gateway, Purpose::SmtpServer, Purpose::SmtpClient] {
        let broken = broken(channel, generated_at);
        assert!(
            broken.contains(&"extended_usage.role".to_owned()),
            "{broken:?}"
        );
    }
    assert_eq!(signer.extensions.crl_urls.len(), 2);
    assert_eq!(signer.extensions.ocsp_urls.len(), 1);
}
