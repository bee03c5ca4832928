//! Readers of the published files of the French health directory.

pub mod synthetic;
