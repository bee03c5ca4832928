//! Sockets on which Postfix asks, one request after the other on each connection.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::FileTypeExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, split};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::action::Decider;
use super::request::Request;

/// Longest time without a request: beyond what Postfix keeps a connection open for (`$max_idle`).
const IDLE: Duration = Duration::from_secs(330);
/// Longest time to take an answer.
const TAKING: Duration = Duration::from_secs(10);
/// Connections at once: more wait for their turn, as processes of a busy Postfix are fewer.
const CONNECTIONS: usize = 1_024;

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An address and a port.
    Tcp(SocketAddr),
    /// The path of a socket, written `unix:PATH`.
    Unix(PathBuf),
}

impl std::str::FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("unix:") {
            Some("") => Err("unix: needs a path".to_owned()),
            Some(path) => Ok(Self::Unix(path.into())),
            None => text.parse().map(Self::Tcp).map_err(|_| {
                "an address and a port, such as 127.0.0.1:10040, or unix:PATH".to_owned()
            }),
        }
    }
}

/// A socket that is listened on.
#[derive(Debug)]
pub enum Listener {
    /// Of TCP.
    Tcp(TcpListener),
    /// Of the machine itself.
    Unix(UnixListener),
}

impl Listener {
    /// Listens there. A socket that a process left behind is replaced; anything else in its place is not.
    pub async fn bind(place: &Place) -> io::Result<Self> {
        match place {
            Place::Tcp(address) => TcpListener::bind(address).await.map(Self::Tcp),
            Place::Unix(path) => {
                let is_socket =
                    std::fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_socket());
                if is_socket && tokio::net::UnixStream::connect(path).await.is_err() {
                    std::fs::remove_file(path)?;
                }
                UnixListener::bind(path).map(Self::Unix)
            }
        }
    }

    /// The address, where it has one.
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            Self::Unix(_) => None,
        }
    }
}

/// Answers until cancelled.
pub async fn serve(listener: Listener, decider: Decider, cancel: CancellationToken) {
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(seat) = Arc::clone(&seats).acquire_owned().await else {
            return;
        };
        let (decider, stop) = (decider.clone(), cancel.clone());
        let accepted = tokio::select! {
            () = cancel.cancelled() => return,
            accepted = accept(&listener) => accepted,
        };
        match accepted {
            Ok(stream) => {
                tokio::spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = answer(stream, &decider) => {}
                    }
                    drop(seat);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection for policy was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn accept(listener: &Listener) -> io::Result<Box<dyn Stream>> {
    Ok(match listener {
        Listener::Tcp(listener) => Box::new(listener.accept().await?.0),
        Listener::Unix(listener) => Box::new(listener.accept().await?.0),
    })
}

/// Answers the requests of one connection. One that cannot be read ends it without an answer: Postfix then
/// defers the mail.
async fn answer(stream: Box<dyn Stream>, decider: &Decider) {
    let (from, mut to) = split(stream);
    let mut from = BufReader::new(from);
    loop {
        let request = match timeout(IDLE, Request::read(&mut from)).await {
            Ok(Ok(Some(request))) => request,
            Ok(Ok(None)) | Err(_) => return,
            Ok(Err(error)) => {
                tracing::warn!(%error, "a request for policy cannot be read");
                return;
            }
        };
        let action = decider.action(&request).await;
        tracing::debug!(action, "policy");
        let answer = format!("action={action}\n\n");
        let written = timeout(TAKING, to.write_all(answer.as_bytes())).await;
        if !matches!(written, Ok(Ok(()))) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_addresses_or_paths() {
        for (text, place) in [
            (
                "127.0.0.1:10040",
                Place::Tcp(([127, 0, 0, 1], 10040).into()),
            ),
            ("unix:/run/x", Place::Unix("/run/x".into())),
            ("unix:private/x", Place::Unix("private/x".into())),
        ] {
            assert_eq!(text.parse::<Place>(), Ok(place));
        }
        for text in ["", "unix:", "localhost:10040", "10040", "/run/x"] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }
}
