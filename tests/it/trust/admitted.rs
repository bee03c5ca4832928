//! Three nodes on one PostgreSQL: whom each lets in, whatever is done to the operator, the certificate or
//! what it stands behind; and one that is cut off.

use std::sync::Arc;
use std::time::Duration;

use annuaire::domain::act::Act;
use annuaire::domain::admission::{Decision, Question, Reason, Role, Verdict};
use annuaire::domain::certificate::RevocationReason;
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::domain::onboarding::OperatorState;
use annuaire::service::trust_space::Published;
use annuaire::storage::revocation_lists::{self, NewRevocationList};
use annuaire::trust::revocation::RevocationList;
use sqlx::PgPool;

use super::council::moving;
use super::deciding_node::Node;
use super::following::done;
use super::keys::{hexadecimal, signer};
use super::pki::Authority;
use super::registered::Registered;
use crate::support::database::with_database;
use crate::support::proxy::Proxy;

const LONG: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_secs(1);

/// A registry that published a list with certificate 1 behind `a.mssante.fr`, and knows what its
/// authorities say of revocation.
pub(crate) async fn published(pool: PgPool) -> Registered {
    let registry = Registered::signing(pool, vec![signer(0)]).await;
    assert_eq!(registry.add(1, "mx1", 300).await.unwrap(), 1);
    registry.bind("a.mssante.fr", 1).await.unwrap();
    let activate = Act::ActivateCertificate {
        certificate: 1,
        replaces: None,
    };
    done(&registry, activate).await;
    for der in Authority::trusted().revocation_lists() {
        let list = RevocationList::read(&der, der.len()).unwrap();
        let new = NewRevocationList {
            // Lists are kept by their issuers' keys; these are told apart by anything.
            issuer_spki_sha256: &list.digest(),
            issuer_dn: list.issuer().as_str(),
            number: &list.number().to_string(),
            this_update: list.this_update(),
            next_update: list.next_update(),
            der: &der,
            sha256: &list.digest(),
            source: "upload",
            at: registry.now(),
        };
        let mut truth = registry.pool.acquire().await.unwrap();
        assert!(revocation_lists::insert(&mut truth, &new).await.unwrap());
    }
    let announce = Act::AnnounceSigner {
        certificate: hexadecimal(&*signer(0)),
    };
    done(&registry, announce).await;
    let made = registry.space.publish(&registry.anne, "a test").await;
    match made.unwrap() {
        Published::List(version) => assert_eq!(version.entries, 1),
        other => panic!("{other:?}"),
    }
    registry
}

fn is_admitted(decision: &Decision) -> bool {
    decision.verdict == Verdict::Admit
}

/// What certificate 1 presents, for its mail domain.
fn question(node: &Node) -> Question {
    let snapshot = node.admission.snapshot().unwrap();
    let certificate = &snapshot.state().certificates[0];
    Question {
        chain: certificate.chain.clone(),
        mail_domain: Some(MailDomainName::parse("a.mssante.fr").unwrap()),
        role: Role::SmtpClient,
        host: None,
        stapled: None,
    }
}

async fn refused(node: &Node, question: &Question, because: Reason) -> Arc<Decision> {
    node.answers(question, |decision| decision.reasons == [because])
        .await
}

#[test]
fn whoever_is_taken_back_is_refused_everywhere_and_let_in_again_once_that_is_lifted() {
    with_database(async |database| {
        let registry = published(database.pool.clone()).await;
        let pool = || registry.pool.clone();
        let nodes = ["a", "b", "c"].map(|name| Node::start(name, &registry, pool(), LONG));
        nodes[0].reaches(1).await;
        let question = question(&nodes[0]);
        let everywhere = async |because: Option<Reason>| {
            for node in &nodes {
                match because {
                    Some(because) => drop(refused(node, &question, because).await),
                    None => drop(node.answers(&question, is_admitted).await),
                }
            }
        };
        everywhere(None).await;
        let certificate = 1;
        done(&registry, Act::SuspendCertificate { certificate }).await;
        everywhere(Some(Reason::CertificateSuspended)).await;
        done(&registry, Act::ReleaseCertificate { certificate }).await;
        everywhere(None).await;
        done(&registry, moving(1, OperatorState::Suspended)).await;
        everywhere(Some(Reason::OperatorSuspended)).await;
        done(&registry, moving(1, OperatorState::Active)).await;
        everywhere(None).await;
        let name = MailDomainName::parse("a.mssante.fr").unwrap();
        let (space, anne) = (&registry.space, &registry.anne);
        space.unbind(anne, &name, 1, "a test").await.unwrap();
        everywhere(Some(Reason::EntryRemoved)).await;
        space.bind(anne, &name, 1, "a test").await.unwrap();
        everywhere(None).await;
        let revoke = Act::RevokeCertificate {
            certificate,
            because: RevocationReason::KeyCompromise,
        };
        let epoch = done(&registry, revoke).await;
        everywhere(Some(Reason::CertificateRevoked)).await;
        for node in nodes {
            assert_eq!(node.admission.decide(&question).epoch, Some(epoch));
            node.end().await;
        }
    });
}

#[test]
fn a_node_that_is_cut_off_refuses_everybody_once_its_lease_is_over_and_comes_back() {
    with_database(async |database| {
        let registry = published(database.pool.clone()).await;
        let proxy = Proxy::to(&database);
        let reached =
            ["a", "b"].map(|name| Node::start(name, &registry, registry.pool.clone(), LONG));
        let cut_off = Node::start("c", &registry, proxy.pool(), SHORT);
        cut_off.reaches(1).await;
        let question = question(&cut_off);
        for node in [&reached[0], &reached[1], &cut_off] {
            let admitted = node.answers(&question, is_admitted).await;
            let until = admitted.valid_until.unwrap();
            assert!(until <= registry.now() + node.admission.lease(), "{until}");
        }
        proxy.cut();
        let revoke = Act::RevokeCertificate {
            certificate: 1,
            because: RevocationReason::KeyCompromise,
        };
        let epoch = done(&registry, revoke).await;
        for node in &reached {
            let decision = refused(node, &question, Reason::CertificateRevoked).await;
            assert_eq!(decision.epoch, Some(epoch));
        }
        let decision = refused(&cut_off, &question, Reason::NodeLeaseLost).await;
        assert_ne!(decision.epoch, Some(epoch), "it cannot have heard of it");
        proxy.mend();
        refused(&cut_off, &question, Reason::CertificateRevoked).await;
        for node in reached.into_iter().chain([cut_off]) {
            node.end().await;
        }
    });
}
