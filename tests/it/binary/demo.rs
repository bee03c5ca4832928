//! The demo, run and read as a person does.
