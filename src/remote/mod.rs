//! Asking others over HTTP: with a limit on everything they may send or take, and on whom is asked. It
//! knows nothing of what is asked for.

mod client;
mod error;
pub mod events;
mod resolving;
pub mod roots;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use client::{Access, Answer, Client, Identity, Post, Redirects, Roots};
pub use error::RemoteError;
