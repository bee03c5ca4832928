use std::io::Read as _;
use std::net::IpAddr;
use std::time::Duration;

use super::testing::{Said, Server, answer};
use super::{Access, Client, Post, Redirects, RemoteError, Roots};

fn client(access: Access) -> Client {
    Client::new(&access).unwrap()
}

fn access() -> Access {
    Access {
        permits: |_| true,
        timeout: Duration::from_secs(5),
        redirects: Redirects::Few,
        roots: Roots::Only(Vec::new()),
        identity: None,
    }
}

fn not_loopback(address: IpAddr) -> bool {
    !address.is_loopback()
}

#[tokio::test]
async fn what_is_there_comes_with_its_type() {
    let server = Server::start();
    let head = "content-type: Application/Pkix-CRL; x=y\r\n";
    server.says("/crl", Said::Raw(answer("200 OK", head, b"bytes")));
    let got = client(access()).get(&server.url("/crl"), 5).await.unwrap();
    assert_eq!(got.body, b"bytes");
    assert_eq!(got.media_type, "application/pkix-crl");
}

#[tokio::test]
async fn a_question_with_a_body_is_sent_whole() {
    let server = Server::start();
    let reversed = |body: &[u8]| {
        answer(
            "200 OK",
            "",
            &body.iter().rev().copied().collect::<Vec<_>>(),
        )
    };
    server.says("/ocsp", Said::From(std::sync::Arc::new(reversed)));
    let post = Post {
        media_type: "application/ocsp-request",
        body: b"abc".to_vec(),
    };
    let got = client(access()).post(&server.url("/ocsp"), post, 10).await;
    assert_eq!(got.unwrap().body, b"cba");
    assert_eq!(server.asked(), [("POST /ocsp".to_owned(), b"abc".to_vec())]);
}

#[tokio::test]
async fn more_than_is_taken_is_refused_said_or_unsaid() {
    let server = Server::start();
    let large = vec![b'x'; 100_000];
    server.says("/said", Said::ok(&large));
    let mut unsaid = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    unsaid.extend_from_slice(&large);
    server.says("/unsaid", Said::Raw(unsaid));
    let client = client(access());
    for path in ["/said", "/unsaid"] {
        let refused = client.get(&server.url(path), 99_999).await;
        let is_large = matches!(refused, Err(RemoteError::TooLarge { limit: 99_999 }));
        assert!(is_large, "{path}: {refused:?}");
        let taken = client.get(&server.url(path), 100_000).await.unwrap();
        assert_eq!(taken.body.len(), 100_000, "{path}");
    }
    let head = format!("x: {}\r\n", "y".repeat(20_000));
    server.says("/head", Said::Raw(answer("200 OK", &head, b"")));
    let refused = client.get(&server.url("/head"), 10).await;
    assert!(
        matches!(refused, Err(RemoteError::Unreachable(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn who_does_not_answer_is_not_waited_for() {
    let server = Server::start();
    server.says("/", Said::Nothing);
    let timeout = Duration::from_millis(200);
    let client = client(Access {
        timeout,
        ..access()
    });
    let late = client.get(&server.url("/"), 10).await;
    assert!(matches!(late, Err(RemoteError::Timeout(_))), "{late:?}");
}

#[tokio::test]
async fn what_is_no_success_is_told_as_it_is() {
    let server = Server::start();
    server.says("/gone", Said::status("410 Gone", ""));
    server.says("/unchanged", Said::status("304 Not Modified", ""));
    let client = client(access());
    let unchanged = client.get(&server.url("/unchanged"), 10).await;
    assert!(
        matches!(unchanged, Err(RemoteError::Status(304))),
        "{unchanged:?}"
    );
    server.says("/noise", Said::Raw(b"220 mail.essai.fr ESMTP\r\n".to_vec()));
    let gone = client.get(&server.url("/gone"), 10).await;
    assert!(matches!(gone, Err(RemoteError::Status(410))), "{gone:?}");
    let noise = client.get(&server.url("/noise"), 10).await;
    assert!(
        matches!(noise, Err(RemoteError::Unreachable(_))),
        "{noise:?}"
    );
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}/", free.local_addr().unwrap());
    drop(free);
    let nobody = client.get(&nobody, 10).await;
    assert!(
        matches!(nobody, Err(RemoteError::Unreachable(_))),
        "{nobody:?}"
    );
}

#[tokio::test]
async fn only_addresses_of_the_web_are_asked() {
    let client = client(access());
    for url in [
        "",
        "/crl",
        "ldap://ldap.essai.fr/cn=crl",
        "file:///etc/passwd",
        "http://",
        "http://user@essai.fr/",
        "http://user:password@essai.fr/",
        "http://essai fr/",
    ] {
        let refused = client.get(url, 10).await;
        let is_address = matches!(refused, Err(RemoteError::Address { .. }));
        assert!(is_address, "{url}: {refused:?}");
    }
}

#[tokio::test]
async fn machines_that_may_not_be_asked_are_not_neither_by_name_nor_by_number() {
    let server = Server::start();
    server.says("/", Said::ok(b"secret"));
    let guarded = client(Access {
        permits: not_loopback,
        ..access()
    });
    let number = server.url("/");
    let name = number.replace("127.0.0.1", "localhost");
    for url in [number, name] {
        let refused = guarded.get(&url, 10).await;
        assert!(
            matches!(refused, Err(RemoteError::NotPermitted(_))),
            "{url}: {refused:?}"
        );
    }
    assert_eq!(server.asked(), []);
}

#[tokio::test]
async fn it_follows_twice_and_to_nothing_less_safe() {
    let server = Server::start();
    let to = |place: &str| Said::status("302 Found", &format!("location: {place}\r\n"));
    server.says("/3", to("/2"));
    server.says("/2", to(&server.url("/1")));
    server.says("/1", to("/0"));
    server.says("/0", Said::ok(b"here"));
    server.says("/out", to("ldap://essai.fr/"));
    server.says("/other", to("//essai.fr/"));
    let client = client(access());
    assert_eq!(
        client.get(&server.url("/2"), 9).await.unwrap().body,
        b"here"
    );
    for path in ["/3", "/out", "/other"] {
        let refused = client.get(&server.url(path), 9).await;
        assert!(
            matches!(refused, Err(RemoteError::Redirect(_))),
            "{path}: {refused:?}"
        );
    }
    let still = Client::new(&Access {
        redirects: Redirects::Never,
        ..access()
    });
    let refused = still.unwrap().get(&server.url("/1"), 9).await;
    assert!(
        matches!(refused, Err(RemoteError::Redirect(_))),
        "{refused:?}"
    );
}

#[test]
fn a_secure_place_does_not_lead_to_an_insecure_one() {
    let from = "https://essai.fr/a".parse().unwrap();
    for (location, leads_to) in [
        ("https://essai.org/b", Some("https://essai.org/b")),
        ("/b?c", Some("https://essai.fr/b?c")),
        ("http://essai.fr/b", None),
        ("b", None),
        ("", None),
    ] {
        let next = super::client::elsewhere(&from, location);
        let next = next.map(|uri| uri.to_string());
        assert_eq!(next.as_deref(), leads_to, "{location}");
    }
}

#[test]
fn an_answer_without_end_is_read_as_it_comes_until_it_falls_silent() {
    let server = Server::start();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 9\r\n\r\n";
    server.says("/events", Said::Raw(format!("{head}event: x").into_bytes()));
    let client = client(access());
    let mut stream = client
        .open(&server.url("/events"), Duration::from_millis(300), None)
        .unwrap();
    let mut first = [0; 8];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"event: x");
    assert!(stream.read_exact(&mut [0]).is_err());
    server.says("/gone", Said::status("404 Not Found", ""));
    let gone = client.open(&server.url("/gone"), Duration::from_secs(1), None);
    assert!(matches!(gone.err(), Some(RemoteError::Status(404))));
}
