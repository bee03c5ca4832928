//! Word of revocation: which is believed, which wins, and how long it lasts.

use time::Duration;

use super::super::Freshness;
use super::super::testing::{Asked, Space, evidence};
use super::{Change, decided};
use crate::domain::admission::{Check, Decision, Reason};
use crate::domain::authority::IssuedStatus;
use crate::domain::certificate::RevocationReason;
use crate::trust::ocsp::CertIdHash;
use crate::trust::ocsp::sign::{ResponderKey, Times};
use crate::trust::ocsp::tests::delegate;
use crate::trust::pki::{
    AUTHORITY_KEY, Draft, KEY_CERT_SIGN, KEY_USAGE, NOW, Party, authority_key, key_usage, new_key,
    tlv,
};
use crate::trust::revocation::testing::{DraftList, ISSUING_POINT, issuing_point};

const GOOD: IssuedStatus = IssuedStatus::Good;
const HELD: IssuedStatus = IssuedStatus::OnHold(NOW);
const REVOKED: IssuedStatus = IssuedStatus::Revoked(NOW, RevocationReason::KeyCompromise);

/// An answer about a serial number, made so long ago and good for an hour.
fn answer(space: &Space, serial: &[u8], status: IssuedStatus, age: Duration) -> Vec<u8> {
    let key = new_key();
    let certificate = delegate(&space.issuing, &key).sign(&space.issuing.key);
    let pkcs8 = key.serialize_der();
    let name = "test".to_owned();
    let key = ResponderKey::new(name, &pkcs8, certificate.der(), &space.authority).unwrap();
    let times = Times {
        produced_at: NOW - age,
        this_update: NOW - age,
        next_update: NOW - age + Duration::HOUR,
    };
    key.answer(CertIdHash::Sha1, serial, status, times, None)
        .unwrap()
}

fn about_gateway(space: &Space, status: IssuedStatus, age: Duration) -> Vec<u8> {
    answer(space, &space.gateway.serial, status, age)
}

fn fetched(space: &mut Space, status: IssuedStatus, age: Duration) {
    let answer = about_gateway(space, status, age);
    space.state.ocsp_answers.push(evidence(answer));
}

fn stapled(space: &Space, asked: &mut Asked, status: IssuedStatus, age: Duration) {
    asked.question.stapled = Some(about_gateway(space, status, age));
}

fn without_list(space: &mut Space) {
    space.state.revocation_lists.truncate(1);
}

fn revoke(space: &mut Space, reason: u8) {
    let serial = space.gateway.serial.clone();
    space.lists(&[(&serial, reason)]);
}

const NONE: Duration = Duration::ZERO;
const EARLIER: Duration = Duration::minutes(30);
const OLD: Duration = Duration::hours(2);

/// What is known, and what follows from it.
const CASES: &[(&str, Change, &[Reason])] = &[
    (
        "an answer in the place of a list",
        |space, _| {
            without_list(space);
            fetched(space, GOOD, NONE);
        },
        &[],
    ),
    (
        "an answer that the peer brought",
        |space, asked| {
            without_list(space);
            stapled(space, asked, GOOD, NONE);
        },
        &[],
    ),
    (
        "an answer that is over beside a list that is not",
        |space, _| fetched(space, GOOD, OLD),
        &[],
    ),
    (
        "an answer that is over, alone",
        |space, asked| {
            without_list(space);
            stapled(space, asked, GOOD, OLD);
        },
        &[Reason::RevocationStale],
    ),
    (
        "an answer from the future, alone",
        |space, asked| {
            without_list(space);
            stapled(space, asked, GOOD, -Duration::minutes(3));
        },
        &[Reason::RevocationUntrusted],
    ),
    (
        "clocks may differ",
        |space, asked| {
            without_list(space);
            stapled(space, asked, GOOD, -Duration::MINUTE);
        },
        &[],
    ),
    (
        "revoked by an answer, good by the list",
        |space, _| fetched(space, REVOKED, NONE),
        &[Reason::RevocationRevoked],
    ),
    (
        "revoked by the list, good by a stapled answer",
        |space, asked| {
            revoke(space, 1);
            stapled(space, asked, GOOD, NONE);
        },
        &[Reason::RevocationRevoked],
    ),
    (
        "on hold by an answer, good by the list",
        |space, _| fetched(space, HELD, NONE),
        &[Reason::RevocationOnHold],
    ),
    (
        "revoked by what is over stays revoked",
        |space, _| fetched(space, REVOKED, OLD),
        &[Reason::RevocationRevoked],
    ),
    (
        "on hold by what is over may be lifted since",
        |space, _| fetched(space, HELD, OLD),
        &[],
    ),
    (
        "a hold that a later answer lifted",
        |space, _| {
            without_list(space);
            fetched(space, HELD, EARLIER);
            fetched(space, GOOD, NONE);
        },
        &[],
    ),
    (
        "a good answer from before a hold",
        |space, _| {
            without_list(space);
            fetched(space, HELD, NONE);
            fetched(space, GOOD, EARLIER);
        },
        &[Reason::RevocationOnHold],
    ),
    (
        "a revocation that a later answer takes back",
        |space, _| {
            fetched(space, REVOKED, EARLIER);
            fetched(space, GOOD, NONE);
        },
        &[Reason::RevocationRevoked],
    ),
    (
        "a revocation that is over and that a later answer takes back",
        |space, _| {
            fetched(space, REVOKED, OLD);
            fetched(space, GOOD, NONE);
        },
        &[Reason::RevocationRevoked],
    ),
    (
        "an answer that is over beside a later one",
        |space, _| {
            without_list(space);
            fetched(space, HELD, OLD);
            fetched(space, GOOD, NONE);
        },
        &[],
    ),
    (
        "an answer about another certificate",
        |space, asked| {
            without_list(space);
            asked.question.stapled = Some(answer(space, &[0x55], GOOD, NONE));
        },
        &[Reason::RevocationUntrusted],
    ),
    (
        "a fetched answer about another certificate says nothing",
        |space, _| {
            without_list(space);
            let other = answer(space, &[0x55], GOOD, NONE);
            space.state.ocsp_answers.push(evidence(other));
        },
        &[Reason::RevocationUnknown],
    ),
    (
        "an answer with another signature",
        |space, asked| {
            without_list(space);
            let mut answer = about_gateway(space, GOOD, NONE);
            // In the serial number of the delegate, which its issuer signed.
            let place = answer.len() - 300;
            answer[place] ^= 1;
            asked.question.stapled = Some(answer);
        },
        &[Reason::RevocationUntrusted],
    ),
    (
        "what is no answer at all",
        |space, asked| {
            without_list(space);
            asked.question.stapled = Some(vec![7; 1 << 20]);
        },
        &[Reason::RevocationUntrusted],
    ),
    (
        "an answer for the leaf says nothing of the authority",
        |space, asked| {
            space.state.revocation_lists.remove(0);
            stapled(space, asked, GOOD, NONE);
        },
        &[Reason::RevocationUnknown],
    ),
    (
        "the authority was revoked by the root",
        |space, _| {
            let list = DraftList::of(&space.root).with(&space.authority.serial, Some(2));
            space.state.revocation_lists[0].der = list.der(&space.root.key);
        },
        &[Reason::RevocationRevoked],
    ),
    (
        "of another certificate",
        |space, _| space.lists(&[(&[0x55], 1)]),
        &[],
    ),
    (
        "a list whose key has another name",
        |space, _| {
            let mut list = DraftList::of(&space.issuing);
            list.set(AUTHORITY_KEY, false, authority_key(&[7; 20]));
            space.issued_list(&list);
        },
        &[Reason::RevocationUntrusted],
    ),
    (
        "a list of an authority that may not sign lists",
        |space, asked| {
            let mut authority = Draft::authority(&space.root, &space.issuing);
            authority.set(KEY_USAGE, true, key_usage(KEY_CERT_SIGN));
            let authority = authority.sign(&space.root.key);
            asked.question.chain[1] = authority.der().to_vec();
        },
        &[Reason::RevocationUntrusted],
    ),
    (
        "a list of another authority of the same name",
        |space, _| {
            let other = Party::new("AC organisations");
            let der = DraftList::of(&other).der(&other.key);
            space.state.revocation_lists[1].der = der;
        },
        &[Reason::RevocationUntrusted],
    ),
    (
        "a forged list beside the true one changes nothing",
        |space, _| {
            let other = Party::new("AC organisations");
            let serial = space.gateway.serial.clone();
            let forged = DraftList::of(&other).number(99).with(&serial, Some(1));
            let der = forged.der(&other.key);
            space.state.revocation_lists.push(evidence(der));
        },
        &[],
    ),
    (
        "the first list again, after the second",
        |space, _| {
            revoke(space, 1);
            let second = space.state.revocation_lists[1].clone();
            let first = DraftList::of(&space.issuing).number(0);
            space.issued_list(&first);
            space.state.revocation_lists.push(second);
        },
        &[Reason::RevocationRevoked],
    ),
    (
        "a hold that the second list lifted",
        |space, _| {
            revoke(space, 6);
            let second = DraftList::of(&space.issuing).number(2);
            let der = second.der(&space.issuing.key);
            space.state.revocation_lists.push(evidence(der));
        },
        &[],
    ),
    (
        "a second list whose time has not come replaces nothing",
        |space, _| {
            revoke(space, 6);
            let mut second = DraftList::of(&space.issuing).number(2);
            second.this_update = NOW + Duration::HOUR;
            let der = second.der(&space.issuing.key);
            space.state.revocation_lists.push(evidence(der));
        },
        &[Reason::RevocationOnHold],
    ),
    (
        "a list from the future",
        |space, _| {
            let mut list = DraftList::of(&space.issuing);
            list.this_update = NOW + Duration::minutes(3);
            space.issued_list(&list);
        },
        &[Reason::RevocationStale],
    ),
    (
        "a list that is over since now",
        |space, _| {
            let mut list = DraftList::of(&space.issuing);
            list.next_update = Some(NOW);
            space.issued_list(&list);
        },
        &[Reason::RevocationStale],
    ),
    (
        "a list that is over and believed a while longer",
        |space, _| {
            space.policy.stale_revocation_grace = Duration::HOUR;
            let mut list = DraftList::of(&space.issuing);
            list.next_update = Some(NOW - Duration::minutes(59));
            space.issued_list(&list);
        },
        &[],
    ),
    (
        "a list that is over for longer than that",
        |space, _| {
            space.policy.stale_revocation_grace = Duration::HOUR;
            let mut list = DraftList::of(&space.issuing);
            list.this_update = NOW - Duration::hours(3);
            list.next_update = Some(NOW - Duration::HOUR);
            space.issued_list(&list);
        },
        &[Reason::RevocationStale],
    ),
    (
        "a list of the address that the certificate names",
        |space, _| scoped(space, "http://igc.essai.fr/organisations.crl", &[]),
        &[],
    ),
    (
        "a list of another address",
        |space, _| scoped(space, "http://igc.essai.fr/autres.crl", &[]),
        &[Reason::RevocationUnknown],
    ),
    (
        "a list of authorities",
        |space, _| {
            let authorities = tlv(0x82, &[0xff]);
            scoped(
                space,
                "http://igc.essai.fr/organisations.crl",
                &[authorities],
            );
        },
        &[Reason::RevocationUnknown],
    ),
    (
        "a list of users",
        |space, _| {
            let users = tlv(0x81, &[0xff]);
            scoped(space, "http://igc.essai.fr/organisations.crl", &[users]);
        },
        &[],
    ),
    (
        "what cannot be read says nothing",
        |space, _| {
            space.state.revocation_lists[1].der.push(0);
            space.state.ocsp_answers.push(evidence(vec![7]));
        },
        &[Reason::RevocationUnknown],
    ),
];

fn scoped(space: &mut Space, url: &str, flags: &[Vec<u8>]) {
    let mut list = DraftList::of(&space.issuing);
    list.set(ISSUING_POINT, true, issuing_point(url, flags));
    space.issued_list(&list);
}

#[test]
fn each_word_is_weighed() {
    for (name, change, reasons) in CASES {
        let decision = decided(change);
        assert_eq!(decision.reasons, *reasons, "{name}: {decision:#?}");
    }
}

fn detail(decision: &Decision) -> &str {
    let mut results = decision.checks.iter();
    &results
        .find(|it| it.check == Check::Revocation)
        .unwrap()
        .detail
}

#[test]
fn an_answer_lasts_as_long_as_the_best_word_of_each_certificate() {
    let past: Change = |_, asked| asked.freshness = Freshness::Past;
    let cases: &[(Change, Duration)] = &[
        (past, Duration::DAY),
        (
            |space, asked| {
                asked.freshness = Freshness::Past;
                fetched(space, GOOD, NONE);
            },
            Duration::DAY,
        ),
        (
            |space, asked| {
                asked.freshness = Freshness::Past;
                without_list(space);
                fetched(space, GOOD, NONE);
            },
            Duration::HOUR,
        ),
        (
            |space, asked| {
                asked.freshness = Freshness::Past;
                space.policy.stale_revocation_grace = Duration::HOUR;
                let mut list = DraftList::of(&space.issuing);
                list.next_update = Some(NOW - Duration::minutes(30));
                space.issued_list(&list);
            },
            Duration::minutes(30),
        ),
    ];
    for (place, (change, end)) in cases.iter().enumerate() {
        let decision = decided(change);
        assert_eq!(
            decision.valid_until,
            Some(NOW + *end),
            "{place}: {decision:#?}"
        );
    }
}

#[test]
fn grace_is_told_where_it_is_given() {
    let decision = decided(|space, _| {
        space.policy.stale_revocation_grace = Duration::HOUR;
        let mut list = DraftList::of(&space.issuing);
        list.next_update = Some(NOW - Duration::MINUTE);
        space.issued_list(&list);
    });
    assert!(
        detail(&decision).contains("believed a while longer"),
        "{}",
        detail(&decision)
    );
}

#[test]
fn what_was_verified_once_is_judged_by_its_time_at_each_question() {
    let mut space = Space::new();
    without_list(&mut space);
    fetched(&mut space, GOOD, NONE);
    let snapshot = space.snapshot();
    let asked = space.asked();
    let reasons = |after: Duration| {
        let at = NOW + after;
        snapshot
            .decide(&asked.question, at, Freshness::Past)
            .reasons
    };
    assert_eq!(reasons(Duration::ZERO), []);
    assert_eq!(reasons(Duration::minutes(59)), []);
    assert_eq!(reasons(Duration::HOUR), [Reason::RevocationStale]);
    // Before it was first believed it is looked at anew.
    assert_eq!(reasons(-Duration::MINUTE), []);
    assert_eq!(reasons(-Duration::HOUR), [Reason::RevocationUntrusted]);
}

#[test]
fn an_answer_by_one_who_was_not_asked_to_is_refused() {
    use crate::trust::ocsp::tests::{Forged, Space as Responders};
    let decision = decided(|space, asked| {
        without_list(space);
        let responders = Responders {
            root: space.authority.clone(),
            gateway: space.gateway.clone(),
            // A gateway's certificate in the place of a responder's.
            delegate: space.gateway.clone(),
            ..Responders::new("AC autre")
        };
        asked.question.stapled = Some(Forged::new(&responders).by(&space.gateway_key));
    });
    assert_eq!(decision.reasons, [Reason::RevocationUntrusted]);
    assert!(
        detail(&decision).contains("may not"),
        "{}",
        detail(&decision)
    );
}
