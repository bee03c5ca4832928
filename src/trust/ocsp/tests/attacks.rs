//! Answers that must not be believed, one attack each, beside the one that is.

use proptest::prelude::*;
use std::sync::OnceLock;
use time::Duration;
use time::macros::datetime;

use super::{Forged, Space, around, by_key, by_name, delegate};
use crate::domain::admission::Reason;
use crate::domain::authority::IssuedStatus;
use crate::domain::certificate::RevocationReason;
use crate::trust::ocsp::response::{InvalidAnswer, Refusal};
use crate::trust::ocsp::{
    Answer, CertIdHash, IssuerId, MAX_ANSWER_BYTES, NO_CHECK, Untrusted, Word, status,
};
use crate::trust::pki::{
    CRL_SIGN, Draft, EXTENDED_USAGE, KEY_USAGE, NOW, SERVER_AUTH, extended_usage, key_usage,
    new_key, tlv,
};

const SKEW: Duration = Duration::minutes(2);

fn judge(space: &Space, bytes: &[u8]) -> Result<Word, Untrusted> {
    let answer = Answer::read(bytes).unwrap();
    answer.judge(&space.gateway, &space.root, NOW, SKEW)
}

#[test]
fn the_issuer_and_its_delegate_are_believed() {
    let space = Space::new("AC");
    let at = datetime!(2026-05-01 8:00 UTC);
    for status in [
        IssuedStatus::Good,
        IssuedStatus::OnHold(at),
        IssuedStatus::Revoked(at, RevocationReason::KeyCompromise),
    ] {
        for hash in CertIdHash::ALL {
            let mut answer = Forged::new(&space);
            answer.hash = hash;
            answer.status = status::write(status);
            let word = Word {
                status,
                this_update: NOW,
                valid_until: NOW + Duration::hours(1),
            };
            assert_eq!(judge(&space, &answer.by(&space.delegate_key)), Ok(word));
            answer.responder = by_name(&space.delegate);
            assert_eq!(judge(&space, &answer.by(&space.delegate_key)), Ok(word));
            answer.certificates = Vec::new();
            for responder in [by_key(&space.root), by_name(&space.root)] {
                answer.responder = responder;
                assert_eq!(judge(&space, &answer.by(&space.authority.key)), Ok(word));
            }
        }
    }
}

#[test]
fn answers_about_something_else_are_not_believed() {
    let (space, stranger) = (Space::new("AC"), Space::new("AC"));
    let attack = |change: &dyn Fn(&mut Forged)| {
        let mut answer = Forged::new(&space);
        change(&mut answer);
        judge(&space, &answer.by(&space.delegate_key)).unwrap_err()
    };
    let other = Untrusted::OtherCertificate;
    assert_eq!(attack(&|it| it.serial = vec![9]), other);
    let issuer = IssuerId::of(&stranger.root).unwrap();
    assert_eq!(attack(&|it| it.issuer = issuer.clone()), other);
    let revoked = IssuedStatus::Revoked(NOW, RevocationReason::Unspecified);
    let two = attack(&|it| {
        let good = it.single();
        it.status = status::write(revoked);
        it.others = good;
    });
    assert_eq!(two, Untrusted::Ambiguous);
    // Another authority's certificate is not asked about here.
    let answer = Answer::read(&Forged::new(&space).by(&space.delegate_key)).unwrap();
    let elsewhere = Space::new("une autre AC");
    let refused = answer.judge(&elsewhere.gateway, &space.root, NOW, SKEW);
    assert_eq!(refused, Err(Untrusted::OtherIssuer));
}

#[test]
fn one_answer_may_speak_of_several() {
    let space = Space::new("AC");
    let mut answer = Forged::new(&space);
    let sha1 = answer.single();
    answer.hash = CertIdHash::Sha256;
    let sha256 = answer.single();
    answer.serial = vec![9];
    answer.status = status::write(IssuedStatus::OnHold(NOW));
    answer.others = [sha1, sha256].concat();
    let word = judge(&space, &answer.by(&space.delegate_key)).unwrap();
    assert_eq!(word.status, IssuedStatus::Good);
}

#[test]
fn who_may_not_answer_is_not_believed() {
    let space = Space::new("AC");
    let stranger = Space::new("AC");
    let refused = |answer: &Forged, key| judge(&space, &answer.by(key)).unwrap_err();

    // Somebody who is not in the answer, or says to be somebody else.
    let mut answer = Forged::new(&space);
    answer.certificates.clear();
    assert_eq!(
        refused(&answer, &space.delegate_key),
        Untrusted::UnknownSigner
    );
    let answer = Forged::new(&space);
    assert_eq!(
        refused(&answer, &stranger.delegate_key),
        Untrusted::Signature
    );
    let mut answer = Forged::new(&space);
    answer.responder = by_key(&space.root);
    assert_eq!(refused(&answer, &space.delegate_key), Untrusted::Signature);

    // The delegate of an authority of the same name, and a whole authority of the same name.
    let mut answer = Forged::new(&space);
    answer.responder = by_key(&stranger.delegate);
    answer.certificates = vec![stranger.delegate.der().to_vec()];
    let not_direct = Untrusted::Delegate("its certificate is not by the authority itself");
    assert_eq!(refused(&answer, &stranger.delegate_key), not_direct);
    answer.responder = by_name(&stranger.root);
    answer.certificates = vec![stranger.root.der().to_vec()];
    assert_eq!(
        refused(&answer, &stranger.authority.key),
        Untrusted::Signature
    );
    answer.responder = by_key(&stranger.root);
    assert_eq!(refused(&answer, &stranger.authority.key), not_direct);

    // A certificate of the authority that does not make its holder a responder.
    let changed = |change: &dyn Fn(&mut Draft)| {
        let key = new_key();
        let mut draft = delegate(&space.authority, &key);
        change(&mut draft);
        let certificate = draft.sign(&space.authority.key);
        let mut answer = Forged::new(&space);
        answer.responder = by_key(&certificate);
        answer.certificates = vec![certificate.der().to_vec()];
        judge(&space, &answer.by(&key)).map(|word| word.valid_until)
    };
    let hour = NOW + Duration::hours(1);
    assert_eq!(changed(&|_| {}), Ok(hour));
    let no_usage = Untrusted::Delegate("its certificate is not for answers of OCSP");
    assert_eq!(
        changed(&|it| it.remove(EXTENDED_USAGE)),
        Err(no_usage.clone())
    );
    let server = |it: &mut Draft| it.set(EXTENDED_USAGE, true, extended_usage(&[SERVER_AUTH]));
    assert_eq!(changed(&server), Err(no_usage.clone()));
    let any = |it: &mut Draft| it.set(EXTENDED_USAGE, true, extended_usage(&["2.5.29.37.0"]));
    assert_eq!(changed(&any), Err(no_usage));
    let no_check = "nothing tells whether its own certificate was revoked";
    assert_eq!(
        changed(&|it| it.remove(NO_CHECK)),
        Err(Untrusted::Delegate(no_check))
    );
    let crl = |it: &mut Draft| it.set(KEY_USAGE, true, key_usage(CRL_SIGN));
    let no_signatures = Untrusted::Delegate("its key is not for signatures");
    assert_eq!(changed(&crl), Err(no_signatures));
    let unknown = |it: &mut Draft| it.set("1.2.3", true, vec![5, 0]);
    let critical = "its certificate has an extension that is critical and not known";
    assert_eq!(changed(&unknown), Err(Untrusted::Delegate(critical)));
    let later = |it: &mut Draft| it.not_before = NOW + Duration::hours(1);
    let not_yet = Untrusted::Delegate("its certificate was not valid yet");
    assert_eq!(changed(&later), Err(not_yet));

    // What it says is believed no longer than its certificate.
    let soon = NOW + Duration::minutes(10);
    assert_eq!(changed(&|it| it.not_after = soon), Ok(soon));
    let over = changed(&|it| it.not_after = NOW - Duration::minutes(1));
    assert!(matches!(over, Err(Untrusted::Stale(_))), "{over:?}");
}

#[test]
fn answers_of_another_time_are_not_believed() {
    let space = Space::new("AC");
    let attack = |change: &dyn Fn(&mut Forged)| {
        let mut answer = Forged::new(&space);
        change(&mut answer);
        judge(&space, &answer.by(&space.delegate_key))
    };
    // One of last week, sent again.
    let old = attack(&|it| {
        it.this_update = NOW - Duration::days(7);
        it.produced_at = it.this_update;
        it.next_update = Some(NOW - Duration::days(6));
    });
    let Err(Untrusted::Stale(word)) = old else {
        panic!("{old:?}");
    };
    assert_eq!(word.status, IssuedStatus::Good);
    assert_eq!(word.valid_until, NOW - Duration::days(6));
    let at_its_end = attack(&|it| {
        it.this_update = NOW - Duration::hours(1);
        it.next_update = Some(NOW);
    });
    assert!(
        matches!(at_its_end, Err(Untrusted::Stale(_))),
        "{at_its_end:?}"
    );

    let ahead = NOW + Duration::seconds(121);
    let future = attack(&|it| {
        it.this_update = ahead;
        it.produced_at = ahead;
    });
    assert_eq!(future, Err(Untrusted::Future(ahead)));
    assert_eq!(
        attack(&|it| it.produced_at = ahead),
        Err(Untrusted::Future(ahead))
    );
    assert!(attack(&|it| it.produced_at = NOW + SKEW).is_ok());
    assert_eq!(
        attack(&|it| it.next_update = None),
        Err(Untrusted::NoNextUpdate)
    );
    assert_eq!(
        attack(&|it| it.next_update = Some(NOW)),
        Err(Untrusted::Times)
    );
    let known_after_it_was_made = attack(&|it| it.produced_at = NOW - Duration::minutes(3));
    assert_eq!(known_after_it_was_made, Err(Untrusted::Times));
    let unknown = attack(&|it| it.status = vec![0x82, 0]);
    assert_eq!(unknown, Err(Untrusted::Unknown));
    assert_eq!(unknown.unwrap_err().reason(), Reason::RevocationUnknown);
    assert_eq!(old.unwrap_err().reason(), Reason::RevocationStale);
    assert_eq!(future.unwrap_err().reason(), Reason::RevocationUntrusted);
}

#[test]
fn what_is_no_answer_is_not_read() {
    let space = Space::new("AC");
    let good = Forged::new(&space).by(&space.delegate_key);
    let cases = [
        ("empty", vec![], InvalidAnswer::NotDer),
        (
            "more after it",
            [&good[..], &[5, 0]].concat(),
            InvalidAnswer::NotDer,
        ),
        (
            "cut",
            good[..good.len() - 1].to_vec(),
            InvalidAnswer::NotDer,
        ),
        ("more within", around(&[5, 0, 5, 0]), InvalidAnswer::NotDer),
        (
            "successful, without an answer",
            vec![0x30, 3, 0x0a, 1, 0],
            InvalidAnswer::NotDer,
        ),
        (
            "a status that there is not",
            vec![0x30, 3, 0x0a, 1, 4],
            InvalidAnswer::NotDer,
        ),
        (
            "another kind of answer",
            {
                let typed = [tlv(6, &[0x2a, 3]), tlv(4, &[5, 0])].concat();
                let typed = tlv(0xa0, &tlv(0x30, &typed));
                tlv(0x30, &[tlv(0x0a, &[0]), typed].concat())
            },
            InvalidAnswer::NotDer,
        ),
        (
            "huge",
            tlv(0x30, &vec![0; MAX_ANSWER_BYTES]),
            InvalidAnswer::TooLarge {
                bytes: MAX_ANSWER_BYTES + 4,
            },
        ),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(Answer::read(&bytes), Err(expected), "{name}");
    }
    for refusal in Refusal::ALL {
        let read = Answer::read(&refusal.der());
        assert_eq!(read, Err(InvalidAnswer::Refused(refusal)));
    }
}

/// An answer with the authority and the certificate it is about, made once.
fn shown() -> &'static (Space, Vec<u8>) {
    static SHOWN: OnceLock<(Space, Vec<u8>)> = OnceLock::new();
    SHOWN.get_or_init(|| {
        let space = Space::new("AC");
        let mut answer = Forged::new(&space);
        answer.nonce = Some(vec![7; 32]);
        let bytes = answer.by(&space.delegate_key);
        (space, bytes)
    })
}

proptest! {
    #[test]
    fn no_change_of_an_answer_makes_it_say_something_else(place in 0_usize..1_000, bit in 0_u8..8) {
        let (space, good) = shown();
        let place = place % good.len();
        let mut bytes = good.clone();
        bytes[place] ^= 1 << bit;
        if let Ok(answer) = Answer::read(&bytes)
            && let Ok(word) = answer.judge(&space.gateway, &space.root, NOW, SKEW) {
            prop_assert_eq!(word, judge(space, good).unwrap());
        }
    }

    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Answer::read(&bytes);
        let _ = Answer::read(&around(&bytes));
    }
}
