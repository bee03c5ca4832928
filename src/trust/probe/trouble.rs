//! What can go wrong between a probe and a gateway, told apart so that a refusal is not taken for a failure.

use std::io;
use std::time::Duration;

use rustls::AlertDescription;

use super::reply::{Malformed, Reply};

/// Why a conversation with a gateway ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// No connection came about.
    #[error("no connection: {0}")]
    Unreachable(io::Error),
    /// The gateway was silent, or slow.
    #[error("{step} did not end within {limit:?}")]
    TimedOut {
        /// What was waited for.
        step: &'static str,
        /// For how long.
        limit: Duration,
    },
    /// The gateway hung up.
    #[error("the gateway closed the connection")]
    Closed,
    /// The gateway sent a TLS alert.
    #[error("the gateway sent the TLS alert {0:?}")]
    Alert(AlertDescription),
    /// TLS failed on our side: what came was not TLS, or not good.
    #[error("TLS failed: {0}")]
    Tls(rustls::Error),
    /// What came is no SMTP reply, or too much of one.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The gateway answered something else than what goes on.
    #[error("it answered {reply} to {to}")]
    Answered {
        /// The command, or the connection itself.
        to: &'static str,
        /// The reply.
        reply: Reply,
    },
    /// `EHLO` does not name STARTTLS.
    #[error("it does not offer STARTTLS")]
    NoStarttls,
    /// Bytes in clear after the reply to STARTTLS: whoever put them there would speak inside TLS.
    #[error("it sent {0} bytes in clear after its reply to STARTTLS")]
    StrayPlaintext(usize),
    /// Any other failure of the connection.
    #[error("the connection failed: {0}")]
    Broken(io::Error),
}

impl Trouble {
    /// Whether the gateway turned the client away, rather than failed: once TLS has begun, an alert, the end of the
    /// connection and a negative reply all say no; silence and noise do not.
    pub(super) fn is_refusal(&self) -> bool {
        match self {
            Self::Closed | Self::Alert(_) => true,
            Self::Answered { reply, .. } => reply.is_negative(),
            Self::Unreachable(_)
            | Self::TimedOut { .. }
            | Self::Tls(_)
            | Self::Malformed(_)
            | Self::NoStarttls
            | Self::StrayPlaintext(_)
            | Self::Broken(_) => false,
        }
    }
}

impl From<io::Error> for Trouble {
    /// A failure on an open connection; TLS hides its own inside.
    fn from(error: io::Error) -> Self {
        let tls = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match (tls, error.kind()) {
            (Some(rustls::Error::AlertReceived(alert)), _) => Self::Alert(*alert),
            (Some(other), _) => Self::Tls(other.clone()),
            (
                None,
                io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe,
            ) => Self::Closed,
            (None, _) => Self::Broken(error),
        }
    }
}

/// Waits for a step, as long as a step may take.
pub(super) async fn within<T, E: Into<Trouble>>(
    limit: Duration,
    step: &'static str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, Trouble> {
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done.map_err(Into::into),
        Err(_) => Err(Trouble::TimedOut { step, limit }),
    }
}
