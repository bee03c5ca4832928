//! Published files of fictional people, written from the columns that matter to a test.

use std::fs;
use std::path::{Path, PathBuf};

/// The values of a row by published heading; the rest is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row(Vec<(&'static str, String)>);

impl Row {
    /// Sets a value, or sets it anew.
    pub(crate) fn with(mut self, heading: &'static str, value: impl Into<String>) -> Self {
        self.0.retain(|(held, _)| *held != heading);
        self.0.push((heading, value.into()));
        self
    }

    fn set(self, values: &[(&'static str, &str)]) -> Self {
        values
            .iter()
            .fold(self, |row, (heading, value)| row.with(heading, *value))
    }

    fn line(&self, headings: &[&str]) -> String {
        for (heading, _) in &self.0 {
            assert!(headings.contains(heading), "no column {heading:?}");
        }
        let values: Vec<&str> = headings
            .iter()
            .map(|heading| {
                let held = self.0.iter().find(|(held, _)| held == heading);
                held.map_or("", |(_, value)| value.as_str())
            })
            .collect();
        values.join("|")
    }
}

/// The number of the n-th fictional person, of the prefix 99 that is never issued, with a right key.
pub(crate) fn rpps(n: u32) -> String {
    let body = format!("99{n:08}");
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            match digit * if place % 2 == 0 { 2 } else { 1 } {
                double if double > 9 => double - 9,
                double => double,
            }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// `Identification nationale PP` of the n-th fictional person.
pub(crate) fn national_id(n: u32) -> String {
    format!("8{}", rpps(n))
}

fn identity(n: u32) -> Row {
    Row::default()
        .with("Type d'identifiant PP", "8")
        .with("Identifiant PP", rpps(n))
        .with("Identification nationale PP", national_id(n))
        .with("Nom d'exercice", format!("FICTIF-{n}"))
        .with("Prénom d'exercice", "Camille")
}

const CIVIL_DOCTOR: [(&str, &str); 4] = [
    ("Code profession", "10"),
    ("Libellé profession", "Médecin"),
    ("Code catégorie professionnelle", "C"),
    ("Libellé catégorie professionnelle", "Civil"),
];

/// A doctor without activity, in `Personne_activite`.
pub(crate) fn person(n: u32) -> Row {
    identity(n).set(&CIVIL_DOCTOR)
}

/// A doctor in practice in the structure `R<structure>`, in `Personne_activite`.
pub(crate) fn activity(n: u32, structure: u32) -> Row {
    person(n)
        .set(&[
            ("Code mode exercice", "L"),
            ("Libellé mode exercice", "Libéral"),
            ("Code postal (coord. structure)", "44000"),
            ("Code commune (coord. structure)", "44109"),
            ("Libellé commune (coord. structure)", "Nantes"),
        ])
        .with(
            "Identifiant technique de la structure",
            structure_id(structure),
        )
        .with(
            "Ancien identifiant de la structure",
            structure_national_id(structure),
        )
        .with("Raison sociale site", format!("CABINET {structure}"))
}

/// Technical identifier of the n-th fictional structure.
pub(crate) fn structure_id(n: u32) -> String {
    format!("R10199{n:09}")
}

/// `idNat_struct` of the n-th fictional structure: type 4, an RPPS number and a rank.
pub(crate) fn structure_national_id(n: u32) -> String {
    format!("4{}003", rpps(n))
}

/// A savoir-faire, in `SavoirFaire`.
pub(crate) fn skill(n: u32, kind: &str, code: &str) -> Row {
    identity(n)
        .set(&CIVIL_DOCTOR)
        .with("Code type savoir-faire", kind)
        .with("Code savoir-faire", code)
}

/// A diploma, in `Dipl_AutExerc`.
pub(crate) fn diploma(n: u32, code: &str) -> Row {
    identity(n)
        .with("Code type diplôme obtenu", "DE")
        .with("Code diplôme obtenu", code)
}

/// A mailbox of one person, in `Correspondance_MSSante`.
pub(crate) fn personal_mailbox(n: u32, address: &str) -> Row {
    Row::default()
        .set(&[
            ("Type de BAL", "PER"),
            ("Type Identifiant PP", "8"),
            ("Prénom d'exercice", "Camille"),
            ("Catégorie profession", "C"),
            ("Code Profession", "10"),
            ("Dématérialisation", "O"),
        ])
        .with("Adresse BAL", address)
        .with("Identifiant PP", rpps(n))
        .with("Identification nationale PP", national_id(n))
        .with("Nom d'exercice", format!("FICTIF-{n}"))
}

/// A mailbox of a structure, in `Correspondance_MSSante`.
pub(crate) fn structure_mailbox(structure: u32, address: &str) -> Row {
    Row::default()
        .set(&[("Type de BAL", "ORG"), ("Dématérialisation", "N")])
        .with("Type identifiant structure", "4")
        .with("Identification Structure", structure_national_id(structure))
        .with("Adresse BAL", address)
        .with(
            "Raison Sociale structure BAL",
            format!("CABINET {structure}"),
        )
        .with("Code postal structure BAL", "44000")
}

/// The committed fixtures of the readers, whose headers are the published ones.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("importers/fixtures")
}

/// The fictional samples beside the checkout, which not every checkout has.
pub(crate) fn samples() -> Option<PathBuf> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/samples");
    samples.is_dir().then_some(samples)
}

/// A directory in which files are published.
#[derive(Clone, Debug)]
pub(crate) struct Publisher {
    directory: PathBuf,
}

impl Publisher {
    pub(crate) fn new() -> Self {
        Self {
            directory: super::scratch::directory("published"),
        }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn activities(&self, stamp: &str, rows: &[Row]) -> PathBuf {
        self.write(
            "rpps/PS_LibreAcces_Personne_activite_202601150310.txt",
            stamp,
            rows,
        )
    }

    pub(crate) fn skills(&self, stamp: &str, rows: &[Row]) -> PathBuf {
        self.write(
            "rpps/PS_LibreAcces_SavoirFaire_202601150310.txt",
            stamp,
            rows,
        )
    }

    pub(crate) fn diplomas(&self, stamp: &str, rows: &[Row]) -> PathBuf {
        self.write(
            "rpps/PS_LibreAcces_Dipl_AutExerc_202601150310.txt",
            stamp,
            rows,
        )
    }

    pub(crate) fn mailboxes(&self, stamp: &str, rows: &[Row]) -> PathBuf {
        self.write(
            "mssante/Extraction_Correspondance_MSSante_202601150410.txt",
            stamp,
            rows,
        )
    }

    /// Writes bytes as they are under a name.
    pub(crate) fn raw(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.directory.join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Rows under the header of a fixture, under the fixture's name with another time in it.
    fn write(&self, fixture: &str, stamp: &str, rows: &[Row]) -> PathBuf {
        let text = fs::read(fixtures().join(fixture)).unwrap();
        let text = String::from_utf8_lossy(&text);
        let header = text.lines().next().unwrap();
        let headings: Vec<&str> = header.split('|').filter(|name| !name.is_empty()).collect();
        let mut lines = vec![headings.join("|")];
        lines.extend(rows.iter().map(|row| row.line(&headings)));
        let (_, name) = fixture.split_once('/').unwrap();
        let (stem, _) = name.rsplit_once('_').unwrap();
        self.raw(&format!("{stem}_{stamp}.txt"), lines.join("\n") + "\n")
    }
}
