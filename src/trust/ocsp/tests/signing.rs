//! Our own answers: our own reader believes them, and a key that it would not believe signs none.

use time::Duration;
use time::macros::datetime;

use super::{Space, delegate};
use crate::domain::authority::IssuedStatus;
use crate::domain::certificate::RevocationReason;
use crate::trust::ocsp::sign::{ResponderKey, Times};
use crate::trust::ocsp::{Answer, CertIdHash, NO_CHECK};
use crate::trust::pki::{EXTENDED_USAGE, NOW, new_key};
use crate::trust::sign::SignError;
use crate::trust::sign::testing::openssl;

#[test]
fn our_answers_are_believed_by_our_own_reader() {
    let space = Space::new("AC");
    let responder = space.responder();
    let times = responder.times(NOW, Duration::hours(1)).unwrap();
    let at = datetime!(2026-05-01 8:00 UTC);
    let revoked = RevocationReason::ALL.map(|reason| IssuedStatus::Revoked(at, reason));
    let others = [IssuedStatus::Good, IssuedStatus::OnHold(at)];
    for status in others.into_iter().chain(revoked) {
        for hash in CertIdHash::ALL {
            for nonce in [None, Some(&[7; 128][..])] {
                let serial = &space.gateway.serial;
                let bytes = responder.answer(hash, serial, status, times, nonce);
                let answer = Answer::read(&bytes.unwrap()).unwrap();
                let word = answer.judge(&space.gateway, &space.root, NOW, Duration::ZERO);
                let word = word.unwrap();
                assert_eq!((word.status, word.valid_until), (status, times.next_update));
                assert_eq!(answer.nonce(), nonce);
            }
        }
    }
}

#[test]
fn nothing_outlives_the_certificate_of_the_key() {
    let space = Space::new("AC");
    let responder = space.responder();
    let end = space.delegate.not_after;
    let hour = Duration::hours(1);
    let before = end - Duration::minutes(10);
    let times = Times {
        produced_at: before,
        this_update: before,
        next_update: end,
    };
    assert_eq!(responder.times(before, hour), Some(times));
    assert_eq!(responder.times(end, hour), None);
    assert_eq!(responder.times(end + hour, hour), None);
    assert_eq!(
        responder.times(space.delegate.not_before - hour, hour),
        None
    );
    let odd = NOW + Duration::milliseconds(999);
    assert_eq!(responder.times(odd, hour), responder.times(NOW, hour));
}

#[test]
fn a_key_that_nobody_would_believe_is_refused() {
    let space = Space::new("AC");
    let pkcs8 = space.delegate_key.serialize_der();
    let open = |key: &[u8], certificate: &[u8]| {
        ResponderKey::new("test".to_owned(), key, certificate, &space.root).map(|_| ())
    };
    assert!(open(&pkcs8, space.delegate.der()).is_ok());
    let said = |refused: Result<(), SignError>| refused.unwrap_err().to_string();
    assert!(said(open(b"no key", space.delegate.der())).contains("not a P-256 key"));
    let other = new_key().serialize_der();
    assert!(matches!(
        open(&other, space.delegate.der()),
        Err(SignError::Mismatch { .. })
    ));
    let stranger = Space::new("AC");
    let by_stranger = delegate(&stranger.authority, &space.delegate_key);
    let by_stranger = by_stranger.sign(&stranger.authority.key);
    assert!(said(open(&pkcs8, by_stranger.der())).contains("not by the authority itself"));
    for (oid, problem) in [
        (EXTENDED_USAGE, "not for answers of OCSP"),
        (NO_CHECK, "was revoked"),
    ] {
        let mut draft = delegate(&space.authority, &space.delegate_key);
        draft.remove(oid);
        let certificate = draft.sign(&space.authority.key);
        assert!(
            said(open(&pkcs8, certificate.der())).contains(problem),
            "{oid}"
        );
    }
}

#[test]
fn keys_come_from_files() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let space = Space::new("AC");
    std::fs::write(
        at("delegate.pem"),
        crate::trust::pki::pem(space.delegate.der()),
    )
    .unwrap();
    std::fs::write(at("key.der"), space.delegate_key.serialize_der()).unwrap();
    openssl(dir.path(), "pkey -inform DER -in key.der -out key.pem");
    openssl(dir.path(), "genpkey -algorithm RSA -out rsa.pem");
    let open = |key: &str| ResponderKey::open(&at(key), &at("delegate.pem"), &space.root);
    assert!(open("key.pem").is_ok());
    assert!(open("rsa.pem").unwrap_err().to_string().contains("P-256"));
    assert!(open("absent.pem").is_err());
}
