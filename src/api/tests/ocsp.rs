//! The responder over HTTP: `openssl ocsp` at a real socket, caches, and what is no request.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use time::OffsetDateTime;
use time::macros::datetime;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::asking::{Answer, Service};
use crate::api::serve;
use crate::config;
use crate::domain::authority::{IssuedCertificate, IssuedStatus};
use crate::domain::certificate::RevocationReason;
use crate::domain::clock::{Clock as _, FixedClock, SystemClock};
use crate::service::certificate_status::{CertificateStatus, MAX_OCSP_REQUEST_BYTES, Responder};
use crate::trust::ocsp::tests::Space;
use crate::trust::ocsp::{CertIdHash, Refusal, write_request};
use crate::trust::pki::NOW;

const REQUEST: &str = "application/ocsp-request";
const RESPONSE: &str = "application/ocsp-response";

fn responder(space: &Space) -> Responder {
    Responder {
        name: "essai".to_owned(),
        authority: space.root.spki_sha256,
        key: space.responder(),
    }
}

async fn learn(node: &CertificateStatus, space: &Space, status: IssuedStatus, now: OffsetDateTime) {
    let issued = IssuedCertificate {
        id: 1,
        serial: space.gateway.serial.clone(),
        status,
        not_after: space.gateway.not_after,
    };
    node.sign_answers(vec![vec![issued]], now).await.unwrap();
}

/// A node whose responder says that the gateway is good, at [`NOW`].
async fn node() -> (Space, Service) {
    let space = Space::new("AC");
    let clock = Arc::new(FixedClock(NOW));
    let settings = config::Ca::default();
    let status = CertificateStatus::new(clock, &settings, vec![responder(&space)]);
    learn(&status, &space, IssuedStatus::Good, NOW).await;
    let service = Service::telling(status, config::Http::default());
    (space, service)
}

async fn post(service: &Service, media_type: &str, body: Vec<u8>) -> Answer {
    let request = Request::post("/ocsp").header(header::CONTENT_TYPE, media_type);
    service.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn openssl_says_good_on_hold_and_revoked() {
    let now = SystemClock.now();
    let space = Space::around(now);
    let dir = tempfile::tempdir().unwrap();
    space.write(dir.path());
    let clock = Arc::new(SystemClock);
    let status = CertificateStatus::new(clock, &config::Ca::default(), vec![responder(&space)]);
    let service = Service::telling(status.clone(), config::Http::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/ocsp", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let serving = tokio::spawn({
        let (router, stop) = (service.router(), stop.clone());
        async move { serve(listener, router, &config::Http::default(), stop).await }
    });
    let at = datetime!(2026-05-01 8:00 UTC);
    for (said, words) in [
        (IssuedStatus::Good, "gateway.pem: good"),
        (IssuedStatus::OnHold(at), "Reason: certificateHold"),
        (IssuedStatus::Good, "gateway.pem: good"),
        (
            IssuedStatus::Revoked(at, RevocationReason::CessationOfOperation),
            "Reason: cessationOfOperation",
        ),
    ] {
        learn(&status, &space, said, now).await;
        for digest in ["-sha1", "-sha256"] {
            for nonce in ["-nonce", "-no_nonce"] {
                let output = Command::new("openssl")
                    .args([
                        "ocsp",
                        digest,
                        "-issuer",
                        "root.pem",
                        "-cert",
                        "gateway.pem",
                    ])
                    .args(["-CAfile", "root.pem", nonce, "-url", &url])
                    .current_dir(dir.path())
                    .output()
                    .await
                    .unwrap();
                let text = [output.stdout, output.stderr].concat();
                let text = String::from_utf8(text).unwrap();
                assert!(output.status.success(), "{text}");
                assert!(text.contains("Response verify OK"), "{text}");
                assert!(text.contains(words), "{text}");
                assert!(!text.contains("WARNING"), "{digest} {nonce}: {text}");
            }
        }
    }
    stop.cancel();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn caches_are_told_what_to_keep() {
    let (space, service) = node().await;
    for hash in CertIdHash::ALL {
        let request = write_request(&space.gateway, &space.root, hash, None).unwrap();
        let posted = post(&service, REQUEST, request.clone()).await;
        let path = BASE64_STANDARD.encode(&request);
        let escaped = path
            .replace('/', "%2F")
            .replace('+', "%2B")
            .replace('=', "%3D");
        for path in [path, escaped] {
            let uri = format!("/ocsp/{path}");
            let got = service.ask("GET", &uri, &[]).await;
            assert_eq!(got.bytes, posted.bytes);
            for answer in [&posted, &got] {
                assert_eq!(answer.status, 200);
                assert_eq!(answer.header("content-type"), RESPONSE);
                assert_eq!(
                    answer.header("cache-control"),
                    "max-age=60, public, no-transform, must-revalidate"
                );
                assert_eq!(
                    answer.header("last-modified"),
                    "Mon, 01 Jun 2026 12:00:00 GMT"
                );
                assert_eq!(answer.header("expires"), "Mon, 01 Jun 2026 13:00:00 GMT");
                assert_eq!(answer.header("etag"), posted.header("etag"));
            }
            for (name, value) in [
                ("if-none-match", posted.header("etag")),
                ("if-modified-since", posted.header("last-modified")),
            ] {
                let held = service.ask("GET", &uri, &[(name, value)]).await;
                assert_eq!((held.status.as_u16(), held.bytes.len()), (304, 0), "{name}");
            }
        }
    }
    // What was signed for one alone is nobody else's.
    let nonce = Some(&[7; 32][..]);
    let request = write_request(&space.gateway, &space.root, CertIdHash::Sha1, nonce).unwrap();
    let answer = post(&service, REQUEST, request).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    for name in ["etag", "expires", "last-modified"] {
        assert_eq!(answer.header(name), "", "{name}");
    }
}

#[tokio::test]
async fn what_is_no_request_gets_a_status_of_ocsp() {
    let (space, service) = node().await;
    let stranger = Space::new("AC");
    let foreign = write_request(&stranger.gateway, &stranger.root, CertIdHash::Sha1, None).unwrap();
    for (body, refusal) in [
        (Vec::new(), Refusal::MalformedRequest),
        (b"{}".to_vec(), Refusal::MalformedRequest),
        (
            vec![0; MAX_OCSP_REQUEST_BYTES + 1],
            Refusal::MalformedRequest,
        ),
        (foreign, Refusal::Unauthorized),
    ] {
        let answer = post(&service, REQUEST, body).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), RESPONSE);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.bytes, refusal.der());
    }
    for path in ["MA", "%", "MEIwQDA-", "//"] {
        let answer = service.ask("GET", &format!("/ocsp/{path}"), &[]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.bytes, Refusal::MalformedRequest.der(), "{path}");
    }
    let request = write_request(&space.gateway, &space.root, CertIdHash::Sha1, None).unwrap();
    let (status, problem) = post(&service, "application/json", request).await.problem();
    assert_eq!((status, &problem["code"]), (415, &"body.media_type".into()));
    assert_eq!(service.refused("/ocsp").await.0, 405);
}
