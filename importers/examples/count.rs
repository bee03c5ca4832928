//! Counts the rows of published files: `cargo run -p annuaire-importers --example count -- rpps PS_LibreAcces_….zip`

use annuaire_importers::{Input, Limits, Records, Row, Rows, Source, Table};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let source = match arguments.next().and_then(|word| word.into_string().ok()) {
        Some(word) if word == Source::Rpps.as_str() => Source::Rpps,
        Some(word) if word == Source::Mssante.as_str() => Source::Mssante,
        _ => return Err("usage: count rpps|mssante PATH…".into()),
    };
    let paths: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    let input = Input::discover(&paths, source, Limits::default())?;
    for file in input.files() {
        match file.open()?.records() {
            Records::PersonActivity(rows) => count(rows)?,
            Records::Skill(rows) => count(rows)?,
            Records::Diploma(rows) => count(rows)?,
            Records::Correspondence(rows) => count(rows)?,
        }
    }
    for ignored in input.ignored() {
        writeln!(std::io::stdout(), "ignored {}", ignored.name)?;
    }
    Ok(())
}

fn count<T: Table>(mut rows: Rows<T>) -> Result<(), Box<dyn Error>> {
    let mut records = 0_u64;
    let mut rejects = BTreeMap::new();
    while let Some(row) = rows.next_row()? {
        match row {
            Row::Record { .. } => records += 1,
            Row::Reject(reject) => *rejects.entry(reject.code.as_str()).or_insert(0_u64) += 1,
        }
    }
    let file = rows.file();
    writeln!(
        std::io::stdout(),
        "{}: {records} records, rejects {rejects:?}, {} columns, {}, {} bytes",
        file.name(),
        file.column_count(),
        file.encoding(),
        file.bytes_read(),
    )?;
    Ok(())
}
