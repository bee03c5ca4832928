//! What comes in from outside, well-formed and hostile.

use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::{
    AlternativeName, Certificate, InvalidCertificate, KeyUsage, MAX_CERTIFICATE_BYTES, PublicKey,
    UploadError, read_upload,
};
use crate::trust::pki::{
    ALTERNATIVE_NAMES, AUTHORITY_KEY, Draft, EXTENDED_USAGE, KEY_USAGE, Party, dns_names, name,
    new_key, operator, pem, rsa, sequence, tlv,
};

fn gateway(change: impl Fn(&mut Draft)) -> Vec<u8> {
    let authority = Party::new("AC mère");
    let mut draft = Draft::gateway(&authority, &new_key());
    change(&mut draft);
    draft.der(&authority.key)
}

#[test]
fn a_certificate_is_read_whole() {
    let der = gateway(|d| {
        d.spki = rsa(2048, &[1, 0, 1]);
        d.set(
            ALTERNATIVE_NAMES,
            false,
            sequence(&[
                tlv(0x82, b"mail.essai.fr"),
                tlv(0x81, b"postmaster@essai.fr"),
                tlv(0x87, &[127, 0, 0, 1]),
                tlv(0x86, b"https://essai.fr"),
            ]),
        );
    });
    let read = Certificate::parse(&der).unwrap();
    assert_eq!(read.der().as_ref(), der);
    assert_eq!(read.version, 3);
    assert_eq!(read.serial_hex(), "1F010203");
    assert_eq!(
        read.subject.to_string(),
        "CN=mail.essai.fr,OU=1770816478,O=Hôpital d'essai,ST=Paris (75),C=FR"
    );
    assert_eq!(read.issuer.to_string(), "CN=AC mère,C=FR");
    assert!(!read.is_self_issued && !read.is_authority());
    assert_eq!(
        read.not_before.to_string(),
        "2025-01-01 0:00:00.0 +00:00:00"
    );
    assert_eq!(
        read.not_after.to_string(),
        "2027-12-31 23:59:59.0 +00:00:00"
    );
    let key = PublicKey::Rsa {
        bits: 2048,
        exponent: Some(65_537),
    };
    assert_eq!(read.key, key);
    let extensions = &read.extensions;
    assert_eq!(extensions.present.len(), 8);
    let usages = extensions.key_usages.as_ref().unwrap();
    assert!(usages.allow(KeyUsage::DigitalSignature) && !usages.allow(KeyUsage::KeyCertSign));
    assert_eq!(
        extensions.extended_key_usages.as_deref().unwrap(),
        ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]
    );
    assert_eq!(
        extensions.dns_names().collect::<Vec<_>>(),
        ["mail.essai.fr"]
    );
    assert_eq!(
        extensions.alternative_names[1..],
        [
            AlternativeName::Mail("postmaster@essai.fr".to_owned()),
            AlternativeName::Address(vec![127, 0, 0, 1]),
            AlternativeName::Other,
        ]
    );
    assert_eq!(
        extensions.crl_urls,
        ["http://igc.essai.fr/organisations.crl"]
    );
    assert_eq!(extensions.ocsp_urls, ["http://ocsp.essai.fr"]);
    assert!(extensions.authority_key.as_ref().unwrap().key.is_some());
    assert!(extensions.subject_key.is_some());
}

type Reason = InvalidCertificate;
type Expected = fn(&Reason) -> bool;

#[test]
fn what_is_not_one_well_formed_certificate_is_refused_with_its_reason() {
    let good = gateway(|_| {});
    let long = vec![0x30; MAX_CERTIFICATE_BYTES + 1];
    let many = (0..10_000)
        .map(|n| format!("a{n}.essai.fr"))
        .collect::<Vec<_>>();
    let many = many.iter().map(String::as_str).collect::<Vec<_>>();
    let cases: Vec<(Vec<u8>, Expected)> = vec![
        (Vec::new(), |e| *e == Reason::NotDer),
        (long, |e| matches!(e, Reason::TooLarge { .. })),
        (
            gateway(|d| d.set(ALTERNATIVE_NAMES, false, dns_names(&many))),
            |e| matches!(e, Reason::TooLarge { .. }),
        ),
        ([&good[..], b"\n"].concat(), |e| {
            *e == Reason::TrailingBytes(1)
        }),
        (gateway(|d| d.inner_signature = "1.2.3"), |e| {
            *e == Reason::SignatureAlgorithms
        }),
        (
            gateway(|d| d.subject = operator("good\0.evil", "1770816478")),
            |e| e.to_string() == "its subject holds a control character",
        ),
        (gateway(|d| d.issuer = name(&[("2.5.4.3", "a\nb")])), |e| {
            e.to_string() == "its issuer holds a control character"
        }),
        (
            gateway(|d| d.set(ALTERNATIVE_NAMES, false, dns_names(&["good.fr\0.evil.fr"]))),
            |e| *e == Reason::Extension(ALTERNATIVE_NAMES.to_owned()),
        ),
        (
            gateway(|d| d.set(ALTERNATIVE_NAMES, false, sequence(&[tlv(0x87, &[1])]))),
            |e| *e == Reason::Extension(ALTERNATIVE_NAMES.to_owned()),
        ),
        (gateway(|d| d.set(KEY_USAGE, true, tlv(0x04, &[1]))), |e| {
            *e == Reason::Extension(KEY_USAGE.to_owned())
        }),
        (
            gateway(|d| d.set(EXTENDED_USAGE, true, tlv(0x30, &[1]))),
            |e| *e == Reason::Extension(EXTENDED_USAGE.to_owned()),
        ),
        (
            gateway(|d| d.set(AUTHORITY_KEY, false, vec![0x30, 5])),
            |e| *e == Reason::Extension(AUTHORITY_KEY.to_owned()),
        ),
    ];
    for (place, (der, is_expected)) in cases.iter().enumerate() {
        let reason = Certificate::parse(der).unwrap_err();
        assert!(is_expected(&reason), "case {place}: {reason:?}");
    }
}

#[test]
fn a_certificate_cut_anywhere_is_refused() {
    let der = gateway(|_| {});
    for length in 0..der.len() {
        assert!(Certificate::parse(&der[..length]).is_err(), "{length}");
    }
}

#[test]
fn an_upload_is_one_certificate_in_der_or_a_chain_in_pem() {
    let (first, second) = (gateway(|_| {}), gateway(|_| {}));
    let chain = format!(
        "\u{feff}0 s:CN = premier\r\n{}and some words\n{}\n",
        pem(&first).replace('\n', "\r\n"),
        pem(&second)
    );
    for (file, expected) in [
        (first.clone(), vec![&first]),
        (pem(&first).into_bytes(), vec![&first]),
        (chain.into_bytes(), vec![&first, &second]),
        (pem(&first).repeat(8).into_bytes(), vec![&first; 8]),
    ] {
        let read = read_upload(&file).unwrap();
        assert!(read.iter().map(AsRef::as_ref).eq(expected));
    }
}

#[test]
fn an_upload_that_is_something_else_is_refused_with_what_it_is() {
    let good = gateway(|_| {});
    let key = new_key();
    let cut = pem(&good).replace("-----END CERTIFICATE-----", "");
    for (file, reason) in [
        (b" \n\t".to_vec(), "this file is empty"),
        (Vec::new(), "this file is empty"),
        (b"hello".to_vec(), "neither a certificate in DER nor in PEM"),
        (vec![b' '; 1 << 20], "524288 are allowed"),
        (
            pem(&good).repeat(9).into_bytes(),
            "more than 8 certificates",
        ),
        (cut.into_bytes(), "block 1 of this file"),
        (
            pem(&good).replace("MII", "M*I").into_bytes(),
            "block 1 of this file",
        ),
        (
            (pem(&good) + &pem(b"nonsense")).into_bytes(),
            "certificate 2 of this file: not an X.509 certificate in DER",
        ),
        (
            pem(&good)
                .replace("CERTIFICATE", "CERTIFICATE REQUEST")
                .into_bytes(),
            "block 1 of this file: it is no certificate",
        ),
        ([&good[..], &good].concat(), "bytes follow the certificate"),
        (pem(&vec![0x30; 20_000]).into_bytes(), "16384 are allowed"),
        (
            (pem(&good) + &key.serialize_pem()).into_bytes(),
            "private key",
        ),
        (key.serialize_pem().into_bytes(), "private key"),
        (key.serialize_der(), "private key"),
        (
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nbroken".to_vec(),
            "private key",
        ),
        (pem(&key.serialize_der()).into_bytes(), "private key"),
    ] {
        let error = read_upload(&file).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
        let is_key = error == UploadError::PrivateKey;
        assert_eq!(is_key, reason == "private key", "{error}");
    }
}

/// BER allows other encodings of the same values; each would have a fingerprint of its own.
#[test]
fn one_certificate_has_one_encoding() {
    let good = gateway(|_| {});
    assert_eq!(good[..2], [0x30, 0x82]);
    let long_length = [&[0x30, 0x83, 0][..], &good[2..]].concat();
    let indefinite = [&[0x30, 0x80][..], &good[4..], &[0, 0]].concat();
    for der in [
        long_length,
        indefinite,
        gateway(|d| d.serial = vec![0, 0x1f, 1]),
        gateway(|d| d.serial = Vec::new()),
    ] {
        let error = Certificate::parse(&der).unwrap_err();
        assert_eq!(error, InvalidCertificate::NotDer, "{:?}", &der[..20]);
    }
}

#[test]
fn depth_is_no_way_in() {
    let mut deep = tlv(0x05, &[]);
    while deep.len() < 12_000 {
        deep = tlv(0x30, &deep);
    }
    assert!(Certificate::parse(&deep).is_err());
    let read = Certificate::parse(&gateway(|d| d.set("1.2.3.4", false, deep.clone())));
    assert_eq!(read.unwrap().extensions.present.len(), 9);
    for oid in [ALTERNATIVE_NAMES, AUTHORITY_KEY, EXTENDED_USAGE, KEY_USAGE] {
        let read = Certificate::parse(&gateway(|d| d.set(oid, false, deep.clone())));
        assert!(read.is_err(), "{oid}");
    }
}

/// What `openssl x509` prints of a certificate; none where there is no such program.
fn openssl(der: &[u8], arguments: &[&str]) -> Option<String> {
    let mut child = Command::new("openssl")
        .args(["x509", "-inform", "DER", "-noout"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take().unwrap().write_all(der).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

#[test]
fn openssl_reads_the_same() {
    let der = gateway(|d| {
        d.not_after = time::macros::datetime!(2055-01-01 0:00 UTC);
        d.serial = vec![0, 0x8f, 1];
    });
    let read = Certificate::parse(&der).unwrap();
    let names = ["-nameopt", "RFC2253,utf8,-esc_msb"];
    let Some(subject) = openssl(&der, &[&["-subject"][..], &names].concat()) else {
        eprintln!("skipped: no openssl here");
        return;
    };
    assert_eq!(subject, format!("subject={}", read.subject));
    let issuer = openssl(&der, &[&["-issuer"][..], &names].concat()).unwrap();
    assert_eq!(issuer, format!("issuer={}", read.issuer));
    let serial = openssl(&der, &["-serial"]).unwrap();
    assert_eq!(serial, format!("serial={}", read.serial_hex()));
    let digest = openssl(&der, &["-fingerprint", "-sha256"]).unwrap();
    let digest = digest.split_once('=').unwrap().1.replace(':', "");
    assert_eq!(digest.to_lowercase(), read.fingerprint.to_string());
    let ends = openssl(&der, &["-enddate", "-dateopt", "iso_8601"]).unwrap();
    assert_eq!(ends, "notAfter=2055-01-01 00:00:00Z");
    assert_eq!(read.not_after.year(), 2055);
    let ocsp = openssl(&der, &["-ocsp_uri"]).unwrap();
    assert_eq!(read.extensions.ocsp_urls, [ocsp]);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Certificate::parse(&bytes);
        let _ = read_upload(&bytes);
    }

    #[test]
    fn no_change_to_a_certificate_makes_it_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        static GOOD: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let mut der = GOOD.get_or_init(|| gateway(|_| {})).clone();
        for (place, byte) in changes {
            let place = place.index(der.len());
            der[place] = byte;
        }
        if let Ok(read) = Certificate::parse(&der) {
            prop_assert_eq!(read.der().as_ref(), &der[..]);
        }
        let _ = read_upload(pem(&der).as_bytes());
    }

    #[test]
    fn a_subject_is_read_as_it_was_written(values in proptest::collection::vec("[^\\p{Cc}]{0,12}", 1..5)) {
        let kinds = ["2.5.4.6", "2.5.4.8", "2.5.4.10", "2.5.4.11", "2.5.4.3"];
        let written: Vec<(&str, &str)> = kinds
            .into_iter()
            .zip(values.iter().map(String::as_str))
            .collect();
        let der = gateway(|d| d.subject = name(&written));
        let read = Certificate::parse(&der).unwrap();
        let values_read = read
            .subject
            .rdns()
            .iter()
            .flatten()
            .map(|attribute| attribute.value.as_str());
        prop_assert!(values_read.eq(values.iter().map(String::as_str)));
    }
}
