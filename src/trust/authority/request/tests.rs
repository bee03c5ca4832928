use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P384_SHA384, PublicKeyData as _};
use time::macros::datetime;

use super::*;
use crate::trust::authority::lint_request;
use crate::trust::certificate::Curve;
use crate::trust::pki::{self, ECDSA_SHA256, new_key, oid, operator, sequence, tlv};

const SUBJECT: &str = "/C=FR/ST=Loire-Atlantique (44)/O=CHRU d'essai/OU=1440000040/CN=mx.essai.fr";

/// A request by openssl, DER, of a new key.
fn by_openssl(new_key: &str, arguments: &[&str]) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    make(dir.path(), new_key, arguments, "DER")
}

fn make(dir: &Path, new_key: &str, arguments: &[&str], form: &str) -> Vec<u8> {
    let said = Command::new("openssl")
        .args([
            "req", "-new", "-utf8", "-nodes", "-batch", "-keyout", "key.pem",
        ])
        .args(["-outform", form, "-newkey"])
        .args(new_key.split(' '))
        .args(arguments)
        .current_dir(dir)
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.status.success(), "{arguments:?}: {err}");
    said.stdout
}

const P256: &str = "ec -pkeyopt ec_paramgen_curve:P-256";

/// A request before it is signed, each part of which can be wrong on its own.
struct Draft {
    version: Vec<u8>,
    subject: Vec<u8>,
    spki: Vec<u8>,
    attributes: Vec<u8>,
    algorithm: Vec<u8>,
    unused_bits: u8,
}

impl Draft {
    fn new(key: &KeyPair) -> Self {
        Self {
            version: tlv(0x02, &[0]),
            subject: operator("mx.essai.fr", "1440000040"),
            spki: key.subject_public_key_info(),
            attributes: tlv(0xa0, &[]),
            algorithm: sequence(&[oid(ECDSA_SHA256)]),
            unused_bits: 0,
        }
    }

    fn der(&self, key: &KeyPair) -> Vec<u8> {
        use rcgen::SigningKey as _;
        let information = sequence(&[
            self.version.clone(),
            self.subject.clone(),
            self.spki.clone(),
            self.attributes.clone(),
        ]);
        let signature = [vec![self.unused_bits], key.sign(&information).unwrap()].concat();
        sequence(&[information, self.algorithm.clone(), tlv(0x03, &signature)])
    }
}

/// What is said of a draft that a test changed.
fn changed(change: impl FnOnce(&mut Draft)) -> Result<CertificateRequest, InvalidRequest> {
    let key = new_key();
    let mut draft = Draft::new(&key);
    change(&mut draft);
    read_request(&draft.der(&key))
}

fn attribute(kind: &str, values: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[oid(kind), tlv(0x31, &values.concat())])
}

fn asking(extensions: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let extension = |(kind, value): &(&str, Vec<u8>)| sequence(&[oid(kind), tlv(0x04, value)]);
    let all: Vec<_> = extensions.iter().map(extension).collect();
    attribute(EXTENSION_REQUEST, &[sequence(&all)])
}

#[test]
fn requests_of_openssl_are_read_whatever_serves_as_key() {
    for (new_key, key, more) in [
        (P256, PublicKey::Ec(Curve::P256), &[][..]),
        (
            "ec -pkeyopt ec_paramgen_curve:P-384",
            PublicKey::Ec(Curve::P384),
            &["-sha384"],
        ),
        (
            "rsa:2048",
            PublicKey::Rsa {
                bits: 2048,
                exponent: Some(65_537),
            },
            &["-sha512"],
        ),
    ] {
        let arguments = [
            &[
                "-subj",
                SUBJECT,
                "-addext",
                "subjectAltName=DNS:MX.essai.fr,DNS:mx2.essai.fr,DNS:mx.essai.fr",
            ],
            more,
        ]
        .concat();
        let der = by_openssl(new_key, &arguments);
        let request = read_request(&der).unwrap();
        assert_eq!(request.key, key);
        assert_eq!(
            request.subject.as_str(),
            "CN=mx.essai.fr,OU=1440000040,O=CHRU d'essai,ST=Loire-Atlantique (44),C=FR"
        );
        assert_eq!(request.hosts(), ["mx.essai.fr", "mx2.essai.fr"]);
        assert_eq!(request.der(), der);
        assert_eq!(request.sha256, sha256(&der));
        assert_eq!(request.spki_sha256, sha256(request.spki()));
    }
}

#[test]
fn pem_is_read_with_the_label_of_old_tools_and_text_around_it_too() {
    let dir = tempfile::tempdir().unwrap();
    let pem = make(dir.path(), P256, &["-subj", SUBJECT], "PEM");
    let text = String::from_utf8(pem).unwrap();
    let expected = read_request(text.as_bytes()).unwrap();
    for other in [
        text.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
        format!("Demande de l'hôpital\n{text}\n"),
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
    ] {
        assert_eq!(read_request(other.as_bytes()).unwrap(), expected);
    }
    let key = std::fs::read_to_string(dir.path().join("key.pem")).unwrap();
    for (wrong, why) in [
        (format!("{text}{text}"), InvalidRequest::Pem),
        (text[..text.len() - 40].to_owned(), InvalidRequest::Pem),
        (text.replacen("\nM", "\n*", 1), InvalidRequest::Pem),
        (format!("{text}{key}"), InvalidRequest::PrivateKey),
        (
            text.replace("CERTIFICATE REQUEST", "CERTIFICATE"),
            InvalidRequest::NotRequest,
        ),
        (
            text.replace("CERTIFICATE REQUEST", "SOMETHING"),
            InvalidRequest::NotRequest,
        ),
    ] {
        assert_eq!(read_request(wrong.as_bytes()), Err(why), "{wrong}");
    }
}

#[test]
fn every_way_to_be_no_request_has_its_word() {
    use InvalidRequest as No;
    let key = new_key();
    let good = Draft::new(&key).der(&key);
    let attributes = |all: &[Vec<u8>]| {
        let all = tlv(0xa0, &all.concat());
        changed(|draft| draft.attributes = all)
    };
    let password = attribute(CHALLENGE_PASSWORD, &[tlv(0x0c, b"secret")]);
    let hosts = (pki::ALTERNATIVE_NAMES, pki::dns_names(&["mx.essai.fr"]));
    let asked = sequence(&[]);
    let malformed = || No::Attribute(EXTENSION_REQUEST.to_owned());
    assert!(read_request(&good).is_ok());
    for (what, said, why) in [
        ("nothing", read_request(b""), No::NotRequest),
        ("no DER", read_request(b"hello"), No::NotRequest),
        (
            "a certificate",
            read_request(pki::Party::new("ca").root().der()),
            No::NotRequest,
        ),
        ("a key", read_request(&key.serialize_der()), No::PrivateKey),
        (
            "large",
            read_request(&vec![0x30; MAX_REQUEST_BYTES + 1]),
            No::TooLarge {
                bytes: MAX_REQUEST_BYTES + 1,
                limit: MAX_REQUEST_BYTES,
            },
        ),
        (
            "more",
            read_request(&[&good[..], &[5, 0]].concat()),
            No::TrailingBytes(2),
        ),
        (
            "version 2",
            changed(|it| it.version = tlv(0x02, &[1])),
            No::Version,
        ),
        (
            "no attributes",
            changed(|it| it.attributes.clear()),
            No::NotRequest,
        ),
        (
            "a long integer",
            changed(|it| it.version = vec![0x02, 2, 0, 0]),
            No::NotRequest,
        ),
        (
            "unused bits",
            changed(|it| it.unused_bits = 1),
            No::NotRequest,
        ),
        (
            "a subject that is no text",
            changed(|it| {
                it.subject = sequence(&[tlv(
                    0x31,
                    &sequence(&[oid("2.5.4.3"), tlv(0x0c, b"\xff\xfe")]),
                )]);
            }),
            No::Subject(InvalidName::NotText),
        ),
        (
            "a subject that hides",
            changed(|it| it.subject = pki::name(&[("2.5.4.3", "mx.essai.fr\0.evil")])),
            No::Subject(InvalidName::Control),
        ),
        (
            "somebody else's key",
            changed(|it| it.spki = new_key().subject_public_key_info()),
            No::NotItsKey,
        ),
        (
            "a key of another size",
            changed(|it| {
                it.spki = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384)
                    .unwrap()
                    .subject_public_key_info();
            }),
            No::NotItsKey,
        ),
        (
            "a weak key",
            changed(|it| it.spki = pki::rsa(1024, &[1, 0, 1])),
            No::Key(PublicKey::Rsa {
                bits: 1024,
                exponent: Some(65_537),
            }),
        ),
        (
            "a key of odd size",
            changed(|it| it.spki = pki::rsa(2052, &[1, 0, 1])),
            No::Key(PublicKey::Rsa {
                bits: 2052,
                exponent: Some(65_537),
            }),
        ),
        (
            "a curve that is not taken",
            changed(|it| it.spki = pki::elliptic("1.3.132.0.35")),
            No::Key(PublicKey::Ec(Curve::P521)),
        ),
        (
            "a signature with SHA-1",
            changed(|it| it.algorithm = sequence(&[oid("1.2.840.10045.4.1")])),
            No::SignatureAlgorithm,
        ),
        (
            "a signature of another kind than the key",
            changed(|it| it.algorithm = sequence(&[oid("1.2.840.113549.1.1.11"), tlv(5, &[])])),
            No::SignatureAlgorithm,
        ),
        (
            "a password",
            attributes(std::slice::from_ref(&password)),
            No::ChallengePassword,
        ),
        (
            "two lists of extensions",
            attributes(&[asking(&[]), asking(&[])]),
            malformed(),
        ),
        (
            "two values",
            attributes(&[attribute(EXTENSION_REQUEST, &[asked.clone(), asked])]),
            malformed(),
        ),
        (
            "no value",
            attributes(&[attribute(EXTENSION_REQUEST, &[])]),
            malformed(),
        ),
        (
            "an extension twice",
            attributes(&[asking(&[hosts.clone(), hosts])]),
            No::Extension(pki::ALTERNATIVE_NAMES.to_owned()),
        ),
    ] {
        assert_eq!(said, Err(why), "{what}");
    }
    let said = attributes(&[asking(&[(
        pki::ALTERNATIVE_NAMES,
        pki::dns_names(&["a\0b"]),
    )])]);
    assert_eq!(said, Err(No::Extension(pki::ALTERNATIVE_NAMES.to_owned())));
    let unknown = attributes(&[attribute("1.2.3.4", &[tlv(0x0c, b"?")])]).unwrap();
    assert_eq!(unknown.unknown_attributes, ["1.2.3.4"]);
}

#[test]
fn sha_1_and_short_keys_of_openssl_are_refused() {
    let arguments = ["-subj", SUBJECT, "-sha1"];
    let said = read_request(&by_openssl(P256, &arguments));
    assert_eq!(said, Err(InvalidRequest::SignatureAlgorithm));
    let said = read_request(&by_openssl("rsa:1024", &arguments[..2]));
    assert!(matches!(said, Err(InvalidRequest::Key(_))), "{said:?}");
    let said = read_request(&by_openssl("ed25519", &arguments[..2]));
    assert!(matches!(said, Err(InvalidRequest::Key(_))), "{said:?}");
}

#[test]
fn no_bit_of_a_request_can_be_changed_and_none_of_its_bytes_left_out() {
    let key = new_key();
    let good = CertificateParams::new(vec!["mx.essai.fr".to_owned()])
        .unwrap()
        .serialize_request(&key)
        .unwrap();
    let good = good.der().to_vec();
    assert!(read_request(&good).is_ok());
    for place in 0..good.len() {
        for bit in 0..8 {
            let mut other = good.clone();
            other[place] ^= 1 << bit;
            assert!(read_request(&other).is_err(), "bit {bit} of byte {place}");
        }
        assert!(read_request(&good[..place]).is_err(), "{place} bytes");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(read_request(&bytes));
        drop(read_request(&tlv(0x30, &bytes)));
    }

    #[test]
    fn any_attributes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        for attributes in [bytes.clone(), asking(&[(pki::ALTERNATIVE_NAMES, bytes.clone())]), asking(&[(pki::KEY_USAGE, bytes)])] {
            if let Ok(request) = changed(|draft| draft.attributes = tlv(0xa0, &attributes)) {
                drop(lint_request(&request, datetime!(2026-06-01 0:00 UTC)));
            }
        }
    }
}

#[test]
fn what_a_request_asks_for_is_judged_as_what_would_be_issued() {
    let hosts = "subjectAltName=DNS:mx.essai.fr";
    let with = |subject: &str, extensions: &[&str]| {
        let mut arguments = vec!["-subj", subject];
        for extension in extensions {
            arguments.extend(["-addext", extension]);
        }
        let request = read_request(&by_openssl(P256, &arguments)).unwrap();
        let found = lint_request(&request, datetime!(2026-06-01 0:00 UTC));
        let told = found.iter().map(|it| {
            if it.refuses() {
                it.rule.clone()
            } else {
                format!("({})", it.rule)
            }
        });
        told.collect::<Vec<_>>().join(" ")
    };
    for (subject, extensions, expected) in [
        (SUBJECT, &[hosts][..], ""),
        (
            SUBJECT,
            &[
                hosts,
                "keyUsage=digitalSignature,keyEncipherment",
                "extendedKeyUsage=clientAuth",
                "basicConstraints=CA:FALSE",
            ],
            "",
        ),
        (SUBJECT, &[], "name.hosts"),
        (
            SUBJECT,
            &[hosts, "basicConstraints=critical,CA:TRUE"],
            "request.authority",
        ),
        (
            SUBJECT,
            &[hosts, "keyUsage=keyCertSign,digitalSignature"],
            "request.authority",
        ),
        (
            SUBJECT,
            &[hosts, "keyUsage=cRLSign,digitalSignature"],
            "request.authority",
        ),
        (
            SUBJECT,
            &[hosts, "extendedKeyUsage=serverAuth,codeSigning"],
            "request.extended_usage",
        ),
        (
            SUBJECT,
            &[hosts, "extendedKeyUsage=anyExtendedKeyUsage"],
            "request.extended_usage",
        ),
        (
            SUBJECT,
            &[hosts, "keyUsage=keyEncipherment"],
            "(request.key_usage)",
        ),
        (
            SUBJECT,
            &["subjectAltName=DNS:mx.essai.fr,IP:192.0.2.1"],
            "(request.names)",
        ),
        (
            SUBJECT,
            &[hosts, "tlsfeature=status_request"],
            "(request.extensions)",
        ),
        (
            SUBJECT,
            &["subjectAltName=DNS:mx_1.essai.fr"],
            "name.host_form",
        ),
        (
            SUBJECT,
            &["subjectAltName=DNS:*.essai.fr"],
            "(name.wildcard)",
        ),
        (
            "/CN=mx.essai.fr/OU=1440000040/O=E/C=FR",
            &[hosts],
            "(request.subject)",
        ),
        ("/C=FR/O=E/CN=mx.essai.fr", &[hosts], "name.structure"),
        (
            "/C=FR/O=E/OU=1440000040/CN=mx.essai.fr/emailAddress=a@b.fr",
            &[hosts],
            "request.subject",
        ),
        ("/", &[hosts], "request.subject"),
    ] {
        assert_eq!(
            with(subject, extensions),
            expected,
            "{subject} {extensions:?}"
        );
    }
}
