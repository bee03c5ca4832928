//! What stays and what changes from one day to the next.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::super::Country;
use super::{ACTIVITIES, COUNTRY, DIPLOMAS, Files, MAILBOXES, SKILLS, per_mille};

#[test]
fn the_same_country_has_the_same_bytes() {
    let country = Country {
        professionals: 2_000,
        day: 30,
        ..COUNTRY
    };
    assert_eq!(Files::of(country).texts, Files::of(country).texts);
    assert_ne!(
        Files::of(country).texts,
        Files::of(Country { seed: 2, ..country }).texts
    );
}

/// On every machine, too: whoever changes the generator changes this line, and so tells that countries are not what they were.
#[test]
fn the_bytes_are_pinned() {
    let files = Files::of(Country {
        professionals: 500,
        seed: 7,
        day: 90,
        churn: 0.01,
    });
    let digest = Sha256::digest(files.texts.concat());
    assert_eq!(digest[..8], [165, 255, 232, 80, 26, 88, 44, 172]);
}

#[test]
fn a_day_changes_about_its_churn() {
    let small = Country {
        professionals: 8_000,
        ..COUNTRY
    };
    for day in [0, 40] {
        let (before, after) = (
            Files::of(Country { day, ..small }),
            Files::of(Country {
                day: day + 1,
                ..small
            }),
        );
        for (file, bounds) in [
            (ACTIVITIES, 12..24),
            (SKILLS, 8..26),
            (DIPLOMAS, 6..16),
            (MAILBOXES, 9..24),
        ] {
            let (old, new): (BTreeSet<_>, BTreeSet<_>) =
                (before.lines(file).collect(), after.lines(file).collect());
            for (here, there) in [(&old, &new), (&new, &old)] {
                let changed = here.difference(there).count();
                assert!(
                    bounds.contains(&per_mille(changed, here.len())),
                    "file {file}, day {day}: {changed} of {}",
                    here.len()
                );
            }
        }
        let people = |files: &Files| {
            files
                .rows(ACTIVITIES)
                .map(|row| row[2].to_owned())
                .collect::<BTreeSet<_>>()
        };
        let (old, new) = (people(&before), people(&after));
        assert_eq!((old.len(), new.len()), (8_000, 8_000));
        let gone = old.difference(&new).count();
        assert!(
            (64..96).contains(&gone),
            "{gone} people of 8,000 left: half of 2 %"
        );
    }
}

#[test]
fn nothing_changes_without_churn() {
    let still = Country {
        professionals: 1_000,
        churn: 0.0,
        ..COUNTRY
    };
    assert_eq!(
        Files::of(still).texts,
        Files::of(Country { day: 500, ..still }).texts
    );
}

#[test]
fn days_have_their_stamp() {
    for (day, stamp) in [
        (0, "202601010300"),
        (1, "202601020300"),
        (59, "202603010300"),
        (365, "202701010300"),
        (789, "202802290300"),
    ] {
        assert_eq!(Country { day, ..COUNTRY }.stamp().unwrap(), stamp);
    }
}
