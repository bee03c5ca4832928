//! A small trust space for tests: a root, an authority, a gateway that is registered, listed and not revoked.
//! Each test changes what it is about.

use std::sync::Arc;

use rcgen::KeyPair;
use time::{Duration, OffsetDateTime};

use super::{Freshness, ListInForce, Policy, Snapshot};
use crate::domain::admission::{Decision, ListUsed, Question, Role};
use crate::domain::certificate::CertificateState;
use crate::domain::digest::Digest;
use crate::domain::distinguished_name::OperatorDn;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::onboarding::OperatorState;
use crate::domain::trust_list::{TrustEntry, TrustList};
use crate::domain::trust_state::{
    Binding, CertificateStanding, Evidence, OperatorStanding, TrustState,
};
use crate::trust::certificate::Certificate;
use crate::trust::chain::Anchors;
use crate::trust::pki::{Draft, NOW, Party, new_key, pem};
use crate::trust::revocation::testing::DraftList;
use crate::trust::sidecar::{SignerNotice, SignerStatus};

pub(crate) const MAIL_DOMAIN: &str = "essai.mssante.fr";
/// Number of the operator.
pub(crate) const OPERATOR: i64 = 1;
/// Number of its certificate.
pub(crate) const CERTIFICATE: i64 = 10;

/// What decisions are made of, before they are.
pub(crate) struct Space {
    pub(crate) root: Party,
    pub(crate) issuing: Party,
    pub(crate) authority: Certificate,
    pub(crate) gateway_key: KeyPair,
    pub(crate) gateway: Certificate,
    pub(crate) signer: Certificate,
    pub(crate) anchors: Vec<Certificate>,
    pub(crate) state: TrustState,
    /// Mail domain and name of each row of the list.
    pub(crate) rows: Vec<(String, String)>,
    pub(crate) generated_at: OffsetDateTime,
    pub(crate) signers: Vec<SignerNotice>,
    pub(crate) is_published: bool,
    pub(crate) policy: Policy,
}

/// What is asked, by whom and when.
pub(crate) struct Asked {
    pub(crate) question: Question,
    pub(crate) at: OffsetDateTime,
    pub(crate) freshness: Freshness,
}

impl Space {
    pub(crate) fn new() -> Self {
        let (root, issuing) = (Party::new("AC racine"), Party::new("AC organisations"));
        let authority = Draft::authority(&root, &issuing).sign(&root.key);
        let gateway_key = new_key();
        let gateway = Draft::gateway(&issuing, &gateway_key).sign(&issuing.key);
        let mut signer = Draft::list_signer(&issuing, &new_key());
        signer.serial = vec![0x1f, 9];
        let signer = signer.sign(&issuing.key);
        let mut space = Self {
            anchors: vec![root.root()],
            state: TrustState {
                epoch: 7,
                epoch_at: None,
                at: NOW,
                list: Some(3),
                operators: vec![operator(OPERATOR, OperatorState::Active)],
                certificates: Vec::new(),
                bindings: vec![Binding {
                    mail_domain: MailDomainName::parse(MAIL_DOMAIN).unwrap(),
                    certificate: CERTIFICATE,
                }],
                next_change_at: None,
                revocation_lists: Vec::new(),
                ocsp_answers: Vec::new(),
            },
            rows: vec![(MAIL_DOMAIN.to_owned(), gateway.subject.to_string())],
            generated_at: NOW - Duration::HOUR,
            signers: vec![SignerNotice {
                sha256: signer.fingerprint,
                status: SignerStatus::Current,
                from: NOW - Duration::DAY,
            }],
            is_published: true,
            policy: Policy {
                list_max_age: Duration::hours(72),
                clock_skew: Duration::minutes(2),
                stale_revocation_grace: Duration::ZERO,
            },
            root,
            issuing,
            authority,
            gateway_key,
            gateway,
            signer,
        };
        let standing = space.standing(CERTIFICATE, Some(&space.gateway));
        space.state.certificates.push(standing);
        space.lists(&[]);
        space
    }

    /// A certificate of the operator in force, with bytes or known by the gateway's name alone.
    pub(crate) fn standing(
        &self,
        id: i64,
        certificate: Option<&Certificate>,
    ) -> CertificateStanding {
        let chain = certificate
            .map(|it| vec![it.der().to_vec(), self.authority.der().to_vec()])
            .unwrap_or_default();
        CertificateStanding {
            id,
            operator: OPERATOR,
            dn: certificate.unwrap_or(&self.gateway).subject.to_string(),
            chain,
            state: CertificateState::Active,
            since: NOW - Duration::DAY,
            revocation_reason: None,
            authority: None,
        }
    }

    /// What was registered of the gateway.
    pub(crate) fn registered(&mut self) -> &mut CertificateStanding {
        &mut self.state.certificates[0]
    }

    /// Both authorities' lists as they should be, with these on that of the one that issues: serial
    /// number and code of the reason.
    pub(crate) fn lists(&mut self, revoked: &[(&[u8], u8)]) {
        let mut issued = DraftList::of(&self.issuing);
        for (serial, reason) in revoked {
            issued = issued.with(serial, Some(*reason));
        }
        let above = DraftList::of(&self.root).der(&self.root.key);
        let issued = issued.der(&self.issuing.key);
        self.state.revocation_lists = vec![evidence(above), evidence(issued)];
    }

    /// This list in the place of that of the authority that issues, signed with its key.
    pub(crate) fn issued_list(&mut self, list: &DraftList) {
        let der = list.der(&self.issuing.key);
        self.state.revocation_lists[1] = evidence(der);
    }

    /// Another certificate of the gateway's authority, as `change` leaves it.
    pub(crate) fn another(&self, key: &KeyPair, change: impl FnOnce(&mut Draft)) -> Certificate {
        let mut draft = Draft::gateway(&self.issuing, key);
        draft.serial = vec![0x2f, 1];
        change(&mut draft);
        draft.sign(&self.issuing.key)
    }

    pub(crate) fn anchors(&self) -> Anchors {
        let text: String = self.anchors.iter().map(|it| pem(it.der())).collect();
        Anchors::from_pem(text.as_bytes()).unwrap()
    }

    pub(crate) fn in_force(&self) -> Option<Arc<ListInForce>> {
        let entry = |(mail_domain, dn): &(String, String)| TrustEntry {
            mail_domain: MailDomainName::parse(mail_domain).unwrap(),
            description: String::new(),
            operator_dn: OperatorDn::parse(dn).unwrap(),
            responsible_contact: String::new(),
            support_contact: String::new(),
            updated_at: self.generated_at,
        };
        self.is_published.then(|| {
            Arc::new(ListInForce {
                used: ListUsed {
                    sequence: 3,
                    sha256: Digest::new([3; 32]),
                },
                list: TrustList {
                    generated_at: self.generated_at,
                    entries: self.rows.iter().map(entry).collect(),
                },
                signers: self.signers.clone(),
            })
        })
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let state = Arc::new(self.state.clone());
        Snapshot::new(state, self.in_force(), &self.anchors(), self.policy)
    }

    /// The gateway as it opens a connection and sends mail.
    pub(crate) fn asked(&self) -> Asked {
        let chain = [&self.gateway, &self.authority];
        Asked {
            question: Question {
                chain: chain.map(|it| it.der().to_vec()).into(),
                mail_domain: Some(MailDomainName::parse(MAIL_DOMAIN).unwrap()),
                role: Role::SmtpClient,
                host: None,
                stapled: None,
            },
            at: NOW,
            freshness: Freshness::Until(NOW + Duration::MINUTE),
        }
    }

    pub(crate) fn decide(&self, asked: &Asked) -> Decision {
        let snapshot = self.snapshot();
        snapshot.decide(&asked.question, asked.at, asked.freshness)
    }
}

impl Asked {
    /// This certificate in the place of the peer's own.
    pub(crate) fn present(&mut self, certificate: &Certificate) {
        self.question.chain[0] = certificate.der().to_vec();
    }
}

pub(crate) fn operator(id: i64, state: OperatorState) -> OperatorStanding {
    OperatorStanding {
        id,
        name: format!("Opérateur {id}"),
        state,
        since: NOW - Duration::DAY,
    }
}

/// Something signed, as it is kept.
pub(crate) fn evidence(der: Vec<u8>) -> Evidence {
    Evidence {
        der,
        source: "http://igc.essai.fr".to_owned(),
        fetched_at: NOW,
    }
}
