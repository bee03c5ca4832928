//! Who asks: the address of the client, through the proxies that are trusted.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

use crate::config::network::Network;

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    /// This machine itself, or no network at all.
    Local,
    /// A remote address; of IPv6, the network of 64 bits that one subscriber holds.
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
        if is_proxy(address) {
            let forwarded: Vec<&str> = headers
                .get_all("x-forwarded-for")
                .iter()
                .filter_map(|value| value.to_str().ok())
                .flat_map(|value| value.split(','))
                .collect();
            for hop in forwarded.into_iter().rev() {
                let Ok(hop) = hop.trim().parse::<IpAddr>() else {
                    break;
                };
                address = hop.to_canonical();
                if !is_proxy(address) {
                    break;
                }
            }
        }
        Self::at(address)
    }

    fn at(address: IpAddr) -> Self {
        match address {
            address if address.is_loopback() => Self::Local,
            IpAddr::V4(_) => Self::Remote(address),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Self::Remote(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
        }
    }
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
            ("127.0.0.1", None, None),
            ("127.0.0.1", Some("198.51.100.1"), Some("198.51.100.1")),
            (
                "10.1.1.1",
                Some("198.51.100.1, 203.0.113.9, 10.2.2.2"),
                Some("203.0.113.9"),
            ),
            ("10.1.1.1", Some("unknown"), Some("10.1.1.1")),
            ("10.1.1.1", Some("127.0.0.1"), None),
            ("::1", None, None),
            ("::ffff:203.0.113.9", None, Some("203.0.113.9")),
            ("2001:db8:1:2:3:4:5:6", None, Some("2001:db8:1:2::")),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(forwarded) = forwarded {
                headers.insert("x-forwarded-for", HeaderValue::from_static(forwarded));
            }
            let expected = client.map_or(Client::Local, |client| {
                Client::Remote(client.parse().unwrap())
            });
            let peer = peer.parse().unwrap();
            assert_eq!(
                Client::of(Some(peer), &headers, &proxies),
                expected,
                "{peer}"
            );
        }
        assert_eq!(Client::of(None, &HeaderMap::new(), &[]), Client::Local);
    }
}
