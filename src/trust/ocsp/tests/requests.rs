//! Requests: what is written is read, and what is no request is refused with its reason.

use proptest::prelude::*;

use super::Space;
use crate::trust::ocsp::request::{InvalidRequest, Request, read_request, write_request};
use crate::trust::ocsp::{CertIdHash, IssuerId, MAX_REQUEST_BYTES};
use crate::trust::pki::{oid, sequence, tlv};

const NONCE: &str = "1.3.6.1.5.5.7.48.1.2";

fn id(serial: &[u8]) -> Vec<u8> {
    let algorithm = sequence(&[oid("1.3.14.3.2.26"), tlv(5, &[])]);
    sequence(&[
        algorithm,
        tlv(4, &[1; 20]),
        tlv(4, &[2; 20]),
        tlv(2, serial),
    ])
}

fn extension(id: &str, is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if is_critical { tlv(1, &[0xff]) } else { vec![] };
    sequence(&[oid(id), critical, tlv(4, value)])
}

/// A request whose list holds these, with these extensions.
fn request(list: &[Vec<u8>], extensions: &[Vec<u8>]) -> Vec<u8> {
    let mut asked = vec![sequence(list)];
    if !extensions.is_empty() {
        asked.push(tlv(0xa2, &sequence(extensions)));
    }
    sequence(&[sequence(&asked)])
}

#[test]
fn each_refusal_has_its_reason() {
    use InvalidRequest as No;

    let one = || sequence(&[id(&[7])]);
    let nonce = |bytes: &[u8]| extension(NONCE, false, &tlv(4, bytes));
    let list = sequence(&[one()]);
    let version = |number: u8| tlv(0xa0, &tlv(2, &[number]));
    let single = |extensions: &[Vec<u8>]| sequence(&[id(&[7]), tlv(0xa0, &sequence(extensions))]);
    let cases: Vec<(&str, Vec<u8>, Result<usize, No>)> = vec![
        ("plain", request(&[one()], &[]), Ok(0)),
        ("nonce of 1", request(&[one()], &[nonce(&[9])]), Ok(1)),
        (
            "nonce of 128",
            request(&[one()], &[nonce(&[9; 128])]),
            Ok(128),
        ),
        (
            "nonce of 0",
            request(&[one()], &[nonce(&[])]),
            Err(No::Nonce),
        ),
        (
            "nonce of 129",
            request(&[one()], &[nonce(&[9; 129])]),
            Err(No::Nonce),
        ),
        (
            "nonce without its octet string",
            request(&[one()], &[extension(NONCE, false, &[9; 16])]),
            Err(No::NotDer),
        ),
        (
            "two nonces",
            request(&[one()], &[nonce(&[9]), nonce(&[9])]),
            Err(No::NotDer),
        ),
        (
            "critical nonce",
            request(&[one()], &[extension(NONCE, true, &tlv(4, &[9]))]),
            Ok(1),
        ),
        (
            "unknown",
            request(&[one()], &[extension("1.2.3", false, &[5, 0])]),
            Ok(0),
        ),
        (
            "unknown and critical",
            request(&[one()], &[extension("1.2.3", true, &[5, 0])]),
            Err(No::CriticalExtension),
        ),
        (
            "unknown and critical, of the one",
            request(&[single(&[extension("1.2.3", true, &[5, 0])])], &[]),
            Err(No::CriticalExtension),
        ),
        (
            "of the one",
            request(&[single(&[extension("1.2.3", false, &[5, 0])])], &[]),
            Ok(0),
        ),
        (
            "critical as the default",
            request(
                &[one()],
                &[sequence(&[oid("1.2.3"), tlv(1, &[0]), tlv(4, &[])])],
            ),
            Err(No::NotDer),
        ),
        (
            "no extensions",
            sequence(&[sequence(&[list.clone(), tlv(0xa2, &sequence(&[]))])]),
            Err(No::NotDer),
        ),
        (
            "two",
            request(&[one(), one()], &[]),
            Err(No::SeveralCertificates),
        ),
        ("none", request(&[], &[]), Err(No::NotDer)),
        (
            "version 1, written",
            sequence(&[sequence(&[version(0), list.clone()])]),
            Err(No::Version),
        ),
        (
            "version 2",
            sequence(&[sequence(&[version(1), list.clone()])]),
            Err(No::Version),
        ),
        (
            "a name and a signature",
            sequence(&[
                sequence(&[tlv(0xa1, &tlv(0xa4, &sequence(&[]))), list.clone()]),
                tlv(
                    0xa0,
                    &sequence(&[sequence(&[oid("1.2.3")]), tlv(3, &[0, 1])]),
                ),
            ]),
            Ok(0),
        ),
        (
            "a signature that is none",
            sequence(&[
                sequence(std::slice::from_ref(&list)),
                tlv(0xa0, &tlv(4, &[])),
            ]),
            Err(No::NotDer),
        ),
        (
            "more after it",
            [request(&[one()], &[]), vec![5, 0]].concat(),
            Err(No::NotDer),
        ),
        (
            "cut",
            request(&[one()], &[])[..40].to_vec(),
            Err(No::NotDer),
        ),
        ("empty", vec![], Err(No::NotDer)),
        (
            "a long serial number",
            request(&[sequence(&[id(&[0, 7])])], &[]),
            Err(No::NotDer),
        ),
        (
            "huge",
            request(&[one()], &[nonce(&vec![9; MAX_REQUEST_BYTES])]),
            Err(No::TooLarge { bytes: 0 }),
        ),
    ];
    for (name, bytes, expected) in cases {
        let read = read_request(&bytes).map(|it| it.nonce.map_or(0, <[u8]>::len));
        let expected = match expected {
            Err(No::TooLarge { .. }) => Err(No::TooLarge { bytes: bytes.len() }),
            other => other,
        };
        assert_eq!(read, expected, "{name}");
    }
}

#[test]
fn a_digest_that_is_not_known_is_still_a_request() {
    let sha384 = sequence(&[oid("2.16.840.1.101.3.4.2.2"), tlv(5, &[])]);
    let id = sequence(&[sha384, tlv(4, &[1; 48]), tlv(4, &[2; 48]), tlv(2, &[7])]);
    let bytes = request(&[sequence(&[id])], &[]);
    assert_eq!(read_request(&bytes).unwrap().certificate.hash, None);
}

#[test]
fn serial_numbers_are_positive() {
    for (contents, positive) in [
        (&[7][..], Some(&[7][..])),
        (&[0, 0x80], Some(&[0x80])),
        (&[0x80], None),
        (&[0], None),
    ] {
        let bytes = request(&[sequence(&[id(contents)])], &[]);
        let read = read_request(&bytes).unwrap();
        assert_eq!(read.certificate.positive_serial(), positive, "{contents:?}");
    }
}

#[test]
fn what_is_written_is_read() {
    let space = Space::new("AC");
    let other = IssuerId::of(&Space::new("AC").root).unwrap();
    let issuer = IssuerId::of(&space.root).unwrap();
    for hash in CertIdHash::ALL {
        for nonce in [None, Some(&[3; 32][..])] {
            let bytes = write_request(&space.gateway, &space.root, hash, nonce).unwrap();
            let Request {
                certificate,
                nonce: read,
            } = read_request(&bytes).unwrap();
            assert_eq!(read, nonce);
            assert_eq!(certificate.serial, space.gateway.serial);
            assert_eq!(issuer.hash_of(&certificate), Some(hash));
            assert_eq!(other.hash_of(&certificate), None);
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_request(&bytes);
    }

    #[test]
    fn no_change_of_a_request_breaks_the_reader(place in 0_usize..90, byte in any::<u8>()) {
        let mut bytes = request(&[sequence(&[id(&[7])])], &[extension(NONCE, false, &tlv(4, &[9; 8]))]);
        if let Some(changed) = bytes.get_mut(place) {
            *changed = byte;
        }
        let _ = read_request(&bytes);
    }
}
