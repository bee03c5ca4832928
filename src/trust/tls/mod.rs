//! TLS as a server that lets in whom the trust space admits: the handshake ends with a decision. It
//! knows neither HTTP nor where decisions come from.

mod acceptor;
mod alert;
mod identity;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod verifier;

use std::sync::Arc;

pub use acceptor::{Acceptor, Received, Stream, TurnedAway};
pub use identity::{Identity, TlsError};

use crate::domain::admission::{Decision, Question};

/// What answers whether a peer may take part, now.
pub type Decide = Arc<dyn Fn(&Question) -> Arc<Decision> + Send + Sync>;
