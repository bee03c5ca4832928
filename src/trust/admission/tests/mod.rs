//! Decisions: who is let in, and each reason for which somebody is not.

mod divergences;
mod hostile;
mod outside;
mod own;
mod real_list;
mod refusals;
mod revocation;
mod standing;

use time::Duration;

use super::testing::{Asked, CERTIFICATE, OPERATOR, Space};
use super::{Freshness, Snapshot};
use crate::domain::admission::{Check, Decision, Grade, Outcome, Reason, Role, Verdict};
use crate::trust::pki::NOW;

/// What a case changes of the space and of the question.
type Change = fn(&mut Space, &mut Asked);

/// The decision of a changed space.
fn decided(change: impl FnOnce(&mut Space, &mut Asked)) -> Decision {
    let mut space = Space::new();
    let mut asked = space.asked();
    change(&mut space, &mut asked);
    let decision = space.decide(&asked);
    is_coherent(&decision);
    decision
}

/// What holds of every decision.
fn is_coherent(decision: &Decision) {
    let order: Vec<Check> = decision.checks.iter().map(|it| it.check).collect();
    assert_eq!(order, Check::ALL);
    let mut reasons = Vec::new();
    for result in &decision.checks {
        assert_eq!(
            result.outcome == Outcome::Fail,
            !result.reasons.is_empty(),
            "{result:?}"
        );
        assert!(
            result.reasons.iter().all(|it| it.check() == result.check),
            "{result:?}"
        );
        reasons.extend(&result.reasons);
    }
    assert_eq!(decision.reasons, reasons);
    assert!(decision.reasons.is_sorted(), "{:?}", decision.reasons);
    match decision.verdict {
        Verdict::Admit => {
            assert_eq!(decision.reasons, []);
            assert!(
                decision
                    .valid_until
                    .is_some_and(|until| until >= decision.at)
            );
        }
        Verdict::Refuse => {
            assert_ne!(decision.reasons, []);
            assert_eq!((decision.grade, decision.valid_until), (None, None));
        }
    }
}

fn outcome(decision: &Decision, check: Check) -> Outcome {
    let mut results = decision.checks.iter();
    results.find(|it| it.check == check).unwrap().outcome
}

#[test]
fn a_gateway_that_nothing_is_held_against_is_admitted() {
    let decision = decided(|_, _| {});
    assert_eq!(decision.verdict, Verdict::Admit, "{decision:#?}");
    assert_eq!(decision.grade, Some(Grade::Registered));
    assert_eq!(decision.operator, Some(OPERATOR));
    assert_eq!(decision.certificate, Some(CERTIFICATE));
    assert_eq!(decision.epoch, Some(7));
    assert_eq!(decision.list.unwrap().sequence, 3);
    // The lease is the first to end.
    assert_eq!(decision.valid_until, Some(NOW + Duration::MINUTE));
    assert_eq!(outcome(&decision, Check::Host), Outcome::Skipped);
}

#[test]
fn every_role_has_its_way_in() {
    let server: Change = |_, asked| {
        asked.question.role = Role::SmtpServer;
        asked.question.host = Some("MAIL.essai.fr".to_owned());
    };
    let connection: Change = |_, asked| asked.question.mail_domain = None;
    let signer: Change = |space, asked| {
        asked.question.role = Role::ListSigner;
        asked.question.mail_domain = None;
        asked.present(&space.signer);
    };
    for change in [server, connection, signer] {
        let decision = decided(change);
        assert_eq!(decision.verdict, Verdict::Admit, "{decision:#?}");
        assert_eq!(decision.grade, Some(Grade::Registered));
    }
    let decision = decided(signer);
    assert_eq!((decision.operator, decision.certificate), (None, None));
}

#[test]
fn an_answer_holds_until_the_first_thing_ends() {
    let ends: &[(Change, Duration)] = &[
        (|_, asked| asked.freshness = Freshness::Past, Duration::DAY),
        (
            |space, asked| {
                asked.freshness = Freshness::Past;
                space.generated_at = NOW - Duration::hours(70);
            },
            Duration::hours(2),
        ),
        (
            |space, asked| {
                asked.freshness = Freshness::Past;
                space.state.next_change_at = Some(NOW + Duration::HOUR);
            },
            Duration::HOUR,
        ),
        (
            |space, _| space.state.next_change_at = Some(NOW - Duration::HOUR),
            Duration::ZERO,
        ),
        (
            |space, asked| {
                asked.freshness = Freshness::Past;
                space.gateway = space.another(&crate::trust::pki::new_key(), |d| {
                    d.not_after = NOW + Duration::MINUTE;
                });
                *space.registered() = space.standing(CERTIFICATE, Some(&space.gateway));
                asked.present(&space.gateway);
            },
            Duration::MINUTE,
        ),
        (
            |_, asked| asked.freshness = Freshness::Until(NOW + Duration::SECOND),
            Duration::SECOND,
        ),
    ];
    for (place, (change, end)) in ends.iter().enumerate() {
        let decision = decided(change);
        assert_eq!(decision.verdict, Verdict::Admit, "{place}: {decision:#?}");
        assert_eq!(decision.valid_until, Some(NOW + *end), "case {place}");
    }
}

#[test]
fn a_node_without_a_snapshot_says_so() {
    let decision = Snapshot::unready(NOW);
    is_coherent(&decision);
    assert_eq!(decision.reasons, [Reason::NodeUnready]);
    assert_eq!((decision.epoch, decision.list), (None, None));
}

#[test]
fn what_follows_a_snapshot_decides_as_if_it_were_the_first() {
    let mut space = Space::new();
    let first = space.snapshot();
    let asked = space.asked();
    let decide = |it: &Snapshot| it.decide(&asked.question, asked.at, asked.freshness);
    assert_eq!(decide(&first).verdict, Verdict::Admit);
    space.lists(&[(&space.gateway.serial.clone(), 1)]);
    space.state.epoch = 8;
    let second = first.followed_by(space.state.clone().into(), space.in_force());
    assert_eq!(decide(&second), space.decide(&asked));
    assert_eq!(decide(&second).reasons, [Reason::RevocationRevoked]);
    // And back again, from the one before.
    space.lists(&[]);
    let third = second.followed_by(space.state.clone().into(), None);
    assert_eq!(decide(&third).reasons, [Reason::ListUntrusted]);
    // The first is what it was.
    assert_eq!(decide(&first).verdict, Verdict::Admit);
}
