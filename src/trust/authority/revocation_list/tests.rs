use std::path::PathBuf;
use std::process::Command;

use rcgen::KeyPair;
use time::Duration;
use time::macros::datetime;
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, ParsedExtension};

use super::*;
use crate::domain::distinguished_name::OperatorDn;
use crate::trust::authority::testing::TestAuthority;
use crate::trust::authority::{Order, Serial, issue, read_request};
use crate::trust::pki::pem;

const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

/// A list of the test authority: at [`NOW`], for a day, after one an hour before.
fn list(number: u64, revoked: &[IssuedCertificate]) -> Vec<u8> {
    let authority = TestAuthority::shared();
    let plan = ListPlan {
        number,
        this_update: NOW,
        next_update: NOW + Duration::DAY,
        previous_update: Some(NOW - Duration::HOUR),
        url: &authority.crl_url(),
        revoked,
    };
    let list = sign_revocation_list(authority.certificate(), &authority.signer(), &plan);
    list.unwrap().der().to_vec()
}

fn issued(serial: &[u8], status: IssuedStatus) -> IssuedCertificate {
    IssuedCertificate {
        id: 1,
        serial: serial.to_vec(),
        status,
        not_after: NOW + Duration::days(100),
    }
}

/// Serial number, moment and reason (0 where none is told) of every entry, in the list's order.
fn told(der: &[u8]) -> Vec<(Vec<u8>, i64, u8)> {
    let (_, list) = CertificateRevocationList::from_der(der).unwrap();
    let entries = list.iter_revoked_certificates();
    entries
        .map(|entry| {
            let reason = entry.reason_code().map_or(0, |(_, code)| code.0);
            let at = entry.revocation_date.timestamp();
            (entry.raw_serial().to_vec(), at, reason)
        })
        .collect()
}

#[test]
fn entries_carry_their_reason_and_stand_by_number() {
    let since = NOW - Duration::days(3);
    let mut all: Vec<_> = RevocationReason::ALL
        .into_iter()
        .zip(1..)
        .map(|(reason, number)| issued(&[0, number], IssuedStatus::Revoked(since, reason)))
        .collect();
    all.push(issued(&[0x80], IssuedStatus::OnHold(since)));
    all.push(issued(&[1, 0], IssuedStatus::OnHold(since)));
    all.push(issued(&[0x33], IssuedStatus::Good));
    all.reverse();
    let at = since.unix_timestamp();
    let mut expected: Vec<_> = RevocationReason::ALL
        .into_iter()
        .zip(1..)
        .map(|(reason, number)| (vec![number], at, reason.code()))
        .collect();
    expected.push((vec![0, 0x80], at, 6));
    expected.push((vec![1, 0], at, 6));
    assert_eq!(told(&list(1, &all)), expected);
}

#[test]
fn the_next_list_can_be_made_from_this_one_alone() {
    let since = NOW - Duration::DAY;
    let revoked = |reason| IssuedStatus::Revoked(since, reason);
    let mut statuses: Vec<_> = RevocationReason::ALL.into_iter().map(revoked).collect();
    statuses.push(IssuedStatus::OnHold(since));
    let all: Vec<_> = (1..)
        .zip(statuses)
        .map(|(number, status)| issued(&[number], status))
        .collect();
    let read = RevocationList::read(&list(41, &all), MAX_LIST_BYTES).unwrap();
    let said: Vec<_> = read
        .each()
        .map(|(serial, status)| issued(serial, status))
        .collect();
    assert_eq!((read.number().as_u64(), said), (Some(41), all));
}

#[test]
fn a_hold_that_is_lifted_is_gone_and_an_end_is_told_once() {
    let since = NOW - Duration::days(3);
    let held = issued(&[7], IssuedStatus::OnHold(since));
    assert_eq!(told(&list(1, std::slice::from_ref(&held))).len(), 1);
    assert_eq!(told(&list(2, &[issued(&[7], IssuedStatus::Good)])), []);
    // The list before was made an hour ago.
    for (ended, revoked, is_told) in [
        (Duration::minutes(59), Duration::days(3), true),
        (Duration::minutes(60), Duration::days(3), true),
        (Duration::minutes(61), Duration::days(3), false),
        // Revoked after its end: one list tells so.
        (Duration::days(9), Duration::minutes(59), true),
        (Duration::days(9), Duration::minutes(61), false),
    ] {
        let status = IssuedStatus::Revoked(NOW - revoked, RevocationReason::KeyCompromise);
        let mut certificate = issued(&[7], status);
        certificate.not_after = NOW - ended;
        let found = told(&list(1, &[certificate])).len();
        assert_eq!(
            found == 1,
            is_told,
            "ended {ended} ago, revoked {revoked} ago"
        );
    }
}

#[test]
fn the_list_says_whose_it_is_which_and_where() {
    let authority = TestAuthority::shared();
    let der = list(0x1_0000, &[]);
    let (rest, list) = CertificateRevocationList::from_der(&der).unwrap();
    assert!(rest.is_empty());
    assert_eq!(list.last_update().to_datetime(), NOW);
    assert_eq!(
        list.next_update().unwrap().to_datetime(),
        NOW + Duration::DAY
    );
    assert_eq!(list.crl_number().unwrap().to_string(), "65536");
    let mut seen = Vec::new();
    for extension in list.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(key) => {
                let named = key.key_identifier.as_ref().unwrap().0.to_vec();
                assert_eq!(Some(named), authority.certificate().extensions.subject_key);
                seen.push("authority");
            }
            ParsedExtension::IssuingDistributionPoint(point) => {
                assert!(extension.critical);
                assert!(!point.only_contains_user_certs && !point.only_contains_ca_certs);
                assert!(!point.indirect_crl && point.only_some_reasons.is_none());
                let text = String::from_utf8_lossy(extension.value).into_owned();
                assert!(text.ends_with(&authority.crl_url()), "{text}");
                seen.push("point");
            }
            ParsedExtension::CRLNumber(_) => seen.push("number"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(seen, ["authority", "number", "point"]);
}

#[test]
fn a_list_that_could_not_stand_is_not_signed() {
    let authority = TestAuthority::shared();
    let url = authority.crl_url();
    let plan = ListPlan {
        number: 1,
        this_update: NOW,
        next_update: NOW,
        previous_update: None,
        url: &url,
        revoked: &[],
    };
    let said = sign_revocation_list(authority.certificate(), &authority.signer(), &plan);
    assert!(matches!(said, Err(AuthorityError::Window)), "{said:?}");
    let plan = ListPlan {
        next_update: NOW + Duration::DAY,
        ..plan
    };
    // A clock that went back.
    let back = ListPlan {
        previous_update: Some(NOW + Duration::SECOND),
        ..plan
    };
    let said = sign_revocation_list(authority.certificate(), &authority.signer(), &back);
    assert!(matches!(said, Err(AuthorityError::Window)), "{said:?}");
    let other = authority.root_signer();
    let said = sign_revocation_list(authority.certificate(), &other, &plan);
    assert!(matches!(said, Err(AuthorityError::OtherKey)), "{said:?}");
    let ended = ListPlan {
        this_update: authority.certificate().not_after + Duration::DAY,
        next_update: authority.certificate().not_after + Duration::days(2),
        ..plan
    };
    let said = sign_revocation_list(authority.certificate(), &authority.signer(), &ended);
    assert!(
        matches!(said, Err(AuthorityError::Authority(_))),
        "{said:?}"
    );
}

/// A gateway's certificate with this number, as a PEM file.
fn leaf(dir: &std::path::Path, number: u8) -> (Certificate, PathBuf) {
    let authority = TestAuthority::shared();
    let key = KeyPair::generate().unwrap();
    let request = rcgen::CertificateParams::default()
        .serialize_request(&key)
        .unwrap();
    let order = Order {
        request: &read_request(request.der()).unwrap(),
        subject: &OperatorDn::parse("CN=mx.essai.fr,OU=1440000040,O=CHRU,C=FR").unwrap(),
        hosts: &["mx.essai.fr".to_owned()],
        not_before: NOW - Duration::DAY,
        not_after: NOW + Duration::days(100),
        serial: Serial::from_chance([number; 16]),
        crl_url: &authority.crl_url(),
        ocsp_url: &authority.ocsp_url(),
    };
    let der = issue(&order, authority.certificate(), &authority.signer()).unwrap();
    let file = dir.join(format!("{number}.pem"));
    std::fs::write(&file, pem(&der)).unwrap();
    (Certificate::parse(&der).unwrap(), file)
}

#[test]
fn openssl_believes_the_list_and_refuses_who_is_in_it() {
    let authority = TestAuthority::shared();
    let dir = tempfile::tempdir().unwrap();
    let since = NOW - Duration::HOUR;
    let leaves = [1, 2, 3].map(|number| leaf(dir.path(), number));
    let statuses = [
        IssuedStatus::Good,
        IssuedStatus::OnHold(since),
        IssuedStatus::Revoked(since, RevocationReason::KeyCompromise),
    ];
    let all: Vec<_> = leaves
        .iter()
        .zip(statuses)
        .map(|((certificate, _), status)| issued(&certificate.serial, status))
        .collect();
    let crl = dir.path().join("issuing.crl");
    std::fs::write(&crl, list(1, &all)).unwrap();
    let root_crl = dir.path().join("root.crl");
    std::fs::write(&root_crl, &authority.made.root_list).unwrap();

    let issuing = authority.file("issuing.pem");
    let checked = Command::new("openssl")
        .args(["crl", "-inform", "DER", "-noout", "-CAfile"])
        .arg(&issuing)
        .arg("-in")
        .arg(&crl)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(said.contains("verify OK"), "{said}");

    // Both lists: the root's says that the issuing authority is good.
    let lists = dir.path().join("lists.pem");
    let both = [&crl, &root_crl].map(|file| {
        let pem = Command::new("openssl")
            .args(["crl", "-inform", "DER", "-in"])
            .arg(file)
            .output()
            .unwrap();
        pem.stdout
    });
    std::fs::write(&lists, both.concat()).unwrap();
    let expected = ["OK", "error 23", "error 23"];
    for ((_, file), expected) in leaves.iter().zip(expected) {
        let said = Command::new("openssl")
            .args(["verify", "-crl_check_all", "-x509_strict", "-attime"])
            .arg(NOW.unix_timestamp().to_string())
            .arg("-CAfile")
            .arg(authority.file("root.pem"))
            .arg("-untrusted")
            .arg(&issuing)
            .arg("-CRLfile")
            .arg(&lists)
            .arg(file)
            .output()
            .unwrap();
        let text = [said.stdout, said.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(text.contains(expected), "{expected}: {text}");
    }
}
