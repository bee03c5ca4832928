use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration as Span;

use time::Duration;
use time::macros::datetime;

use super::{Registry, WatchError, Watching};
use crate::domain::admission::{Question, Reason, Role};
use crate::domain::calendar::rfc3339;
use crate::domain::digest::Digest;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::onboarding::OperatorState;
use crate::domain::trust_list::TrustList;
use crate::domain::trust_state::TrustState;
use crate::remote::testing::{Said, Server, answer};
use crate::remote::{Access, Client, Redirects, Roots};
use crate::service::admission::testing::{
    ACTIVE_DOMAIN, EPOCH, Hands, active, list, state, unready,
};
use crate::service::admission::{Admission, Known};
use crate::trust::digest::sha256;
use crate::trust::edition::{Edition, Plan, produce};
use crate::trust::log::{ConsistencyProof, Frontier};
use crate::trust::sidecar::{PreviousVersion, SignerNotice, SignerStatus};
use crate::trust::sign::testing::openssl;
use crate::trust::sign::{PemSigner, Signer as _};

/// Keys that sign lists for a hundred years; made once.
fn signer(number: usize) -> &'static PemSigner {
    static MADE: OnceLock<Vec<PemSigner>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let make = |number: usize| {
            let dir = tempfile::tempdir().unwrap();
            let request =
                "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 36500";
            openssl(
                dir.path(),
                &format!("{request} -subj /CN=signataire-{number}"),
            );
            let path = |name: &str| dir.path().join(name);
            PemSigner::open(&path("key.pem"), &path("cert.pem")).unwrap()
        };
        (0..3).map(make).collect()
    });
    &made[number]
}

fn pin(number: usize) -> Digest {
    sha256(signer(number).certificate())
}

/// A registry that says what it is told to.
struct Pretended {
    server: Server,
    editions: Vec<Edition>,
    state: TrustState,
    hands: Hands,
}

impl Pretended {
    fn new() -> Self {
        Self {
            server: Server::start(),
            editions: Vec::new(),
            state: state(),
            hands: Hands::new(),
        }
    }

    /// Publishes the next list, signed by one and announcing others.
    fn publish(&mut self, by: usize, announced: &[usize]) {
        let edition = self.edition(by, announced);
        self.editions.push(edition);
        self.state.list = i64::try_from(self.editions.len()).ok();
        self.tell();
    }

    fn edition(&self, by: usize, announced: &[usize]) -> Edition {
        let mut log = Frontier::default();
        for edition in &self.editions {
            log.append(edition.leaf);
        }
        let last = self.editions.last();
        let minutes = i64::try_from(self.editions.len()).unwrap();
        let at = datetime!(2099-01-02 1:00 UTC) + Duration::minutes(minutes);
        let notice = |number, status| SignerNotice {
            sha256: pin(number),
            status,
            from: datetime!(2099-01-02 0:00 UTC),
        };
        let current = [notice(by, SignerStatus::Current)];
        let next = announced.iter().map(|it| notice(*it, SignerStatus::Next));
        let plan = Plan {
            list: &TrustList::assemble(at, list().list.entries),
            issuer: "un essai",
            next_update: at + Duration::DAY,
            previous: last.map(|last| PreviousVersion {
                sequence: last.meta.sequence,
                sha256: last.meta.xml.sha256,
            }),
            log,
            signers: current.into_iter().chain(next).collect(),
        };
        produce(plan, signer(by)).unwrap()
    }

    /// Says where it stands.
    fn tell(&self) {
        self.tell_aged(0);
    }

    /// The same, as a node says it that saw the truth so many milliseconds ago.
    fn tell_aged(&self, age_ms: u64) {
        let last = self.editions.last();
        let used = last.map(|last| {
            serde_json::json!({ "sequence": last.meta.sequence, "sha256": last.meta.xml.sha256 })
        });
        let alive = serde_json::json!({
            "epoch": self.state.epoch,
            "epoch_at": self.state.epoch_at.map(rfc3339),
            "confirmed_at": rfc3339(self.state.at),
            "age_ms": age_ms,
            "list": used,
        });
        self.says_event(&format!("event: alive\ndata: {alive}\n\n"));
        let state = serde_json::to_vec(&self.state).unwrap();
        self.server.says("/v1/trust-space/state", Said::ok(&state));
        if let Some(last) = last {
            self.says_list(last);
        }
    }

    fn says_event(&self, text: &str) {
        let body = answer(
            "200 OK",
            "content-type: text/event-stream\r\n",
            text.as_bytes(),
        );
        self.server.says("/v1/trust-list/events", Said::Raw(body));
    }

    fn says_list(&self, edition: &Edition) {
        let (xml, jws) = (
            "/trust/listeblanchemssante.xml",
            "/trust/listeblanchemssante.meta.jws",
        );
        self.server.says(xml, Said::ok(&edition.xml));
        self.server.says(jws, Said::ok(edition.meta_jws.as_bytes()));
    }

    fn says_proof(&self, from: u64, to: u64) {
        let leaves: Vec<_> = self.editions.iter().map(|it| it.leaf).collect();
        let proof = ConsistencyProof::build(&leaves, from, to).unwrap();
        let mut path = String::from("/v1/trust-lists/log/consistency");
        write!(path, "?from={from}&to={to}").unwrap();
        self.server
            .says(&path, Said::ok(&serde_json::to_vec(&proof).unwrap()));
    }

    fn is_away(&self) {
        for path in ["/v1/trust-list/events", "/v1/trust-space/state"] {
            self.server.says(path, Said::status("503 Away", ""));
        }
    }

    async fn node(&self, dir: &Path) -> (Admission, Watching) {
        let admission = unready(Arc::new(self.hands.clone()), 10);
        let client = Client::new(&Access {
            permits: |_| true,
            timeout: Span::from_secs(5),
            redirects: Redirects::Never,
            roots: Roots::Only(Vec::new()),
            identity: None,
        });
        let registry = Registry::new(client.unwrap(), &self.server.url("/"));
        let node = Watching::open(admission.clone(), registry, vec![pin(0)], dir);
        (admission, node.await.unwrap())
    }
}

/// Why the operator in force is refused; nothing where it is admitted.
fn refused(admission: &Admission) -> Vec<Reason> {
    let question = Question {
        chain: active(),
        mail_domain: Some(MailDomainName::parse(ACTIVE_DOMAIN).unwrap()),
        role: Role::SmtpClient,
        host: None,
        stapled: None,
    };
    admission.decide(&question).reasons.clone()
}

const ADMITTED: [Reason; 0] = [];

#[tokio::test]
async fn a_node_decides_by_what_it_was_told_and_by_what_it_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut registry = Pretended::new();
    registry.publish(0, &[]);
    let (admission, mut node) = registry.node(dir.path()).await;
    assert_eq!(refused(&admission), [Reason::NodeUnready]);
    node.look().await.unwrap();
    assert_eq!(refused(&admission), ADMITTED);
    drop(node);

    // Without the registry, as long as the lease would have run without the restart.
    registry.is_away();
    registry.hands.turn(Duration::minutes(30));
    let (admission, mut node) = registry.node(dir.path()).await;
    assert_eq!(refused(&admission), ADMITTED);
    let left = Duration::minutes(90);
    let Known::Until(until) = admission.known() else {
        panic!("{:?}", admission.known());
    };
    assert!((registry.hands_now() + left - until).abs() < Duration::SECOND * 5);
    assert!(node.look().await.is_err());
    drop(node);
    registry.hands.turn(Duration::minutes(91));
    let (admission, mut node) = registry.node(dir.path()).await;
    assert!(refused(&admission).contains(&Reason::NodeLeaseLost));
    registry.tell();
    node.look().await.unwrap();
    assert!(!refused(&admission).contains(&Reason::NodeLeaseLost));
}

impl Pretended {
    fn hands_now(&self) -> time::OffsetDateTime {
        use crate::domain::clock::Clock as _;
        self.hands.now()
    }
}

#[tokio::test]
async fn a_lie_about_the_list_lets_nobody_in() {
    let mut registry = Pretended::new();
    registry.publish(1, &[]);
    let dir = tempfile::tempdir().unwrap();
    let (admission, mut node) = registry.node(dir.path()).await;
    let error = node.look().await.unwrap_err();
    assert!(matches!(error, WatchError::List(_)), "{error}");
    let reasons = refused(&admission);
    assert!(reasons.contains(&Reason::ListUntrusted), "{reasons:?}");
    assert!(reasons.contains(&Reason::NodeLeaseLost), "{reasons:?}");
}

#[tokio::test]
async fn what_is_taken_away_is_taken_away_even_where_the_list_is_not_believed() {
    let mut registry = Pretended::new();
    registry.publish(0, &[]);
    let dir = tempfile::tempdir().unwrap();
    let (admission, mut node) = registry.node(dir.path()).await;
    node.look().await.unwrap();
    registry.state.epoch += 1;
    registry.state.operators[0].state = OperatorState::Suspended;
    registry.publish(1, &[]);
    assert!(node.look().await.is_err());
    let reasons = refused(&admission);
    assert!(reasons.contains(&Reason::OperatorSuspended), "{reasons:?}");
}

#[tokio::test]
async fn what_cannot_be_made_ready_is_not_taken_for_known() {
    let mut registry = Pretended::new();
    registry.publish(0, &[]);
    let dir = tempfile::tempdir().unwrap();
    let (admission, mut node) = registry.node(dir.path()).await;
    node.look().await.unwrap();
    let Known::Until(until) = admission.known() else {
        panic!("{:?}", admission.known());
    };
    registry.state.epoch += 1;
    registry.state.operators[0].state = OperatorState::Suspended;
    registry.tell();
    registry.hands.turn(Duration::minutes(30));
    let make = std::mem::replace(&mut node.make, |_, _, _| panic!("an odd certificate"));
    for _ in 0..2 {
        let error = node.look().await.unwrap_err();
        assert!(matches!(error, WatchError::BrokenOff(_)), "{error}");
    }
    let Known::Until(still) = admission.known() else {
        panic!("{:?}", admission.known());
    };
    assert!(
        (until - still).abs() < Duration::SECOND * 5,
        "the lease runs on"
    );
    node.make = make;
    node.look().await.unwrap();
    let reasons = refused(&admission);
    assert!(reasons.contains(&Reason::OperatorSuspended), "{reasons:?}");
}

#[tokio::test]
async fn an_epoch_of_another_history_is_not_the_one_that_is_known() {
    let mut registry = Pretended::new();
    registry.publish(0, &[]);
    let dir = tempfile::tempdir().unwrap();
    let (admission, mut node) = registry.node(dir.path()).await;
    node.look().await.unwrap();
    let own = registry.state.epoch_at;
    registry.state.epoch_at = own.map(|at| at + Duration::SECOND);
    registry.tell();
    let error = node.look().await.unwrap_err();
    assert!(matches!(error, WatchError::Another(EPOCH)), "{error}");
    let reasons = refused(&admission);
    assert!(reasons.contains(&Reason::NodeLeaseLost), "{reasons:?}");
    registry.state.epoch_at = own;
    registry.tell();
    node.look().await.unwrap();
    assert_eq!(refused(&admission), ADMITTED);
}

#[tokio::test]
async fn a_machine_that_was_started_since_waits_for_the_registry() {
    let mut registry = Pretended::new();
    registry.publish(0, &[]);
    let dir = tempfile::tempdir().unwrap();
    for boot in [None, Some("another start".to_owned())] {
        let (_, mut node) = registry.node(dir.path()).await;
        node.disk.boot = boot;
        node.look().await.unwrap();
        node.disk.confirm(registry.hands_now()).unwrap();
        drop(node);
        let (admission, mut node) = registry.node(dir.path()).await;
        assert_eq!(refused(&admission), [Reason::NodeLeaseLost]);
        node.look().await.unwrap();
        assert_eq!(refused(&admission), ADMITTED);
    }
    // What the clock showed is remembered: beyond what clocks may differ, it is not believed again.
    registry.hands.turn(-Duration::minutes(3));
    let (admission, mut node) = registry.node(dir.path()).await;
    node.look().await.unwrap();
    assert_eq!(refused(&admission), [Reason::NodeClockBack]);
}

#[tokio::test]
async fn neither_the_state_nor_the_list_goes_back() {
    let mut registry = Pretended::new();
    registry.publish(0, &[]);
    registry.publish(0, &[]);
    let dir = tempfile::tempdir().unwrap();
    let (admission, mut node) = registry.node(dir.path()).await;
    node.look().await.unwrap();
    for restart in [false, true] {
        if restart {
            drop(node);
            (_, node) = registry.node(dir.path()).await;
        }
        registry.state.epoch = EPOCH - 1;
        registry.tell();
        let error = node.look().await.unwrap_err();
        let went_back = matches!(error, WatchError::WentBack { known, found }
            if known == EPOCH && found == EPOCH - 1);
        assert!(went_back, "{error}");
        registry.state.epoch = EPOCH;

        // The list of the past, told as a new one.
        let first = &registry.editions[0];
        let alive = serde_json::json!({
            "epoch": EPOCH, "epoch_at": registry.state.epoch_at.map(rfc3339), "confirmed_at": rfc3339(registry.state.at), "age_ms": 0,
            "list": { "sequence": 3, "sha256": first.meta.xml.sha256 },
        });
        registry.says_event(&format!("event: alive\ndata: {alive}\n\n"));
        registry.says_list(first);
        let error = node.look().await.unwrap_err();
        assert!(matches!(error, WatchError::List(_)), "{error}");
        // Another list of the same number.
        let alive = serde_json::json!({
            "epoch": EPOCH, "epoch_at": registry.state.epoch_at.map(rfc3339), "confirmed_at": rfc3339(registry.state.at), "age_ms": 0,
            "list": { "sequence": 2, "sha256": first.meta.xml.sha256 },
        });
        registry.says_event(&format!("event: alive\ndata: {alive}\n\n"));
        let error = node.look().await.unwrap_err();
        assert!(error.to_string().contains("two lists"), "{error}");
    }
    assert_eq!(
        admission.snapshot().unwrap().list().unwrap().used.sequence,
        2
    );
}

#[tokio::test]
async fn signers_roll_over_as_the_list_announces_them() {
    let mut registry = Pretended::new();
    registry.publish(0, &[1]);
    let dir = tempfile::tempdir().unwrap();
    let (admission, mut node) = registry.node(dir.path()).await;
    node.look().await.unwrap();
    let stranger = registry.edition(2, &[]);
    registry.editions.push(stranger);
    registry.tell();
    assert!(node.look().await.is_err(), "nobody announced it");
    registry.editions.pop();
    registry.publish(1, &[]);
    node.look().await.unwrap();
    drop(node);
    // Only the one before announced it: that is remembered.
    let (again, mut node) = registry.node(dir.path()).await;
    assert_eq!(refused(&again), ADMITTED);
    registry.publish(1, &[]);
    node.look().await.unwrap();
    let used = |admission: &Admission| admission.snapshot().unwrap().list().unwrap().used.sequence;
    assert_eq!((used(&admission), used(&again)), (2, 3));
}

#[tokio::test]
async fn missed_lists_are_bridged_by_a_proof_of_the_log_alone() {
    let mut registry = Pretended::new();
    registry.publish(0, &[]);
    let dir = tempfile::tempdir().unwrap();
    let (admission, mut node) = registry.node(dir.path()).await;
    node.look().await.unwrap();
    for _ in 0..3 {
        registry.publish(0, &[]);
    }
    assert!(node.look().await.is_err(), "there is no proof");
    let mut other = Pretended::new();
    for _ in 0..4 {
        let mut edition = registry.edition(0, &[]);
        edition.leaf = Digest::new([7; 32]);
        other.editions.push(edition);
    }
    let server = std::mem::replace(&mut other.server, registry.server.clone());
    drop(server);
    other.says_proof(1, 4);
    assert!(node.look().await.is_err(), "the proof is of another log");
    registry.says_proof(1, 4);
    node.look().await.unwrap();
    assert_eq!(
        admission.snapshot().unwrap().list().unwrap().used.sequence,
        4
    );
}

#[tokio::test]
async fn the_lease_is_no_longer_than_what_the_registry_itself_knows() {
    let mut registry = Pretended::new();
    registry.publish(0, &[]);
    let dir = tempfile::tempdir().unwrap();
    let (admission, mut node) = registry.node(dir.path()).await;
    registry.tell_aged(60 * 60 * 1_000);
    node.look().await.unwrap();
    let Known::Until(until) = admission.known() else {
        panic!("{:?}", admission.known());
    };
    assert!(until - registry.hands_now() <= Duration::HOUR);
    // A node of the registry that does not know the present says so.
    for said in [
        ": this node does not know the present\n\n",
        "",
        "event: alive\ndata: {}\n\n",
    ] {
        registry.says_event(said);
        assert!(node.look().await.is_err(), "{said:?}");
    }
    let Known::Until(still) = admission.known() else {
        panic!("{:?}", admission.known());
    };
    assert!((until - still).abs() < Duration::SECOND);
}

#[tokio::test]
async fn what_the_disk_lost_is_not_believed() {
    let mut registry = Pretended::new();
    registry.publish(0, &[]);
    let dir = tempfile::tempdir().unwrap();
    let (_, mut node) = registry.node(dir.path()).await;
    node.look().await.unwrap();
    drop(node);
    registry.is_away();
    let files: Vec<PathBuf> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("lock"))
        .collect();
    assert_eq!(files.len(), 4);
    for file in files {
        let whole = std::fs::read(&file).unwrap();
        let mut broken = whole.clone();
        *broken.last_mut().unwrap() ^= 1;
        std::fs::write(&file, broken).unwrap();
        let (admission, node) = registry.node(dir.path()).await;
        assert_eq!(
            refused(&admission),
            [Reason::NodeUnready],
            "{}",
            file.display()
        );
        drop(node);
        std::fs::write(&file, whole).unwrap();
    }
    let (admission, node) = registry.node(dir.path()).await;
    assert_eq!(refused(&admission), ADMITTED);
    drop(node);
    // A clock that went back would make the lease longer.
    registry.hands.turn(-Duration::SECOND * 10);
    let (admission, _node) = registry.node(dir.path()).await;
    assert!(refused(&admission).contains(&Reason::NodeLeaseLost));
}

#[tokio::test]
async fn a_registry_that_drips_is_waited_for_no_longer_than_one_that_is_silent() {
    let registry = Pretended::new();
    let dir = tempfile::tempdir().unwrap();
    let (_, node) = registry.node(dir.path()).await;
    for drop in [": nothing\n".as_bytes(), b"event: list\ndata: {}\n\n", b"x"] {
        registry
            .server
            .says("/v1/trust-list/events", Said::Dripping(drop));
        // It returns when its thread has: there is no other end.
        let alive = node.registry.alive(Span::from_millis(200));
        let alive = tokio::time::timeout(Span::from_mins(1), alive).await;
        assert!(matches!(alive, Ok(Ok(None))), "{alive:?}");
    }
}
