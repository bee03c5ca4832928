//! The trust space's engine: certificates, the signed list and its proofs. It knows X.509, XML and
//! keys; neither SQL nor HTTP nor who may do what.

pub mod laboratory;
pub mod sign;
pub mod xml;
