//! The real router over a real index of fictional people, asked as anybody would.

mod admission;
mod asking;
mod beside;
mod bodies;
mod conformance;
mod docs;
mod edge;
mod examples;
mod fixture;
mod hostile;
mod lookups;
mod mtls;
mod ocsp;
mod parameters;
mod probes;
mod serving;
