//! One case for each way to be refused: a table of changes and of the reasons they lead to. Together with
//! those of the questions that cannot be asked they are all reasons there are.

use std::collections::BTreeSet;

use time::Duration;

use super::super::testing::{Asked, MAIL_DOMAIN, Space, operator};
use super::super::{Freshness, Snapshot};
use super::{Change, decided, is_coherent};
use crate::domain::admission::{Reason, Role};
use crate::domain::certificate::CertificateState;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::onboarding::OperatorState;
use crate::trust::pki::{ALTERNATIVE_NAMES, Draft, dns_names};
use crate::trust::pki::{
    ANY_PURPOSE, CLIENT_AUTH, EMAIL_PROTECTION, EXTENDED_USAGE, NOW, Party, extended_usage,
    new_key, operator as name_of, tlv,
};
use crate::trust::sidecar::SignerStatus;

/// Presents another certificate of the same key and name, as `change` leaves it.
fn instead(asked: &mut Asked, space: &Space, change: impl FnOnce(&mut Draft)) {
    let certificate = space.another(&space.gateway_key, change);
    asked.present(&certificate);
}

fn state(space: &mut Space, state: OperatorState) {
    space.state.operators = vec![operator(super::OPERATOR, state)];
}

fn ask_for(asked: &mut Asked, mail_domain: &str) {
    asked.question.mail_domain = Some(MailDomainName::parse(mail_domain).unwrap());
}

/// What is changed, and every reason of the refusal.
const CASES: &[(&str, Change, &[Reason])] = &[
    // What is presented.
    (
        "nothing",
        |_, asked| asked.question.chain.clear(),
        &[Reason::ChainEmpty],
    ),
    (
        "nine certificates",
        |space, asked| asked.question.chain = vec![space.gateway.der().to_vec(); 9],
        &[Reason::ChainTooLong],
    ),
    (
        "bytes after a certificate",
        |_, asked| asked.question.chain[1].push(0),
        &[Reason::ChainUnreadable],
    ),
    // The present.
    (
        "the lease was lost",
        |_, asked| asked.freshness = Freshness::LeaseLost,
        &[Reason::NodeLeaseLost],
    ),
    (
        "the lease ends now",
        |_, asked| asked.freshness = Freshness::Until(NOW),
        &[Reason::NodeLeaseLost],
    ),
    (
        "the clock went back",
        |_, asked| asked.freshness = Freshness::ClockBack,
        &[Reason::NodeClockBack],
    ),
    // The list.
    (
        "no list yet",
        |space, _| {
            space.is_published = false;
            space.state.list = None;
        },
        &[Reason::ListMissing],
    ),
    (
        "a list that could not be verified",
        |space, _| space.is_published = false,
        &[Reason::ListUntrusted],
    ),
    (
        "a list that names no signer",
        |space, _| space.signers[0].status = SignerStatus::Next,
        &[Reason::ListUntrusted],
    ),
    (
        "a list that another one followed",
        |space, _| space.state.list = Some(4),
        &[Reason::ListStale],
    ),
    (
        "a list of three days",
        |space, _| space.generated_at = NOW - Duration::hours(72),
        &[Reason::ListStale],
    ),
    (
        "a list from the future",
        |space, _| space.generated_at = NOW + Duration::minutes(3),
        &[Reason::ListNotYet],
    ),
    // The mail domain.
    (
        "a server of no mail domain",
        |_, asked| {
            asked.question.role = Role::SmtpServer;
            asked.question.mail_domain = None;
        },
        &[Reason::MailDomainMissing],
    ),
    (
        "another mail domain",
        |_, asked| ask_for(asked, "autre.mssante.fr"),
        &[Reason::MailDomainUntrusted],
    ),
    (
        "a subdomain of a listed one",
        |_, asked| ask_for(asked, &format!("sous.{MAIL_DOMAIN}")),
        &[Reason::MailDomainUntrusted],
    ),
    (
        "the domain above a listed one",
        |_, asked| ask_for(asked, "mssante.fr"),
        &[Reason::MailDomainUntrusted],
    ),
    // The path.
    (
        "no authority is trusted",
        |space, _| space.anchors = vec![Party::new("AC autre").root()],
        &[Reason::PathNone],
    ),
    (
        "the authority was not sent",
        |_, asked| asked.question.chain.truncate(1),
        &[Reason::PathNone],
    ),
    (
        "another authority of the same name",
        |space, asked| {
            let other = Party::new("AC organisations");
            let forged = Draft::gateway(&other, &new_key()).sign(&other.key);
            asked.present(&forged);
            *space.registered() = space.standing(super::CERTIFICATE, Some(&forged));
        },
        &[Reason::PathNone],
    ),
    (
        "expired",
        |_, asked| {
            asked.at = time::macros::datetime!(2028-01-01 0:00 UTC);
            asked.freshness = Freshness::Past;
        },
        &[Reason::ListStale, Reason::CertificateExpired],
    ),
    (
        "expired a second ago",
        |space, asked| {
            instead(asked, space, |d| d.not_after = NOW - Duration::SECOND);
        },
        &[Reason::CertificateExpired, Reason::CertificateUnregistered],
    ),
    (
        "not valid yet",
        |space, asked| instead(asked, space, |d| d.not_before = NOW + Duration::SECOND),
        &[
            Reason::CertificateNotYetValid,
            Reason::CertificateUnregistered,
        ],
    ),
    (
        "for mail, as the signer of the list",
        |space, asked| {
            instead(asked, space, |d| {
                d.set(EXTENDED_USAGE, false, extended_usage(&[EMAIL_PROTECTION]));
            });
        },
        &[Reason::CertificatePurpose, Reason::CertificateUnregistered],
    ),
    (
        "for anything",
        |space, asked| {
            instead(asked, space, |d| {
                d.set(
                    EXTENDED_USAGE,
                    false,
                    extended_usage(&[CLIENT_AUTH, ANY_PURPOSE]),
                );
            });
        },
        &[Reason::CertificatePurpose, Reason::CertificateUnregistered],
    ),
    (
        "a client that would be a server",
        |space, asked| {
            asked.question.role = Role::SmtpServer;
            instead(asked, space, |d| {
                d.set(EXTENDED_USAGE, false, extended_usage(&[CLIENT_AUTH]));
            });
        },
        &[Reason::CertificatePurpose, Reason::CertificateUnregistered],
    ),
    (
        "the signer of the list opens a channel",
        |space, asked| asked.present(&space.signer),
        &[Reason::CertificatePurpose, Reason::NameNotListed],
    ),
    (
        "a gateway signs a list",
        |_, asked| asked.question.role = Role::ListSigner,
        &[Reason::CertificatePurpose, Reason::SignerUnknown],
    ),
    (
        "an extension that nobody knows",
        |space, asked| instead(asked, space, |d| d.set("1.2.3.4", true, tlv(5, &[]))),
        &[Reason::PathRule, Reason::CertificateUnregistered],
    ),
    // The host.
    (
        "a server of another host",
        |_, asked| {
            asked.question.role = Role::SmtpServer;
            asked.question.host = Some("mx.essai.fr".to_owned());
        },
        &[Reason::HostMismatch],
    ),
    (
        "a server of the host of its common name alone",
        |space, asked| {
            asked.question.role = Role::SmtpServer;
            asked.question.host = Some("mail.essai.fr".to_owned());
            instead(asked, space, |d| {
                d.set(ALTERNATIVE_NAMES, false, dns_names(&["mx.essai.fr"]));
            });
        },
        &[Reason::HostMismatch, Reason::CertificateUnregistered],
    ),
    // The name.
    (
        "the same common name of another unit",
        |space, asked| {
            instead(asked, space, |d| {
                d.subject = name_of("mail.essai.fr", "1770816479");
            });
        },
        &[Reason::NameNotListed],
    ),
    (
        "the name in another order",
        |space, asked| {
            instead(asked, space, |d| {
                d.subject = crate::trust::pki::name(&[
                    ("2.5.4.3", "mail.essai.fr"),
                    ("2.5.4.11", "1770816478"),
                    ("2.5.4.10", "Hôpital d'essai"),
                    ("2.5.4.8", "Paris (75)"),
                    ("2.5.4.6", "FR"),
                ]);
            });
        },
        &[Reason::NameNotListed],
    ),
    (
        "listed behind another mail domain",
        |space, asked| {
            space
                .rows
                .push(("autre.mssante.fr".to_owned(), "CN=autre,C=FR".to_owned()));
            ask_for(asked, "autre.mssante.fr");
        },
        &[Reason::NameNotListed],
    ),
    // The registry.
    (
        "a twin: the same name, another key",
        |space, asked| {
            let twin = space.another(&new_key(), |_| {});
            asked.present(&twin);
        },
        &[Reason::CertificateUnregistered],
    ),
    (
        "a signer that was not announced",
        |space, asked| {
            asked.question.role = Role::ListSigner;
            asked.present(&space.signer);
            space.signers[0].sha256 = space.gateway.fingerprint;
        },
        &[Reason::SignerUnknown],
    ),
    (
        "a signer before its time",
        |space, asked| {
            asked.question.role = Role::ListSigner;
            asked.present(&space.signer);
            space.signers[0].from = NOW + Duration::SECOND;
        },
        &[Reason::SignerUnknown],
    ),
    // Revocation; the ways in which word is not believed have a table of their own.
    (
        "revoked",
        |space, _| space.lists(&[(&space.gateway.serial.clone(), 1)]),
        &[Reason::RevocationRevoked],
    ),
    (
        "on hold",
        |space, _| space.lists(&[(&space.gateway.serial.clone(), 6)]),
        &[Reason::RevocationOnHold],
    ),
    (
        "nothing is known",
        |space, _| space.state.revocation_lists.clear(),
        &[Reason::RevocationUnknown],
    ),
    (
        "what is known is over",
        |space, asked| {
            asked.at = NOW + Duration::DAY;
            asked.freshness = Freshness::Past;
            space.generated_at = NOW;
        },
        &[Reason::RevocationStale],
    ),
    (
        "said by somebody else",
        |space, _| {
            let forged = crate::trust::revocation::testing::DraftList::of(&space.issuing);
            let der = forged.der(&space.root.key);
            space.state.revocation_lists[1].der = der;
        },
        &[Reason::RevocationUntrusted],
    ),
    // The operator.
    (
        "an operator that the registry does not have",
        |space, _| space.state.operators.clear(),
        &[Reason::OperatorNotActive],
    ),
    (
        "a candidate",
        |space, _| state(space, OperatorState::Candidate),
        &[Reason::OperatorNotActive],
    ),
    (
        "an operator under contract",
        |space, _| state(space, OperatorState::Contracted),
        &[Reason::OperatorNotActive],
    ),
    (
        "a suspended operator",
        |space, _| state(space, OperatorState::Suspended),
        &[Reason::OperatorSuspended],
    ),
    (
        "an operator that left",
        |space, _| state(space, OperatorState::Withdrawn),
        &[Reason::OperatorWithdrawn],
    ),
    (
        "an operator that was put out",
        |space, _| state(space, OperatorState::Revoked),
        &[Reason::OperatorRevoked],
    ),
    // The certificate.
    (
        "a pending certificate",
        |space, _| space.registered().state = CertificateState::Pending,
        &[Reason::CertificatePending],
    ),
    (
        "a suspended certificate",
        |space, _| space.registered().state = CertificateState::Suspended,
        &[Reason::CertificateSuspended],
    ),
    (
        "a revoked certificate",
        |space, _| space.registered().state = CertificateState::Revoked,
        &[Reason::CertificateRevoked],
    ),
    (
        "a superseded certificate",
        |space, _| space.registered().state = CertificateState::Superseded,
        &[Reason::CertificateSuperseded],
    ),
    (
        "a certificate that the registry saw end",
        |space, _| space.registered().state = CertificateState::Expired,
        &[Reason::CertificateEnded],
    ),
    (
        "taken from behind the mail domain",
        |space, _| space.state.bindings.clear(),
        &[Reason::EntryRemoved],
    ),
    (
        "taken from behind every mail domain",
        |space, asked| {
            space.state.bindings.clear();
            asked.question.mail_domain = None;
        },
        &[Reason::EntryRemoved],
    ),
    (
        "a name that the registry forgot",
        |space, _| space.state.certificates.clear(),
        &[Reason::EntryRemoved],
    ),
    // Several at once.
    (
        "all is told, not only the first",
        |space, asked| {
            state(space, OperatorState::Suspended);
            space.registered().state = CertificateState::Revoked;
            space.lists(&[(&space.gateway.serial.clone(), 1)]);
            asked.freshness = Freshness::LeaseLost;
        },
        &[
            Reason::NodeLeaseLost,
            Reason::RevocationRevoked,
            Reason::OperatorSuspended,
            Reason::CertificateRevoked,
        ],
    ),
];

#[test]
fn each_fault_is_refused_for_its_reason_and_no_other() {
    for (name, change, reasons) in CASES {
        let decision = decided(change);
        assert_eq!(decision.reasons, *reasons, "{name}: {decision:#?}");
    }
}

#[test]
fn every_reason_has_a_case() {
    let told = CASES.iter().flat_map(|(.., reasons)| reasons.iter());
    let mut told: BTreeSet<Reason> = told.copied().collect();
    let snapshot = Space::new().snapshot();
    for decision in [
        Snapshot::unready(NOW),
        snapshot.refused(Reason::MailDomainInvalid, NOW),
    ] {
        is_coherent(&decision);
        told.extend(decision.reasons);
    }
    let all: BTreeSet<Reason> = Reason::ALL.iter().copied().collect();
    assert_eq!(told, all);
}

#[test]
fn an_authority_of_another_branch_leads_nowhere() {
    // Under the same root, not under the anchor that is configured.
    let decision = decided(|space, asked| {
        let other = Party::new("AC personnes");
        let authority = Draft::authority(&space.root, &other).sign(&space.root.key);
        let gateway = Draft::gateway(&other, &space.gateway_key).sign(&other.key);
        space.anchors = vec![space.authority.clone()];
        asked.question.chain = [gateway, authority].map(|it| it.der().to_vec()).into();
    });
    let reasons = [Reason::PathNone, Reason::CertificateUnregistered];
    assert_eq!(decision.reasons, reasons);
}

#[test]
fn an_authority_may_be_the_anchor_and_needs_no_word_of_its_own() {
    let decision = decided(|space, asked| {
        space.anchors = vec![space.authority.clone()];
        space.state.revocation_lists.remove(0);
        asked.question.chain.truncate(1);
    });
    assert_eq!(decision.reasons, []);
}

#[test]
fn a_host_is_not_read_beyond_what_is_shown() {
    let decision = decided(|_, asked| {
        asked.question.role = Role::SmtpServer;
        asked.question.host = Some("é".repeat(100_000));
    });
    assert_eq!(decision.reasons, [Reason::HostMismatch]);
    assert!(decision.checks.iter().all(|it| it.detail.len() < 1000));
}
