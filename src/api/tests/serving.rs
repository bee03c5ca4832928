//! The listening loop over a real socket: it ends in order, and in any case.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api::serve;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
}

async fn run(router: Router, grace: Duration) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, router, stop.clone(), grace));
    Running {
        address,
        stop,
        serving,
    }
}

#[tokio::test]
async fn a_running_request_is_answered_before_the_end() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&begun), Arc::clone(&go_on));
    let handler = move |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move {
        tell.notify_one();
        wait.notified().await;
        peer.ip().to_string()
    };
    let node = run(
        Router::new().route("/", get(handler)),
        Duration::from_mins(1),
    )
    .await;
    let mut client = TcpStream::connect(node.address).await.unwrap();
    client.write_all(REQUEST).await.unwrap();
    begun.notified().await;
    node.stop.cancel();
    go_on.notify_one();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with("127.0.0.1"), "{answer}");
    node.serving.await.unwrap().unwrap();
    assert!(TcpStream::connect(node.address).await.is_err());
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_after_the_grace() {
    let begun = Arc::new(Notify::new());
    let tell = Arc::clone(&begun);
    let handler = move || async move {
        tell.notify_one();
        std::future::pending::<&'static str>().await
    };
    let node = run(
        Router::new().route("/", get(handler)),
        Duration::from_millis(1),
    )
    .await;
    let mut client = TcpStream::connect(node.address).await.unwrap();
    client.write_all(REQUEST).await.unwrap();
    begun.notified().await;
    node.stop.cancel();
    node.serving.await.unwrap().unwrap();
}
