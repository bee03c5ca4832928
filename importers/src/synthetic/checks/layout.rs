//! Names, headers, lines and archives; the smallest countries and the impossible ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::super::{Country, Progress};
use super::{ACTIVITIES, COUNTRY, Files};

#[test]
fn names_headers_and_field_counts_are_as_published() {
    let files = Files::of(Country {
        professionals: 3_000,
        ..COUNTRY
    });
    let expected = [
        (
            "PS_LibreAcces_Personne_activite_202601010300.txt",
            57,
            vec![
                (0, "Type d'identifiant PP"),
                (7, "Nom d'exercice"),
                (23, "Identifiant technique de la structure"),
                (36, "Code commune (coord. structure)"),
                (46, "Ancien identifiant de la structure"),
                (55, "Libellé genre activité"),
                (56, ""),
            ],
        ),
        (
            "PS_LibreAcces_SavoirFaire_202601010300.txt",
            14,
            vec![(11, "Code savoir-faire"), (13, "")],
        ),
        (
            "PS_LibreAcces_Dipl_AutExerc_202601010300.txt",
            14,
            vec![(7, "Code diplôme obtenu"), (13, "")],
        ),
        (
            "Extraction_Correspondance_MSSante_202601010300.txt",
            31,
            vec![
                (1, "Adresse BAL"),
                (17, "Dématérialisation"),
                (24, "NL4TYPEVOIE structure BAL"),
                (30, "Pays structure BAL"),
            ],
        ),
    ];
    for ((file, text), (name, fields, columns)) in
        files.written.files.iter().zip(&files.texts).zip(expected)
    {
        assert_eq!(file.path.file_name().unwrap(), name);
        assert_eq!(file.bytes, u64::try_from(text.len()).unwrap());
        assert_eq!(file.rows, u64::try_from(text.lines().count() - 1).unwrap());
        assert!(text.ends_with('\n') && !text.contains('\r'));
        let header: Vec<_> = text.lines().next().unwrap().split('|').collect();
        for (place, column) in columns {
            assert_eq!(header[place], column);
        }
        assert_eq!(
            header.iter().collect::<BTreeSet<_>>().len(),
            fields,
            "{name}: a column twice"
        );
        for line in text.lines() {
            assert_eq!(line.split('|').count(), fields, "{name}: {line}");
        }
    }
}

/// Skipped where the samples are not at hand.
#[test]
fn headers_are_those_of_the_samples() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/samples");
    let files = Files::of(Country {
        professionals: 0,
        ..COUNTRY
    });
    for (file, text) in files.written.files.iter().zip(&files.texts) {
        let name = file
            .path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .replace("202601010300", "209901010000");
        match fs::read_to_string(samples.join(&name)) {
            Ok(sample) => assert_eq!(text.lines().next(), sample.lines().next(), "{name}"),
            Err(error) => eprintln!("skipped: {name}: {error}"),
        }
    }
}

#[test]
fn nobody_and_one_person_make_a_country() {
    let files = Files::of(Country {
        professionals: 0,
        day: 3,
        ..COUNTRY
    });
    assert_eq!(
        files
            .written
            .files
            .iter()
            .map(|file| file.rows)
            .collect::<Vec<_>>(),
        [0, 0, 0, 0]
    );
    for seed in 0..20 {
        let files = Files::of(Country {
            professionals: 1,
            seed,
            day: 3,
            churn: 1.0,
        });
        assert_eq!(
            files
                .rows(ACTIVITIES)
                .map(|row| row[2].to_owned())
                .collect::<BTreeSet<_>>()
                .len(),
            1
        );
    }
}

#[test]
fn impossible_countries_are_refused_and_leave_nothing() {
    let directory = tempfile::tempdir().unwrap();
    for country in [
        Country {
            professionals: 50_000_001,
            ..COUNTRY
        },
        Country {
            day: u32::MAX,
            ..COUNTRY
        },
        Country {
            churn: 1.5,
            ..COUNTRY
        },
        Country {
            churn: f64::NAN,
            ..COUNTRY
        },
    ] {
        let error = country
            .write(&directory.path().join("out"), &mut |_| {})
            .expect_err("refused");
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn progress_ends_at_its_total() {
    let directory = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    Country {
        professionals: 5_000,
        ..COUNTRY
    }
    .write(directory.path(), &mut |progress: Progress| {
        told.push(progress);
    })
    .unwrap();
    for file in ["PS_LibreAcces", "Extraction_Correspondance_MSSante"] {
        let steps: Vec<_> = told
            .iter()
            .filter(|progress| progress.file == file)
            .collect();
        assert!(steps.len() > 2 && steps.is_sorted_by_key(|progress| progress.done));
        assert!(
            steps
                .iter()
                .all(|progress| progress.total == steps[0].total)
        );
        assert_eq!(steps.last().unwrap().done, steps[0].total);
    }
}

#[test]
fn archives_are_those_of_the_national_services() {
    let files = Files::of(Country {
        professionals: 200,
        ..COUNTRY
    });
    let archives = files.written.zip().unwrap();
    let names: Vec<_> = archives
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "PS_LibreAcces_202601010300.zip",
            "Extraction_Correspondance_MSSante_202601010300.zip"
        ]
    );
    let members: Vec<_> = archives
        .iter()
        .map(|path| {
            zip::ZipArchive::new(fs::File::open(path).unwrap())
                .unwrap()
                .file_names()
                .count()
        })
        .collect();
    assert_eq!(members, [3, 1]);
}
