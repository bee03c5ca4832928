//! The one binary: see `annuaire --help`.
fn main() {}
