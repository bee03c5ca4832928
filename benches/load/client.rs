//! Callers that keep their connections and ask again as soon as they are answered. Just enough of HTTP/1.1 to be cheap: a status
//! of 200 and a `content-length` are demanded, anything else ends the measuring.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Whole requests, asked in turn.
pub(crate) type Requests = Arc<[Vec<u8>]>;

/// So many callers ask for so long; tells how many answers came.
pub(crate) async fn ask(
    count: usize,
    address: SocketAddr,
    requests: &Requests,
    duration: Duration,
) -> anyhow::Result<usize> {
    let until = Instant::now() + duration;
    let mut callers = JoinSet::new();
    for caller in 0..count {
        let requests = Arc::clone(requests);
        // not all the same request at the same time
        let first = caller * requests.len() / count;
        callers.spawn(async move { call(address, &requests, first, until).await });
    }
    let mut answers = 0;
    while let Some(answered) = callers.join_next().await {
        answers += answered??;
    }
    Ok(answers)
}

async fn call(
    address: SocketAddr,
    requests: &[Vec<u8>],
    first: usize,
    until: Instant,
) -> anyhow::Result<usize> {
    let connection = TcpStream::connect(address).await?;
    connection.set_nodelay(true)?;
    let mut received = Vec::with_capacity(64 << 10);
    let mut answers = 0;
    for request in requests.iter().cycle().skip(first) {
        if Instant::now() >= until {
            break;
        }
        send(&connection, request).await?;
        receive(&connection, &mut received).await?;
        answers += 1;
    }
    Ok(answers)
}

async fn send(connection: &TcpStream, mut request: &[u8]) -> anyhow::Result<()> {
    while !request.is_empty() {
        match connection.try_write(request) {
            Ok(written) => request = request.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => connection.writable().await?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Reads one answer to its end.
async fn receive(connection: &TcpStream, received: &mut Vec<u8>) -> anyhow::Result<()> {
    received.clear();
    let mut whole = usize::MAX;
    while received.len() < whole {
        connection.readable().await?;
        match connection.try_read_buf(received) {
            Ok(0) => anyhow::bail!("the server hung up"),
            Ok(_) if whole == usize::MAX => whole = length(received)?.unwrap_or(usize::MAX),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        if received.capacity() == received.len() {
            received.reserve(received.len());
        }
    }
    Ok(())
}

/// Bytes of the whole answer, once its head is there.
fn length(received: &[u8]) -> anyhow::Result<Option<usize>> {
    const END: &[u8] = b"\r\n\r\n";
    let Some(end) = received.windows(END.len()).position(|four| four == END) else {
        return Ok(None);
    };
    let head = std::str::from_utf8(received.get(..end).unwrap_or_default())?;
    ensure!(head.starts_with("HTTP/1.1 200"), "not answered: {head}");
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .context("an answer that does not say how long it is")?;
    Ok(Some(end + END.len() + length.1.trim().parse::<usize>()?))
}
