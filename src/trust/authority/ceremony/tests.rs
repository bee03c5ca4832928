use std::process::Command;

use super::*;
use crate::domain::certificate::CertificatePurpose;
use crate::trust::authority::testing::{MADE_AT, TestAuthority};
use crate::trust::rules::{Subject, WithoutRevocation, lint};

fn openssl(arguments: &[&str]) -> String {
    let said = Command::new("openssl").args(arguments).output().unwrap();
    let err = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.status.success(), "{arguments:?}: {err}");
    String::from_utf8(said.stdout).unwrap()
}

#[test]
fn the_rules_have_nothing_against_root_and_issuing_authority() {
    let made = &TestAuthority::shared().made;
    for (certificate, purpose) in [
        (&made.root, CertificatePurpose::Anchor),
        (&made.issuing, CertificatePurpose::IssuingAuthority),
    ] {
        let findings = lint(&Subject {
            certificate,
            purpose,
            at: MADE_AT,
            without_revocation: WithoutRevocation::Refuse,
        });
        assert_eq!(findings, [], "{purpose:?}");
    }
}

#[test]
fn openssl_reads_the_profiles_and_follows_the_path() {
    let authority = TestAuthority::shared();
    let (root, issuing) = (authority.file("root.pem"), authority.file("issuing.pem"));
    let (root, issuing) = (root.to_str().unwrap(), issuing.to_str().unwrap());
    let usage = "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n";
    for (file, expected) in [
        (
            root,
            [
                "Subject: CN=AC RACINE essai,O=Hôpital d'essai,C=FR",
                usage,
                "CA:TRUE, pathlen:1\n",
                "URI:http://pki.essai.fr/crl/essai-root.crl",
                "Not After : Dec 27 00:00:00 2045 GMT",
            ],
        ),
        (
            issuing,
            [
                "Subject: CN=AC essai,O=Hôpital d'essai,C=FR",
                usage,
                "CA:TRUE, pathlen:0\n",
                "URI:http://pki.essai.fr/crl/essai-root.crl",
                "Not After : Dec 30 00:00:00 2035 GMT",
            ],
        ),
    ] {
        let text = openssl(&[
            "x509",
            "-noout",
            "-text",
            "-nameopt",
            "RFC2253,-esc_msb",
            "-in",
            file,
        ]);
        for expected in expected {
            assert!(text.contains(expected), "{expected:?} is not in {text}");
        }
    }
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), &authority.made.root_list).unwrap();
    openssl(&[
        "verify",
        "-x509_strict",
        "-crl_check_all",
        "-attime",
        &(MADE_AT + Duration::days(365)).unix_timestamp().to_string(),
        "-CAfile",
        root,
        "-CRLfile",
        list.path().to_str().unwrap(),
        issuing,
    ]);
}

#[test]
fn names_that_no_certificate_can_hold_are_refused_before_a_key_is_made() {
    let ceremony = Ceremony {
        organization: "x".repeat(65),
        issuing_key: IssuingKey::Device {
            spki: Vec::new(),
            name: String::new(),
        },
        ..TestAuthority::shared().ceremony.clone()
    };
    let numbers = [[1; 16], [2; 16]].map(Serial::from_chance);
    let said = ceremony.hold(numbers[0], numbers[1]);
    assert!(matches!(said, Err(AuthorityError::Subject(_))));
}

#[test]
fn the_transcript_tells_what_was_made_who_looked_on_and_no_secret() {
    let authority = TestAuthority::shared();
    let (ceremony, made) = (&authority.ceremony, &authority.made);
    let key = made.root_key_pem.as_bytes();
    let files = [LeftFile::new("/coffre/root.key".to_owned(), 0o600, key)];
    let text = transcript(ceremony, made, &files);
    for expected in [
        "Held at       2026-01-01T00:00:00Z",
        "Witnesses     Anne, Bruno",
        &made.root.fingerprint.to_string(),
        &made.issuing.fingerprint.to_string(),
        &made.issuing.serial_hex(),
        "RSA of 2048 bits",
        "before 2027-01-02T00:00:00Z",
        "0600  /coffre/root.key",
        &files[0].sha256.to_string(),
        "   Bruno  ",
    ] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    assert!(!text.contains("PRIVATE"), "{text}");
    let longest = text.lines().map(|line| line.chars().count()).max();
    assert!(longest.unwrap() <= 100, "{text}");
}
