//! Certificates of ours: asked for, judged, issued by two administrators.

use annuaire::domain::act::Act;
use annuaire::domain::authority::RequestState;
use annuaire::domain::certificate::{CertificateState, RevocationReason};
use annuaire::domain::certificate_request::RequestFilter;
use annuaire::domain::error::{
    APPROVAL_STALE, AUTHORITY_NOT_FOUND, AUTHORITY_UNAVAILABLE, CERTIFICATE_REQUEST_EXISTS,
    CERTIFICATE_REQUEST_REFUSED, CERTIFICATE_REQUEST_SETTLED, CERTIFICATE_REQUEST_UNREADABLE,
    OPERATOR_TRANSITION, ROLE_INSUFFICIENT,
};
use annuaire::domain::onboarding::OperatorState;
use annuaire::service::trust_space::WantedCertificate;
use annuaire::trust::certificate::Certificate;
use rcgen::KeyPair;
use time::Duration;

use super::council::{moved, pending, refused};
use super::keys::Odd;
use super::ours::{
    ISSUING, OurPki, PUBLIC_URL, ROOT, ask, csr, decide, issue, issued, node, with_ours,
};
use super::registered::{Registered, with_registered};

fn key() -> KeyPair {
    KeyPair::generate().unwrap()
}

#[test]
fn a_certificate_is_issued_by_two_and_is_pending_like_any_other() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let asked = ask(&registry, 1, csr(1, "mx1.hopital.mssante.fr", &key()), None);
        let asked = asked.await.unwrap();
        assert_eq!(asked.state, RequestState::Submitted);
        assert_eq!(asked.hosts, ["mx.hopital.mssante.fr"]);
        assert_eq!(
            asked.dn.as_str(),
            "CN=mx1.hopital.mssante.fr,OU=1440000040,O=HOPITAL FICTIF,ST=Paris (75),C=FR"
        );

        let space = &registry.space;
        let act = Act::IssueCertificate { request: asked.id };
        let waiting = pending(space, &registry.anne, act).await;
        let sentence = &waiting.impact.sentence;
        assert!(sentence.contains("for operator 1"), "{sentence}");
        let count = async || {
            registry
                .texts("select id::text from certificate")
                .await
                .len()
        };
        assert_eq!(count().await, 0, "a rehearsal issues nothing");
        space.approve(&registry.bruno, waiting.id).await.unwrap();

        let settled = space.certificate_request(asked.id).await.unwrap();
        assert_eq!(settled.state, RequestState::Issued);
        let id = settled.settled.unwrap().certificate.unwrap();
        let detail = space.certificate(id).await.unwrap();
        assert_eq!(detail.record.state, CertificateState::Pending);
        assert_eq!(detail.record.dn, asked.dn);
        assert_eq!(detail.chain.len(), 2, "with its authority's");
        let leaf = Certificate::parse(&detail.chain[0]).unwrap();
        assert_eq!(leaf.spki_sha256, asked.spki_sha256);
        assert_eq!(leaf.not_before, registry.now() - Duration::minutes(5));
        assert_eq!(leaf.not_after, registry.now() + Duration::days(365));
        assert_eq!(
            leaf.extensions.crl_urls,
            [format!("{PUBLIC_URL}/crl/{ISSUING}.crl")]
        );
        assert_eq!(leaf.extensions.ocsp_urls, [format!("{PUBLIC_URL}/ocsp")]);

        let activate = Act::ActivateCertificate {
            certificate: id,
            replaces: None,
        };
        space
            .request(&registry.anne, activate, "a test")
            .await
            .unwrap();
        registry.bind("a.mssante.fr", id).await.unwrap();
        assert_eq!(registry.standing().await, [format!("a.mssante.fr {id}")]);
        assert_eq!(
            registry
                .texts(
                    "select action || ' ' || actor || ' ' || array_to_string(approved_by, ',')
                    from registry_event where operator_id = 1 order by id limit 3"
                )
                .await,
            [
                "certificate_request.submitted anne ",
                "certificate.added anne bruno",
                "certificate_request.issued anne bruno",
            ]
        );
    });
}

#[test]
fn what_cannot_be_certified_is_refused_when_it_is_sent() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let unreadable = [
            String::new(),
            "-----BEGIN CERTIFICATE REQUEST-----\nMII=\n-----END CERTIFICATE REQUEST-----\n".into(),
            OurPki::shared().file("issuing.pem"),
            key().serialize_pem(),
        ];
        for wrong in unreadable {
            let asked = ask(&registry, 1, &wrong, None).await;
            refused(asked, &CERTIFICATE_REQUEST_UNREADABLE);
        }
        let good = csr(1, "mx1.hopital.mssante.fr", &key());
        let why = refused(
            ask(&registry, 2, &good, None).await,
            &CERTIFICATE_REQUEST_REFUSED,
        );
        assert!(why.contains("registry.number"), "{why}");
        for (authority, code) in [
            ("autre", &AUTHORITY_NOT_FOUND),
            (ROOT, &AUTHORITY_UNAVAILABLE),
        ] {
            let wanted = WantedCertificate {
                operator: 1,
                authority,
                csr: good.as_bytes(),
                renews: None,
            };
            let asked = registry
                .space
                .request_certificate(&registry.anne, wanted, "a test");
            refused(asked.await, code);
        }
        let wanted = WantedCertificate {
            operator: 1,
            authority: ISSUING,
            csr: good.as_bytes(),
            renews: None,
        };
        let asked = registry
            .space
            .request_certificate(&registry.claire, wanted, "a test");
        refused(asked.await, &ROLE_INSUFFICIENT);

        ask(&registry, 1, &good, None).await.unwrap();
        let why = refused(
            ask(&registry, 1, &good, None).await,
            &CERTIFICATE_REQUEST_EXISTS,
        );
        assert!(why.contains("request 1"), "{why}");
        moved(&registry, 2, OperatorState::Withdrawn).await;
        let asked = ask(&registry, 2, csr(2, "mx2.editeur.mssante.fr", &key()), None);
        refused(asked.await, &OPERATOR_TRANSITION);
        assert_eq!(
            registry
                .texts("select state || ' ' || operator_id from certificate_request")
                .await,
            ["submitted 1"],
            "nothing is kept of what is refused"
        );
    });
}

#[test]
fn a_key_serves_one_operator_and_none_once_it_leaked() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let (shared, leaked) = (key(), key());
        let first = ask(
            &registry,
            1,
            csr(1, "mx1.hopital.mssante.fr", &shared),
            None,
        );
        let first = first.await.unwrap();
        let why = refused(
            ask(
                &registry,
                2,
                csr(2, "mx2.editeur.mssante.fr", &shared),
                None,
            )
            .await,
            &CERTIFICATE_REQUEST_REFUSED,
        );
        assert!(why.contains("request 1 of another operator"), "{why}");
        issue(&registry, first.id).await;
        let why = refused(
            ask(
                &registry,
                2,
                csr(2, "mx2.editeur.mssante.fr", &shared),
                None,
            )
            .await,
            &CERTIFICATE_REQUEST_REFUSED,
        );
        assert!(why.contains("of operator 1"), "{why}");

        let asked = ask(
            &registry,
            1,
            csr(1, "mx3.hopital.mssante.fr", &leaked),
            None,
        );
        let certificate = issue(&registry, asked.await.unwrap().id).await;
        // Asked for before it leaked, and so judged again when it is issued.
        let waiting = ask(
            &registry,
            1,
            csr(1, "mx4.hopital.mssante.fr", &leaked),
            None,
        );
        let waiting = waiting.await.unwrap();
        assert!(waiting.findings.to_string().contains("registry.key"));
        let act = Act::IssueCertificate {
            request: waiting.id,
        };
        let approval = pending(&registry.space, &registry.anne, act).await;
        let revoke = Act::RevokeCertificate {
            certificate,
            because: RevocationReason::KeyCompromise,
        };
        decide(&registry, revoke).await;
        let approved = registry.space.approve(&registry.bruno, approval.id).await;
        let why = refused(approved, &APPROVAL_STALE);
        assert!(why.contains("other hands"), "{why}");
        let asked = ask(
            &registry,
            1,
            csr(1, "mx5.hopital.mssante.fr", &leaked),
            None,
        )
        .await;
        refused(asked, &CERTIFICATE_REQUEST_REFUSED);
    });
}

#[test]
fn a_renewal_is_of_the_same_operator_and_name() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let older = issued(&registry, "mx1.hopital.mssante.fr").await;
        registry.bind("a.mssante.fr", older).await.unwrap();
        let renamed = csr(1, "mx2.hopital.mssante.fr", &key());
        let of_another = csr(2, "mx1.hopital.mssante.fr", &key());
        for (operator, csr, renews) in [(1, renamed, older), (2, of_another, older)] {
            let asked = ask(&registry, operator, &csr, Some(renews)).await;
            let why = refused(asked, &CERTIFICATE_REQUEST_REFUSED);
            assert!(why.contains("registry.renews"), "{why}");
        }
        let same = csr(1, "mx1.hopital.mssante.fr", &key());
        let why = refused(
            ask(&registry, 1, &same, Some(999)).await,
            &CERTIFICATE_REQUEST_REFUSED,
        );
        assert!(why.contains("no certificate 999"), "{why}");

        let asked = ask(&registry, 1, &same, Some(older)).await.unwrap();
        let newer = issue(&registry, asked.id).await;
        let space = &registry.space;
        let rotate = Act::ActivateCertificate {
            certificate: newer,
            replaces: Some(older),
        };
        space
            .request(&registry.anne, rotate, "a test")
            .await
            .unwrap();
        let retire = Act::SupersedeCertificate { certificate: older };
        space
            .request(&registry.anne, retire, "a test")
            .await
            .unwrap();
        assert_eq!(registry.standing().await, [format!("a.mssante.fr {newer}")]);
    });
}

#[test]
fn a_refused_request_is_over_and_so_is_what_was_to_be_issued_for_it() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let asked = ask(&registry, 1, csr(1, "mx1.hopital.mssante.fr", &key()), None);
        let id = asked.await.unwrap().id;
        let (space, anne) = (&registry.space, &registry.anne);
        let act = Act::IssueCertificate { request: id };
        let approval = pending(space, anne, act.clone()).await;
        let record = space.refuse_certificate_request(anne, id, "not his").await;
        let record = record.unwrap();
        assert_eq!(record.state, RequestState::Refused);
        assert_eq!(record.settled.unwrap().why, "not his");
        let approved = space.approve(&registry.bruno, approval.id).await;
        refused(approved, &APPROVAL_STALE);
        let again = space.refuse_certificate_request(anne, id, "again").await;
        refused(again, &CERTIFICATE_REQUEST_SETTLED);
        let asked = space.request(anne, act, "again").await;
        refused(asked, &CERTIFICATE_REQUEST_SETTLED);
        let filter = RequestFilter {
            operator: Some(1),
            state: Some(RequestState::Refused),
        };
        let found = space.certificate_requests(&filter, 0, 10).await.unwrap();
        assert_eq!(found.len(), 1);
        let found = space.certificate_requests(&filter, id, 10).await.unwrap();
        assert!(found.is_empty());
    });
}

/// Nothing of it is kept, and what was agreed to waits on.
async fn nothing_was_issued(registry: &Registered, approval: i64) {
    let state = registry.space.approval(approval).await.unwrap().state;
    assert_eq!(state.as_str(), "pending");
    let issued = registry
        .texts("select id::text from certificate where authority_id is not null")
        .await;
    assert!(issued.is_empty(), "{issued:?}");
}

#[test]
fn without_the_key_nothing_is_issued_and_another_node_can() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let asked = ask(&registry, 1, csr(1, "mx1.hopital.mssante.fr", &key()), None);
        let request = asked.await.unwrap().id;
        let act = Act::IssueCertificate { request };
        let approval = pending(&registry.space, &registry.anne, act).await.id;

        let without = node(&registry, None);
        let approved = without.approve(&registry.bruno, approval).await;
        refused(approved, &AUTHORITY_UNAVAILABLE);
        nothing_was_issued(&registry, approval).await;
        let broken = node(&registry, Some(Odd::gone()));
        let approved = broken.approve(&registry.bruno, approval).await;
        refused(approved, &AUTHORITY_UNAVAILABLE);
        nothing_was_issued(&registry, approval).await;

        let approved = registry.space.approve(&registry.bruno, approval).await;
        assert_eq!(approved.unwrap().state.as_str(), "executed");
    });
}
