//! Who asks: the address of the client, through the proxies that are trusted.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;

use crate::config::network::Network;

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Client {
    /// This machine itself, with no proxy between, or no network at all.
    Local,
    /// A remote address; of IPv6, the network of 64 bits that one subscriber holds.
    ///
    /// Who comes through a trusted proxy is always remote. Where the proxy does not say for whom it
    /// asks, this is the proxy itself: all such clients together.
    Remote(IpAddr),
}

impl Client {
    /// The client behind this peer: itself, or where it is a trusted proxy, the last address of
    /// `X-Forwarded-For` that is not one.
    ///
    /// Addresses before that one were written by the client and prove nothing.
    pub(super) fn of(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[Network]) -> Self {
        let Some(peer) = peer else {
            return Self::Local;
        };
        let is_proxy = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
        let mut address = peer.to_canonical();
        if !is_proxy(address) {
            return if address.is_loopback() {
                Self::Local
            } else {
                Self::remote(address)
            };
        }
        let forwarded: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            // What is not text is a hop like any other, which nothing is known of.
            .map(|value| value.to_str().unwrap_or_default())
            .flat_map(|value| value.split(','))
            .collect();
        for hop in forwarded.into_iter().rev() {
            let Some(hop) = hop_address(hop.trim()) else {
                break;
            };
            address = hop.to_canonical();
            if !is_proxy(address) {
                break;
            }
        }
        Self::remote(address)
    }

    /// Its address; none where it is this machine itself.
    pub(in crate::api) const fn address(self) -> Option<IpAddr> {
        match self {
            Self::Local => None,
            Self::Remote(address) => Some(address),
        }
    }

    fn remote(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::Remote(address),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Self::Remote(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
        }
    }
}

/// The address of a hop: bare, or with a port as some proxies write it (`192.0.2.1:4711`,
/// `[2001:db8::1]:4711`, `[2001:db8::1]`).
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = || hop.parse().ok();
    let with_port = || hop.parse().ok().map(|hop: SocketAddr| hop.ip());
    let in_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare().or_else(with_port).or_else(in_brackets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_trusted_proxies_speak_for_a_client() {
        let proxies = ["127.0.0.1", "10.0.0.0/8"].map(|network| network.parse().unwrap());
        for (peer, forwarded, client) in [
            ("203.0.113.9", None, Some("203.0.113.9")),
            ("203.0.113.9", Some("198.51.100.1"), Some("203.0.113.9")),
            ("127.0.0.7", None, None),
            ("127.0.0.1", Some("198.51.100.1"), Some("198.51.100.1")),
            ("127.0.0.1", Some("198.51.100.1:4711"), Some("198.51.100.1")),
            ("127.0.0.1", Some("[2001:db8::1]:4711"), Some("2001:db8::")),
            ("127.0.0.1", Some("[2001:db8::1]"), Some("2001:db8::")),
            // A proxy that does not say for whom it asks is limited as one client.
            ("127.0.0.1", None, Some("127.0.0.1")),
            ("127.0.0.1", Some("unknown"), Some("127.0.0.1")),
            ("127.0.0.1", Some("_hidden, "), Some("127.0.0.1")),
            ("127.0.0.1", Some("198.51.100.1, é"), Some("127.0.0.1")),
            ("127.0.0.1", Some("127.0.0.7"), Some("127.0.0.7")),
            (
                "10.1.1.1",
                Some("198.51.100.1, 203.0.113.9, 10.2.2.2"),
                Some("203.0.113.9"),
            ),
            ("10.1.1.1", Some("unknown"), Some("10.1.1.1")),
            ("10.1.1.1", Some("127.0.0.1"), Some("127.0.0.1")),
            ("::1", None, None),
            ("::ffff:203.0.113.9", None, Some("203.0.113.9")),
            ("2001:db8:1:2:3:4:5:6", None, Some("2001:db8:1:2::")),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(forwarded) = forwarded {
                headers.insert(
                    "x-forwarded-for",
                    HeaderValue::from_bytes(forwarded.as_bytes()).unwrap(),
                );
            }
            let expected = client.map_or(Client::Local, |client| {
                Client::Remote(client.parse().unwrap())
            });
            let peer = peer.parse().unwrap();
            assert_eq!(
                Client::of(Some(peer), &headers, &proxies),
                expected,
                "{peer} {forwarded:?}"
            );
        }
        assert_eq!(Client::of(None, &HeaderMap::new(), &[]), Client::Local);
    }
}
