//! The listener for operators over real sockets: who is connected stays so only while it is admitted.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::routing::get;
use axum::{Extension, Router};
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::CancellationToken;

use super::asking::Service;
use crate::api::{PeerListener, serve_with_peers};
use crate::config::Http;
use crate::domain::admission::{Decision, Question, Reason};
use crate::domain::clock::FixedClock;
use crate::service::peers::{Peer, Peers};
use crate::telemetry::Metrics;
use crate::telemetry::metrics::ReadModelReading;
use crate::trust::pki::{Draft, NOW, new_key};
use crate::trust::tls::testing::{HOST, World, certified, decision, shown};

/// A node whose decisions a test changes.
struct Running {
    world: World,
    plain: SocketAddr,
    tls: SocketAddr,
    refused: Arc<Mutex<BTreeSet<Vec<u8>>>>,
    epochs: watch::Sender<i64>,
    metrics: Metrics,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
}

/// How long admissions are believed without an epoch.
#[derive(Clone, Copy)]
enum Believed {
    /// Longer than a test takes.
    Long,
    /// They end at once, and are asked again.
    Briefly,
}

/// No bound that a test could meet by chance.
fn patient() -> Http {
    Http {
        header_timeout: Duration::from_mins(1),
        shutdown_grace: Duration::from_mins(1),
        ..Http::default()
    }
}

async fn run(router: Router, settings: Http, believed: Believed) -> Running {
    let world = World::new();
    let refused: Arc<Mutex<BTreeSet<Vec<u8>>>> = Arc::default();
    let (epochs, _) = watch::channel(1);
    let metrics = Metrics::new();
    let known = Arc::clone(&refused);
    let decide = move |question: &Question| {
        let own = question.chain.first().unwrap();
        if known.lock().unwrap().contains(own) {
            return decision(&[Reason::OperatorSuspended]);
        }
        let valid_until = Some(match believed {
            Believed::Long => NOW + time::Duration::HOUR,
            Believed::Briefly => NOW,
        });
        let admitted = Decision::clone(&decision(&[]));
        Arc::new(Decision {
            valid_until,
            ..admitted
        })
    };
    let peers = Peers::deciding(
        Arc::new(decide),
        epochs.subscribe(),
        world.identity.clone(),
        &world.anchors(),
        Arc::new(FixedClock(NOW)),
        settings.header_timeout,
        metrics.clone(),
    );
    let listeners = [
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    ];
    let [plain, tls] = listeners.each_ref().map(|it| it.local_addr().unwrap());
    let [listener, for_peers] = listeners;
    let peers = PeerListener {
        listener: for_peers,
        peers,
    };
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let serving = tokio::spawn(async move {
        serve_with_peers(listener, Some(peers), router, &settings, stopping).await
    });
    Running {
        world,
        plain,
        tls,
        refused,
        epochs,
        metrics,
        stop,
        serving,
    }
}

impl Running {
    /// Another operator.
    fn gateway(&self) -> Arc<CertifiedKey> {
        let key = new_key();
        certified(
            &[Draft::gateway(&self.world.root, &key).der(&self.world.root.key)],
            &key,
        )
    }

    async fn try_connect(&self, gateway: &Arc<CertifiedKey>) -> std::io::Result<Client> {
        let stream = TcpStream::connect(self.tls).await.unwrap();
        let client = self
            .world
            .client(&rustls::version::TLS13, Some(shown(gateway)));
        let name = ServerName::try_from(HOST).unwrap();
        let stream = TlsConnector::from(client).connect(name, stream).await?;
        Ok(Client(stream))
    }

    async fn connect(&self, gateway: &Arc<CertifiedKey>) -> Client {
        self.try_connect(gateway).await.unwrap()
    }

    fn refuse(&self, gateway: &CertifiedKey) {
        self.refused
            .lock()
            .unwrap()
            .insert(gateway.cert[0].to_vec());
    }

    /// As when a snapshot is installed.
    fn next_epoch(&self) {
        self.epochs.send_modify(|epoch| *epoch += 1);
    }

    /// Waits until so many connections of operators are open.
    async fn connected(&self, many: usize) {
        let line = format!("annuaire_peers_connected {many}");
        let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
        loop {
            let text = self.metrics.render(&ReadModelReading::default()).unwrap();
            if text.lines().any(|it| it == line) {
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "{text}");
            tokio::task::yield_now().await;
        }
    }
}

struct Client(TlsStream<TcpStream>);

impl Client {
    async fn ask(&mut self, path: &str) {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {HOST}\r\n\r\n");
        self.0.write_all(request.as_bytes()).await.unwrap();
    }

    /// Reads until something like this was sent.
    async fn hears(&mut self, wanted: &str) {
        let mut read = Vec::new();
        while !String::from_utf8_lossy(&read).contains(wanted) {
            let byte = self.0.read_u8().await;
            read.push(byte.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&read))));
        }
    }

    /// Whatever comes until the connection ends, which is not we who end it. It may end without the words
    /// of TLS for it: what was cut must not look whole.
    async fn rest(mut self) -> String {
        let mut read = Vec::new();
        let _ = self.0.read_to_end(&mut read).await;
        String::from_utf8(read).unwrap()
    }
}

async fn sha256(Extension(peer): Extension<Peer>) -> String {
    peer.sha256().to_string()
}

/// Answers at once, never, and without an end.
fn router(begun: &Arc<Notify>) -> Router {
    let tell = Arc::clone(begun);
    let never = move || async move {
        tell.notify_one();
        std::future::pending::<&'static str>().await
    };
    let endless = async || {
        let (sender, receiver) = watch::channel("first event\n");
        let stream = tokio_stream::wrappers::WatchStream::new(receiver);
        // Kept for as long as the node runs.
        std::mem::forget(sender);
        Body::from_stream(tokio_stream::StreamExt::map(
            stream,
            Ok::<_, std::convert::Infallible>,
        ))
    };
    Router::new()
        .route("/", get(async || "hello"))
        .route("/me", get(sha256))
        .route("/never", get(never))
        .route("/endless", get(endless))
}

#[tokio::test]
async fn an_operator_that_is_suspended_is_cut_off_whatever_it_is_doing() {
    let begun = Arc::new(Notify::new());
    let node = run(router(&begun), patient(), Believed::Long).await;
    let (suspended, other) = (node.gateway(), node.gateway());
    let mut silent = node.connect(&suspended).await;
    let mut idle = node.connect(&suspended).await;
    let mut waiting = node.connect(&suspended).await;
    let mut listening = node.connect(&suspended).await;
    let mut bystander = node.connect(&other).await;
    node.connected(5).await;
    idle.ask("/").await;
    idle.hears("hello").await;
    waiting.ask("/never").await;
    begun.notified().await;
    listening.ask("/endless").await;
    listening.hears("first event\n\r\n").await;

    // An epoch that changes nothing for anybody.
    node.next_epoch();
    idle.ask("/").await;
    idle.hears("hello").await;

    node.refuse(&suspended);
    node.next_epoch();
    for client in [silent, idle, waiting, listening] {
        assert_eq!(client.rest().await, "");
    }
    node.connected(1).await;
    bystander.ask("/me").await;
    let own = crate::trust::digest::sha256(&other.cert[0]);
    bystander.hears(&own.to_string()).await;

    // And it does not come back.
    if let Ok(client) = node.try_connect(&suspended).await {
        silent = client;
        assert_eq!(silent.rest().await, "");
    }
    let text = node.metrics.render(&ReadModelReading::default()).unwrap();
    for line in [
        "annuaire_peers_accepted_total 5",
        "annuaire_peers_closed_total{reason=\"operator.suspended\"} 4",
        "annuaire_peers_connected 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}: {text}");
    }
}

#[tokio::test]
async fn a_peer_is_told_who_it_is_where_peers_are_known() {
    let service = Service::new();
    let (status, problem) = service.refused("/v1/peer").await;
    assert_eq!((status, &problem["code"]), (404, &"peer.unknown".into()));
    let node = run(service.router(), patient(), Believed::Long).await;
    let gateway = node.gateway();
    let mut client = node.connect(&gateway).await;
    client.ask("/v1/peer").await;
    let own = crate::trust::digest::sha256(&gateway.cert[0]);
    client.hears(&format!("\"sha256\":\"{own}\"")).await;
    client.hears("\"verdict\":\"admit\"").await;
}

#[tokio::test]
async fn an_admission_that_ends_is_asked_for_again_without_an_epoch() {
    let node = run(router(&Arc::default()), patient(), Believed::Briefly).await;
    let gateway = node.gateway();
    let mut client = node.connect(&gateway).await;
    client.ask("/").await;
    client.hears("hello").await;
    node.refuse(&gateway);
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn both_listeners_share_the_most_connections_and_refusals_free_theirs() {
    let settings = Http {
        max_connections: NonZeroUsize::MIN,
        ..patient()
    };
    let node = run(router(&Arc::default()), settings, Believed::Long).await;
    let (refused, admitted) = (node.gateway(), node.gateway());
    node.refuse(&refused);
    if let Ok(client) = node.try_connect(&refused).await {
        assert_eq!(client.rest().await, "");
    }
    let mut plain = TcpStream::connect(node.plain).await.unwrap();
    plain
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut read = [0; 12];
    plain.read_exact(&mut read).await.unwrap();
    assert_eq!(&read, b"HTTP/1.1 200");
    // The one connection is taken: the handshake of the other begins when it ends.
    let mut connecting = Box::pin(node.try_connect(&admitted));
    let early = tokio::time::timeout(Duration::from_millis(50), connecting.as_mut()).await;
    assert!(early.is_err());
    drop(plain);
    let mut client = connecting.await.unwrap();
    client.ask("/").await;
    client.hears("hello").await;
}

#[tokio::test]
async fn a_handshake_that_stands_still_is_cut() {
    let settings = Http {
        header_timeout: Duration::from_millis(50),
        ..patient()
    };
    let node = run(router(&Arc::default()), settings, Believed::Long).await;
    for begun in [&b""[..], b"\x16\x03\x01\x02\x00\x01"] {
        let mut stream = TcpStream::connect(node.tls).await.unwrap();
        stream.write_all(begun).await.unwrap();
        // It is not we who end it.
        let mut read = Vec::new();
        let _ = stream.read_to_end(&mut read).await;
        assert_eq!(read, b"");
    }
}

#[tokio::test]
async fn the_end_of_the_node_lets_a_running_request_of_an_operator_end() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&begun), Arc::clone(&go_on));
    let handler = move || async move {
        tell.notify_one();
        wait.notified().await;
        "the end"
    };
    let router = Router::new().route("/", get(handler));
    let node = run(router, patient(), Believed::Long).await;
    let mut client = node.connect(&node.gateway()).await;
    client.ask("/").await;
    begun.notified().await;
    node.stop.cancel();
    go_on.notify_one();
    assert!(client.rest().await.ends_with("the end"));
    node.serving.await.unwrap().unwrap();
    assert!(TcpStream::connect(node.tls).await.is_err());
}
