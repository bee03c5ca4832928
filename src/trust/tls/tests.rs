//! Handshakes with real clients: rustls, and `openssl s_client` as people type it.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::client::ResolvesClientCert;
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use rustls::{AlertDescription, ClientConfig, HandshakeKind, SignatureScheme};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;

use super::testing::{HOST, VERSIONS, World, always, certified, decision, shown};
use super::{Acceptor, Identity, TlsError, TurnedAway};
use crate::domain::admission::{Question, Reason, Role};
use crate::trust::certificate::MAX_CHAIN_LENGTH;
use crate::trust::pki::{Draft, new_key, pem};

/// What a client read until the end of its connection, and how the handshake was.
struct Seen {
    outcome: std::io::Result<String>,
    kind: Option<HandshakeKind>,
    tickets: u32,
}

impl Seen {
    fn alert(&self) -> Option<AlertDescription> {
        let error = self.outcome.as_ref().err()?.get_ref()?;
        match error.downcast_ref::<rustls::Error>()? {
            rustls::Error::AlertReceived(alert) => Some(*alert),
            other => panic!("{other}"),
        }
    }
}

/// Connects, says something at once and reads to the end; the server greets whom it received.
async fn meet(acceptor: &Acceptor, client: &Arc<ClientConfig>) -> (Seen, Result<(), TurnedAway>) {
    let (ours, theirs) = tokio::io::duplex(512 * 1024);
    let connector = TlsConnector::from(Arc::clone(client));
    let connecting = async move {
        let name = ServerName::try_from(HOST).unwrap();
        let mut stream = match connector.connect(name, theirs).await {
            Ok(stream) => stream,
            Err(error) => {
                return Seen {
                    outcome: Err(error),
                    kind: None,
                    tickets: 0,
                };
            }
        };
        // A server that refuses may be gone already: reading tells.
        let _ = stream.write_all(b"is anybody there?").await;
        let mut text = String::new();
        let outcome = stream.read_to_string(&mut text).await.map(|_| text);
        let state = stream.get_ref().1;
        Seen {
            outcome,
            kind: state.handshake_kind(),
            tickets: state.tls13_tickets_received(),
        }
    };
    let accepting = async {
        let mut received = acceptor.accept(ours).await?;
        received.stream.write_all(b"welcome").await.unwrap();
        received.stream.shutdown().await.unwrap();
        Ok(())
    };
    tokio::join!(connecting, accepting)
}

#[tokio::test]
async fn who_is_admitted_is_received_and_the_question_is_the_chain_it_showed() {
    let world = World::new();
    let asked: Arc<Mutex<Vec<Question>>> = Arc::default();
    let keep = Arc::clone(&asked);
    let acceptor = world.acceptor(Arc::new(move |question| {
        keep.lock().unwrap().push(question.clone());
        decision(&[])
    }));
    for version in VERSIONS {
        let (seen, received) = meet(&acceptor, &world.gateway_client(version)).await;
        received.unwrap();
        assert_eq!(seen.outcome.unwrap(), "welcome", "{version:?}");
    }
    let chain = vec![world.gateway.cert[0].to_vec()];
    let expected = Question {
        chain,
        mail_domain: None,
        role: Role::SmtpClient,
        host: None,
        stapled: None,
    };
    assert_eq!(*asked.lock().unwrap(), [expected.clone(), expected]);
}

#[tokio::test]
async fn who_is_refused_is_told_why_by_an_alert() {
    let world = World::new();
    for (reason, alert) in [
        (
            Reason::CertificateRevoked,
            AlertDescription::CertificateRevoked,
        ),
        (Reason::PathNone, AlertDescription::UnknownCA),
        (Reason::NodeLeaseLost, AlertDescription::AccessDenied),
    ] {
        let acceptor = world.acceptor(always(&[reason]));
        for version in VERSIONS {
            let (seen, received) = meet(&acceptor, &world.gateway_client(version)).await;
            let Err(TurnedAway::Refused(decision)) = received else {
                panic!("{received:?}");
            };
            assert_eq!(decision.reasons, [reason]);
            assert_eq!(seen.alert(), Some(alert), "{version:?}");
        }
    }
}

#[tokio::test]
async fn who_shows_no_certificate_or_one_of_somebody_else_is_turned_away() {
    let world = World::new();
    let acceptor = world.acceptor(always(&[]));
    let (nobody, thief) = (
        None,
        certified(&[world.gateway.cert[0].to_vec()], &new_key()),
    );
    for version in VERSIONS {
        let (seen, received) = meet(&acceptor, &world.client(version, nobody.clone())).await;
        assert!(
            matches!(received, Err(TurnedAway::NoCertificate)),
            "{received:?}"
        );
        assert!(seen.alert().is_some());
        let stolen = world.client(version, Some(shown(&thief)));
        let (seen, received) = meet(&acceptor, &stolen).await;
        assert!(
            matches!(received, Err(TurnedAway::Handshake(_))),
            "{received:?}"
        );
        assert_eq!(seen.alert(), Some(AlertDescription::DecryptError));
    }
}

#[tokio::test]
async fn who_comes_back_is_decided_on_again() {
    let world = World::new();
    let decided = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&decided);
    let acceptor = world.acceptor(Arc::new(move |_| {
        // As when it is revoked between two connections.
        match count.fetch_add(1, Ordering::Relaxed) % 3 {
            2 => decision(&[Reason::CertificateRevoked]),
            _ => decision(&[]),
        }
    }));
    for version in VERSIONS {
        // One client, which would resume where it could.
        let client = world.gateway_client(version);
        for is_admitted in [true, true, false] {
            let (seen, received) = meet(&acceptor, &client).await;
            assert_eq!(received.is_ok(), is_admitted, "{version:?}");
            if is_admitted {
                assert_eq!(seen.kind, Some(HandshakeKind::Full), "{version:?}");
                assert_eq!(seen.tickets, 0);
            }
        }
    }
    assert_eq!(decided.load(Ordering::Relaxed), 6);
}

#[tokio::test]
async fn a_chain_without_end_is_neither_kept_nor_followed() {
    let world = World::new();
    let longest = Arc::new(AtomicUsize::new(0));
    let longer = Arc::clone(&longest);
    let acceptor = world.acceptor(Arc::new(move |question: &Question| {
        longer.fetch_max(question.chain.len(), Ordering::Relaxed);
        decision(&[Reason::ChainTooLong])
    }));
    let key = new_key();
    let gateway = Draft::gateway(&world.root, &key).der(&world.root.key);
    // As many as a handshake message holds, and more than it does.
    for (many, is_judged) in [(80, true), (2_000, false)] {
        let client = world.client(
            &rustls::version::TLS13,
            Some(shown(&certified(&vec![gateway.clone(); many], &key))),
        );
        let (seen, received) = meet(&acceptor, &client).await;
        assert_eq!(
            matches!(received, Err(TurnedAway::Refused(_))),
            is_judged,
            "{received:?}"
        );
        assert!(received.is_err());
        assert!(seen.outcome.is_err());
    }
    assert_eq!(longest.load(Ordering::Relaxed), MAX_CHAIN_LENGTH + 1);
}

#[tokio::test]
async fn who_does_not_end_the_handshake_is_left() {
    let world = World::new();
    let acceptor = Acceptor {
        timeout: Duration::from_millis(50),
        ..world.acceptor(always(&[]))
    };
    for begun in [&b""[..], b"\x16\x03\x01\x02\x00\x01", b"\x16"] {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        theirs.write_all(begun).await.unwrap();
        let received = acceptor.accept(ours).await.map(|_| ());
        assert!(matches!(received, Err(TurnedAway::TooSlow)), "{received:?}");
    }
    // And who speaks of something else is left at once.
    let (ours, mut theirs) = tokio::io::duplex(1024);
    theirs.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let received = acceptor.accept(ours).await.map(|_| ());
    assert!(
        matches!(received, Err(TurnedAway::Handshake(_))),
        "{received:?}"
    );
}

/// A client that keeps what it is told of the authorities it may choose from.
#[derive(Debug)]
struct Choosy(Mutex<Vec<Vec<u8>>>);

impl ResolvesClientCert for Choosy {
    fn resolve(&self, hints: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        *self.0.lock().unwrap() = hints.iter().map(|hint| hint.to_vec()).collect();
        None
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_client_is_told_the_names_of_the_anchors() {
    let world = World::new();
    let acceptor = world.acceptor(always(&[]));
    for version in VERSIONS {
        let choosy = Arc::new(Choosy(Mutex::default()));
        let client = world.client(version, Some(Arc::<Choosy>::clone(&choosy)));
        meet(&acceptor, &client).await.1.unwrap_err();
        let told = choosy.0.lock().unwrap();
        assert_eq!(told.as_slice(), std::slice::from_ref(&world.root.name));
    }
}

#[test]
fn files_of_the_listener_are_read_or_the_fault_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    };
    let (der, key) = &world.server;
    let chain = write("chain.pem", &pem(der), 0o644);
    let good = write("good.key", &key.serialize_pem(), 0o600);
    let open = write("open.key", &key.serialize_pem(), 0o640);
    let other = write("other.key", &new_key().serialize_pem(), 0o600);
    let nothing = write("nothing.pem", "nothing\n", 0o600);
    let away = folder.path().join("away.pem");
    Identity::read(&chain, &good).unwrap();
    for (certificate, key, at_fault) in [
        (&chain, &open, Some(&open)),
        (&chain, &nothing, Some(&nothing)),
        (&chain, &chain, Some(&chain)),
        (&nothing, &good, Some(&nothing)),
        (&away, &good, Some(&away)),
        (&chain, &other, None),
    ] {
        let error = Identity::read(certificate, key).unwrap_err();
        let named = match &error {
            TlsError::File { file, .. } => Some(file),
            TlsError::Pair(_) => None,
        };
        // A file that is no secret may be readable to all; one that is a key may not.
        assert_eq!(named, at_fault, "{error}");
    }
}

#[tokio::test]
async fn openssl_is_told_the_same_and_never_resumes() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: no openssl to connect with");
        return;
    }
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let key = new_key();
    let gateway = Draft::gateway(&world.root, &key).der(&world.root.key);
    let file = folder.path().join("gateway.pem");
    std::fs::write(&file, pem(&gateway) + &key.serialize_pem()).unwrap();
    for (reasons, version, said) in [
        (&[][..], "-tls1_3", None),
        (&[], "-tls1_2", None),
        (
            &[Reason::OperatorSuspended],
            "-tls1_3",
            Some("alert certificate revoked"),
        ),
        (
            &[Reason::OperatorSuspended],
            "-tls1_2",
            Some("alert certificate revoked"),
        ),
        (&[Reason::PathNone], "-tls1_3", Some("alert unknown ca")),
        (&[Reason::ListStale], "-tls1_3", Some("alert access denied")),
    ] {
        let acceptor = world.acceptor(always(reasons));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut command = Command::new("openssl");
        command
            .args(["s_client", "-connect", &address.to_string(), version])
            .arg("-cert")
            .arg(&file)
            .stdin(Stdio::piped());
        if reasons.is_empty() {
            // Five times more after the first.
            command.arg("-reconnect");
        }
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let serving = tokio::spawn(async move {
            let mut received = 0;
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                match acceptor.accept(stream).await {
                    Ok(mut it) => {
                        received += 1;
                        if received == 6 {
                            return received;
                        }
                        tokio::spawn(async move {
                            let _ = it.stream.read_to_end(&mut Vec::new()).await;
                        });
                    }
                    Err(_) => return received,
                }
            }
        });
        // It ends when its connection does: as long as it may yet be given something to say.
        let silence = process.stdin.take();
        let output = tokio::task::spawn_blocking(|| process.wait_with_output().unwrap())
            .await
            .unwrap();
        drop(silence);
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!text.contains("Reused,"), "{text}");
        let received = serving.await.unwrap();
        if let Some(alert) = said {
            assert!(text.contains(alert), "{alert}: {text}");
            assert_eq!(received, 0);
        } else {
            assert_eq!(received, 6, "{text}");
            assert_eq!(text.matches("New, TLSv1.").count(), 6, "{text}");
        }
    }
}
