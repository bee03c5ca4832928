//! National directory and trust-space registry for secure health mail.

pub mod config;
pub mod domain;
pub mod ingest;
pub mod search;
pub mod storage;
