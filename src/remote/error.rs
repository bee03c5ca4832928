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
    #[error("it did not answer within {0:?}")]
    Timeout(Duration),
    /// The answer is not a success.
    #[error("it answers with status {0}")]
    Status(u16),
    /// The answer is not a success, and says why (RFC 9457).
    #[error("it answers with status {status}: {detail}")]
    Problem {
        /// The status.
        status: u16,
        /// Its `detail`, on one line.
        detail: String,
    },
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
    /// Whether it is the question that is wrong, and will stay wrong (RFC 9110 §15.5).
    pub const fn is_of_the_asker(&self) -> bool {
        matches!(
            self,
            Self::Status(400..500)
                | Self::Problem {
                    status: 400..500,
                    ..
                }
        )
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_with_their_unit() {
        let late = |millis| RemoteError::Timeout(Duration::from_millis(millis)).to_string();
        assert_eq!(late(15_000), "it did not answer within 15s");
        assert_eq!(late(200), "it did not answer within 200ms");
    }

    #[test]
    fn who_asked_wrongly_is_told_from_who_cannot_answer() {
        let problem = |status| RemoteError::Problem {
            status,
            detail: String::new(),
        };
        for (status, is_of_the_asker) in [(302, false), (400, true), (499, true), (503, false)] {
            for error in [RemoteError::Status(status), problem(status)] {
                assert_eq!(error.is_of_the_asker(), is_of_the_asker, "{error}");
            }
        }
        assert!(!RemoteError::Timeout(Duration::ZERO).is_of_the_asker());
    }
}
