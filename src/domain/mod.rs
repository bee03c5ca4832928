//! Names, values and rules of the directory: no input or output, no async, no framework.

pub mod campaign;
pub mod clock;
pub mod code;
pub mod cursor;
pub mod distinguished_name;
pub mod error;
pub mod feed;
pub mod ids;
pub mod import;
pub mod mail_domain;
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
pub mod trust_list;
