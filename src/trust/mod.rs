//! The trust space's engine: certificates, the signed list and its proofs. It knows X.509, XML and
//! keys; neither SQL nor HTTP nor who may do what.

pub mod certificate;
pub mod chain;
pub mod digest;
pub mod log;
pub mod probe;
#[cfg(test)]
pub(crate) mod pki;
pub mod rules;
pub mod sign;
pub mod token;
