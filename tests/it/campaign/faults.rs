//! Each fault of a gateway, and exactly the checks that find it.

use std::time::Duration;

use annuaire::trust::probe::{PlanError, ProbeIdentity};

use super::gateway::{Gateway, Manner};
use super::name_server::NameServer;
use super::{DOMAIN, detail, ended, failed, plan, run, settings, skipped, zone};

/// What a gateway's fault must come to.
struct Case {
    what: Manner,
    /// The checks that fail: at both ports, or at the one named.
    failed: &'static [&'static str],
    /// A check and words of its detail.
    says: (&'static str, &'static str),
}

const fn case(
    what: Manner,
    failed: &'static [&'static str],
    says: (&'static str, &'static str),
) -> Case {
    Case { what, failed, says }
}

const CASES: &[Case] = &[
    case(Manner::Good, &[], ("tls.starttls", "TLS 1.3")),
    case(Manner::GoodWithTls12, &[], ("tls.starttls", "TLS 1.2")),
    case(
        Manner::GoodByReplies,
        &[],
        ("client.revoked_refused", "550 5.7.1 not in the list"),
    ),
    case(
        Manner::GoodAndSuspicious,
        &[],
        ("tls.injection", "closed the connection"),
    ),
    case(
        Manner::GoodAndCurt,
        &[],
        (
            "tls.versions",
            "turns away TLS 1.0 by closing, TLS 1.1 by closing",
        ),
    ),
    case(
        Manner::Tls10,
        &["tls.versions"],
        ("tls.versions", "goes along with TLS 1.0"),
    ),
    case(
        Manner::Tls11,
        &["tls.versions"],
        ("tls.versions", "goes along with TLS 1.1"),
    ),
    case(
        Manner::OddToOldTls,
        &["tls.versions"],
        ("tls.versions", "not TLS"),
    ),
    case(
        Manner::UnregisteredCertificate,
        &["certificate.registered"],
        ("certificate.registered", "none of the 6 registered ones"),
    ),
    case(
        Manner::Expired,
        &["certificate.path"],
        ("certificate.path", "CertExpired"),
    ),
    case(
        Manner::NoIntermediate,
        &["certificate.path"],
        ("certificate.path", "UnknownIssuer"),
    ),
    case(
        Manner::StrangeAuthority,
        &["certificate.path"],
        ("certificate.path", "UnknownIssuer"),
    ),
    case(
        Manner::NotAServer,
        &["certificate.path"],
        ("certificate.path", "RequiredEkuNotFound"),
    ),
    case(
        Manner::OtherHost,
        &["certificate.host"],
        ("certificate.host", "does not name mx.operateur.fr"),
    ),
    case(
        Manner::CommonNameOnly,
        &["certificate.host"],
        ("certificate.host", "does not name mx.operateur.fr"),
    ),
    case(
        Manner::StolenCertificate,
        &["tls.starttls@25", "tls.implicit@465"],
        ("tls.implicit", "BadSignature"),
    ),
    case(
        Manner::AsksForNoCertificate,
        &["client.revoked_refused", "client.unlisted_refused"],
        ("client.unlisted_refused", "which it must turn away"),
    ),
    case(
        Manner::AcceptsUnlisted,
        &["client.unlisted_refused"],
        ("client.unlisted_refused", "which it must turn away"),
    ),
    case(
        Manner::AcceptsRevoked,
        &["client.revoked_refused"],
        ("client.revoked_refused", "which it must turn away"),
    ),
    case(
        Manner::RefusesAll,
        &["client.listed_accepted"],
        ("client.listed_accepted", "550 5.7.1 not in the list"),
    ),
    case(
        Manner::RefusesAllWithTls12,
        &["client.listed_accepted"],
        ("tls.starttls", "TLS alert"),
    ),
    case(
        Manner::ObeysPlaintext,
        &["tls.injection@25"],
        ("tls.injection", "obeys inside TLS"),
    ),
    case(
        Manner::NoStarttls,
        &["tls.starttls@25"],
        ("tls.starttls", "does not offer STARTTLS"),
    ),
    case(
        Manner::EndlessGreeting,
        &["tls.starttls@25"],
        ("tls.starttls", "a reply of more than 16384 bytes"),
    ),
    case(
        Manner::EndlessLine,
        &["tls.starttls@25"],
        ("tls.starttls", "a line of more than 1024 bytes"),
    ),
    case(
        Manner::NotSmtp,
        &["tls.starttls@25"],
        ("tls.starttls", "\"HTTP/1.1 400 Bad Request\""),
    ),
    case(
        Manner::Busy,
        &["tls.starttls@25"],
        ("tls.starttls", "421 4.3.2 later"),
    ),
    // Turned away at the door like anybody else: that says nothing of certificates.
    case(
        Manner::SoonBusy,
        &[
            "client.listed_accepted@25",
            "client.revoked_refused@25",
            "client.unlisted_refused@25",
            "tls.injection@25",
            "tls.versions@25",
        ],
        ("tls.injection", "could not be tried: it answered \"421"),
    ),
    case(
        Manner::ObeysInClear,
        &["tls.injection@25"],
        ("tls.injection", "bytes in clear"),
    ),
    case(
        Manner::StrayPlaintext,
        &["tls.starttls@25"],
        ("tls.starttls", "21 bytes in clear"),
    ),
    case(
        Manner::Closes,
        &["tls.starttls@25", "tls.implicit@465"],
        ("tls.implicit", "closed the connection"),
    ),
];

/// What cannot be seen at a port where TLS does not begin.
const BEHIND_TLS: [&str; 7] = [
    "certificate.host",
    "certificate.path",
    "certificate.registered",
    "client.listed_accepted",
    "client.revoked_refused",
    "client.unlisted_refused",
    "tls.versions",
];

fn at_ports(names: &[&str]) -> Vec<String> {
    let mut names: Vec<_> = names
        .iter()
        .flat_map(|name| {
            if name.contains('@') {
                vec![(*name).to_owned()]
            } else {
                vec![format!("{name}@25"), format!("{name}@465")]
            }
        })
        .collect();
    names.sort();
    names
}

fn behind(failed: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    for (begins, port) in [("tls.starttls@25", "25"), ("tls.implicit@465", "465")] {
        if failed.contains(&begins) {
            names.extend(BEHIND_TLS.map(|name| format!("{name}@{port}")));
            if port == "25" {
                names.push("tls.injection@25".to_owned());
            }
        }
    }
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_of_a_gateway_fails_exactly_its_checks() {
    let names = NameServer::start(&zone()).await;
    for case in CASES {
        let gateway = Gateway::start(case.what).await;
        let settings = settings(&names, &gateway);
        let report = run(&plan(&[DOMAIN]), &settings).await;
        let what = case.what;
        assert_eq!(
            ended(&report, &settings, failed),
            at_ports(case.failed),
            "{what:?}: {report:#?}"
        );
        assert_eq!(
            ended(&report, &settings, skipped),
            behind(case.failed),
            "{what:?}"
        );
        assert_eq!(report.is_green(), case.failed.is_empty(), "{what:?}");
        assert_eq!(report.missing(), [], "{what:?}");
        let (name, words) = case.says;
        let said = detail(&report, name);
        assert!(said.contains(words), "{what:?}: {said}");
    }
}

#[tokio::test]
async fn a_gateway_that_hangs_is_left_and_silence_is_no_refusal() {
    let names = NameServer::start(&zone()).await;
    for (what, limit, expected) in [
        (
            Manner::Hangs,
            Duration::from_millis(300),
            &["tls.starttls@25", "tls.implicit@465"][..],
        ),
        (
            Manner::HangsBehindTls,
            Duration::from_secs(2),
            &[
                "client.listed_accepted",
                "client.unlisted_refused",
                "tls.injection@25",
            ],
        ),
    ] {
        let gateway = Gateway::start(what).await;
        let mut settings = settings(&names, &gateway);
        settings.step_timeout = limit;
        let report = run(&plan(&[DOMAIN]), &settings).await;
        assert_eq!(
            ended(&report, &settings, failed),
            at_ports(expected),
            "{report:#?}"
        );
        assert!(!report.is_green());
        let first = expected[0].split('@').next().unwrap();
        assert!(detail(&report, first).contains("did not end within"));
    }
}

#[tokio::test]
async fn without_its_client_certificate_a_check_is_skipped_and_nothing_is_green() {
    let names = NameServer::start(&zone()).await;
    let gateway = Gateway::start(Manner::Good).await;
    let mut settings = settings(&names, &gateway);
    settings.identities.revoked = None;
    let report = run(&plan(&[DOMAIN]), &settings).await;
    assert_eq!(ended(&report, &settings, failed), Vec::<String>::new());
    assert_eq!(
        ended(&report, &settings, skipped),
        at_ports(&["client.revoked_refused"])
    );
    assert!(!report.is_green());
}

#[tokio::test]
async fn our_own_broken_key_or_anchor_is_not_told_as_the_gateways_fault() {
    let names = NameServer::start(&zone()).await;
    let gateway = Gateway::start(Manner::Good).await;
    let good = settings(&names, &gateway);
    let begin =
        async |plan, settings| annuaire::trust::probe::run(&plan, &settings, &mut |_| {}).await;

    let mut bad = plan(&[DOMAIN]);
    bad.anchors.push(b"no certificate".to_vec());
    let error = begin(bad, good.clone()).await.unwrap_err();
    assert!(
        matches!(error, PlanError::Anchor { number: 2, .. }),
        "{error}"
    );

    // A key that is not the certificate's.
    let mut mixed = good;
    let key = mixed.identities.listed.take().unwrap().key;
    let chain = mixed.identities.revoked.take().unwrap().chain;
    mixed.identities.revoked = Some(ProbeIdentity { chain, key });
    let error = begin(plan(&[DOMAIN]), mixed).await.unwrap_err();
    assert!(
        matches!(
            error,
            PlanError::Identity {
                which: "revoked",
                ..
            }
        ),
        "{error}"
    );
}
