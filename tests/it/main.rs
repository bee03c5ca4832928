//! The one integration test binary: real files, a real PostgreSQL, a real index.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may panic, and says so when it skips"
)]

mod architecture;
mod binary;
mod campaign;
mod embedded;
mod embedded_kept;
mod feed;
mod follower;
mod import;
mod support;
mod trust;
mod trust_signers;
