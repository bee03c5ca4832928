//! Our own authority's engine: requests read, certificates and revocation lists made, the root's
//! ceremony. It must not know who approved what, nor where anything is kept.

mod addresses;
mod ceremony;
mod error;
mod extensions;
mod issue;
mod key;
mod previous_list;
mod request;
mod request_rules;
mod responder;
mod revocation_list;
mod serial;
mod subject;
#[cfg(test)]
pub(crate) mod testing;
mod weak_key;

pub use addresses::{responder_url, revocation_list_url};
pub use ceremony::{Ceremony, IssuingKey, KeySize, LeftFile, Made, ROOT_LIST_LIFETIME, transcript};
pub use error::AuthorityError;
pub use issue::{Order, issue};
pub use previous_list::{InvalidPreviousList, PreviousList, read_previous_list};
pub use request::{CertificateRequest, InvalidRequest, MAX_REQUEST_BYTES, read_request};
pub use request_rules::lint_request;
pub use responder::{RESPONDER_LIFETIME, Responder, ResponderOrder, issue_responder};
pub use revocation_list::{ListPlan, sign_revocation_list};
pub use serial::{NoRandomness, Serial};
pub use subject::{UnfitSubject, in_list_order};
