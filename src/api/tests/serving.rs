//! The listening loop over a real socket: it ends in order, and in any case.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
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
use crate::config::Http;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
}

async fn run(router: Router, settings: Http) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let serving = tokio::spawn(async move { serve(listener, router, &settings, stopping).await });
    Running {
        address,
        stop,
        serving,
    }
}

/// No bound that a test could meet by chance.
fn patient() -> Http {
    Http {
        header_timeout: Duration::from_mins(1),
        shutdown_grace: Duration::from_mins(1),
        ..Http::default()
    }
}

fn greeting() -> Router {
    Router::new().route("/", get(async || "hello"))
}

/// Reads until something like this was sent.
async fn read_until(client: &mut TcpStream, wanted: &str) {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(wanted) {
        let byte = client.read_u8().await;
        read.push(byte.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&read))));
    }
}

#[tokio::test]
async fn who_does_not_end_the_head_of_a_request_is_disconnected() {
    let settings = Http {
        header_timeout: Duration::from_millis(50),
        ..patient()
    };
    let node = run(greeting(), settings).await;
    for (sent, answers) in [
        (&b""[..], 0),
        (b"GET / HTT", 0),
        (b"GET / HTTP/1.1\r\nhost: loc", 0),
        (REQUEST, 1), // and then nothing
    ] {
        let mut client = TcpStream::connect(node.address).await.unwrap();
        client.write_all(sent).await.unwrap();
        // Ends when the connection does, and it is not we who close it.
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer.matches("HTTP/1.1 200").count(), answers, "{answer}");
    }
}

#[tokio::test]
async fn a_connection_too_many_waits_until_another_ends() {
    let settings = Http {
        max_connections: NonZeroUsize::MIN,
        ..patient()
    };
    let node = run(greeting(), settings).await;
    let mut first = TcpStream::connect(node.address).await.unwrap();
    first.write_all(REQUEST).await.unwrap();
    read_until(&mut first, "hello").await;
    let mut second = TcpStream::connect(node.address).await.unwrap();
    second.write_all(REQUEST).await.unwrap();
    // The first is served again while the second waits, which has nothing to read.
    first.write_all(REQUEST).await.unwrap();
    read_until(&mut first, "hello").await;
    let nothing = second.try_read(&mut [0; 1]).unwrap_err();
    assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
    drop(first);
    read_until(&mut second, "hello").await;
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
    let node = run(Router::new().route("/", get(handler)), patient()).await;
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
    let settings = Http {
        shutdown_grace: Duration::from_millis(1),
        ..patient()
    };
    let node = run(Router::new().route("/", get(handler)), settings).await;
    let mut client = TcpStream::connect(node.address).await.unwrap();
    client.write_all(REQUEST).await.unwrap();
    begun.notified().await;
    node.stop.cancel();
    node.serving.await.unwrap().unwrap();
}
