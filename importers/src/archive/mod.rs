//! Zip archives: what they list, and the inflating of one member. Whatever an archive says of itself is checked; it must
//! not know what the members mean.

mod end_record;
mod guard;
mod inflate;
mod member;
mod pipe;

pub(crate) use inflate::open_member;
pub(crate) use member::{Member, Members};

/// Whether a file that begins so is meant to be a zip archive.
pub(crate) fn is_zip(beginning: &[u8]) -> bool {
    beginning.starts_with(b"PK\x03\x04") || beginning.starts_with(b"PK\x05\x06")
}
