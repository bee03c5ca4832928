//! Chains made to exhaust or to confuse: each is answered, and refused or seen through.

use proptest::prelude::*;
use time::Duration;

use super::super::testing::Space;
use super::{decided, is_coherent};
use crate::domain::admission::{Reason, Verdict};
use crate::trust::certificate::Certificate;
use crate::trust::pki::{Draft, NOW, Party, new_key, operator};

#[test]
fn size_and_number_are_looked_at_before_anything_is_read() {
    for (chain, reason) in [
        (vec![vec![0x30]; 300], Reason::ChainTooLong),
        (vec![vec![0x30; 1 << 20]], Reason::ChainUnreadable),
        (vec![vec![]], Reason::ChainUnreadable),
        (
            vec![vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff]],
            Reason::ChainUnreadable,
        ),
    ] {
        let decision = decided(|_, asked| asked.question.chain = chain);
        assert_eq!(decision.reasons, [reason]);
    }
}

#[test]
fn a_name_of_any_length_is_told_in_short() {
    let decision = decided(|space, asked| {
        let long = "é".repeat(7000);
        let key = new_key();
        let certificate = space.another(&key, |d| d.subject = operator(&long, "1770816478"));
        asked.present(&certificate);
    });
    assert!(decision.reasons.contains(&Reason::NameNotListed));
    for result in &decision.checks {
        assert!(result.detail.len() < 2010, "{:?}", result.check);
    }
}

#[test]
fn what_was_sent_twice_or_out_of_order_changes_nothing() {
    let decision = decided(|space, asked| {
        let authority = space.authority.der().to_vec();
        let gateway = space.gateway.der().to_vec();
        let root = space.root.root().der().to_vec();
        asked.question.chain = vec![
            gateway.clone(),
            root.clone(),
            authority.clone(),
            gateway,
            authority,
            root,
        ];
    });
    assert_eq!(decision.verdict, Verdict::Admit, "{decision:#?}");
}

#[test]
fn authorities_that_sign_each_other_lead_nowhere_and_end() {
    let decision = decided(|space, asked| {
        let (one, other) = (Party::new("AC une"), Party::new("AC autre"));
        let crossed = [
            Draft::authority(&one, &other).sign(&one.key),
            Draft::authority(&other, &one).sign(&other.key),
            Draft::authority(&one, &one).sign(&one.key),
            Draft::authority(&other, &other).sign(&other.key),
        ];
        let gateway = Draft::gateway(&one, &space.gateway_key).sign(&one.key);
        let chain = std::iter::once(&gateway).chain(&crossed);
        asked.question.chain = chain.map(|it| it.der().to_vec()).collect();
    });
    assert_eq!(
        decision.reasons,
        [Reason::PathNone, Reason::CertificateUnregistered]
    );
}

#[test]
fn authorities_of_one_name_and_many_keys_are_tried_within_a_budget() {
    let decision = decided(|space, asked| {
        let twins: Vec<Certificate> = (0..7)
            .map(|_| {
                let twin = Party::new("AC organisations");
                Draft::authority(&twin, &twin).sign(&twin.key)
            })
            .collect();
        let stranger = Party::new("AC organisations");
        let gateway = Draft::gateway(&stranger, &new_key()).sign(&stranger.key);
        asked.question.chain = std::iter::once(&gateway)
            .chain(&twins)
            .map(|it| it.der().to_vec())
            .collect();
        space.state.certificates.truncate(1);
    });
    assert_eq!(decision.verdict, Verdict::Refuse);
    assert!(decision.reasons.contains(&Reason::CertificateUnregistered));
}

#[test]
fn chains_that_lead_nowhere_are_not_remembered() {
    let space = Space::new();
    let snapshot = space.snapshot();
    let asked = space.asked();
    for _ in 0..3 {
        let stranger = Party::new("AC autre");
        let chain = [
            Draft::gateway(&stranger, &new_key()).sign(&stranger.key),
            stranger.root(),
        ];
        let mut question = asked.question.clone();
        question.chain = chain.map(|it| it.der().to_vec()).into();
        let decision = snapshot.decide(&question, NOW, asked.freshness);
        assert_eq!(decision.verdict, Verdict::Refuse);
    }
    assert_eq!(
        format!("{:?}", snapshot.authorities),
        "Authorities { kept: 0 }"
    );
    snapshot.decide(&asked.question, NOW, asked.freshness);
    assert_eq!(
        format!("{:?}", snapshot.authorities),
        "Authorities { kept: 2 }"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_answered(
        chain in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..10),
        stapled: Option<Vec<u8>>,
        host: Option<String>,
        evidence: Vec<u8>,
    ) {
        let mut space = Space::new();
        space.state.revocation_lists.push(super::super::testing::evidence(evidence.clone()));
        space.state.ocsp_answers.push(super::super::testing::evidence(evidence));
        let mut asked = space.asked();
        asked.question.chain.extend(chain);
        asked.question.stapled = stapled;
        asked.question.host = host;
        is_coherent(&space.decide(&asked));
    }

    #[test]
    fn one_changed_bit_of_a_chain_lets_nobody_in(place: prop::sample::Index, bit in 0..8_u8, which in 0..2_usize) {
        let space = Space::new();
        let mut asked = space.asked();
        let der = &mut asked.question.chain[which];
        let place = place.index(der.len());
        der[place] ^= 1 << bit;
        let decision = space.decide(&asked);
        is_coherent(&decision);
        prop_assert_eq!(decision.verdict, Verdict::Refuse);
    }

    #[test]
    fn what_was_said_to_hold_until_a_moment_holds_until_then(seconds in 0..100_000_i64) {
        let space = Space::new();
        let asked = space.asked();
        let snapshot = space.snapshot();
        let past = super::super::Freshness::Past;
        let first = snapshot.decide(&asked.question, NOW, past);
        let at = NOW + Duration::seconds(seconds);
        let then = snapshot.decide(&asked.question, at, past);
        let is_within = first.valid_until.is_some_and(|until| at < until);
        prop_assert_eq!(then.verdict == Verdict::Admit, is_within);
    }
}
