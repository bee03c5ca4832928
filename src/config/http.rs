//! `[http]`: where the REST interface listens and what it takes from one client.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::network::Network;
use super::size::ByteSize;

/// The REST interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Most connections at once; more of them wait until another ends.
    pub max_connections: NonZeroUsize,
    /// Longest time from the opening of a connection, or from the end of an answer, to the end of the
    /// next head of a request; then the connection is closed.
    #[serde(with = "humantime_serde")]
    pub header_timeout: Duration,
    /// Longest time one request may take; then it is answered 503.
    #[serde(with = "humantime_serde")]
    pub request_timeout: Duration,
    /// Largest body of a request.
    pub max_body: ByteSize,
    /// Largest query string of a request.
    pub max_query: ByteSize,
    /// How long running requests may go on when the service stops.
    #[serde(with = "humantime_serde")]
    pub shutdown_grace: Duration,
    /// Networks of the reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// How often one client may ask.
    pub rate_limit: RateLimit,
}

/// `[http.rate_limit]`: how often one client may ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RateLimit {
    /// Who is limited.
    pub mode: RateLimitMode,
    /// Requests a second that a client may make in the long run.
    pub requests_per_second: NonZeroU32,
    /// Requests that a client may make at once.
    pub burst: NonZeroU32,
}

/// Who is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateLimitMode {
    /// Each client address by itself; loopback is free.
    PerClient,
    /// Nobody: something in front of the service does it.
    Off,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            max_connections: NonZeroUsize::MIN.saturating_add(4095),
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(10),
            max_body: ByteSize::from_bytes(512 << 10),
            max_query: ByteSize::from_bytes(8 << 10),
            shutdown_grace: Duration::from_secs(15),
            trusted_proxies: Vec::new(),
            rate_limit: RateLimit::default(),
        }
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        Self {
            mode: RateLimitMode::PerClient,
            requests_per_second: NonZeroU32::MIN.saturating_add(49),
            burst: NonZeroU32::MIN.saturating_add(199),
        }
    }
}
