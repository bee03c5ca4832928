//! A mail gateway on loopback, good or with one fault.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::pki::{Holder, Pki};

/// What is peculiar about a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Good,
    GoodWithTls12,
    /// Turns clients away by replies alone, none by TLS.
    GoodByReplies,
    /// Hangs up when a command comes in clear behind STARTTLS.
    GoodAndSuspicious,
    NoStarttls,
    /// Hangs up on old versions without an alert.
    GoodAndCurt,
    Tls10,
    Tls11,
    /// Answers TLS 1.1 in clear.
    OddToOldTls,
    UnregisteredCertificate,
    Expired,
    NoIntermediate,
    OtherHost,
    CommonNameOnly,
    NotAServer,
    StrangeAuthority,
    /// Presents the registered certificate without its key.
    StolenCertificate,
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
    /// Has no time for more than one connection to port 25.
    SoonBusy,
    /// Obeys in clear what comes in clear behind STARTTLS.
    ObeysInClear,
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
    pub(super) async fn start(what: Manner) -> Self {
        let house = Arc::new(House::new(what));
        let in_clear = serve(house.clone(), Opening::Starttls).await;
        let inside_tls = serve(house, Opening::Implicit).await;
        Self {
            smtp_port: in_clear.0,
            smtps_port: inside_tls.0,
            tasks: [in_clear.1, inside_tls.1],
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
    what: Manner,
    acceptor: TlsAcceptor,
    allowed: Vec<Vec<u8>>,
    visits: AtomicUsize,
}

impl House {
    fn new(what: Manner) -> Self {
        let pki = Pki::of_this_run();
        let mut holder: Holder = match what {
            Manner::UnregisteredCertificate => &pki.unregistered,
            Manner::Expired => &pki.expired,
            Manner::OtherHost => &pki.other_host,
            Manner::CommonNameOnly => &pki.common_name_only,
            Manner::NotAServer => &pki.not_a_server,
            Manner::StrangeAuthority => &pki.stranger,
            _ => &pki.gateway,
        }
        .clone();
        if what == Manner::NoIntermediate {
            holder.chain.truncate(1);
        }
        let mut allowed = vec![pki.listed.leaf()];
        match what {
            Manner::AcceptsRevoked => allowed.push(pki.revoked.leaf()),
            Manner::AcceptsUnlisted => allowed.push(pki.unlisted.leaf()),
            Manner::RefusesAll => allowed.clear(),
            _ => {}
        }
        Self {
            what,
            acceptor: acceptor(what, &holder),
            allowed,
            visits: AtomicUsize::new(0),
        }
    }

    async fn receive(&self, mut stream: TcpStream, opening: Opening) -> std::io::Result<()> {
        match self.what {
            Manner::Hangs => std::future::pending().await,
            Manner::Closes => return Ok(()),
            _ => {}
        }
        let mut heard = Vec::new();
        if opening == Opening::Starttls && !self.plain(&mut stream, &mut heard).await? {
            return Ok(());
        }
        let answer = match (self.what, offered_version(&stream).await?) {
            (Manner::Tls10, version @ [3, 1]) | (Manner::Tls11, version @ [3, 2]) => {
                Some(old_server_hello(version))
            }
            (Manner::GoodAndCurt, [3, 1 | 2]) => return Ok(()),
            (Manner::OddToOldTls, [3, 2]) => Some(b"500 what?\r\n".to_vec()),
            _ => None,
        };
        if let Some(answer) = answer {
            stream.write_all(&answer).await?;
            return read_to_end(&mut stream).await;
        }
        let mut stream = self.acceptor.accept(stream).await?;
        if self.what == Manner::HangsBehindTls {
            std::future::pending::<()>().await;
        }
        let client = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let welcome = self.what == Manner::AsksForNoCertificate
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
            Manner::EndlessGreeting => loop {
                stream.write_all(b"220-more to come\r\n").await?;
            },
            Manner::EndlessLine => loop {
                stream.write_all(b"2200000000000000").await?;
            },
            Manner::NotSmtp => {
                stream.write_all(b"HTTP/1.1 400 Bad Request\r\n").await?;
                read_to_end(stream).await?;
                return Ok(false);
            }
            Manner::SoonBusy if self.visits.fetch_add(1, Ordering::SeqCst) > 0 => {
                stream.write_all(b"421 4.3.2 later\r\n").await?;
                read_to_end(stream).await?;
                return Ok(false);
            }
            Manner::Busy => {
                stream.write_all(b"421 4.3.2 later\r\n").await?;
                read_to_end(stream).await?;
                return Ok(false);
            }
            _ => stream.write_all(b"220-mx\r\n220 pret\r\n").await?,
        }
        loop {
            let line = line(stream, heard).await?;
            match line.split(' ').next().unwrap() {
                "EHLO" if self.what == Manner::NoStarttls => {
                    stream.write_all(b"250-mx\r\n250 SIZE 1000\r\n").await?;
                }
                "EHLO" => stream.write_all(b"250-mx\r\n250 STARTTLS\r\n").await?,
                "STARTTLS" if self.what == Manner::StrayPlaintext => {
                    stream
                        .write_all(b"220 go\r\n250 for you, inside\r\n")
                        .await?;
                    return Ok(true);
                }
                "STARTTLS" if self.what == Manner::GoodAndSuspicious && !heard.is_empty() => {
                    return Ok(false);
                }
                "STARTTLS" if self.what == Manner::ObeysInClear && !heard.is_empty() => {
                    heard.clear();
                    stream.write_all(b"220 go\r\n250 ok\r\n").await?;
                    return Ok(true);
                }
                "STARTTLS" => {
                    stream.write_all(b"220 go\r\n").await?;
                    if self.what != Manner::ObeysPlaintext {
                        heard.clear();
                    }
                    return Ok(true);
                }
                _ => stream.write_all(b"502 5.5.1 no\r\n").await?,
            }
        }
    }
}

fn acceptor(what: Manner, holder: &Holder) -> TlsAcceptor {
    let pki = Pki::of_this_run();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let roots = match what {
        Manner::RefusesAllWithTls12 => {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(pki.stranger.chain[1].clone()).unwrap();
            Arc::new(roots)
        }
        _ => pki.roots(),
    };
    let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider.clone());
    let verifier = match what {
        Manner::AcceptsRevoked | Manner::GoodByReplies => verifier,
        _ => verifier
            .with_crls([pki.crl.clone()])
            .only_check_end_entity_revocation(),
    };
    let versions = match what {
        Manner::GoodWithTls12 | Manner::RefusesAllWithTls12 => &[&TLS12][..],
        _ => &[&TLS13, &TLS12],
    };
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap();
    let builder = match what {
        Manner::AsksForNoCertificate => builder.with_no_client_auth(),
        _ => builder.with_client_cert_verifier(verifier.build().unwrap()),
    };
    let key = match what {
        Manner::StolenCertificate => pki.unregistered.key(),
        _ => holder.key(),
    };
    let key = any_supported_type(&key).unwrap();
    // Unlike `with_single_cert`, this does not look whether they belong together.
    let certified = CertifiedKey::new(holder.chain.clone(), key);
    let config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
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

/// The version in the `ClientHello` that the first record holds.
async fn offered_version(stream: &TcpStream) -> std::io::Result<[u8; 2]> {
    let mut head = [0; 11];
    loop {
        match stream.peek(&mut head).await? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            11 => return Ok([head[9], head[10]]),
            _ => tokio::task::yield_now().await,
        }
    }
}

/// The first answer of a server that goes along with an old version.
fn old_server_hello(version: [u8; 2]) -> Vec<u8> {
    let mut body = version.to_vec();
    body.extend([7; 32]);
    body.extend([0, 0xc0, 0x13, 0]);
    let length = u8::try_from(body.len()).unwrap();
    let mut record = vec![22, 3, 2, 0, length + 4, 2, 0, 0, length];
    record.extend(body);
    record
}
