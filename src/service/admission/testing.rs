//! A fictional trust space for tests: two operators of which one is suspended, their certificates, the list, and what
//! their authorities say of revocations. The certificates are files, so that examples are the same in each
//! run; their keys were thrown away.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;
use time::macros::datetime;

use super::Admission;
use crate::config;
use crate::domain::admission::ListUsed;
use crate::domain::certificate::CertificateState;
use crate::domain::clock::{Clock, FixedClock};
use crate::domain::digest::Digest;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::onboarding::OperatorState;
use crate::domain::trust_list::{TrustEntry, TrustList};
use crate::domain::trust_state::{
    Binding, CertificateStanding, Evidence, OperatorStanding, TrustState,
};
use crate::trust::admission::{ListInForce, Snapshot};
use crate::trust::certificate::{Certificate, read_presented};
use crate::trust::chain::Anchors;
use crate::trust::pki::{CRL_POINTS, Draft, Party, crl_point, new_key, operator, pem};
use crate::trust::revocation::testing::DraftList;
use crate::trust::sidecar::{SignerNotice, SignerStatus};

/// When all of it is looked at.
pub(crate) const NOW: OffsetDateTime = datetime!(2099-01-02 03:04:05 UTC);
/// Where the fictional trust space stands.
pub(crate) const EPOCH: i64 = 42;
/// The operator in force, its certificate and its mail domain.
pub(crate) const ACTIVE: i64 = 7;
pub(crate) const ACTIVE_DOMAIN: &str = "medecin.mssante.fr";
/// The one that is suspended.
pub(crate) const SUSPENDED: i64 = 8;
pub(crate) const SUSPENDED_DOMAIN: &str = "ch-fictif.mssante.fr";

/// Set to make other certificates and write them.
const REWRITE: &str = "REWRITE_PEERS";

fn file(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/service/admission/testing");
    PathBuf::from(folder).join(name)
}

fn chain(name: &str) -> Vec<Vec<u8>> {
    read_presented(&std::fs::read(file(name)).unwrap()).unwrap()
}

/// What the operator in force presents: its certificate and that of its authority.
pub(crate) fn active() -> Vec<Vec<u8>> {
    chain("active.pem")
}

/// What the suspended one presents.
pub(crate) fn suspended() -> Vec<Vec<u8>> {
    chain("suspended.pem")
}

/// A clock that tests set; it begins at [`NOW`].
#[derive(Clone)]
pub(crate) struct Hands(Arc<Mutex<OffsetDateTime>>);

impl Hands {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(NOW)))
    }

    pub(crate) fn turn(&self, by: time::Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for Hands {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}

/// Admission that knows nothing of this trust space but its anchor.
pub(crate) fn unready(clock: Arc<dyn Clock>, cached_decisions: usize) -> Admission {
    let settings = config::Admission {
        // No test takes as long, and nothing in it ends later.
        lease: Duration::from_hours(2),
        cached_decisions: cached_decisions.try_into().unwrap(),
        ..config::Admission::default()
    };
    let anchors = Anchors::from_pem(&std::fs::read(file("root.pem")).unwrap()).unwrap();
    Admission::new(clock, settings, anchors)
}

/// Admission by this trust space.
pub(crate) fn admission() -> Admission {
    let admission = unready(Arc::new(FixedClock(NOW)), 1_000);
    install(&admission, state());
    admission
}

/// Decides by this state and the fictional list from now on.
pub(crate) fn install(admission: &Admission, state: TrustState) {
    let snapshot = Snapshot::new(
        Arc::new(state),
        Some(Arc::new(list())),
        admission.anchors(),
        admission.policy(),
    );
    admission.install(Arc::new(snapshot));
    admission.confirm(Instant::now());
}

fn standing(id: i64, operator: i64, chain: Vec<Vec<u8>>) -> CertificateStanding {
    CertificateStanding {
        id,
        operator,
        dn: Certificate::parse(&chain[0]).unwrap().subject.to_string(),
        chain,
        state: CertificateState::Active,
        since: datetime!(2098-06-01 08:00 UTC),
        revocation_reason: None,
        authority: None,
    }
}

/// The state of the registry.
pub(crate) fn state() -> TrustState {
    let operator = |id, name: &str, state| OperatorStanding {
        id,
        name: name.to_owned(),
        state,
        since: datetime!(2098-06-01 08:00 UTC),
    };
    let binding = |mail_domain, certificate| Binding {
        mail_domain: MailDomainName::parse(mail_domain).unwrap(),
        certificate,
    };
    let evidence = |name: &str| Evidence {
        der: STANDARD.decode(std::fs::read(file(name)).unwrap()).unwrap(),
        source: "upload".to_owned(),
        fetched_at: datetime!(2099-01-02 3:00 UTC),
    };
    TrustState {
        epoch: EPOCH,
        epoch_at: Some(NOW),
        at: NOW,
        list: Some(3),
        operators: vec![
            operator(ACTIVE, "GRADES FICTIF", OperatorState::Active),
            operator(SUSPENDED, "CH FICTIF", OperatorState::Suspended),
        ],
        certificates: vec![
            standing(12, ACTIVE, active()),
            standing(13, SUSPENDED, suspended()),
        ],
        bindings: vec![binding(SUSPENDED_DOMAIN, 13), binding(ACTIVE_DOMAIN, 12)],
        next_change_at: None,
        revocation_lists: vec![evidence("root.crl"), evidence("issuing.crl")],
        ocsp_answers: Vec::new(),
    }
}

pub(crate) fn list() -> ListInForce {
    let at = datetime!(2099-01-01 12:00 UTC);
    let entry = |mail_domain, chain: Vec<Vec<u8>>| TrustEntry {
        mail_domain: MailDomainName::parse(mail_domain).unwrap(),
        description: String::new(),
        operator_dn: Certificate::parse(&chain[0]).unwrap().subject,
        responsible_contact: String::new(),
        support_contact: String::new(),
        updated_at: at,
    };
    ListInForce {
        used: ListUsed {
            sequence: 3,
            sha256: Digest::new([0x5a; 32]),
        },
        list: TrustList::assemble(
            at,
            vec![
                entry(ACTIVE_DOMAIN, active()),
                entry(SUSPENDED_DOMAIN, suspended()),
            ],
        ),
        signers: vec![SignerNotice {
            sha256: Digest::new([0xa5; 32]),
            status: SignerStatus::Current,
            from: at,
        }],
    }
}

#[test]
fn the_files_are_made_when_asked_for() {
    if std::env::var_os(REWRITE).is_none() {
        return;
    }
    let between = |draft: &mut Draft| {
        draft.not_before = datetime!(2098-01-01 0:00 UTC);
        draft.not_after = datetime!(2100-12-31 23:59:59 UTC);
    };
    let root = Party::new("AC RACINE FICTIVE");
    let issuing = Party::new("AC ORGANISATIONS FICTIVE");
    let authority = |subject: &Party| {
        let mut draft = Draft::authority(&root, subject);
        between(&mut draft);
        draft.der(&root.key)
    };
    let leaf = |common_name, unit, serial| {
        let key = new_key();
        let mut draft = Draft::gateway(&issuing, &key);
        between(&mut draft);
        draft.serial = vec![0x1f, serial];
        draft.subject = operator(common_name, unit);
        draft.set(
            CRL_POINTS,
            false,
            crl_point("http://crl.essai.fr/organisations.crl"),
        );
        draft.der(&issuing.key)
    };
    let revoked_nothing = |by: &Party| {
        let mut draft = DraftList::of(by);
        draft.this_update = datetime!(2099-01-02 2:00 UTC);
        draft.next_update = Some(datetime!(2099-01-02 4:00 UTC));
        STANDARD.encode(draft.der(&by.key))
    };
    let chain = |leaf: Vec<u8>| pem(&leaf) + &pem(&authority(&issuing));
    for (name, text) in [
        ("root.pem", pem(&authority(&root))),
        (
            "active.pem",
            chain(leaf("mail.grades-fictif.fr", "1770816478", 1)),
        ),
        (
            "suspended.pem",
            chain(leaf("mail.ch-fictif.fr", "1440000040", 2)),
        ),
        ("root.crl", revoked_nothing(&root)),
        ("issuing.crl", revoked_nothing(&issuing)),
    ] {
        std::fs::write(file(name), text).unwrap();
    }
}
