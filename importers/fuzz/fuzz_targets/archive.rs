//! Any bytes as an archive: found and read, or refused. `cargo +nightly fuzz run archive`

#![no_main]

use annuaire_importers::{Input, Limits, Source};
use libfuzzer_sys::fuzz_target;
use std::io::Write;

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::Builder::new()
        .suffix(".zip")
        .tempfile()
        .expect("a temporary file");
    file.write_all(bytes).expect("room for it");
    let limits = Limits {
        max_member_bytes: 1 << 24,
        max_total_bytes: 1 << 25,
        ..Limits::default()
    };
    let Ok(input) = Input::discover(&[file.path().to_owned()], Source::Rpps, limits) else {
        return;
    };
    for file in input.files() {
        drop(file.sha256());
    }
});
