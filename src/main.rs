//! The one binary: see `annuaire --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    annuaire::cli::main()
}
