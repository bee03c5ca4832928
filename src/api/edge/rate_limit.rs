//! How often one client may ask, so that none can take the service from the others.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota};

use super::client::Client;
use crate::api::problem::Problem;
use crate::config::http::{RateLimit, RateLimitMode};
use crate::domain::error::{Failure, RATE_LIMITED};

/// Checks after which clients that have asked nothing for a while are forgotten.
///
/// So no more are remembered than asked lately: this many, and those of the last
/// `burst / requests_per_second` seconds.
const CHECKS_BETWEEN_CLEANINGS: u32 = 10_000;

/// Counts the requests of each client.
pub(super) struct Limiter {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    checks: AtomicU32,
}

impl Limiter {
    pub(super) fn new(settings: &RateLimit) -> Self {
        let limiter = match settings.mode {
            RateLimitMode::PerClient => Some(DefaultKeyedRateLimiter::keyed(
                Quota::per_second(settings.requests_per_second).allow_burst(settings.burst),
            )),
            RateLimitMode::Off => None,
        };
        Self {
            limiter,
            checks: AtomicU32::new(0),
        }
    }

    /// Takes one request of this client, or gives the answer that refuses it.
    #[expect(
        clippy::result_large_err,
        reason = "the error is the answer itself, made once and passed on"
    )]
    pub(super) fn check(&self, client: Client) -> Result<(), Response> {
        let (Some(limiter), Client::Remote(address)) = (&self.limiter, client) else {
            return Ok(());
        };
        let checks = self.checks.fetch_add(1, Ordering::Relaxed);
        if checks % CHECKS_BETWEEN_CLEANINGS == CHECKS_BETWEEN_CLEANINGS - 1 {
            limiter.retain_recent();
        }
        limiter
            .check_key(&address)
            .map_err(|not_yet| refusal(not_yet.wait_time_from(limiter.clock().now())))
    }
}

fn refusal(wait: Duration) -> Response {
    // The header takes whole seconds: rounded up, so that who obeys is not refused again.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let mut response = Problem::from(Failure::new(
        &RATE_LIMITED,
        format!("Ask again in {seconds} s."),
    ))
    .into_response();
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    fn limiter(mode: RateLimitMode) -> Limiter {
        Limiter::new(&RateLimit {
            mode,
            requests_per_second: NonZeroU32::MIN,
            burst: NonZeroU32::new(5).unwrap(),
        })
    }

    fn refused(limiter: &Limiter, client: Client) -> usize {
        (0..1000).filter(|_| limiter.check(client).is_err()).count()
    }

    #[test]
    fn each_client_is_limited_by_itself_and_loopback_never() {
        let one = Client::Remote("203.0.113.9".parse().unwrap());
        let other = Client::Remote("203.0.113.10".parse().unwrap());
        let limited = limiter(RateLimitMode::PerClient);
        assert!(refused(&limited, one) > 0);
        assert!(limited.check(other).is_ok());
        assert_eq!(refused(&limited, Client::Local), 0);
        assert_eq!(refused(&limiter(RateLimitMode::Off), one), 0);
    }

    #[test]
    fn a_refusal_says_when_to_come_back_in_whole_seconds() {
        for (wait, seconds) in [(1, "1"), (1000, "1"), (1001, "2")] {
            let response = refusal(Duration::from_millis(wait));
            assert_eq!(response.status(), 429);
            assert_eq!(response.headers()[header::RETRY_AFTER], seconds);
        }
    }
}
