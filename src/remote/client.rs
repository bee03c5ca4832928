//! A client of HTTP for what others publish: one limit on the bytes, one on the time, few redirects, and
//! only addresses that are permitted. Its work is done on threads that may wait.

use std::io::Read;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::{Response, Uri, header};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};

use super::error::RemoteError;
use super::resolving::Permitted;

/// Largest head of an answer.
const MAX_HEAD: usize = 16 << 10;

/// How often an answer may send elsewhere, and whether it may at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    /// Twice, and never from `https` to `http`.
    Few,
    /// Never.
    Never,
}

/// Whose word is taken for who answers over TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roots {
    /// The authorities that the system trusts.
    System,
    /// Those of this PEM file alone.
    Only(Vec<u8>),
}

/// What this side proves who it is with.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// PEM of the certificate and its chain, the certificate first.
    pub certificates: Vec<u8>,
    /// PEM of the key.
    pub key: Vec<u8>,
}

/// Whom a client asks, and how long.
#[derive(Clone)]
pub struct Access {
    /// Whether this machine may be asked.
    pub permits: fn(IpAddr) -> bool,
    /// Longest time from the question to the last byte of the answer.
    pub timeout: Duration,
    /// Whether it is followed elsewhere.
    pub redirects: Redirects,
    /// Who vouches for the other side.
    pub roots: Roots,
    /// What this side shows; none: nothing.
    pub identity: Option<Identity>,
}

/// What is sent with a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// An answer with status 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its bytes.
    pub body: Vec<u8>,
    /// Its media type as told, lower case and without parameters; empty where it tells none.
    pub media_type: String,
}

/// Asks others over HTTP; cheap to clone.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    timeout: Duration,
    redirects: Redirects,
}

impl Client {
    /// A client with these limits; an error where its files for TLS cannot be used.
    pub fn new(access: &Access) -> Result<Self, RemoteError> {
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(
                rustls::crypto::aws_lc_rs::default_provider(),
            ))
            .root_certs(roots(&access.roots)?)
            .client_cert(access.identity.as_ref().map(identity).transpose()?)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(access.timeout))
            // A proxy would resolve names where nobody looks at the addresses.
            .proxy(None)
            .max_redirects(0)
            .max_response_header_size(MAX_HEAD)
            // Sources are asked rarely, and what was kept open is often closed on the other side.
            .max_idle_connections(0)
            .http_status_as_error(false)
            .user_agent(concat!("annuaire/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self {
            agent: Agent::with_parts(
                config,
                DefaultConnector::default(),
                Permitted(access.permits),
            ),
            timeout: access.timeout,
            redirects: access.redirects,
        })
    }

    /// Gets what is there, of at most `limit` bytes.
    pub async fn get(&self, url: &str, limit: u64) -> Result<Answer, RemoteError> {
        let (client, url) = (self.clone(), url.to_owned());
        off_thread(move || client.follow(&url, limit)).await
    }

    /// Sends something and gets the answer, of at most `limit` bytes; never followed elsewhere.
    pub async fn post(&self, url: &str, post: Post, limit: u64) -> Result<Answer, RemoteError> {
        let (client, url) = (self.clone(), url.to_owned());
        off_thread(move || {
            let uri = checked(&url)?;
            let asked = client
                .agent
                .post(uri)
                .content_type(post.media_type)
                .send(post.body.as_slice());
            let answer = asked.map_err(|error| client.error(error, limit))?;
            if sends_elsewhere(&answer) {
                return Err(RemoteError::Redirect(location(&answer)));
            }
            client.read(answer, limit)
        })
        .await
    }

    /// Opens an answer that does not end: a time without a byte longer than `silence` ends it, and
    /// `longest` in any case. To be called, and read, on a thread that may wait.
    pub fn open(
        &self,
        url: &str,
        silence: Duration,
        longest: Option<Duration>,
    ) -> Result<Box<dyn Read + Send>, RemoteError> {
        let asked = self
            .agent
            .get(checked(url)?)
            .config()
            .timeout_global(longest)
            .timeout_resolve(Some(silence))
            .timeout_connect(Some(silence))
            .timeout_recv_response(Some(silence))
            .timeout_per_read(Some(silence))
            .build()
            .header(header::ACCEPT, "text/event-stream")
            .call();
        let answer = asked.map_err(|error| RemoteError::of(error, u64::MAX, silence))?;
        if answer.status() != 200 {
            return Err(RemoteError::Status(answer.status().as_u16()));
        }
        Ok(Box::new(answer.into_body().into_reader()))
    }

    fn follow(&self, url: &str, limit: u64) -> Result<Answer, RemoteError> {
        let mut uri = checked(url)?;
        let mut left = match self.redirects {
            Redirects::Few => 2_u8,
            Redirects::Never => 0,
        };
        loop {
            let asked = self.agent.get(uri.clone()).call();
            let answer = asked.map_err(|error| self.error(error, limit))?;
            if !sends_elsewhere(&answer) {
                return self.read(answer, limit);
            }
            let told = location(&answer);
            let Some(next) = left.checked_sub(1).and_then(|_| elsewhere(&uri, &told)) else {
                return Err(RemoteError::Redirect(told));
            };
            left -= 1;
            uri = next;
        }
    }

    fn read(&self, answer: Response<Body>, limit: u64) -> Result<Answer, RemoteError> {
        if answer.status() != 200 {
            return Err(RemoteError::Status(answer.status().as_u16()));
        }
        let told = |name| answer.headers().get(name).and_then(|it| it.to_str().ok());
        let media_type = told(header::CONTENT_TYPE).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        let media_type = media_type.to_ascii_lowercase();
        let body = answer.into_body();
        // What says it is too large is not begun.
        if body.content_length().is_some_and(|length| length > limit) {
            return Err(RemoteError::TooLarge { limit });
        }
        let body = body
            .into_with_config()
            // One more: what is exactly as large as allowed is not too large.
            .limit(limit.saturating_add(1))
            .read_to_vec()
            .map_err(|error| self.error(error, limit))?;
        if u64::try_from(body.len()).is_ok_and(|length| length > limit) {
            return Err(RemoteError::TooLarge { limit });
        }
        Ok(Answer { body, media_type })
    }

    fn error(&self, error: ureq::Error, limit: u64) -> RemoteError {
        RemoteError::of(error, limit, self.timeout)
    }
}

/// The address, if it is one that is asked: `http` or `https`, a host, and no password.
fn checked(url: &str) -> Result<Uri, RemoteError> {
    let refused = |problem| RemoteError::Address {
        url: url.to_owned(),
        problem,
    };
    let uri: Uri = url.parse().map_err(|_| refused("it cannot be read"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(refused("it is neither http nor https"));
    }
    let Some(authority) = uri.authority() else {
        return Err(refused("it has no host"));
    };
    if authority.as_str().contains('@') || authority.host().is_empty() {
        return Err(refused("it names a user, or no host"));
    }
    Ok(uri)
}

/// Where an answer sends, if that is followed: an address of its own or a path of the same host, and
/// nothing that is less safe.
pub(super) fn elsewhere(from: &Uri, location: &str) -> Option<Uri> {
    let next = if location.starts_with('/') && !location.starts_with("//") {
        let host = from.authority()?;
        checked(&format!("{}://{host}{location}", from.scheme_str()?)).ok()?
    } else {
        checked(location).ok()?
    };
    let is_safe = from.scheme_str() != Some("https") || next.scheme_str() == Some("https");
    is_safe.then_some(next)
}

/// Whether an answer sends elsewhere: 304 is of the same hundred, and does not.
fn sends_elsewhere(answer: &Response<Body>) -> bool {
    answer.status().is_redirection() && answer.status() != 304
}

fn location(answer: &Response<Body>) -> String {
    let told = answer.headers().get(header::LOCATION);
    let told = told.and_then(|it| it.to_str().ok()).unwrap_or_default();
    told.to_owned()
}

fn roots(roots: &Roots) -> Result<RootCerts, RemoteError> {
    let pem = match roots {
        Roots::Only(pem) => pem.clone(),
        // A machine without the file can ask over http only.
        Roots::System => super::roots::of_the_system()
            .and_then(|file| std::fs::read(file).ok())
            .unwrap_or_default(),
    };
    Ok(RootCerts::new_with_certs(&certificates(&pem)?))
}

fn identity(identity: &Identity) -> Result<ClientCert, RemoteError> {
    let chain = certificates(&identity.certificates)?;
    let key = PrivateKey::from_pem(&identity.key).map_err(|error| unusable(&error))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, RemoteError> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| unusable(&error))? {
            found.push(certificate);
        }
    }
    Ok(found)
}

fn unusable(error: &ureq::Error) -> RemoteError {
    RemoteError::Identity(error.to_string())
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RemoteError> + Send + 'static,
) -> Result<T, RemoteError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(RemoteError::Unreachable(error.to_string())))
}
