//! Files that cannot be used: one sentence, nothing changed, and the register of imports says so.

use std::io::Write as _;
use std::path::PathBuf;

use crate::support::database::with_database;
use crate::support::importing::Import;
use crate::support::published::{Publisher, activity, person, personal_mailbox};
use crate::support::tables::{everything, number, texts};

const STAMP: &str = "202601050300";

/// A zip of files, deflated.
fn zipped(files: &[PathBuf]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    for path in files {
        archive
            .start_file(path.file_name().unwrap().to_str().unwrap(), options)
            .unwrap();
        archive.write_all(&std::fs::read(path).unwrap()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Runs an import that must fail and gives its sentence.
fn refused(make: impl FnOnce(&Publisher) -> Import + Send + 'static) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        Import::rpps([files.activities("202601010300", &[activity(1, 1)])])
            .applied(pool)
            .await;
        let before = everything(pool).await;
        let error = make(&files).run(pool).await.unwrap_err().to_string();
        assert!(!error.contains('\n'), "{error}");
        assert_eq!(everything(pool).await, before, "{error}");
        // Kept for anyone to read: the sentence without where the files lie.
        let kept = texts(
            pool,
            "select state || ': ' || message from import order by id desc limit 1",
        )
        .await;
        let directory = format!("{}/", files.directory().display());
        let bare = error.replace(&directory, "").replace("/nonexistent/", "");
        assert_eq!(kept, [format!("failed: {bare}")]);
        assert_eq!(
            number(
                pool,
                "select count(*) from import where finished_at is null"
            )
            .await,
            0
        );
        tell.send(error).unwrap();
    });
    told.recv().unwrap()
}

#[test]
fn a_truncated_archive() {
    let error = refused(|files| {
        let whole = zipped(&[files.activities(STAMP, &[activity(1, 1), activity(2, 1)])]);
        Import::rpps([files.raw("PS_LibreAcces_202601050300.zip", &whole[..whole.len() / 2])])
    });
    assert!(
        error.contains("PS_LibreAcces_202601050300.zip") && error.contains("truncated"),
        "{error}"
    );
}

#[test]
fn an_archive_damaged_inside() {
    let error = refused(|files| {
        let rows: Vec<_> = (1..500).map(|n| activity(n, n)).collect();
        let mut bytes = zipped(&[files.activities(STAMP, &rows)]);
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0xff;
        Import::rpps([files.raw("PS_LibreAcces_202601050300.zip", bytes)])
    });
    assert!(error.contains("Personne_activite"), "{error}");
}

#[test]
fn a_zip_bomb() {
    let error = refused(|files| {
        let file = files.activities(STAMP, &[activity(1, 1)]);
        let mut bytes = std::fs::read(&file).unwrap();
        bytes.resize(bytes.len() + (32 << 20), b'|');
        std::fs::write(&file, bytes).unwrap();
        Import::rpps([files.raw("PS_LibreAcces_202601050300.zip", zipped(&[file]))])
    });
    assert!(error.contains("zip bomb"), "{error}");
}

#[test]
fn the_file_of_another_command() {
    let error = refused(|files| {
        Import::rpps([files.mailboxes(STAMP, &[personal_mailbox(1, "a@b.mssante.fr")])])
    });
    assert!(error.contains("import mailboxes"), "{error}");
}

#[test]
fn missing_columns() {
    let error = refused(|files| {
        Import::rpps([files.raw(
            "PS_LibreAcces_Personne_activite_202601050300.txt",
            "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|Prénom d'exercice\n",
        )])
    });
    assert!(
        error.contains("lacks required columns") && error.contains("Code profession"),
        "{error}"
    );
}

#[test]
fn no_time_of_publication() {
    let error = refused(|files| {
        let file = files.activities(STAMP, &[person(1)]);
        Import::rpps([files.raw(
            "ps-libreacces-personne-activite.txt",
            std::fs::read(file).unwrap(),
        )])
    });
    assert!(error.contains("--source-time"), "{error}");
}

#[test]
fn a_file_that_is_not_there() {
    let error = refused(|_| Import::rpps([PathBuf::from("/nonexistent/PS_LibreAcces.zip")]));
    assert!(error.contains("/nonexistent/PS_LibreAcces.zip"), "{error}");
}
