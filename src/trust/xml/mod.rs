//! The signed list in its published form, `listeblanchemssante.xml`: written as canonical bytes,
//! signed, and read back strictly. It must not know where a list comes from nor where it goes.
//!
//! No XML library takes part. The format is a fixed sequence of byte strings with texts between them
//! (`profile`), already in exclusive canonical form, so what is hashed is what is read, and anything
//! that an XML processor would skip, expand or rearrange is a refusal with a name ([`ListRule`]).

mod entries;
mod error;
mod pin;
mod profile;
mod reader;
mod scanner;
mod signature;
#[cfg(test)]
mod tests;
mod timestamp;
mod writer;

pub use error::{ListError, ListRule};
pub use pin::Pin;
pub use reader::{Limits, Respelled, VerifiedList, read_signed};
pub use signature::sign;
#[cfg(test)]
pub(in crate::trust) use tests::fixture;
pub use writer::{CanonicalList, Field, WriteError, canonical};

use super::sign::Signer;
use crate::domain::trust_list::TrustList;

/// Writes a list and signs it: the bytes to publish.
pub fn write_signed(list: &TrustList, signer: &dyn Signer) -> Result<Vec<u8>, WriteError> {
    sign(&canonical(list)?, signer)
}
