//! What may be pointed at, and what is refused: every refusal is one sentence that names the file.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod archives;
mod discovery;
mod zips;

use annuaire_importers::{Input, InputError, Limits, Row, Rows, Source, SourceFile};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const ACTIVITY: &str = "PS_LibreAcces_Personne_activite_202601150310.txt";
const SKILL: &str = "PS_LibreAcces_SavoirFaire_202601150310.txt";
const DIPLOMA: &str = "PS_LibreAcces_Dipl_AutExerc_202601150310.txt";
const MAILBOX: &str = "Extraction_Correspondance_MSSante_202601150410.txt";

/// The contents of a fixture, by published name.
fn fixture(name: &str) -> Vec<u8> {
    let folder = if name == MAILBOX { "mssante" } else { "rpps" };
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    fs::read(fixtures.join(folder).join(name)).unwrap()
}

/// A directory to put files in.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn discover(paths: &[PathBuf], source: Source) -> Result<Input, InputError> {
    Input::discover(paths, source, Limits::default())
}

/// The sentence a refusal is told in.
fn refusal(paths: &[PathBuf], source: Source) -> String {
    let error = discover(paths, source).unwrap_err();
    let sentence = error.to_string();
    assert!(
        !sentence.contains('\n') && sentence.len() < 600,
        "{sentence}"
    );
    sentence
}

fn names(input: &Input) -> Vec<&str> {
    input
        .files()
        .iter()
        .map(|file| file.name.as_str())
        .collect()
}

/// Reads a file of skills to its end: records, or the sentence it ends in.
fn read_skills(file: &SourceFile) -> Result<u64, String> {
    let mut rows: Rows<annuaire_importers::rpps::Skills> = file
        .open()
        .and_then(annuaire_importers::OpenFile::rows)
        .map_err(|error| error.to_string())?;
    let mut records = 0;
    while let Some(row) = rows.next_row().map_err(|error| error.to_string())? {
        records += u64::from(matches!(row, Row::Record { .. }));
    }
    Ok(records)
}
