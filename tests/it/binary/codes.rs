//! Exit codes, each of the table at the end of `--help`.
