//! The responder as those who ask see it: by the clock, the truth and the budget of a test.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use time::{Duration, OffsetDateTime};

use super::{OcspAnswer, Responder, ocsp::Ocsp};
use crate::config;
use crate::domain::authority::{IssuedCertificate, IssuedStatus};
use crate::domain::certificate::RevocationReason;
use crate::domain::clock::Clock;
use crate::trust::ocsp::tests::Space;
use crate::trust::ocsp::{Answer, CertIdHash, InvalidAnswer, Refusal, write_request};
use crate::trust::pki::NOW;

/// A clock that the test sets.
#[derive(Debug)]
struct Told(Mutex<OffsetDateTime>);

impl Clock for Told {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}

struct Node {
    space: Space,
    clock: Arc<Told>,
    ocsp: Ocsp,
}

impl Node {
    fn new() -> Self {
        let settings = config::Ca {
            nonces_per_second: NonZeroU32::new(2).unwrap(),
            ..config::Ca::default()
        };
        let space = Space::new("AC");
        let clock = Arc::new(Told(Mutex::new(NOW)));
        let responder = Responder {
            name: "essai".to_owned(),
            authority: space.root.spki_sha256,
            key: space.responder(),
        };
        let ocsp = Ocsp::new(Arc::<Told>::clone(&clock), &settings, vec![responder]);
        Self { space, clock, ocsp }
    }

    fn at(&self, now: OffsetDateTime) {
        *self.clock.0.lock().unwrap() = now;
    }

    async fn learn(&self, issued: &[IssuedCertificate]) -> bool {
        let now = self.clock.now();
        self.ocsp.renew(vec![issued.to_vec()], now).await.unwrap()
    }

    fn gateway(&self, status: IssuedStatus) -> IssuedCertificate {
        IssuedCertificate {
            id: 1,
            serial: self.space.gateway.serial.clone(),
            status,
            not_after: self.space.gateway.not_after,
        }
    }

    fn request(&self, hash: CertIdHash, nonce: Option<&[u8]>) -> Vec<u8> {
        write_request(&self.space.gateway, &self.space.root, hash, nonce).unwrap()
    }

    fn ask(&self, request: &[u8]) -> OcspAnswer {
        self.ocsp.answer(request, Instant::now())
    }

    /// What is said of the gateway, judged by our own reader.
    fn said(&self) -> Result<IssuedStatus, Refusal> {
        let [sha1, sha256] = CertIdHash::ALL.map(|hash| {
            let answer = self.ask(&self.request(hash, None));
            match Answer::read(&answer.der) {
                Ok(read) => {
                    let Space { gateway, root, .. } = &self.space;
                    let word = read.judge(gateway, root, self.clock.now(), Duration::ZERO);
                    Ok(word.unwrap().status)
                }
                Err(InvalidAnswer::Refused(refusal)) => {
                    assert_eq!(answer.caching, None);
                    Err(refusal)
                }
                Err(other) => panic!("{other}"),
            }
        });
        assert_eq!(sha1, sha256);
        sha1
    }
}

#[tokio::test]
async fn what_the_truth_says_is_answered_until_it_says_otherwise() {
    let node = Node::new();
    assert_eq!(node.said(), Err(Refusal::TryLater));
    let revoked = IssuedStatus::Revoked(NOW, RevocationReason::KeyCompromise);
    for status in [
        IssuedStatus::Good,
        IssuedStatus::OnHold(NOW),
        IssuedStatus::Good,
        revoked,
    ] {
        assert!(!node.learn(&[node.gateway(status)]).await);
        assert_eq!(node.said(), Ok(status));
    }
    node.learn(&[]).await;
    assert_eq!(node.said(), Err(Refusal::Unauthorized));
}

#[tokio::test]
async fn answers_end_when_they_say_and_are_renewed_before() {
    let node = Node::new();
    let issued = [node.gateway(IssuedStatus::Good)];
    node.learn(&issued).await;
    let request = node.request(CertIdHash::Sha1, None);
    let first = node.ask(&request);
    let caching = first.caching.unwrap();
    assert_eq!(caching.made_at, NOW);
    assert_eq!(caching.good_until, NOW + Duration::hours(1));
    assert_eq!(caching.fresh_for, std::time::Duration::from_mins(1));
    assert_eq!(
        node.ocsp.next_due_in(),
        Some(std::time::Duration::from_mins(15))
    );

    // Not old yet: the same bytes for all.
    node.at(NOW + Duration::minutes(14));
    node.learn(&issued).await;
    assert_eq!(node.ask(&request).der, first.der);

    node.at(NOW + Duration::minutes(15));
    node.learn(&issued).await;
    let second = node.ask(&request).caching.unwrap();
    assert_eq!(second.made_at, NOW + Duration::minutes(15));

    // Nobody renews them: the last second, and the one after.
    node.at(NOW + Duration::minutes(75) - Duration::seconds(1));
    assert_eq!(node.said(), Ok(IssuedStatus::Good));
    node.at(NOW + Duration::minutes(75));
    assert_eq!(node.said(), Err(Refusal::TryLater));
}

#[tokio::test]
async fn a_clock_that_went_back_makes_nothing_older() {
    let node = Node::new();
    let made_at = |node: &Node| {
        let answer = node.ask(&node.request(CertIdHash::Sha1, None));
        answer.caching.unwrap().made_at
    };
    node.learn(&[node.gateway(IssuedStatus::Good)]).await;
    node.at(NOW - Duration::minutes(2));
    node.learn(&[node.gateway(IssuedStatus::Good)]).await;
    assert_eq!(made_at(&node), NOW);
    // What changed is told nevertheless, and is newer than what was told.
    node.learn(&[node.gateway(IssuedStatus::OnHold(NOW))]).await;
    assert_eq!(made_at(&node), NOW);
    node.at(NOW);
    assert_eq!(node.said(), Ok(IssuedStatus::OnHold(NOW)));
}

/// A clock that ran a day ahead and was set right: what it dated would be believed by nobody until then.
#[tokio::test]
async fn what_was_dated_far_ahead_is_signed_again_for_the_present() {
    let node = Node::new();
    for status in [IssuedStatus::Good, IssuedStatus::OnHold(NOW)] {
        node.at(NOW + Duration::days(1));
        node.learn(&[node.gateway(IssuedStatus::Good)]).await;
        node.at(NOW);
        node.learn(&[node.gateway(status)]).await;
        assert_eq!(node.said(), Ok(status));
        let answer = node.ask(&node.request(CertIdHash::Sha1, None));
        assert_eq!(answer.caching.unwrap().made_at, NOW);
    }
}

#[tokio::test]
async fn expired_certificates_are_not_spoken_of() {
    let node = Node::new();
    let issued = [node.gateway(IssuedStatus::Good)];
    node.at(node.space.gateway.not_after - Duration::hours(2));
    node.learn(&issued).await;
    assert_eq!(node.said(), Ok(IssuedStatus::Good));
    node.at(node.space.gateway.not_after + Duration::seconds(1));
    node.learn(&issued).await;
    assert_eq!(node.said(), Err(Refusal::Unauthorized));
}

#[tokio::test]
async fn a_nonce_is_repeated_as_long_as_few_ask_for_it() {
    let node = Node::new();
    node.learn(&[node.gateway(IssuedStatus::Good)]).await;
    node.at(NOW + Duration::minutes(5));
    let request = node.request(CertIdHash::Sha256, Some(&[7; 32]));
    let instant = Instant::now();
    let nonces: Vec<bool> = (0..4)
        .map(|_| {
            let answer = node.ocsp.answer(&request, instant);
            let read = Answer::read(&answer.der).unwrap();
            let Space { gateway, root, .. } = &node.space;
            let word = read.judge(gateway, root, node.clock.now(), Duration::ZERO);
            // Made now, of what was known five minutes ago.
            assert_eq!(word.unwrap().this_update, NOW);
            assert_eq!(answer.caching.is_some(), read.nonce().is_none());
            read.nonce() == Some(&[7; 32])
        })
        .collect();
    assert_eq!(nonces, [true, true, false, false]);
}

#[tokio::test]
async fn what_is_not_ours_is_not_spoken_of() {
    let node = Node::new();
    node.learn(&[node.gateway(IssuedStatus::Good)]).await;
    let stranger = Space::new("AC");
    let Space { gateway, root, .. } = &node.space;
    for (request, refusal) in [
        (
            write_request(&stranger.gateway, &stranger.root, CertIdHash::Sha1, None).unwrap(),
            Refusal::Unauthorized,
        ),
        (
            write_request(&node.space.delegate, root, CertIdHash::Sha1, None).unwrap(),
            Refusal::Unauthorized,
        ),
        (
            write_request(gateway, root, CertIdHash::Sha1, Some(&[7; 129])).unwrap(),
            Refusal::MalformedRequest,
        ),
        (b"hello".to_vec(), Refusal::MalformedRequest),
    ] {
        let answer = node.ask(&request);
        assert_eq!(answer.der[..], refusal.der());
        assert_eq!(answer.caching, None);
    }
    let nobody = Ocsp::default().answer(&node.request(CertIdHash::Sha1, None), Instant::now());
    assert_eq!(nobody.der[..], Refusal::Unauthorized.der());
}

#[tokio::test]
async fn what_changed_comes_before_what_is_old() {
    let node = Node::new();
    let certificate = |number: u16, status| IssuedCertificate {
        id: i64::from(number),
        serial: [&[1][..], &number.to_be_bytes()].concat(),
        status,
        not_after: NOW + Duration::days(300),
    };
    let mut issued: Vec<_> = (0..2_500)
        .map(|number| certificate(number, IssuedStatus::Good))
        .collect();
    assert!(node.learn(&issued).await);
    // Not all of them are signed for: one that is not there may be one of them.
    assert_eq!(node.said(), Err(Refusal::TryLater));
    assert!(!node.learn(&issued).await);
    assert_eq!(node.said(), Err(Refusal::Unauthorized));

    node.at(NOW + Duration::minutes(20));
    issued.push(node.gateway(IssuedStatus::Good));
    issued[2_400].status = IssuedStatus::OnHold(NOW);
    assert!(node.learn(&issued).await);
    assert_eq!(node.ocsp.next_due_in(), Some(std::time::Duration::ZERO));
    assert!(!node.learn(&issued).await);
    assert_eq!(
        node.ocsp.next_due_in(),
        Some(std::time::Duration::from_mins(15))
    );
}
