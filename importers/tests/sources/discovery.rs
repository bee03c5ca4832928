//! Directories, single files, names and headers.

use crate::zips::zip;
use crate::{ACTIVITY, DIPLOMA, MAILBOX, Place, SKILL, discover, fixture, names, refusal};
use annuaire_importers::{FileFormat, IgnoredReason, RecognisedBy, Source};
use std::fs;
use std::path::PathBuf;
use time::macros::datetime;

#[test]
fn a_directory_gives_the_files_of_one_publication_in_order() {
    let place = Place::new();
    for name in [SKILL, ACTIVITY, DIPLOMA, MAILBOX] {
        place.file(name, fixture(name));
    }
    place.file("LISEZMOI.pdf", "%PDF");
    fs::create_dir(place.path("PS_LibreAcces_SavoirFaire_202601140310.txt")).unwrap();
    let directory = [place.0.path().to_owned()];

    let rpps = discover(&directory, Source::Rpps).unwrap();
    assert_eq!(names(&rpps), [ACTIVITY, SKILL, DIPLOMA]);
    let ignored: Vec<_> = rpps
        .ignored()
        .iter()
        .map(|i| (i.name.as_str(), i.reason))
        .collect();
    assert_eq!(
        ignored,
        [
            (
                MAILBOX,
                IgnoredReason::OtherSource(FileFormat::Correspondence)
            ),
            ("LISEZMOI.pdf", IgnoredReason::Unrelated),
        ]
    );
    let mailboxes = discover(&directory, Source::Mssante).unwrap();
    assert_eq!(names(&mailboxes), [MAILBOX]);
    let file = &mailboxes.files()[0];
    assert_eq!(file.source_time, Some(datetime!(2026-01-15 04:10)));
    assert_eq!(file.recognised_by, RecognisedBy::NameAndHeader);
    assert_eq!(file.member, None);
}

#[test]
fn archives_in_a_directory_are_looked_into_if_named_as_published() {
    let place = Place::new();
    place.file(
        "PS_LibreAcces_202601150400.zip",
        zip(&[(SKILL, &fixture(SKILL))]),
    );
    place.file("holiday.zip", "not a zip, and nobody asks");
    let input = discover(&[place.0.path().to_owned()], Source::Rpps).unwrap();
    assert_eq!(names(&input), [SKILL]);
    assert_eq!(input.ignored()[0].name, "holiday.zip");
}

#[test]
fn a_file_of_any_name_is_known_by_its_header_if_it_is_meant() {
    let place = Place::new();
    let path = place.file("export du 15 janvier.csv", fixture(SKILL));
    let input = discover(std::slice::from_ref(&path), Source::Rpps).unwrap();
    let file = &input.files()[0];
    assert_eq!(
        (file.format, file.recognised_by),
        (FileFormat::Skill, RecognisedBy::Header)
    );
    assert_eq!(file.source_time, None);
    let sentence = refusal(&[place.0.path().to_owned()], Source::Rpps);
    assert!(
        sentence.starts_with("no file of the rpps extract found in "),
        "{sentence}"
    );
}

#[test]
fn files_given_twice_are_both_named() {
    let place = Place::new();
    let first = place.file(SKILL, fixture(SKILL));
    let second = place.file("PS_LibreAcces_SavoirFaire_202601160310.txt", fixture(SKILL));
    for paths in [
        vec![first.clone(), second.clone()],
        vec![place.0.path().to_owned()],
    ] {
        let sentence = refusal(&paths, Source::Rpps);
        assert_eq!(
            sentence,
            format!(
                "{} and {} are both PS_LibreAcces_SavoirFaire: give one of them",
                first.display(),
                second.display()
            )
        );
    }
    let archive = place.file("x.zip", zip(&[("a/b.txt", b""), (SKILL, &fixture(SKILL))]));
    let sentence = refusal(&[archive, first], Source::Rpps);
    assert!(sentence.contains(&format!("x.zip:{SKILL}")), "{sentence}");
}

#[test]
fn the_wrong_publication_says_which_command_takes_it() {
    let place = Place::new();
    let mailbox = place.file(MAILBOX, fixture(MAILBOX));
    let renamed = place.file("bal.csv", fixture(MAILBOX));
    let zipped = place.file("x.zip", zip(&[(MAILBOX, &fixture(MAILBOX))]));
    for path in [mailbox, renamed, zipped, place.0.path().to_owned()] {
        let sentence = refusal(&[path], Source::Rpps);
        assert!(sentence.contains("use `import mailboxes`"), "{sentence}");
    }
    let skill = place.file(SKILL, fixture(SKILL));
    let sentence = refusal(&[skill], Source::Mssante);
    assert!(sentence.contains("use `import rpps`"), "{sentence}");
}

#[test]
fn names_and_headers_must_agree() {
    let place = Place::new();
    let path = place.file(DIPLOMA, fixture(SKILL));
    assert_eq!(
        refusal(&[path], Source::Rpps),
        format!(
            "{DIPLOMA} is named as PS_LibreAcces_Dipl_AutExerc but its header is that of PS_LibreAcces_SavoirFaire"
        )
    );
}

#[test]
fn headers_that_will_not_do() {
    let place = Place::new();
    let text = String::from_utf8(fixture(SKILL)).unwrap();
    let cases = [
        (String::new(), "is empty: not even a header line"),
        ("\r\n\n".to_owned(), "is empty: not even a header line"),
        (
            "<!DOCTYPE html>\n<title>503</title>\n".to_owned(),
            "is not one of the published files: its first line is not the header of any of them",
        ),
        (
            // The rows without the header.
            text.lines().skip(1).collect::<Vec<_>>().join("\n"),
            "is not one of the published files: its first line is not the header of any of them",
        ),
        (
            text.replacen("Code savoir-faire", "Code sf", 1).replacen(
                "Code profession",
                "Métier",
                1,
            ),
            "lacks required columns of PS_LibreAcces_SavoirFaire: Code profession, Code savoir-faire",
        ),
        (
            text.replacen("Libellé savoir-faire|", "Nom d’exercice", 1),
            "has the column Nom d’exercice twice",
        ),
        (
            "x".repeat(70_000),
            "is not one of the published files: its first line is not the header of any of them",
        ),
    ];
    for (text, expected) in cases {
        // In the published name, and in a name that leaves it all to the header.
        for name in [SKILL, "rows.txt"] {
            let path = place.file(name, &text);
            assert_eq!(refusal(&[path], Source::Rpps), format!("{name} {expected}"));
        }
    }
}

#[test]
fn a_bad_header_in_the_last_file_is_found_before_the_first_is_read() {
    let place = Place::new();
    let good = place.file(ACTIVITY, fixture(ACTIVITY));
    let bad = place.file(DIPLOMA, "Identifiant PP|Code diplôme obtenu\n");
    let sentence = refusal(&[good, bad], Source::Rpps);
    assert!(
        sentence.starts_with(DIPLOMA) && sentence.contains("Code type autorisation"),
        "{sentence}"
    );
}

#[test]
fn other_encodings_and_other_things() {
    let place = Place::new();
    let utf_16 = place.file(SKILL, b"\xff\xfeT\0y\0");
    assert_eq!(
        refusal(&[utf_16], Source::Rpps),
        format!("{SKILL}: the file is in UTF-16; UTF-8 or Windows-1252 is expected")
    );
    let sentence = refusal(&[place.path("absent.txt")], Source::Rpps);
    assert!(sentence.contains("absent.txt"), "{sentence}");
    let sentence = refusal(&[PathBuf::from("/dev/null")], Source::Rpps);
    assert_eq!(sentence, "/dev/null is neither a file nor a directory");
    assert!(refusal(&[], Source::Rpps).starts_with("no file of the rpps extract"));
}
