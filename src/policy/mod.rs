//! The policy service that Postfix asks (`check_policy_service`; Postfix, `SMTPD_POLICY_README`): may this
//! client send for this sender's domain? It knows lines and sockets; what is decided is decided by
//! [`crate::service::admission`].

mod action;
mod request;
mod serve;
#[cfg(test)]
mod tests;

pub use action::{Admitted, Decider};
pub use request::{Request, Unreadable};
pub use serve::{Listener, Place, serve};
