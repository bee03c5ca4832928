//! The listening loop: from bound sockets to the router, and an orderly end.
//!
//! What a client may hold without asking anything is bounded here: connections, and the time until
//! a head is whole. What a request may hold is bounded in [`super::edge`].

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::config;
use crate::service::peers::{Peer, Peers};

/// The listener for operators, who are let in by their certificates.
pub struct PeerListener {
    /// Where they come.
    pub listener: TcpListener,
    /// Who receives them.
    pub peers: Peers,
}

/// Serves until `stop` is cancelled; then takes no new connection and lets running requests end
/// within the grace of the settings, after which they are cut.
///
/// Beyond the most connections of the settings, new ones wait in the queue of the system until
/// another ends.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: &config::Http,
    stop: CancellationToken,
) -> io::Result<()> {
    serve_with_peers(listener, None, router, settings, stop).await
}

/// The same on two listeners: both count against the most connections. What is asked by an operator
/// carries the [`Peer`], and its connection is closed at once when it is no longer admitted.
pub async fn serve_with_peers(
    mut listener: TcpListener,
    mut peers: Option<PeerListener>,
    router: Router,
    settings: &config::Http,
    stop: CancellationToken,
) -> io::Result<()> {
    let mut http = http1::Builder::new();
    // It also bounds how long a connection may lie idle between two requests.
    http.timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout);
    let most = settings.max_connections.get();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = connections.join_next() => tell(ended),
            // These wait where the process has no more files to open.
            (stream, address) = Listener::accept(&mut listener), if connections.len() < most => {
                let connection = Connection::new(&http, address, &router, &stop);
                connections.spawn(connection.converse(stream));
            }
            Some((stream, address, peers)) = next_peer(peers.as_mut()), if connections.len() < most => {
                let connection = Connection::new(&http, address, &router, &stop);
                connections.spawn(connection.receive(stream, peers));
            }
        }
    }
    drop((listener, peers));
    let ends = async {
        while let Some(ended) = connections.join_next().await {
            tell(ended);
        }
    };
    if tokio::time::timeout(settings.shutdown_grace, ends)
        .await
        .is_err()
    {
        tracing::warn!(
            grace_s = settings.shutdown_grace.as_secs_f64(),
            connections = connections.len(),
            "requests were cut at the end of the grace"
        );
    }
    Ok(())
}

async fn next_peer(peers: Option<&mut PeerListener>) -> Option<(TcpStream, SocketAddr, Peers)> {
    let PeerListener { listener, peers } = peers?;
    let (stream, address) = Listener::accept(listener).await;
    Some((stream, address, peers.clone()))
}

/// One connection and what answers it.
struct Connection {
    http: http1::Builder,
    address: SocketAddr,
    router: Router,
    stop: CancellationToken,
}

impl Connection {
    fn new(
        http: &http1::Builder,
        address: SocketAddr,
        router: &Router,
        stop: &CancellationToken,
    ) -> Self {
        Self {
            http: http.clone(),
            address,
            router: router.clone(),
            stop: stop.clone(),
        }
    }

    /// Answers whoever it is.
    async fn converse(self, stream: TcpStream) {
        send_at_once(&stream);
        self.answer(stream, None, std::future::pending()).await;
    }

    /// Answers an operator, as long as it is admitted.
    async fn receive(self, stream: TcpStream, peers: Peers) {
        send_at_once(&stream);
        let received = tokio::select! {
            received = peers.receive(stream) => received,
            () = self.stop.cancelled() => return,
        };
        if let Some((stream, peer)) = received {
            let refused = peers.until_refused(&peer);
            self.answer(stream, Some(peer.clone()), refused).await;
        }
    }

    /// Answers the requests of the connection: after `stop`, only the one that runs; after `refused`,
    /// none, and what was begun is cut.
    async fn answer<S>(self, stream: S, peer: Option<Peer>, refused: impl Future<Output = ()>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let address = self.address;
        let service = self
            .router
            .map_request(move |mut request: Request<Incoming>| {
                let extensions = request.extensions_mut();
                extensions.insert(ConnectInfo(address));
                if let Some(peer) = &peer {
                    extensions.insert(peer.clone());
                }
                request
            });
        let served = self
            .http
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let (mut served, mut refused) = (pin!(served), pin!(refused));
        // Refusal first, whenever there is a choice: no request begins after the news of it.
        let ended = tokio::select! {
            biased;
            () = refused.as_mut() => return,
            ended = served.as_mut() => ended,
            () = self.stop.cancelled() => {
                served.as_mut().graceful_shutdown();
                tokio::select! {
                    biased;
                    () = refused => return,
                    ended = served => ended,
                }
            }
        };
        // The client went away, was too slow or does not speak HTTP: its affair, not one of the service.
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// Answers are small and complete: waiting to fill a packet would only delay them.
fn send_at_once(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
}

fn tell(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection broke down");
    }
}
