//! Why nothing usable came from elsewhere, told apart by who can mend it.

use std::time::Duration;

use super::resolving::NotPermitted;

/// A question that was not answered.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The address is none that is asked.
    #[error("{url:?} is no address that is asked: {problem}")]
    Address {
        /// The address.
        url: String,
        /// Why.
        problem: &'static str,
    },
    /// The name leads to machines that may not be asked.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Nobody is there, or what they speak is not HTTP.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// It did not end in time.
    #[error("it did not answer within {}", .0.as_secs_f64())]
    Timeout(Duration),
    /// The answer is not a success.
    #[error("it answers with status {0}")]
    Status(u16),
    /// More was to come than is taken.
    #[error("its answer is larger than {limit} bytes")]
    TooLarge {
        /// The most that is taken.
        limit: u64,
    },
    /// It sends elsewhere, and that is not followed.
    #[error("it sends elsewhere, which is not followed: {0}")]
    Redirect(String),
    /// What this side is to prove itself with cannot be used.
    #[error("the identity for TLS cannot be used: {0}")]
    Identity(String),
}

impl RemoteError {
    /// What the client library says, in these words.
    pub(super) fn of(error: ureq::Error, limit: u64, timeout: Duration) -> Self {
        match error {
            ureq::Error::StatusCode(status) => Self::Status(status),
            ureq::Error::Timeout(_) => Self::Timeout(timeout),
            ureq::Error::BodyExceedsLimit(_) => Self::TooLarge { limit },
            ureq::Error::BadUri(problem) => Self::Unreachable(problem),
            ureq::Error::Other(other) => match other.downcast::<NotPermitted>() {
                Ok(refused) => Self::NotPermitted(*refused),
                Err(other) => Self::Unreachable(other.to_string()),
            },
            other => Self::Unreachable(other.to_string()),
        }
    }
}
