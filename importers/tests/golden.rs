//! What comes out of known files, row by row: records and rejects, against committed snapshots.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use annuaire_importers::mssante::Correspondences;
use annuaire_importers::rpps::{Diplomas, PersonActivities, Skills};
use annuaire_importers::{Input, Limits, Records, Row, Rows, Source, SourceFile, Table};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The fields of a record by name.
trait Named: Table {
    fn named(record: &Self::Record<'_>) -> Vec<(&'static str, String)>;
}

macro_rules! named {
    ($($table:ty),+) => {
        $(impl Named for $table {
            fn named(record: &<$table as Table>::Record<'_>) -> Vec<(&'static str, String)> {
                record.fields().iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
            }
        })+
    };
}

named!(PersonActivities, Skills, Diplomas, Correspondences);

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

/// Everything said of the files of a source, one line a row, empty fields left out.
fn render(path: &Path, source: Source) -> String {
    let input = Input::discover(&[path.to_owned()], source, Limits::default()).unwrap();
    let mut text = String::new();
    for file in input.files() {
        render_file(file, &mut text);
    }
    for ignored in input.ignored() {
        writeln!(text, "ignored {}: {:?}", ignored.name, ignored.reason).unwrap();
    }
    text
}

fn render_file(file: &SourceFile, text: &mut String) {
    let open = file.open().unwrap();
    writeln!(text, "{} is {}", file.name, file.format).unwrap();
    writeln!(text, "  made: {:?}", file.source_time).unwrap();
    writeln!(
        text,
        "  columns: {}, {}",
        open.column_count(),
        open.encoding()
    )
    .unwrap();
    writeln!(text, "  missing: {:?}", open.missing_optional()).unwrap();
    writeln!(text, "  unknown: {:?}", open.unknown_columns()).unwrap();
    let (bytes, rows) = match open.records() {
        Records::PersonActivity(rows) => render_rows(rows, text),
        Records::Skill(rows) => render_rows(rows, text),
        Records::Diploma(rows) => render_rows(rows, text),
        Records::Correspondence(rows) => render_rows(rows, text),
    };
    assert_eq!(bytes, file.bytes, "all of {} is read", file.name);
    writeln!(text, "  rows: {rows}").unwrap();
}

fn render_rows<T: Named>(mut rows: Rows<T>, text: &mut String) -> (u64, u64) {
    while let Some(row) = rows.next_row().unwrap() {
        match row {
            Row::Record { line, record } => {
                write!(text, "  {line}:").unwrap();
                for (name, value) in T::named(&record)
                    .iter()
                    .filter(|(_, value)| !value.is_empty())
                {
                    write!(text, " {name}=<{value}>").unwrap();
                }
                text.push('\n');
            }
            Row::Reject(reject) => {
                writeln!(
                    text,
                    "  {}: REJECT {} ({})",
                    reject.line, reject.code, reject.detail
                )
                .unwrap();
            }
        }
    }
    (rows.file().bytes_read(), rows.file().rows_read())
}

#[test]
fn rpps() {
    insta::assert_snapshot!(render(&fixture("rpps"), Source::Rpps));
}

#[test]
fn rpps_48_columns() {
    insta::assert_snapshot!(render(&fixture("rpps-48-columns"), Source::Rpps));
}

#[test]
fn rpps_mirror() {
    insta::assert_snapshot!(render(&fixture("rpps-mirror"), Source::Rpps));
}

#[test]
fn rpps_windows_1252() {
    insta::assert_snapshot!(render(&fixture("rpps-windows-1252"), Source::Rpps));
}

#[test]
fn mssante() {
    insta::assert_snapshot!(render(&fixture("mssante"), Source::Mssante));
}

#[test]
fn mssante_abbreviated() {
    insta::assert_snapshot!(render(&fixture("mssante-abbreviated"), Source::Mssante));
}

/// Both shapes of the mailbox file say the same of the same mailboxes.
#[test]
fn abbreviated_headings_change_no_value() {
    let rows = |folder: &str| -> Vec<String> {
        let text = render(&fixture(folder), Source::Mssante);
        text.lines()
            .filter(|line| {
                ["  2:", "  3:", "  4:"]
                    .iter()
                    .any(|start| line.starts_with(start))
            })
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(rows("mssante").len(), 3);
    assert_eq!(rows("mssante"), rows("mssante-abbreviated"));
}

/// The fictional samples handed around beside the project, where they are present.
#[test]
fn samples() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/samples");
    if !samples.is_dir() {
        eprintln!("skipped: no samples beside the checkout");
        return;
    }
    let rpps = render(&samples, Source::Rpps);
    let mailboxes = render(&samples, Source::Mssante);
    assert!(!rpps.contains("REJECT") && !mailboxes.contains("REJECT"));
    let counts = |text: &str| -> Vec<String> {
        text.lines()
            .filter_map(|line| line.strip_prefix("  rows: "))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(counts(&rpps), ["6", "2", "1"]);
    assert_eq!(counts(&mailboxes), ["4"]);
    assert!(rpps.contains(r#"legal_name=<CABINET "LES TILLEULS" DU DR L'HERITIER-FICTIF>"#));
}
