//! The checks of a decision, one topic a file. Each is told what those before it found, and says how it
//! ended.

pub(super) mod list;
pub(super) mod names;
pub(super) mod path;
pub(super) mod presented;
pub(super) mod registry;
pub(super) mod revocation;

/// Why a check was not made: what it rests on did not hold.
const NO_CHAIN: &str = "no chain could be read";
const NO_LIST: &str = "there is no list to look into";
const NO_MAIL_DOMAIN: &str = "the mail domain is not in the list";
const NOT_ASKED: &str = "not asked about";
const A_SIGNER: &str = "a signer of the list stands behind no mail domain";
