//! From published files to the tables, and what a second day does to them.

mod days;
mod failure;
mod hardening;
mod input;
mod rows;
mod samples;
mod touched;
