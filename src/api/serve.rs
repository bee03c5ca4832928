//! The listening loop: from a bound socket to the router, and an orderly end.
//!
//! What a client may hold without asking anything is bounded here: connections, and the time until
//! a head is whole. What a request may hold is bounded in [`super::edge`].

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
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::config;

/// Serves until `stop` is cancelled; then takes no new connection and lets running requests end
/// within the grace of the settings, after which they are cut.
///
/// Beyond the most connections of the settings, new ones wait in the queue of the system until
/// another ends.
pub async fn serve(
    mut listener: TcpListener,
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
            // This one waits where the process has no more files to open.
            (stream, peer) = Listener::accept(&mut listener), if connections.len() < most => {
                connections.spawn(converse(http.clone(), stream, peer, router.clone(), stop.clone()));
            }
        }
    }
    drop(listener);
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

/// Answers the requests of one connection; after `stop`, only the one that runs.
async fn converse(
    http: http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    stop: CancellationToken,
) {
    // Answers are small and complete: waiting to fill a packet would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let service = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let mut connection =
        pin!(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // The client went away, was too slow or does not speak HTTP: its affair, not one of the service.
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

fn tell(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection broke down");
    }
}
