//! A mail gateway on loopback, good or with one fault.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::pki::{Holder, Pki};

/// What is peculiar about a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trait {
    Good,
    GoodWithTls12,
    /// Turns clients away by replies alone, none by TLS.
    GoodByReplies,
    /// Hangs up when a command comes in clear behind STARTTLS.
    GoodAndSuspicious,
    NoStarttls,
    OldTls,
    UnregisteredCertificate,
    Expired,
    NoIntermediate,
    OtherHost,
    CommonNameOnly,
    NotAServer,
    StrangeAuthority,
    AsksForNoCertificate,
    AcceptsUnlisted,
    AcceptsRevoked,
    RefusesAll,
    RefusesAllWithTls12,
    Hangs,
    HangsBehindTls,
    EndlessGreeting,
    EndlessLine,
    NotSmtp,
    StrayPlaintext,
    ObeysPlaintext,
    Busy,
    Closes,
}

/// Runs until it is dropped.
pub(super) struct Gateway {
    pub(super) smtp_port: u16,
    pub(super) smtps_port: u16,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Opening {
    Starttls,
    Implicit,
}

impl Gateway {
    pub(super) async fn start(what: Trait) -> Self {
        let house = Arc::new(House::new(what));
        let (smtp_port, smtp) = serve(house.clone(), Opening::Starttls).await;
        let (smtps_port, smtps) = serve(house, Opening::Implicit).await;
        Self {
            smtp_port,
            smtps_port,
            tasks: [smtp, smtps],
        }
    }
}

async fn serve(house: Arc<House>, opening: Opening) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        // Guests leave with the house.
        let mut guests = JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let house = house.clone();
            guests.spawn(async move {
                // A guest who leaves early is no failure of the gateway.
                drop(house.receive(stream, opening).await);
            });
        }
    });
    (port, task)
}

struct House {
    what: Trait,
    acceptor: TlsAcceptor,
    allowed: Vec<Vec<u8>>,
}

impl House {
    fn new(what: Trait) -> Self {
        let pki = Pki::of_this_run();
        let mut holder: Holder = match what {
            Trait::UnregisteredCertificate => &pki.unregistered,
            Trait::Expired => &pki.expired,
            Trait::OtherHost => &pki.other_host,
            Trait::CommonNameOnly => &pki.common_name_only,
            Trait::NotAServer => &pki.not_a_server,
            Trait::StrangeAuthority => &pki.stranger,
            _ => &pki.gateway,
        }
        .clone();
        if what == Trait::NoIntermediate {
            holder.chain.truncate(1);
        }
        let mut allowed = vec![pki.listed.leaf()];
        match what {
            Trait::AcceptsRevoked => allowed.push(pki.revoked.leaf()),
            Trait::AcceptsUnlisted => allowed.push(pki.unlisted.leaf()),
            Trait::RefusesAll => allowed.clear(),
            _ => {}
        }
        Self {
            what,
            acceptor: acceptor(what, &holder),
            allowed,
        }
    }

    async fn receive(&self, mut stream: TcpStream, opening: Opening) -> std::io::Result<()> {
        match self.what {
            Trait::Hangs => std::future::pending().await,
            Trait::Closes => return Ok(()),
            _ => {}
        }
        let mut heard = Vec::new();
        if opening == Opening::Starttls && !self.plain(&mut stream, &mut heard).await? {
            return Ok(());
        }
        if self.what == Trait::OldTls && asks_for_old_tls(&stream).await? {
            stream.write_all(&old_server_hello()).await?;
            return read_to_end(&mut stream).await;
        }
        let mut stream = self.acceptor.accept(stream).await?;
        if self.what == Trait::HangsBehindTls {
            std::future::pending::<()>().await;
        }
        let client = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let welcome = self.what == Trait::AsksForNoCertificate
            || client
                .first()
                .is_some_and(|leaf| self.allowed.iter().any(|known| known == leaf.as_ref()));
        if opening == Opening::Implicit {
            stream.write_all(b"220 mx pret\r\n").await?;
        }
        loop {
            let line = line(&mut stream, &mut heard).await?;
            let reply: &[u8] = match line.split(' ').next().unwrap() {
                "EHLO" => b"250-mx\r\n250 SIZE 1000\r\n",
                "NOOP" => b"250 ok\r\n",
                "MAIL" if welcome => b"250 ok\r\n",
                "MAIL" => b"550 5.7.1 not in the list\r\n",
                "QUIT" => {
                    stream.write_all(b"221 au revoir\r\n").await?;
                    return stream.shutdown().await;
                }
                _ => b"502 5.5.1 no\r\n",
            };
            stream.write_all(reply).await?;
        }
    }

    /// The conversation in clear; says whether TLS is next. What was heard too early stays in `heard`.
    async fn plain(&self, stream: &mut TcpStream, heard: &mut Vec<u8>) -> std::io::Result<bool> {
        match self.what {
            Trait::EndlessGreeting => loop {
                stream.write_all(b"220-more to come\r\n").await?;
            },
            Trait::EndlessLine => loop {
                stream.write_all(b"2200000000000000").await?;
            },
            Trait::NotSmtp => {
                stream.write_all(b"HTTP/1.1 400 Bad Request\r\n").await?;
                read_to_end(stream).await?;
                return Ok(false);
            }
            Trait::Busy => {
                stream.write_all(b"421 4.3.2 later\r\n").await?;
                read_to_end(stream).await?;
                return Ok(false);
            }
            _ => stream.write_all(b"220-mx\r\n220 pret\r\n").await?,
        }
        loop {
            let line = line(stream, heard).await?;
            match line.split(' ').next().unwrap() {
                "EHLO" if self.what == Trait::NoStarttls => {
                    stream.write_all(b"250-mx\r\n250 SIZE 1000\r\n").await?;
                }
                "EHLO" => stream.write_all(b"250-mx\r\n250 STARTTLS\r\n").await?,
                "STARTTLS" if self.what == Trait::StrayPlaintext => {
                    stream
                        .write_all(b"220 go\r\n250 for you, inside\r\n")
                        .await?;
                    return Ok(true);
                }
                "STARTTLS" if self.what == Trait::GoodAndSuspicious && !heard.is_empty() => {
                    return Ok(false);
                }
                "STARTTLS" => {
                    stream.write_all(b"220 go\r\n").await?;
                    if self.what != Trait::ObeysPlaintext {
                        heard.clear();
                    }
                    return Ok(true);
                }
                _ => stream.write_all(b"502 5.5.1 no\r\n").await?,
            }
        }
    }
}

fn acceptor(what: Trait, holder: &Holder) -> TlsAcceptor {
    let pki = Pki::of_this_run();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let roots = match what {
        Trait::RefusesAllWithTls12 => {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(pki.stranger.chain[1].clone()).unwrap();
            Arc::new(roots)
        }
        _ => pki.roots(),
    };
    let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider.clone());
    let verifier = match what {
        Trait::AcceptsRevoked | Trait::GoodByReplies => verifier,
        _ => verifier
            .with_crls([pki.crl.clone()])
            .only_check_end_entity_revocation(),
    };
    let versions = match what {
        Trait::GoodWithTls12 | Trait::RefusesAllWithTls12 => &[&TLS12][..],
        _ => &[&TLS13, &TLS12],
    };
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap();
    let builder = match what {
        Trait::AsksForNoCertificate => builder.with_no_client_auth(),
        _ => builder.with_client_cert_verifier(verifier.build().unwrap()),
    };
    let config = builder
        .with_single_cert(holder.chain.clone(), holder.key())
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// The next line, without its end; bytes behind it stay.
async fn line(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    heard: &mut Vec<u8>,
) -> std::io::Result<String> {
    loop {
        if let Some(end) = heard.iter().position(|&byte| byte == b'\n') {
            let rest = heard.split_off(end + 1);
            let line = std::mem::replace(heard, rest);
            return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
        if stream.read_buf(heard).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

async fn read_to_end(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.read_to_end(&mut Vec::new()).await.map(drop)
}

/// Whether the first record holds a ClientHello of a version below 1.2.
async fn asks_for_old_tls(stream: &TcpStream) -> std::io::Result<bool> {
    let mut head = [0; 11];
    while stream.peek(&mut head).await? < head.len() {
        tokio::task::yield_now().await;
    }
    Ok(head[9..] < [3, 3][..])
}

/// The first answer of a server that goes along with TLS 1.1.
fn old_server_hello() -> Vec<u8> {
    let mut body = vec![3, 2];
    body.extend([7; 32]);
    body.extend([0, 0xc0, 0x13, 0]);
    let length = u8::try_from(body.len()).unwrap();
    let mut record = vec![22, 3, 2, 0, length + 4, 2, 0, 0, length];
    record.extend(body);
    record
}
