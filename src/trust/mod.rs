//! The trust space's engine: certificates, the signed list and its proofs. It knows X.509, XML and
//! keys; neither SQL nor HTTP nor who may do what.

pub mod admission;
pub mod authority;
pub mod certificate;
pub mod chain;
mod der;
pub mod diff;
pub mod digest;
pub mod edition;
pub mod formats;
pub mod laboratory;
#[cfg(test)]
mod limbo;
pub mod lint_list;
pub mod log;
pub mod ocsp;
pub mod packing;
#[cfg(test)]
pub(crate) mod pki;
pub mod probe;
pub mod prove;
pub mod revocation;
pub mod rules;
pub mod sidecar;
pub mod sign;
pub mod tls;
pub mod token;
pub mod verify_at;
pub mod xml;
