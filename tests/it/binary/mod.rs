//! The program as it is shipped: real files, a real private PostgreSQL, real sockets, real signals.

mod admission;
mod admission_commands;
mod away;
mod ca;
mod codes;
mod country;
mod demo;
mod killed;
mod node;
mod peer;
mod readme;
mod space;
mod trust_space;
mod truth;
mod whole_path;
