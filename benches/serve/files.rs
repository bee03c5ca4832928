//! A file with the bytes and headers of the served list, out of memory, and how it is asked for. It must not know what is measured.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use annuaire::api::{self, RequestIds};
use annuaire::config::Http;
use annuaire::telemetry::Metrics;
use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Where the node serves the list, and each file stands.
pub(crate) const LIST: &str = "/trust/listeblanchemssante.xml";
/// Times that a node is asked before its list is missed, a tenth of a second apart.
const PATIENCE: usize = 300;

/// In which form the list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Compressed.
    Gzip,
    /// As it is.
    None,
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::None => "identity",
        }
    }
}

/// What is answered whatever is asked.
#[derive(Clone, Debug)]
pub(crate) struct StaticFile {
    pub(crate) bytes: Bytes,
    headers: HeaderMap,
}

/// The request for the list in this form.
pub(crate) fn request(coding: Coding) -> Vec<u8> {
    format!(
        "GET {LIST} HTTP/1.1\r\nhost: localhost\r\naccept-encoding: {}\r\n\r\n",
        coding.name()
    )
    .into_bytes()
}

/// The list as the node serves it, as soon as it does.
pub(crate) fn fetch(node: SocketAddr, coding: Coding) -> anyhow::Result<StaticFile> {
    let asked = || {
        ureq::get(format!("http://{node}{LIST}"))
            .header(header::ACCEPT_ENCODING, coding.name())
            .call()
    };
    let mut answer = None;
    for _ in 0..PATIENCE {
        match asked() {
            Ok(found) => {
                answer = Some(found);
                break;
            }
            Err(ureq::Error::StatusCode(404)) => sleep(Duration::from_millis(100)),
            Err(error) => return Err(error.into()),
        }
    }
    let mut answer = answer.context("the node serves no list")?;
    let coded = answer.headers().contains_key(header::CONTENT_ENCODING);
    ensure!(coded == (coding == Coding::Gzip), "another form was served");
    let of_the_file = [
        header::CONTENT_TYPE,
        header::CONTENT_ENCODING,
        header::CACHE_CONTROL,
        header::VARY,
        header::ETAG,
        header::LAST_MODIFIED,
    ];
    let headers = of_the_file
        .into_iter()
        .filter_map(|name| Some((name.clone(), answer.headers().get(&name)?.clone())))
        .collect();
    Ok(StaticFile {
        headers,
        bytes: answer.body_mut().read_to_vec()?.into(),
    })
}

/// Serves a file by the listening loop of the service.
pub(crate) async fn serve(
    file: &StaticFile,
    settings: &Http,
    around: fn(Router, &Http) -> Router,
    stop: &CancellationToken,
) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let file = file.clone();
    let answer = move || {
        let StaticFile { bytes, headers } = file.clone();
        async move { (headers, bytes) }
    };
    let router = around(Router::new().route(LIST, get(answer)), settings);
    let (settings, stop) = (settings.clone(), stop.clone());
    tokio::spawn(async move { api::serve(listener, router, &settings, stop).await });
    Ok(address)
}

/// With nothing around it.
pub(crate) fn bare(file: Router, _: &Http) -> Router {
    file
}

/// Behind the edge that every request to a node passes.
pub(crate) fn behind_edge(file: Router, settings: &Http) -> Router {
    let ids = Arc::new(RequestIds::new(0));
    api::behind(file, settings, ids, Metrics::new())
}
