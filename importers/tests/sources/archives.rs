//! Archives, as published and as an attacker or a bad line would send them.

use crate::zips::{Record, patch, rename, zip, zip_by, zip_with_link};
use crate::{
    ACTIVITY, DIPLOMA, MAILBOX, Place, SKILL, discover, fixture, names, read_skills, refusal,
};
use annuaire_importers::{IgnoredReason, Input, Limits, Source};
use std::fmt::Write;
use std::path::PathBuf;
use time::macros::datetime;
use zip::CompressionMethod;

/// Many rows, all different enough not to be a bomb: several chunks of the inflating thread.
fn many_skills(rows: u32) -> Vec<u8> {
    let mut text = String::from_utf8(fixture(SKILL))
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    for number in 0..rows {
        let id = number.wrapping_mul(2_654_435_761);
        write!(
            text,
            "\n8|99{id:08}|899{id:08}|NOM{id:x}|Prénom|10|Médecin|C|Civil|S|Spécialité|SM54|{id}|"
        )
        .unwrap();
    }
    text.into_bytes()
}

fn found(archive: &[u8]) -> (Place, Input) {
    let place = Place::new();
    let path = place.file("x.zip", archive);
    let input = discover(&[path], Source::Rpps).unwrap();
    (place, input)
}

fn refused(archive: &[u8]) -> String {
    let place = Place::new();
    let path = place.file("x.zip", archive);
    refusal(&[path], Source::Rpps)
}

#[test]
fn as_published() {
    let place = Place::new();
    let members = [
        (ACTIVITY, fixture(ACTIVITY)),
        (DIPLOMA, fixture(DIPLOMA)),
        (SKILL, fixture(SKILL)),
    ];
    let members: Vec<_> = members
        .iter()
        .map(|(name, bytes)| (*name, bytes.as_slice()))
        .collect();
    for method in [CompressionMethod::Deflated, CompressionMethod::Stored] {
        let path = place.file("PS_LibreAcces_202601150400.zip", zip_by(method, &members));
        let input = discover(&[path], Source::Rpps).unwrap();
        assert_eq!(names(&input), [ACTIVITY, SKILL, DIPLOMA]);
        assert_eq!(input.ignored(), []);
        let skill = &input.files()[1];
        assert_eq!(skill.member.as_deref(), Some(SKILL));
        assert_eq!(skill.bytes, u64::try_from(fixture(SKILL).len()).unwrap());
        // Its own name's time, not the later one of the archive.
        assert_eq!(skill.source_time, Some(datetime!(2026-01-15 03:10)));
        assert_eq!(read_skills(skill), Ok(3));
    }
}

#[test]
fn a_file_and_its_archive_are_the_same_source() {
    let place = Place::new();
    let bytes = many_skills(50_000);
    let text = place.file(SKILL, &bytes);
    let archive = place.file("x.zip", zip(&[(SKILL, &bytes)]));
    let sum = |path: PathBuf| {
        discover(&[path], Source::Rpps).unwrap().files()[0]
            .sha256()
            .unwrap()
    };
    assert_eq!(sum(text), sum(archive));
    let known = place.file("PS_LibreAcces_SavoirFaire.txt", fixture(SKILL));
    // As computed by another tool.
    let expected = concat!(
        "4fab36857bf676aa1edc94fd8e30e1a2",
        "f4a0cbe8e408d9a2a94d575d9ed33772"
    );
    let [high, low] = [0, 16].map(|at| {
        let half: [u8; 16] = sum(known.clone())[at..at + 16].try_into().unwrap();
        format!("{:032x}", u128::from_be_bytes(half))
    });
    assert_eq!(high + &low, expected);
}

#[test]
fn what_lies_beside_is_listed_and_folders_do_not_matter() {
    let inner = zip(&[("a", b"b")]);
    let skill = fixture(SKILL);
    let mailbox = fixture(MAILBOX);
    let folder = format!("2026/janvier/{SKILL}");
    let mac = format!("__MACOSX/2026/janvier/._{SKILL}");
    let (_place, input) = found(&zip(&[
        ("LISEZMOI.txt", b"bonjour"),
        (&mac, b"\0\x05\x16\x07"),
        (&folder, &skill),
        (MAILBOX, &mailbox),
        ("older.zip", &inner),
        ("2026/", b""),
    ]));
    assert_eq!(names(&input), [SKILL]);
    assert_eq!(input.files()[0].member.as_deref(), Some(folder.as_str()));
    let reasons: Vec<_> = input
        .ignored()
        .iter()
        .map(|ignored| (&*ignored.name, ignored.reason))
        .collect();
    assert_eq!(
        reasons,
        [
            ("LISEZMOI.txt", IgnoredReason::Unrelated),
            (&*mac, IgnoredReason::Unrelated),
            (
                MAILBOX,
                IgnoredReason::OtherSource(annuaire_importers::FileFormat::Correspondence)
            ),
            ("older.zip", IgnoredReason::NestedArchive),
        ]
    );
}

#[test]
fn folders_may_be_deep_or_parted_by_backslashes() {
    for folder in ["x/".repeat(150), "2026\\janvier\\".to_owned()] {
        let member = format!("{folder}{SKILL}");
        let (_place, input) = found(&zip(&[(&member, &fixture(SKILL))]));
        assert_eq!(names(&input), [SKILL], "{folder}");
        assert_eq!(read_skills(&input.files()[0]), Ok(3));
    }
}

#[test]
fn the_archive_gives_the_time_that_its_member_lacks() {
    let place = Place::new();
    let archive = zip(&[("ps-libreacces-savoirfaire.txt", &fixture(SKILL))]);
    let path = place.file("PS_LibreAcces_202601150400.zip", archive);
    let input = discover(&[path], Source::Rpps).unwrap();
    assert_eq!(
        input.files()[0].source_time,
        Some(datetime!(2026-01-15 04:00))
    );
}

#[test]
fn archives_that_are_refused() {
    let skill = fixture(SKILL);
    let good = zip(&[(SKILL, &skill)]);
    let two = zip(&[("a.txt", b"1"), ("b.txt", b"2"), (SKILL, &skill)]);
    let hidden = "x_PS.txt";
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (
            b"<html>503</html>".to_vec(),
            "x.zip: named as a zip archive, but it is not one",
        ),
        (
            Vec::new(),
            "x.zip: named as a zip archive, but it is not one",
        ),
        (zip(&[]), "x.zip: the zip archive is empty"),
        (
            good[..good.len() / 2].to_vec(),
            "x.zip: the zip archive is truncated or damaged (its end is missing)",
        ),
        (
            good[..good.len() - 1].to_vec(),
            "x.zip: the zip archive is truncated or damaged",
        ),
        (
            zip(&[("notes.txt", b"")]),
            "no file of the rpps extract found in x.zip",
        ),
        (
            zip(&[("PS_LibreAcces_202601150400.zip", &good)]),
            "x.zip: it holds another archive, \"PS_LibreAcces_202601150400.zip\", instead of the files",
        ),
        (
            rename(&zip(&[(hidden, b""), (SKILL, &skill)]), hidden, "../p.txt"),
            "x.zip: member \"../p.txt\" has an unsafe name; the archive is not to be trusted",
        ),
        (
            rename(&zip(&[(hidden, b""), (SKILL, &skill)]), hidden, "/etc/abc"),
            "x.zip: member \"/etc/abc\" has an unsafe name; the archive is not to be trusted",
        ),
        (
            rename(&zip(&[(hidden, b""), (SKILL, &skill)]), hidden, "..\\p.txt"),
            "x.zip: member \"..\\\\p.txt\" has an unsafe name; the archive is not to be trusted",
        ),
        (
            zip_with_link(SKILL),
            "is a symbolic link; the archive is not to be trusted",
        ),
        (
            rename(&two, "b.txt", "a.txt"),
            "x.zip: two members have the same name; the archive is not to be trusted",
        ),
        (
            rename(&two, "b.txt", "A.TXT"),
            "x.zip: two members have the same name; the archive is not to be trusted",
        ),
        (
            patch(
                &patch(&good, Record::Local, 6, &[1]),
                Record::Central,
                8,
                &[1],
            ),
            "x.zip: member \"PS_LibreAcces_SavoirFaire_202601150310.txt\" is encrypted",
        ),
        (
            patch(
                &patch(&good, Record::Local, 8, &[12]),
                Record::Central,
                10,
                &[12],
            ),
            "is compressed in a way that is not supported",
        ),
        // Declares more than is allowed, and more than deflate could ever hold in so few bytes.
        (
            patch(&good, Record::Central, 24, &[0xfe, 0xff, 0xff, 0xff]),
            "inflates to more than 200 times its stored size: a zip bomb",
        ),
    ];
    for (archive, expected) in cases {
        let sentence = refused(&archive);
        assert!(
            sentence.contains(expected),
            "{sentence:?} should say {expected:?}"
        );
    }
}

#[test]
fn limits_on_what_an_archive_declares() {
    let place = Place::new();
    let skill = many_skills(20_000);
    let diploma = fixture(DIPLOMA);
    let path = place.file(
        "x.zip",
        zip(&[(SKILL, &skill), (DIPLOMA, &diploma), ("c", b"")]),
    );
    let size = u64::try_from(skill.len()).unwrap();
    let refused = |limits: Limits| {
        let paths = std::slice::from_ref(&path);
        Input::discover(paths, Source::Rpps, limits)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    let default = Limits::default();
    let member = format!("member {SKILL:?}");
    let cases = [
        (default, Ok(())),
        (
            Limits {
                max_members: 2,
                ..default
            },
            Err("x.zip: the zip archive lists 3 members, more than the 2 allowed".to_owned()),
        ),
        (
            Limits {
                max_member_bytes: size - 1,
                ..default
            },
            Err(format!(
                "x.zip: {member} inflates to more than the {} bytes allowed",
                size - 1
            )),
        ),
        (
            Limits {
                max_total_bytes: size,
                ..default
            },
            Err(format!(
                "x.zip: the members inflate to more than the {size} bytes allowed together"
            )),
        ),
        (
            Limits {
                max_ratio: 1,
                ..default
            },
            Err(format!(
                "x.zip: {member} inflates to more than 1 times its stored size: a zip bomb"
            )),
        ),
    ];
    for (limits, expected) in cases {
        assert_eq!(refused(limits), expected);
    }
}

/// The declared sizes can lie; what counts is what comes out.
#[test]
fn members_that_are_not_what_they_declare() {
    let bytes = many_skills(50_000);
    let good = zip(&[(SKILL, &bytes)]);
    let declared = u32::try_from(bytes.len()).unwrap();
    let resized = |size: u32| patch(&good, Record::Central, 24, &size.to_le_bytes());
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle..middle + 64].fill(0xff);
    let cases = [
        (
            resized(declared - 1),
            "is damaged (File is larger than its declared uncompressed size)",
        ),
        (resized(declared + 1), "should inflate to"),
        (
            patch(&good, Record::Central, 16, &[1, 2, 3, 4]),
            "is damaged",
        ),
        (flipped, "is damaged"),
    ];
    for (archive, expected) in cases {
        let (_place, input) = found(&archive);
        let sentence = read_skills(&input.files()[0]).unwrap_err();
        assert!(
            sentence.starts_with(SKILL) && sentence.contains(expected),
            "{sentence}"
        );
        let sentence = input.files()[0].sha256().unwrap_err().to_string();
        assert!(sentence.contains(expected), "{sentence}");
    }
}

#[test]
fn an_archive_replaced_after_it_was_looked_at() {
    let (place, input) = found(&zip(&[(SKILL, &many_skills(10))]));
    place.file("x.zip", zip(&[("other.txt", &many_skills(10))]));
    let sentence = read_skills(&input.files()[0]).unwrap_err();
    assert!(
        sentence.contains("the archive changed while it was read"),
        "{sentence}"
    );
}

#[test]
fn every_cut_of_an_archive_is_refused() {
    let good = zip(&[(SKILL, &fixture(SKILL))]);
    let place = Place::new();
    for length in 0..good.len() {
        let path = place.file("x.zip", &good[..length]);
        discover(&[path], Source::Rpps).unwrap_err();
    }
}

#[test]
fn any_byte_changed_is_refused_or_harmless() {
    let expected = read_skills(&found(&zip(&[(SKILL, &fixture(SKILL))])).1.files()[0]);
    let good = zip(&[(SKILL, &fixture(SKILL))]);
    let place = Place::new();
    for at in 0..good.len() {
        for bit in [1, 0x80] {
            let mut bytes = good.clone();
            bytes[at] ^= bit;
            let path = place.file("x.zip", &bytes);
            // A date or a flag may change without harm: then the rows must all be there.
            if let Ok(input) = discover(&[path], Source::Rpps)
                && let Ok(rows) = read_skills(&input.files()[0])
            {
                assert_eq!(Ok(rows), expected, "byte {at}");
            }
        }
    }
}
