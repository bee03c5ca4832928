//! What tests share: a scratch place, a private PostgreSQL, published files of fictional people.

pub(crate) mod child;
pub(crate) mod database;
pub(crate) mod device;
pub(crate) mod importing;
pub(crate) mod program;
pub(crate) mod proxy;
pub(crate) mod published;
#[allow(dead_code, reason = "what unit tests have it say is not all said here")]
#[path = "../../../src/remote/testing.rs"]
pub(crate) mod said;
pub(crate) mod scratch;
pub(crate) mod signing;
pub(crate) mod tables;

/// Says on the terminal that a test could not do its work here, and why.
pub(crate) fn skip(why: &str) {
    println!("skipped: {why}");
}
