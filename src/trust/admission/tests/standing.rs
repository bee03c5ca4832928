//! Who a certificate is to the registry: rotations, names in several spellings, names alone; and what is
//! known of a mail domain without a chain.

use time::Duration;

use super::super::testing::{Asked, CERTIFICATE, MAIL_DOMAIN, OPERATOR, Space, operator};
use super::{Change, decided};
use crate::domain::admission::{DomainTrust, Grade, Reason, Verdict};
use crate::domain::certificate::CertificateState;
use crate::domain::distinguished_name::OperatorDn;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::onboarding::OperatorState;
use crate::domain::trust_state::Binding;
use crate::trust::pki::{NOW, name, new_key};
use crate::trust::revocation::testing::DraftList;

fn mail_domain(text: &str) -> MailDomainName {
    MailDomainName::parse(text).unwrap()
}

/// A second certificate of the operator under the same name, registered as number 11.
fn second(space: &mut Space, asked: &mut Asked) {
    let second = space.another(&new_key(), |_| {});
    let standing = space.standing(11, Some(&second));
    space.state.certificates.push(standing);
    asked.present(&second);
}

fn bind(space: &mut Space, certificate: i64) {
    space.state.bindings.push(Binding {
        mail_domain: mail_domain(MAIL_DOMAIN),
        certificate,
    });
}

#[test]
fn both_certificates_of_a_rotation_are_let_in_and_each_stands_by_itself() {
    let cases: &[(&str, Change, &[Reason])] = &[
        (
            "both stand",
            |space, asked| {
                second(space, asked);
                bind(space, 11);
            },
            &[],
        ),
        (
            "the second is not behind the mail domain",
            second,
            &[Reason::EntryRemoved],
        ),
        (
            "the first is held, which is nothing to the second",
            |space, asked| {
                second(space, asked);
                bind(space, 11);
                space.registered().state = CertificateState::Suspended;
            },
            &[],
        ),
        (
            "the second waits",
            |space, asked| {
                second(space, asked);
                bind(space, 11);
                space.state.certificates[1].state = CertificateState::Pending;
            },
            &[Reason::CertificatePending],
        ),
    ];
    for (case, change, reasons) in cases {
        let decision = decided(change);
        assert_eq!(decision.reasons, *reasons, "{case}: {decision:#?}");
        assert_eq!(decision.certificate, Some(11), "{case}");
    }
}

#[test]
fn a_name_alone_is_enough_only_where_no_bytes_are_in_use_under_it() {
    // The registry knows certificate 12 by its name; a certificate with that name is presented.
    fn by_name(space: &mut Space, asked: &mut Asked) {
        let standing = space.standing(12, None);
        space.state.certificates.push(standing);
        bind(space, 12);
        let stranger = space.another(&new_key(), |_| {});
        asked.present(&stranger);
    }
    fn held(space: &mut Space, state: CertificateState) {
        space.registered().state = state;
    }
    let cases: &[(&str, Change, &[Reason], Option<i64>)] = &[
        (
            "nothing else is known",
            |space, asked| {
                by_name(space, asked);
                space.state.certificates.remove(0);
            },
            &[],
            Some(12),
        ),
        (
            "bytes are in use",
            by_name,
            &[Reason::CertificateUnregistered],
            None,
        ),
        (
            "bytes are on hold: nobody slips in beside them",
            |space, asked| {
                by_name(space, asked);
                held(space, CertificateState::Suspended);
            },
            &[Reason::CertificateUnregistered],
            None,
        ),
        (
            "bytes were revoked: who has their key may hold others of the name",
            |space, asked| {
                by_name(space, asked);
                held(space, CertificateState::Revoked);
            },
            &[Reason::CertificateUnregistered],
            None,
        ),
        (
            "bytes are over, and their name is not",
            |space, asked| {
                by_name(space, asked);
                held(space, CertificateState::Superseded);
            },
            &[],
            Some(12),
        ),
        (
            "bytes wait to be used: what is in use goes on",
            |space, asked| {
                by_name(space, asked);
                held(space, CertificateState::Pending);
            },
            &[],
            Some(12),
        ),
        (
            "the name is suspended",
            |space, asked| {
                by_name(space, asked);
                space.state.certificates.remove(0);
                held(space, CertificateState::Suspended);
            },
            &[Reason::CertificateSuspended],
            Some(12),
        ),
        (
            "only bytes that are over",
            |space, asked| {
                held(space, CertificateState::Superseded);
                let stranger = space.another(&new_key(), |_| {});
                asked.present(&stranger);
            },
            &[Reason::CertificateUnregistered],
            None,
        ),
    ];
    for (case, change, reasons, certificate) in cases {
        let decision = decided(change);
        assert_eq!(decision.reasons, *reasons, "{case}: {decision:#?}");
        assert_eq!(decision.certificate, *certificate, "{case}");
        assert_eq!(decision.operator, Some(OPERATOR), "{case}");
        let grade = (decision.verdict == Verdict::Admit).then_some(Grade::Listed);
        assert_eq!(decision.grade, grade, "{case}");
    }
}

#[test]
fn spellings_of_one_name_are_one_name_and_others_are_not() {
    for (listed, organization, reasons) in [
        (
            r#"CN=mail.essai.fr,O="C.H. DE  ESSAI",C=FR"#,
            "C.H. DE ESSAI",
            &[][..],
        ),
        (
            r#"CN=mail.essai.fr,O="C.H. DE  ESSAI",C=FR"#,
            r#""c.h. de essai""#,
            &[],
        ),
        (
            r#"CN=mail.essai.fr, O=CLCC "ESSAI", C=FR"#,
            r#"CLCC "ESSAI""#,
            &[],
        ),
        (r#"CN=mail.essai.fr,O=CLCC "ESSAI",C=FR"#, "CLCC ESSAI", &[]),
        (
            "CN=MAIL.essai.fr,O=H\u{f4}pital\u{a0}d'Essai,C=fr",
            "Hôpital d'essai",
            &[],
        ),
        (
            "CN=mail.essai.fr,O=Hôpital d'essai,OU=1770816478,C=FR",
            "Hôpital d'essai",
            &[Reason::NameNotListed],
        ),
        (
            "CN=mail.essai.fr,O=Hopital,C=FR",
            "Hôpital",
            &[Reason::NameNotListed],
        ),
        ("CN=mail.essai.fr", "Hôpital", &[Reason::NameNotListed]),
    ] {
        let decision = decided(|space, asked| {
            let key = new_key();
            space.gateway = space.another(&key, |d| {
                d.subject = name(&[
                    ("2.5.4.6", "FR"),
                    ("2.5.4.10", organization),
                    ("2.5.4.3", "mail.essai.fr"),
                ]);
            });
            *space.registered() = space.standing(CERTIFICATE, Some(&space.gateway));
            asked.present(&space.gateway);
            space.rows[0].1 = listed.to_owned();
        });
        assert_eq!(
            decision.reasons, reasons,
            "{listed} and {organization}: {decision:#?}"
        );
    }
}

#[test]
fn a_mail_domain_is_asked_for_in_any_case_and_whole() {
    for (asked_for, reasons) in [
        ("ESSAI.Mssante.fr", &[][..]),
        ("essai.mssante.fr", &[]),
        ("xessai.mssante.fr", &[Reason::MailDomainUntrusted]),
    ] {
        let decision =
            decided(|_, asked| asked.question.mail_domain = Some(mail_domain(asked_for)));
        assert_eq!(decision.reasons, reasons, "{asked_for}");
    }
}

#[test]
fn bytes_are_known_whatever_name_stands_beside_them() {
    let unreadable = "no name at all";
    assert!(OperatorDn::parse(unreadable).is_err());
    for (state, reasons) in [
        (CertificateState::Active, &[][..]),
        (CertificateState::Suspended, &[Reason::CertificateSuspended]),
        (CertificateState::Revoked, &[Reason::CertificateRevoked]),
    ] {
        let decision = decided(|space, _| {
            space.registered().dn = unreadable.to_owned();
            space.registered().state = state;
            // The name alone would let it in.
            let by_name = space.standing(12, None);
            space.state.certificates.push(by_name);
            bind(space, 12);
        });
        assert_eq!(decision.reasons, reasons, "{decision:#?}");
        assert_eq!(decision.certificate, Some(CERTIFICATE));
    }
}

#[test]
fn two_operators_of_one_certificate_are_told_apart_by_the_mail_domain() {
    let decision = decided(|space, _| {
        let mut other = space.standing(20, Some(&space.gateway));
        other.operator = 2;
        space
            .state
            .operators
            .push(operator(2, OperatorState::Suspended));
        space.state.certificates.push(other);
    });
    assert_eq!(
        (decision.operator, decision.certificate),
        (Some(OPERATOR), Some(CERTIFICATE))
    );
    assert_eq!(decision.reasons, []);
}

#[test]
fn what_is_known_of_a_mail_domain_without_a_chain() {
    type Change = fn(&mut Space);
    fn all(space: &mut Space, state: OperatorState) {
        space.state.operators = vec![operator(OPERATOR, state)];
    }
    let cases: &[(&str, Change, DomainTrust)] = &[
        ("as it should be", |_| {}, DomainTrust::Trusted),
        (
            "not in the list",
            |s| s.rows.clear(),
            DomainTrust::UntrustedDomain,
        ),
        (
            "a candidate",
            |s| all(s, OperatorState::Candidate),
            DomainTrust::NoCertificate,
        ),
        (
            "suspended",
            |s| all(s, OperatorState::Suspended),
            DomainTrust::OperatorSuspended,
        ),
        (
            "left",
            |s| all(s, OperatorState::Withdrawn),
            DomainTrust::OperatorRevoked,
        ),
        (
            "put out",
            |s| all(s, OperatorState::Revoked),
            DomainTrust::OperatorRevoked,
        ),
        (
            "no certificate in force",
            |s| s.registered().state = CertificateState::Suspended,
            DomainTrust::NoCertificate,
        ),
        (
            "no certificate",
            |s| s.state.bindings.clear(),
            DomainTrust::NoCertificate,
        ),
        (
            "another name is listed",
            |s| s.rows[0].1 = "CN=autre,C=FR".to_owned(),
            DomainTrust::NoCertificate,
        ),
        (
            "one of two operators is in force",
            |s| {
                let mut other = s.standing(20, None);
                other.operator = 2;
                s.state
                    .operators
                    .push(operator(2, OperatorState::Suspended));
                s.state.certificates.push(other);
                bind(s, 20);
            },
            DomainTrust::Trusted,
        ),
        (
            "one of two operators is suspended, and the other has left",
            |s| {
                let mut other = s.standing(20, None);
                other.operator = 2;
                all(s, OperatorState::Withdrawn);
                s.state
                    .operators
                    .push(operator(2, OperatorState::Suspended));
                s.state.certificates.push(other);
                bind(s, 20);
            },
            DomainTrust::OperatorSuspended,
        ),
        (
            "revoked by its authority",
            |s| s.lists(&[(&s.gateway.serial.clone(), 1)]),
            DomainTrust::NoCertificate,
        ),
        (
            "on hold by its authority",
            |s| s.lists(&[(&s.gateway.serial.clone(), 6)]),
            DomainTrust::NoCertificate,
        ),
        (
            "revoked by a list that its authority did not sign",
            |s| {
                let list = DraftList::of(&s.issuing).with(&s.gateway.serial, Some(1));
                s.state.revocation_lists[1].der = list.der(&s.root.key);
            },
            DomainTrust::Trusted,
        ),
        (
            "nothing is known of its revocation, which is for the decision on a chain",
            |s| s.state.revocation_lists.clear(),
            DomainTrust::Trusted,
        ),
        ("no list", |s| s.is_published = false, DomainTrust::Unknown),
        (
            "an old list",
            |s| s.generated_at = NOW - Duration::hours(72),
            DomainTrust::Unknown,
        ),
    ];
    for (case, change, trust) in cases {
        let mut space = Space::new();
        change(&mut space);
        let found = space
            .snapshot()
            .domain_trust(&mail_domain(MAIL_DOMAIN), NOW);
        assert_eq!(found, *trust, "{case}");
    }
}

#[test]
fn a_mail_domain_is_trusted_no_longer_than_its_last_certificate() {
    let mut space = Space::new();
    space.policy.list_max_age = Duration::days(10_000);
    let end = space.gateway.not_after;
    let trust = |space: &Space, at| space.snapshot().domain_trust(&mail_domain(MAIL_DOMAIN), at);
    assert_eq!(trust(&space, end), DomainTrust::Trusted);
    let later = end + Duration::SECOND;
    assert_eq!(trust(&space, later), DomainTrust::NoCertificate);
    // Of one that is known by name alone no end is known.
    let standing = space.standing(11, None);
    space.state.certificates.push(standing);
    bind(&mut space, 11);
    assert_eq!(trust(&space, later), DomainTrust::Trusted);
}

#[test]
fn a_list_is_used_on_for_a_moment_after_a_newer_one_was_published() {
    use crate::trust::admission::Freshness;
    let mut space = Space::new();
    let before = space.snapshot();
    let fresh = Freshness::Until(NOW + Duration::HOUR);
    let question = space.asked().question;
    space.state.list = Some(4);
    let state = |space: &Space| std::sync::Arc::new(space.state.clone());
    let overtaken = before.followed_by(state(&space), space.in_force());
    // Another change does not begin that moment anew.
    space.state.at = NOW + Duration::seconds(9);
    let later = overtaken.followed_by(state(&space), space.in_force());
    for snapshot in [&overtaken, &later] {
        let decision = snapshot.decide(&question, NOW + Duration::seconds(9), fresh);
        assert_eq!(decision.reasons, []);
        let end = NOW + Duration::seconds(10);
        assert!(decision.valid_until.unwrap() <= end, "{decision:?}");
        let decision = snapshot.decide(&question, end, fresh);
        assert_eq!(decision.reasons, [Reason::ListStale]);
    }
    // What the state takes away is taken away at once.
    space.registered().state = CertificateState::Suspended;
    let suspended = overtaken.followed_by(state(&space), space.in_force());
    let decision = suspended.decide(&question, NOW + Duration::seconds(9), fresh);
    assert_eq!(decision.reasons, [Reason::CertificateSuspended]);
}

#[test]
fn a_key_is_judged_by_the_certificate_of_it_that_was_taken_back() {
    use crate::trust::admission::Fingerprint;
    let states = [
        CertificateState::Expired,
        CertificateState::Active,
        CertificateState::Suspended,
        CertificateState::Revoked,
    ];
    for (place, worst) in states.into_iter().enumerate() {
        for other in states.into_iter().take(place + 1) {
            for (first, second) in [(worst, other), (other, worst)] {
                let mut space = Space::new();
                let key = new_key();
                let two = [1, 2]
                    .map(|serial| space.another(&key, |draft| draft.serial = vec![0x2f, serial]));
                space.state.certificates.clear();
                for (id, (certificate, state)) in (21..).zip(two.iter().zip([first, second])) {
                    let mut standing = space.standing(id, Some(certificate));
                    standing.state = state;
                    space.state.certificates.push(standing);
                }
                let snapshot = space.snapshot();
                let found = snapshot.find(Fingerprint::Key(two[0].spki_sha256)).unwrap();
                assert_eq!(found.state, worst, "{first:?} {second:?}");
                if first == second {
                    assert_eq!(found.id, 22);
                }
                for (certificate, id) in two.iter().zip(21..) {
                    let own = Fingerprint::Certificate(certificate.fingerprint);
                    assert_eq!(snapshot.find(own).unwrap().id, id);
                    let mixed = Fingerprint::Key(certificate.fingerprint);
                    assert!(snapshot.find(mixed).is_none());
                }
            }
        }
    }
}
