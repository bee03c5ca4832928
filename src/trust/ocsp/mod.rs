//! OCSP (RFC 6960, in the profile of RFC 5019): what clients ask, what our responders answer, and what the
//! answers of other authorities' responders are worth. It knows no HTTP and keeps nothing.

mod cert_id;
mod der;
mod extensions;
mod judge;
mod key;
mod request;
mod response;
pub mod sign;
mod status;
#[cfg(test)]
pub(crate) mod tests;

pub use cert_id::{CertId, CertIdHash, IssuerId};
pub use judge::{Untrusted, Word};
pub use request::{
    InvalidRequest, MAX_NONCE_BYTES, MAX_REQUEST_BYTES, Request, read_request, write_request,
};
pub use response::{Answer, InvalidAnswer, MAX_ANSWER_BYTES, Refusal};

/// `id-kp-OCSPSigning` (RFC 6960 §4.2.2.2).
pub const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";

/// `id-pkix-ocsp-nocheck` (RFC 6960 §4.2.2.2.1).
pub const NO_CHECK: &str = "1.3.6.1.5.5.7.48.1.5";
