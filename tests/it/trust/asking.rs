//! Other authorities are asked ahead of need what they revoked, and what they say is looked at before it is
//! believed.

use std::sync::Arc;
use std::time::{Duration as Span, Instant};

use annuaire::config;
use annuaire::config::size::ByteSize;
use annuaire::config::trust::ProbedAddresses;
use annuaire::domain::admission::{ListUsed, Question, Reason, Role};
use annuaire::domain::authority::IssuedStatus;
use annuaire::domain::certificate::RevocationReason;
use annuaire::domain::digest::Digest;
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::domain::pem;
use annuaire::domain::trust_list::{TrustEntry, TrustList};
use annuaire::domain::trust_state::TrustState;
use annuaire::service::admission::Admission;
use annuaire::service::asking::Round;
use annuaire::storage::trust_state;
use annuaire::trust::admission::{ListInForce, Snapshot};
use annuaire::trust::certificate::{Certificate, read_upload};
use annuaire::trust::ocsp::{CertIdHash, read_request};
use annuaire::trust::sidecar::{SignerNotice, SignerStatus};
use time::Duration;

use super::other_authority::{Elsewhere, Names, from, stands};
use super::pki::NOW;
use super::registered::{Registered, with_registered};
use crate::support::said::{Said, answer};

const SERIAL: u64 = 0x1234_5678_9abc_def0;

/// Lists that are kept: their numbers, in the order they came.
const LISTS: &str = "select number from revocation_list order by id";
/// Why nodes were told of a change.
const TOLD: &str =
    "select reason || ' ' || cardinality(keys) from feed where kind = 'trust' order by position";

async fn with_one(registry: &Registered, names: Names) -> Elsewhere {
    let authority = Elsewhere::make();
    let chain = authority.gateway(SERIAL, names);
    authority.register(registry, &chain).await;
    authority
}

fn well(path: &str) -> (String, u32, u32, Option<String>) {
    (path.to_owned(), 0, 0, None)
}

const NOTHING: Round = Round {
    asked: 0,
    new: 0,
    refused: 0,
    failed: 0,
};

const ONE_NEW: Round = Round {
    asked: 1,
    new: 1,
    ..NOTHING
};

#[test]
fn a_list_is_fetched_ahead_kept_once_and_told_to_nodes() {
    with_registered(async |registry| {
        let authority = with_one(&registry, Names::List).await;
        let list = authority.list(0x7f, NOW - Duration::HOUR, &[SERIAL]);
        authority.says(&list);
        let asking = authority.asking(&registry);
        assert_eq!(asking.ask_due().await.unwrap(), ONE_NEW);
        assert_eq!(registry.texts(LISTS).await, ["7f"]);
        assert_eq!(registry.texts(TOLD).await, ["revocation.fetched 1"]);
        assert_eq!(stands(&registry).await, [well("liste.crl")]);
        let source = registry.space.revocation_sources().await.unwrap().remove(0);
        assert_eq!(source.fetched_at, Some(NOW));
        assert_eq!(source.evidence.unwrap().until, NOW + Duration::hours(11));
        assert_eq!(source.next_try_at, NOW + Duration::HOUR);

        // Not before its time, by no node.
        assert_eq!(asking.ask_due().await.unwrap(), NOTHING);
        assert_eq!(
            authority.asking(&registry).ask_due().await.unwrap(),
            NOTHING
        );
        registry.advance(Duration::HOUR);
        let unchanged = Round {
            asked: 1,
            ..NOTHING
        };
        assert_eq!(asking.ask_due().await.unwrap(), unchanged);
        assert_eq!(registry.texts(LISTS).await, ["7f"]);
        assert_eq!(registry.texts(TOLD).await, ["revocation.fetched 1"]);
        authority.says(&authority.list(0x100, registry.now(), &[]));
        registry.advance(Duration::HOUR);
        assert_eq!(asking.ask_due().await.unwrap(), ONE_NEW);
        assert_eq!(registry.texts(LISTS).await, ["7f", "0100"]);
    });
}

#[test]
fn many_nodes_ask_once() {
    with_registered(async |registry| {
        let authority = with_one(&registry, Names::List).await;
        authority.says(&authority.list(1, NOW, &[]));
        let nodes = [(); 4].map(|()| authority.asking(&registry));
        let [a, b, c, d] = &nodes;
        let (a, b, c, d) = tokio::join!(a.ask_due(), b.ask_due(), c.ask_due(), d.ask_due());
        let asked: usize = [a, b, c, d].into_iter().map(|it| it.unwrap().asked).sum();
        assert_eq!(asked, 1);
        assert_eq!(authority.server.asked().len(), 1);
    });
}

#[test]
fn what_is_forged_stale_or_old_is_refused_counted_and_alerted() {
    with_registered(async |registry| {
        let authority = with_one(&registry, Names::List).await;
        let other = Elsewhere::make();
        let asking = authority.asking(&registry);
        authority.says(&authority.list(9, NOW, &[]));
        assert_eq!(asking.ask_due().await.unwrap(), ONE_NEW);
        let mut broken = authority.list(10, NOW, &[]);
        *broken.last_mut().unwrap() ^= 1;
        let cases = [
            (other.list(10, NOW, &[]), "key"),
            (broken, "signature"),
            (
                authority.list_until(10, NOW - Duration::DAY, NOW - Duration::HOUR, &[]),
                "ended",
            ),
            (authority.list(10, NOW + Duration::DAY, &[]), "begins"),
            (authority.list(8, NOW + Duration::MINUTE, &[]), "number"),
            (
                authority.list_until(10, NOW - Duration::HOUR, NOW + Duration::DAY, &[]),
                "before",
            ),
            (b"<html>Not found</html>".to_vec(), "DER"),
            (Vec::new(), "DER"),
        ];
        for (number, (said, why)) in (1..).zip(cases) {
            registry.advance(Duration::HOUR * 2);
            authority.says(&said);
            let round = asking.ask_due().await.unwrap();
            let refused = Round {
                asked: 1,
                refused: 1,
                ..NOTHING
            };
            assert_eq!(round, refused, "{why}");
            let stood = stands(&registry).await.remove(0);
            let problem = stood.3.unwrap();
            assert!(problem.contains(why), "{why}: {problem}");
            assert_eq!((stood.1, stood.2), (number, number), "{why}");
        }
        assert_eq!(registry.texts(LISTS).await, ["09"]);
        assert_eq!(registry.texts(TOLD).await, ["revocation.fetched 1"]);
        let alerts = registry.space.alerts().await.unwrap();
        let told = alerts
            .iter()
            .find(|it| it.code.as_str() == "revocation_source.failing");
        let told = told.unwrap();
        assert_eq!(told.severity.as_str(), "critical", "{}", told.detail);
        assert_eq!(
            told.subject,
            format!("revocation_source:{}", authority.list_url())
        );

        registry.advance(Duration::HOUR * 2);
        authority.says(&authority.list(11, registry.now(), &[]));
        assert_eq!(asking.ask_due().await.unwrap(), ONE_NEW);
        assert_eq!(stands(&registry).await, [well("liste.crl")]);
        let alerts = registry.space.alerts().await.unwrap();
        assert!(
            !alerts
                .iter()
                .any(|it| it.code.as_str() == "revocation_source.failing")
        );
    });
}

#[test]
fn who_does_not_answer_is_asked_again_ever_later() {
    with_registered(async |registry| {
        let authority = with_one(&registry, Names::List).await;
        let failed = Round {
            asked: 1,
            failed: 1,
            ..NOTHING
        };
        let asking = authority.asking(&registry);
        let mut pauses = Vec::new();
        for _ in 0..4 {
            assert_eq!(asking.ask_due().await.unwrap(), failed);
            let source = registry.space.revocation_sources().await.unwrap().remove(0);
            let pause = source.next_try_at - registry.now();
            pauses.push(pause);
            registry.advance(pause + Duration::SECOND);
        }
        // Twice as long each time, and up to a fifth more, which differs from source to source.
        for (pause, minutes) in pauses.into_iter().zip([1, 2, 4, 8]) {
            let least = Duration::minutes(minutes);
            assert!(
                (least..least + least / 5).contains(&pause),
                "{minutes}: {pause}"
            );
        }
        let (_, failures, refusals, problem) = stands(&registry).await.remove(0);
        assert_eq!((failures, refusals), (4, 0));
        assert_eq!(problem.unwrap(), "it answers with status 404");
    });
}

#[test]
fn size_time_and_place_are_limited() {
    with_registered(async |registry| {
        let authority = with_one(&registry, Names::List).await;
        let inward = format!("location: {}\r\n", authority.server.url("/elsewhere"));
        for (said, why) in [
            (Said::ok(&vec![0; 5_000]), "larger"),
            (Said::Nothing, "within"),
            (
                Said::status("302 Found", "location: ftp://voisine.invalid/\r\n"),
                "elsewhere",
            ),
            (Said::status("302 Found", &inward), "404"),
        ] {
            registry.advance(Duration::HOUR * 2);
            authority.server.says("/liste.crl", said);
            let asking = authority.asking_as(&registry, |settings| {
                settings.max_crl = ByteSize::from_bytes(4096);
                settings.timeout = Span::from_millis(300);
            });
            assert_eq!(asking.ask_due().await.unwrap().failed, 1, "{why}");
            let problem = stands(&registry).await.remove(0).3.unwrap();
            assert!(problem.contains(why), "{why}: {problem}");
        }
        let asked = authority.server.asked().len();
        registry.advance(Duration::HOUR * 2);
        let public = authority.asking_as(&registry, |settings| {
            settings.addresses = ProbedAddresses::Public;
        });
        assert_eq!(public.ask_due().await.unwrap().failed, 1);
        let problem = stands(&registry).await.remove(0).3.unwrap();
        assert!(problem.contains("may not be asked"), "{problem}");
        assert_eq!(authority.server.asked().len(), asked, "nobody connected");
    });
}

#[test]
fn a_responder_is_asked_where_no_list_is_named_and_believed_only_if_it_may_speak() {
    with_registered(async |registry| {
        let authority = with_one(&registry, Names::Responder).await;
        let asking = authority.asking(&registry);
        let answers = |authority: &Elsewhere| {
            let responder = authority.responder();
            let times = responder.times(NOW, Duration::hours(4)).unwrap();
            from(move |body| {
                let request = read_request(body).unwrap();
                let serial = request.certificate.positive_serial().unwrap();
                let status = IssuedStatus::Good;
                let signed = responder.answer(CertIdHash::Sha1, serial, status, times, None);
                answer("200 OK", "", &signed.unwrap())
            })
        };
        let other = Elsewhere::make();
        authority.server.says("/ocsp", answers(&other));
        let round = asking.ask_due().await.unwrap();
        assert_eq!(
            round,
            Round {
                asked: 1,
                refused: 1,
                ..NOTHING
            }
        );
        authority.server.says("/ocsp", answers(&authority));
        registry.advance(Duration::minutes(2));
        assert_eq!(asking.ask_due().await.unwrap(), ONE_NEW);
        assert_eq!(stands(&registry).await, [well("ocsp")]);
        let source = registry.space.revocation_sources().await.unwrap().remove(0);
        assert_eq!(source.evidence.unwrap().until, NOW + Duration::hours(4));
        let kept = "select encode(certificate_sha256, 'hex') from ocsp_answer";
        let own = "select encode(sha256, 'hex') from certificate";
        assert_eq!(registry.texts(kept).await, registry.texts(own).await);
    });
}

#[test]
fn a_responder_that_has_forgotten_a_revocation_is_not_believed() {
    with_registered(async |registry| {
        let authority = with_one(&registry, Names::Responder).await;
        let asking = authority.asking(&registry);
        let revoked = IssuedStatus::Revoked(NOW, RevocationReason::KeyCompromise);
        let refused = Round {
            asked: 1,
            refused: 1,
            ..NOTHING
        };
        for (status, expected) in [
            (IssuedStatus::Good, ONE_NEW),
            (IssuedStatus::OnHold(NOW), ONE_NEW),
            (revoked, ONE_NEW),
            (IssuedStatus::Good, refused),
            (IssuedStatus::OnHold(NOW), refused),
            (revoked, ONE_NEW),
        ] {
            registry.advance(Duration::hours(2));
            let responder = authority.responder();
            let times = responder.times(registry.now(), Duration::hours(4)).unwrap();
            let says = from(move |body| {
                let request = read_request(body).unwrap();
                let serial = request.certificate.positive_serial().unwrap();
                let signed = responder.answer(CertIdHash::Sha1, serial, status, times, None);
                answer("200 OK", "", &signed.unwrap())
            });
            authority.server.says("/ocsp", says);
            assert_eq!(asking.ask_due().await.unwrap(), expected, "{status:?}");
        }
        let problem = "select problem from revocation_source where problem is not null";
        assert_eq!(registry.texts(problem).await, [""; 0]);
        let kept = "select is_revocation::text from ocsp_answer order by id";
        assert_eq!(
            registry.texts(kept).await,
            ["false", "false", "true", "true"]
        );
    });
}

#[test]
fn a_list_that_is_published_as_text_is_read_all_the_same() {
    with_registered(async |registry| {
        let authority = with_one(&registry, Names::List).await;
        let list = authority.list(7, NOW, &[SERIAL]);
        authority.says(pem::revocation_list(&list).as_bytes());
        let asking = authority.asking(&registry);
        assert_eq!(asking.ask_due().await.unwrap(), ONE_NEW);
        assert_eq!(registry.texts(LISTS).await, ["07"]);
        // The same as it should be is nothing new.
        authority.says(&list);
        registry.advance(Duration::HOUR);
        assert_eq!(asking.ask_due().await.unwrap().new, 0);
    });
}

#[test]
fn a_responder_stands_in_for_a_list_that_fails_and_steps_back_when_it_returns() {
    with_registered(async |registry| {
        let authority = with_one(&registry, Names::Both).await;
        let asking = authority.asking(&registry);
        authority.says(&authority.list(1, NOW, &[]));
        assert_eq!(asking.ask_due().await.unwrap(), ONE_NEW);
        assert_eq!(stands(&registry).await, [well("liste.crl")]);
        // It fails, and half of its time is over.
        authority
            .server
            .says("/liste.crl", Said::status("503 Busy", ""));
        registry.advance(Duration::hours(7));
        assert_eq!(asking.ask_due().await.unwrap().failed, 1);
        authority
            .server
            .says("/ocsp", Said::status("500 Broken", ""));
        assert_eq!(asking.ask_due().await.unwrap().failed, 1);
        let paths: Vec<_> = stands(&registry).await.into_iter().map(|it| it.0).collect();
        assert_eq!(paths, ["liste.crl", "ocsp"]);
        authority.says(&authority.list(2, registry.now(), &[]));
        registry.advance(Duration::HOUR);
        asking.ask_due().await.unwrap();
        asking.ask_due().await.unwrap();
        assert_eq!(stands(&registry).await, [well("liste.crl")]);
    });
}

#[test]
fn who_is_slow_is_waited_for_by_nobody_else() {
    with_registered(async |registry| {
        let authority = with_one(&registry, Names::List).await;
        let chain = authority.gateway(SERIAL + 1, Names::Responder);
        authority.register(&registry, &chain).await;
        authority.says(&authority.list(1, NOW, &[]));
        authority.server.says("/ocsp", Said::Nothing);
        let asking = authority.asking_as(&registry, |settings| {
            settings.timeout = Span::from_mins(10);
        });
        let round = tokio::spawn(async move { asking.ask_due().await });
        // The other is still being asked when this is kept and told: nobody ends that question.
        while registry.texts(TOLD).await.is_empty() {
            assert!(!round.is_finished());
            tokio::task::yield_now().await;
        }
        assert_eq!(registry.texts(LISTS).await, ["01"]);
        assert_eq!(registry.texts(TOLD).await, ["revocation.fetched 1"]);
        assert!(!round.is_finished());
        round.abort();
    });
}

#[test]
fn only_certificates_of_others_that_may_come_into_force_are_asked_about() {
    with_registered(async |registry| {
        let authority = with_one(&registry, Names::List).await;
        let asking = authority.asking(&registry);
        for (state, is_asked) in [
            ("active", 1),
            ("revoked", 0),
            ("suspended", 1),
            ("superseded", 0),
            ("pending", 1),
            ("expired", 0),
        ] {
            registry.force_state(1, state).await;
            registry.advance(Duration::HOUR * 2);
            let round = asking.ask_due().await.unwrap();
            assert_eq!(round.asked, is_asked, "{state}");
        }
        // Nobody's word could be believed of one that leads to no authority.
        registry.force_state(1, "active").await;
        registry.advance(Duration::HOUR * 2);
        let strange = Elsewhere::make().asking(&registry);
        assert_eq!(strange.ask_due().await.unwrap(), NOTHING);
    });
}

#[test]
fn a_node_that_dies_while_asking_leaves_the_source_to_others() {
    with_registered(async |registry| {
        let authority = with_one(&registry, Names::List).await;
        authority.server.says("/liste.crl", Said::Nothing);
        let dying = Arc::new(authority.asking_as(&registry, |settings| {
            settings.timeout = Span::from_secs(30);
        }));
        let task = tokio::spawn(async move { dying.ask_due().await });
        while authority.server.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        task.abort();
        authority.says(&authority.list(1, NOW, &[]));
        let other = authority.asking(&registry);
        assert_eq!(other.ask_due().await.unwrap(), NOTHING, "it is being asked");
        registry.advance(Duration::minutes(12));
        assert_eq!(other.ask_due().await.unwrap(), ONE_NEW);
    });
}

/// Why a gateway is refused by what the truth holds now; nothing where it is admitted.
async fn refused(registry: &Registered, authority: &Elsewhere, chain: &[u8]) -> Vec<Reason> {
    let mut truth = registry.pool.acquire().await.unwrap();
    let read = trust_state::current(&mut truth, registry.now(), None)
        .await
        .unwrap();
    let mut state = TrustState::clone(&read.state);
    // Nothing was published here; the list is made below.
    state.list = Some(1);
    let chain: Vec<_> = read_upload(chain)
        .unwrap()
        .iter()
        .map(|it| it.to_vec())
        .collect();
    let mail_domain = MailDomainName::parse("a.mssante.fr").unwrap();
    let entry = TrustEntry {
        mail_domain: mail_domain.clone(),
        description: String::new(),
        operator_dn: Certificate::parse(&chain[0]).unwrap().subject,
        responsible_contact: String::new(),
        support_contact: String::new(),
        updated_at: NOW,
    };
    let list = ListInForce {
        used: ListUsed {
            sequence: 1,
            sha256: Digest::new([1; 32]),
        },
        list: TrustList::assemble(registry.now(), vec![entry]),
        signers: vec![SignerNotice {
            sha256: Digest::new([2; 32]),
            status: SignerStatus::Current,
            from: NOW,
        }],
    };
    let settings = config::Admission::default();
    let admission = Admission::new(registry.clock(), settings, authority.anchors.clone());
    let (anchors, policy) = (admission.anchors(), admission.policy());
    let snapshot = Snapshot::new(Arc::new(state), Some(Arc::new(list)), anchors, policy);
    admission.install(Arc::new(snapshot));
    admission.confirm(Instant::now());
    let question = Question {
        chain,
        mail_domain: Some(mail_domain),
        role: Role::SmtpClient,
        host: None,
        stapled: None,
    };
    admission.decide(&question).reasons.clone()
}

#[test]
fn a_peer_is_admitted_while_its_authority_speaks_and_refused_when_it_falls_silent() {
    with_registered(async |registry| {
        let authority = Elsewhere::make();
        let chain = authority.gateway(SERIAL, Names::List);
        let certificate = authority.register(&registry, &chain).await;
        registry.bind("a.mssante.fr", certificate).await.unwrap();
        let asking = authority.asking(&registry);
        let unknown = [Reason::RevocationUnknown];
        assert_eq!(refused(&registry, &authority, &chain).await, unknown);
        authority.says(&authority.list(1, NOW, &[]));
        asking.ask_due().await.unwrap();
        assert_eq!(refused(&registry, &authority, &chain).await, []);

        authority
            .server
            .says("/liste.crl", Said::status("503 Busy", ""));
        registry.advance(Duration::hours(13));
        asking.ask_due().await.unwrap();
        let stale = [Reason::RevocationStale];
        assert_eq!(refused(&registry, &authority, &chain).await, stale);
        authority.says(&authority.list(2, registry.now(), &[]));
        registry.advance(Duration::minutes(2));
        asking.ask_due().await.unwrap();
        assert_eq!(refused(&registry, &authority, &chain).await, []);

        authority.says(&authority.list(3, registry.now(), &[SERIAL]));
        registry.advance(Duration::HOUR);
        asking.ask_due().await.unwrap();
        let revoked = [Reason::RevocationRevoked];
        assert_eq!(refused(&registry, &authority, &chain).await, revoked);
    });
}
