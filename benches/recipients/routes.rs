//! What is asked of which route.

use std::net::SocketAddr;

use annuaire::domain::practitioner::Practitioner;
use annuaire::domain::publication::{Audience, is_visible};

use crate::load::Route;

/// Different requests of one route.
const MANY: usize = 1_000;

/// The bare greeting first, then the service.
pub(crate) fn all(bare: SocketAddr, service: SocketAddr, people: &[Practitioner]) -> Vec<Route> {
    let visible: Vec<&str> = people
        .iter()
        .flat_map(|person| &person.mailboxes)
        .filter(|mailbox| is_visible(mailbox.listing, Audience::Public))
        .map(|mailbox| mailbox.address.as_str())
        .collect();
    let of_service = |name, requests: Vec<Vec<u8>>| Route {
        name,
        address: service,
        requests: requests.into(),
    };
    vec![
        Route {
            name: "hello, bare",
            address: bare,
            requests: vec![get("/hello")].into(),
        },
        of_service("healthz, behind the edge", vec![get("/healthz")]),
        of_service(
            "validate, 1 address",
            visible
                .iter()
                .take(MANY)
                .map(|one| validate(&[one]))
                .collect(),
        ),
        of_service(
            "validate, 100 addresses",
            visible.chunks_exact(100).map(validate).collect(),
        ),
        of_service(
            "mailbox by address",
            visible
                .iter()
                .take(MANY)
                .map(|address| get(&format!("/v1/mailboxes/{}", escaped(address))))
                .collect(),
        ),
        of_service(
            "full name, top 20",
            people
                .iter()
                .take(MANY)
                .map(|person| {
                    let name = format!("{} {}", person.family, person.given);
                    get(&format!("/v1/practitioners?limit=20&q={}", escaped(&name)))
                })
                .collect(),
        ),
    ]
}

fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n").into_bytes()
}

fn validate(addresses: &[&str]) -> Vec<u8> {
    let body = serde_json::json!({ "addresses": addresses }).to_string();
    let length = body.len();
    format!(
        "POST /v1/recipients/validate HTTP/1.1\r\nhost: localhost\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Percent-encoded, all but the characters that never need it (RFC 3986 §2.3).
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            for digit in [byte >> 4, byte & 15] {
                escaped.extend(char::from_digit(digit.into(), 16));
            }
        }
    }
    escaped
}
