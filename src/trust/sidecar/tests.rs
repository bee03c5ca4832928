//! The side-car: read back as written, refused in every altered shape, and one after another.

mod rules;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};
use time::Duration;

use super::*;
use crate::trust::digest::sha256;
use crate::trust::log::{leaf_hash, root};
use crate::trust::sign::testing::{Identity, openssl};
use crate::trust::sign::{Signer, SignerCertificate};
use crate::trust::verify_at::VerifyAt;

fn certificate(identity: &Identity) -> SignerCertificate {
    SignerCertificate::parse(identity.signer().certificate()).unwrap()
}

/// A day within the validity of the identities' certificates, which openssl made just now.
fn day() -> OffsetDateTime {
    certificate(Identity::first()).validity().0 + Duration::days(1)
}

fn notice(identity: &Identity, status: SignerStatus) -> SignerNotice {
    SignerNotice {
        sha256: sha256(certificate(identity).der()),
        status,
        from: day(),
    }
}

fn leaves(count: u8) -> Vec<Digest> {
    (0..count).map(|n| leaf_hash(&[n])).collect()
}

fn version(sequence: u8) -> ListMeta {
    ListMeta {
        issuer: "Annuaire d'essai".into(),
        sequence: sequence.into(),
        generated_at: day() + Duration::hours(sequence.into()),
        next_update: day() + Duration::hours(i64::from(sequence) + 24),
        xml: ListFile {
            sha256: sha256(&[sequence]),
            bytes: 3_671_554,
            entries: 6_494,
        },
        previous: (sequence > 1).then(|| PreviousVersion {
            sequence: u64::from(sequence) - 1,
            sha256: sha256(&[sequence - 1]),
        }),
        log: TreeHead {
            size: sequence.into(),
            root: root(&leaves(sequence)),
        },
        signers: vec![notice(Identity::first(), SignerStatus::Current)],
    }
}

fn altered(change: impl FnOnce(&mut ListMeta)) -> ListMeta {
    let mut meta = version(2);
    change(&mut meta);
    meta
}

fn signed(meta: &ListMeta) -> String {
    sign(meta, &Identity::first().signer()).unwrap()
}

fn read(jws: &str) -> Result<ListMeta, MetaError> {
    verify(
        jws.as_bytes(),
        &[certificate(Identity::first())],
        VerifyAt::ListTime,
    )
}

/// Signs any header and payload, as whoever holds the key can.
fn forge(header: &str, payload: &str) -> String {
    let text = [header, payload]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".");
    let signature = Identity::first().signer().sign(text.as_bytes()).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn header() -> Value {
    let digest = sha256(certificate(Identity::first()).der());
    json!({
        "alg": "RS256",
        "typ": "mssante-trust-list-meta+jws",
        "x5t#S256": URL_SAFE_NO_PAD.encode(digest.as_bytes()),
    })
}

#[test]
fn what_is_signed_is_read_back_under_either_of_two_pins() {
    for meta in [version(1), version(2)] {
        let pins = [Identity::second(), Identity::first()].map(certificate);
        let jws = signed(&meta);
        assert_eq!(
            verify(jws.as_bytes(), &pins, VerifyAt::ListTime).unwrap(),
            meta
        );
    }
}

#[test]
fn openssl_verifies_the_signature() {
    let dir = tempfile::tempdir().unwrap();
    let jws = signed(&version(2));
    let (text, signature) = jws.rsplit_once('.').unwrap();
    std::fs::write(dir.path().join("text"), text).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    std::fs::write(dir.path().join("signature"), signature).unwrap();
    let public = openssl(Identity::first().dir(), "x509 -in cert.pem -pubkey -noout");
    std::fs::write(dir.path().join("public.pem"), public).unwrap();
    let said = openssl(
        dir.path(),
        "dgst -sha256 -verify public.pem -signature signature text",
    );
    assert_eq!(said.trim(), "Verified OK");
}

#[test]
fn the_payload_is_written_as_documented() {
    let json = serde_json::to_value(version(1)).unwrap();
    assert_eq!(json["previous"], Value::Null);
    assert_eq!(json["sequence"], 1);
    assert_eq!(json["xml"]["sha256"], sha256(&[1]).to_string());
    assert_eq!(json["log"]["root"], root(&leaves(1)).to_string());
    assert_eq!(json["signers"][0]["status"], "current");
    let time = json["generated_at"].as_str().unwrap();
    assert!(time.ends_with('Z') && time.len() == 20, "{time}");
}

#[test]
fn a_header_that_is_not_exact_is_refused() {
    let payload = serde_json::to_string(&version(2)).unwrap();
    read(&forge(&header().to_string(), &payload)).unwrap();
    let with = |name: &str, value: Value| {
        let mut header = header();
        header[name] = value;
        header.to_string()
    };
    let without = |name: &str| {
        let mut header = header();
        header.as_object_mut().unwrap().remove(name);
        header.to_string()
    };
    let twice = header().to_string().replace('{', r#"{"alg":"RS256","#);
    for bad in [
        with("alg", json!("none")),
        with("alg", json!("HS256")),
        with("alg", json!("PS256")),
        with("typ", json!("JWT")),
        with("crit", json!(["exp"])),
        with("jwk", json!({})),
        with("x5u", json!("https://example.org/cert")),
        with("x5c", json!([])),
        with("b64", json!(false)),
        with("kid", json!("1")),
        with("x5t#S256", json!("AAAA")),
        with("x5t#S256", json!("")),
        without("alg"),
        without("typ"),
        without("x5t#S256"),
        twice,
        String::new(),
        "[]".into(),
    ] {
        assert!(
            matches!(read(&forge(&bad, &payload)), Err(MetaError::Header)),
            "{bad}"
        );
    }
}

#[test]
fn a_payload_that_is_not_exact_is_refused() {
    let good = serde_json::to_value(version(2)).unwrap();
    let mut bad = vec![
        String::new(),
        "{}".into(),
        "null".into(),
        format!("{good} x"),
    ];
    for name in good.as_object().unwrap().keys() {
        let mut missing = good.clone();
        missing.as_object_mut().unwrap().remove(name);
        bad.push(missing.to_string());
    }
    for place in ["", "/xml", "/previous", "/log", "/signers/0"] {
        let mut more = good.clone();
        more.pointer_mut(place).unwrap()["unknown"] = json!(1);
        bad.push(more.to_string());
    }
    bad.push(good.to_string().replacen('{', r#"{"sequence":2,"#, 1));
    let mut upper = good.clone();
    upper["xml"]["sha256"] = json!(sha256(&[2]).to_string().to_uppercase());
    bad.push(upper.to_string());
    for payload in bad {
        let said = read(&forge(&header().to_string(), &payload));
        assert!(
            matches!(said, Err(MetaError::Payload(_))),
            "{payload}: {said:?}"
        );
    }
}

#[test]
fn an_outer_form_that_is_not_exact_is_refused() {
    let jws = signed(&version(2));
    let [header, payload, signature]: [&str; 3] =
        jws.split('.').collect::<Vec<_>>().try_into().unwrap();
    // 256 bytes leave four unused bits in the last of 342 digits: another spelling of the same bytes.
    let (most, last) = signature.split_at(signature.len() - 1);
    let respelled = format!("{most}{}", char::from(last.as_bytes()[0] + 1));
    for bad in [
        String::new(),
        "..".into(),
        jws.replace('.', ""),
        format!("{header}.{payload}"),
        format!("{jws}.{signature}"),
        format!(".{jws}"),
        format!("{jws}=="),
        format!("{jws}\n"),
        format!(" {jws}"),
        format!("{header}.{payload}.{respelled}"),
        format!("{header}.{payload}.é"),
    ] {
        let said = read(&bad);
        assert!(
            matches!(said, Err(MetaError::Form | MetaError::Header)),
            "{bad}: {said:?}"
        );
    }
    let said = read(&"a".repeat(16 * 1024 + 1));
    assert!(matches!(said, Err(MetaError::TooLarge(16_385))), "{said:?}");
}

#[test]
fn only_a_pinned_signer_is_believed() {
    let meta = version(2);
    let jws = signed(&meta);
    let other = certificate(Identity::second());
    let said = verify(jws.as_bytes(), &[other], VerifyAt::ListTime);
    let expected = sha256(certificate(Identity::first()).der());
    assert!(matches!(said, Err(MetaError::NotPinned(found)) if found == expected));
    let said = verify(jws.as_bytes(), &[], VerifyAt::ListTime);
    assert!(matches!(said, Err(MetaError::NotPinned(_))));

    // Another key under the pinned certificate's name.
    let (text, _) = jws.rsplit_once('.').unwrap();
    let signature = Identity::second().signer().sign(text.as_bytes()).unwrap();
    let forged = format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature));
    assert!(matches!(read(&forged), Err(MetaError::Signature)));

    // A signer who writes that somebody else signed.
    let wrong =
        altered(|meta| meta.signers = vec![notice(Identity::second(), SignerStatus::Current)]);
    let said = sign(&wrong, &Identity::first().signer());
    assert!(
        matches!(said, Err(MetaError::OtherSigner { .. })),
        "{said:?}"
    );
}

#[test]
fn times_are_those_of_the_moment_asked_for() {
    let meta = version(2);
    let jws = signed(&meta);
    let at = |at| {
        let pins = [certificate(Identity::first())];
        verify(jws.as_bytes(), &pins, VerifyAt::At(at))
    };
    let (from, until) = certificate(Identity::first()).validity();
    let early = meta.generated_at - Duration::minutes(5);
    assert_eq!(at(early).unwrap(), meta);
    let said = at(early - Duration::SECOND);
    assert!(matches!(said, Err(MetaError::Future(_))), "{said:?}");
    assert_eq!(at(until).unwrap(), meta, "overdue, and yet read");
    assert!(meta.is_overdue(until) && !meta.is_overdue(meta.next_update));
    let said = at(until + Duration::SECOND);
    assert!(
        matches!(said, Err(MetaError::SignerNotValid(_))),
        "{said:?}"
    );

    let before = altered(|meta| meta.generated_at = from - Duration::SECOND);
    let said = sign(&before, &Identity::first().signer());
    assert!(
        matches!(said, Err(MetaError::SignerNotValid(_))),
        "{said:?}"
    );
}

#[test]
fn no_byte_of_a_side_car_can_be_changed() {
    let jws = signed(&version(2)).into_bytes();
    let pins = [certificate(Identity::first())];
    for at in 0..jws.len() {
        let mut changed = jws.clone();
        changed[at] ^= 1;
        assert!(
            verify(&changed, &pins, VerifyAt::ListTime).is_err(),
            "byte {at}"
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let pins = [certificate(Identity::first())];
        prop_assert!(verify(&bytes, &pins, VerifyAt::ListTime).is_err());
    }

    #[test]
    fn any_side_car_is_read_back_as_written(
        issuer: String,
        sequence in 2_u64..u64::MAX,
        digests: [[u8; 32]; 3],
        bytes in 1_u64..,
        entries: u64,
        minutes in 1_i64..40_000,
    ) {
        let [xml, before, head] = digests.map(Digest::new);
        let meta = altered(|meta| {
            meta.issuer = issuer;
            meta.sequence = sequence;
            meta.next_update = meta.generated_at + Duration::minutes(minutes);
            meta.xml = ListFile { sha256: xml, bytes, entries };
            meta.previous = Some(PreviousVersion { sequence: sequence - 1, sha256: before });
            meta.log = TreeHead { size: sequence, root: head };
        });
        let json = serde_json::to_string(&meta).unwrap();
        prop_assert_eq!(serde_json::from_str::<ListMeta>(&json).unwrap(), meta.clone());
        prop_assert_eq!(meta.check(), Ok(()));
    }
}
