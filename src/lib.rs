//! National directory and trust-space registry for secure health mail.

pub mod api;
pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod ingest;
pub mod policy;
pub mod remote;
pub mod search;
pub mod service;
pub mod storage;
pub mod telemetry;
pub mod trust;
