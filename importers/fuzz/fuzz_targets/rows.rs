//! Any bytes after any header: every line is a record or a reject. `cargo +nightly fuzz run rows`

#![no_main]

use annuaire_importers::{FORMATS, Limits, OpenFile, Records, Rows, Table};
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

fuzz_target!(|bytes: (u8, bool, Vec<u8>)| {
    let (format, with_header, body) = bytes;
    let spec = &FORMATS[usize::from(format) % FORMATS.len()];
    let mut text = Vec::new();
    if with_header {
        let names: Vec<_> = spec.columns.iter().map(|column| column.published).collect();
        text.extend(names.join("|").into_bytes());
        text.push(b'\n');
    }
    text.extend(body);
    let limits = Limits {
        max_line_bytes: 4_096,
        ..Limits::default()
    };
    let Ok(file) = OpenFile::from_reader("f.txt", spec.format, Cursor::new(text), &limits) else {
        return;
    };
    match file.records() {
        Records::PersonActivity(rows) => drain(rows),
        Records::Skill(rows) => drain(rows),
        Records::Diploma(rows) => drain(rows),
        Records::Correspondence(rows) => drain(rows),
    }
});

fn drain<T: Table>(mut rows: Rows<T>) {
    while rows.next_row().expect("memory does not fail").is_some() {}
}
