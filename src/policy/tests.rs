use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio_util::sync::CancellationToken;

use super::{Admitted, Decider, Listener, Place, serve};
use crate::service::admission::Admission;
use crate::service::admission::deciding::Deciding;
use crate::service::admission::testing::{
    ACTIVE_DOMAIN, SUSPENDED_DOMAIN, active, admission, suspended, unready,
};
use crate::telemetry::Metrics;
use crate::trust::certificate::Certificate;

fn decider(admission: &Admission, admitted: Admitted) -> Decider {
    let deciding = Deciding::new(admission.clone(), Metrics::new(), 2);
    Decider::new(deciding, admission.clone(), admitted)
}

/// A fingerprint as Postfix writes it.
fn written(digest: &crate::domain::digest::Digest) -> String {
    let bytes: Vec<_> = digest
        .as_bytes()
        .iter()
        .map(|it| format!("{it:02X}"))
        .collect();
    bytes.join(":")
}

fn of(chain: &[Vec<u8>]) -> (String, String) {
    let certificate = Certificate::parse(&chain[0]).unwrap();
    (
        written(&certificate.fingerprint),
        written(&certificate.spki_sha256),
    )
}

async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), attributes: &str) -> String {
    let request = format!("request=smtpd_access_policy\nprotocol_state=MAIL\n{attributes}\n\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\n\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).await.unwrap();
        answer.extend(byte);
    }
    let answer = String::from_utf8(answer).unwrap();
    let action = answer.strip_prefix("action=").unwrap();
    action.trim_end().split(": ").next().unwrap().to_owned()
}

async fn listening(decider: Decider) -> (TcpStream, CancellationToken) {
    let place = "127.0.0.1:0".parse().unwrap();
    let listener = Listener::bind(&place).await.unwrap();
    let address = listener.address().unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(serve(listener, decider, stop.clone()));
    (TcpStream::connect(address).await.unwrap(), stop)
}

#[tokio::test]
async fn postfix_is_told_what_was_decided() {
    let (mut stream, stop) = listening(decider(&admission(), Admitted::Dunno)).await;
    let ((own, own_key), (other, _)) = (of(&active()), of(&suspended()));
    let unknown = written(&crate::domain::digest::Digest::new([7; 32]));
    let sender = format!("sender=a@{ACTIVE_DOMAIN}");
    for (attributes, action) in [
        (format!("{sender}\nccert_fingerprint={own}"), "DUNNO"),
        (
            format!("{sender}\nccert_pubkey_fingerprint={own_key}"),
            "DUNNO",
        ),
        // The null sender has no domain: any that the list has the peer behind.
        (format!("sender=\nccert_fingerprint={own}"), "DUNNO"),
        (
            format!("sender=a@{SUSPENDED_DOMAIN}\nccert_fingerprint={other}"),
            "REJECT 5.7.1 operator.suspended",
        ),
        (
            format!("sender=a@{SUSPENDED_DOMAIN}\nccert_fingerprint={own}"),
            "REJECT 5.7.1 name.not_listed",
        ),
        (
            format!("sender=a@inconnu.mssante.fr\nccert_fingerprint={own}"),
            "REJECT 5.7.1 mail_domain.untrusted",
        ),
        (
            format!("sender=a@[192.0.2.1]\nccert_fingerprint={own}"),
            "REJECT 5.7.1 mail_domain.invalid",
        ),
        (
            format!("{sender}\nccert_fingerprint={unknown}"),
            "REJECT 5.7.1 certificate.unregistered",
        ),
        (
            format!("{sender}\nccert_subject=anything"),
            "REJECT 5.7.1 chain.empty",
        ),
        (
            format!("{sender}\nccert_fingerprint={}", "AB:".repeat(15) + "AB"),
            "DEFER_IF_PERMIT 4.3.5 smtpd_tls_fingerprint_digest is not sha256",
        ),
    ] {
        assert_eq!(ask(&mut stream, &attributes).await, action, "{attributes}");
    }
    stop.cancel();
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "it was let go");
}

#[tokio::test]
async fn a_node_that_does_not_know_defers() {
    let clock = std::sync::Arc::new(crate::domain::clock::SystemClock);
    let (mut stream, _stop) = listening(decider(&unready(clock, 10), Admitted::Ok)).await;
    for fingerprint in [of(&active()).0, String::new()] {
        let attributes = format!("sender=a@{ACTIVE_DOMAIN}\nccert_fingerprint={fingerprint}");
        let action = ask(&mut stream, &attributes).await;
        assert_eq!(action, "DEFER_IF_PERMIT 4.7.1 node.unready");
    }
}

#[tokio::test]
async fn what_is_no_request_ends_the_connection_without_an_answer() {
    for text in ["\n", "GET / HTTP/1.1\r\n\r\n", "sender=a\nsender=b\n\n"] {
        let (mut stream, _stop) = listening(decider(&admission(), Admitted::Ok)).await;
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut said = Vec::new();
        stream.read_to_end(&mut said).await.unwrap();
        assert_eq!(said, b"", "{text:?}");
    }
    let (mut stream, _stop) = listening(decider(&admission(), Admitted::Ok)).await;
    let other = "request=junk\nsender=\n\n";
    stream.write_all(other.as_bytes()).await.unwrap();
    let mut said = [0; 22];
    stream.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"action=DEFER_IF_PERMIT");
}

#[tokio::test]
async fn a_socket_that_was_left_behind_is_replaced_and_one_in_use_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("policy");
    let place = Place::Unix(path.clone());
    drop(Listener::bind(&place).await.unwrap());
    let listener = Listener::bind(&place).await.unwrap();
    assert!(Listener::bind(&place).await.is_err());
    tokio::spawn(serve(
        listener,
        decider(&admission(), Admitted::Ok),
        CancellationToken::new(),
    ));
    let mut stream = UnixStream::connect(&path).await.unwrap();
    let attributes = format!("sender=\nccert_fingerprint={}", of(&active()).0);
    assert_eq!(ask(&mut stream, &attributes).await, "OK");
    let file = dir.path().join("file");
    std::fs::write(&file, "kept").unwrap();
    assert!(Listener::bind(&Place::Unix(file.clone())).await.is_err());
    assert_eq!(std::fs::read(&file).unwrap(), b"kept");
}
