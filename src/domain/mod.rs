//! Names, values and rules of the directory: no input or output, no async, no framework.

pub mod clock;
pub mod code;
pub mod cursor;
pub mod error;
pub mod feed;
pub mod ids;
pub mod import;
pub mod mailbox;
pub mod name;
pub mod organization;
pub mod practitioner;
pub mod publication;
pub mod quality;
pub mod query;
pub mod role;
pub mod suggestion;
pub mod town;
