//! How common everything is, faults included.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Country;
use super::super::luhn::holds;
use super::{ACTIVITIES, COUNTRY, DIPLOMAS, Files, MAILBOXES, SKILLS, per_mille};

#[test]
fn activities_have_the_shares_of_the_country() {
    let files = Files::of_the_country();
    let lines: Vec<_> = files.lines(ACTIVITIES).collect();
    let share = |wanted: fn(&[&str]) -> bool| {
        per_mille(
            files.rows(ACTIVITIES).filter(|row| wanted(row)).count(),
            lines.len(),
        )
    };
    assert!(
        (24_600..26_600).contains(&lines.len()),
        "{} rows: 1.27 a person",
        lines.len()
    );
    assert!(
        (60..100).contains(&share(|row| row[24].contains('"'))),
        "quotes"
    );
    assert!(
        (2..7).contains(&per_mille(
            lines.iter().filter(|line| line.contains('\\')).count(),
            lines.len()
        )),
        "backslashes"
    );
    let twice = lines.windows(2).filter(|pair| pair[0] == pair[1]).count();
    assert!(
        (1..5).contains(&per_mille(twice, lines.len())),
        "{twice} rows twice"
    );
    assert!(
        (70..130).contains(&share(|row| row[17].is_empty())),
        "without activity"
    );
    assert!((1..=5).contains(&share(|row| row[0] == "0")), "ADELI");
    assert!(
        (1..=20).contains(&share(|row| row[36].is_empty()
            && row[35].is_empty()
            && !row[34].is_empty())),
        "office only"
    );
    assert!(files.rows(ACTIVITIES).any(|row| row[28] == "P"));
    assert!(
        files
            .rows(ACTIVITIES)
            .any(|row| row[38] != "99000" && !row[38].is_empty()),
        "abroad"
    );
    assert!(
        files.rows(ACTIVITIES).any(|row| row[40].contains(' '))
            && files.rows(ACTIVITIES).any(|row| row[40] == "0000")
    );
    let people: BTreeMap<_, _> = files
        .rows(ACTIVITIES)
        .map(|row| (row[2].to_owned(), row[9].to_owned()))
        .collect();
    let of = |code: &str| {
        per_mille(
            people
                .values()
                .filter(|profession| *profession == code)
                .count(),
            people.len(),
        )
    };
    assert!((130..178).contains(&of("10")), "doctors: {}", of("10"));
    assert!((420..470).contains(&of("60")), "nurses: {}", of("60"));
    let mut professions = BTreeMap::<_, BTreeSet<_>>::new();
    for row in files.rows(ACTIVITIES) {
        professions
            .entry(row[2].to_owned())
            .or_default()
            .insert(row[9].to_owned());
    }
    assert!(
        professions.values().any(|of_one| of_one.len() == 2),
        "nobody has two professions"
    );
}

#[test]
fn keys_fail_once_in_a_thousand() {
    let files = Files::of_the_country();
    let distinct = |column: usize, length: usize| -> BTreeSet<_> {
        files
            .rows(ACTIVITIES)
            .map(|row| row[column].to_owned())
            .filter(|number| number.len() == length)
            .collect()
    };
    let people = distinct(1, 11);
    assert!(
        people.iter().all(|number| number.starts_with("99")),
        "only numbers that were never issued"
    );
    let failing = people.iter().filter(|number| !holds(number)).count();
    assert!((8..40).contains(&failing), "{failing} of {}", people.len());
    for (column, length) in [(19, 14), (21, 9)] {
        let numbers = distinct(column, length);
        let letters = |number: &str| number.starts_with("2A") || number.starts_with("2B");
        let failing = numbers
            .iter()
            .filter(|number| !letters(number) && !holds(number))
            .count();
        assert!(
            failing <= 12 && numbers.len() > 300,
            "column {column}: {failing} of {}",
            numbers.len()
        );
    }
}

#[test]
fn mailboxes_have_the_shares_of_the_country() {
    let files = Files::of(Country {
        professionals: 30_000,
        ..COUNTRY
    });
    let rows: Vec<_> = files.rows(MAILBOXES).collect();
    assert!(
        (7_800..10_000).contains(&rows.len()),
        "{}: 536,000 for 1.8 million people",
        rows.len()
    );
    let share = |wanted: fn(&[&str]) -> bool| {
        per_mille(rows.iter().filter(|row| wanted(row)).count(), rows.len())
    };
    assert!((820..870).contains(&share(|row| row[0] == "PER")));
    assert_eq!(share(|row| row[0] == "PER" || row[0] == "ORG"), 1_000);
    assert_eq!(share(|row| row[17] == "O" || row[17] == "N"), 1_000);
    assert!(
        (230..310).contains(&share(|row| row[0] == "PER" && !row[6].is_empty())),
        "a structure for three in ten of them"
    );
    // A personal mailbox has a person, a service mailbox has a structure and nobody.
    assert!(rows.iter().all(|row| match row[0] {
        "PER" => !row[4].is_empty(),
        _ => row[4].is_empty() && row[9].is_empty() && !row[6].is_empty(),
    }));
    assert!(
        rows.iter()
            .all(|row| row[6].is_empty() || row[6].starts_with(row[5]))
    );
    assert!(rows.iter().all(|row| row[2] != "10" || row[3] == row[1]));

    let mut domains = BTreeMap::<_, usize>::new();
    let mut addresses = BTreeMap::<_, usize>::new();
    for row in &rows {
        *domains
            .entry(row[1].split_once('@').unwrap().1)
            .or_default() += 1;
        *addresses.entry(row[1]).or_default() += 1;
    }
    assert_eq!(
        domains.iter().max_by_key(|(_, count)| **count).unwrap().0,
        &"medecin.mssante.fr"
    );
    assert!(
        domains
            .keys()
            .all(|domain| domain.ends_with(".mssante.fr")
                || *domain == "interop-mssante.apicrypt.org")
    );
    let shared: Vec<_> = addresses.iter().filter(|(_, count)| **count > 1).collect();
    assert!(
        (1..9).contains(&shared.len()),
        "{shared:?}: 0.03 % stand on several rows"
    );
    for (address, _) in shared {
        let attached: BTreeSet<_> = rows
            .iter()
            .filter(|row| row[1] == *address)
            .map(|row| (row[4], row[6]))
            .collect();
        assert_eq!(
            attached.len(),
            2,
            "{address}: two attachments of one mailbox"
        );
        assert_eq!(
            attached
                .iter()
                .map(|(person, _)| person)
                .collect::<BTreeSet<_>>()
                .len(),
            1,
            "{address}: one holder"
        );
    }
    assert!(addresses.keys().any(|address| {
        address
            .split('@')
            .next()
            .unwrap()
            .ends_with(|last: char| last.is_ascii_digit())
    }));

    let known: BTreeSet<_> = files
        .rows(ACTIVITIES)
        .map(|row| row[2].to_owned())
        .collect();
    let outside = rows
        .iter()
        .filter(|row| row[0] == "PER" && !known.contains(row[4]))
        .count();
    assert!(
        (5..15).contains(&per_mille(outside, rows.len())),
        "{outside} holders are not in the directory"
    );
}

#[test]
fn the_files_speak_of_the_same_people() {
    let files = Files::of(Country {
        professionals: 2_000,
        ..COUNTRY
    });
    let known: BTreeMap<_, _> = files
        .rows(ACTIVITIES)
        .map(|row| (row[2].to_owned(), (row[7].to_owned(), row[8].to_owned())))
        .collect();
    for (file, surname) in [(SKILLS, 3), (DIPLOMAS, 3), (MAILBOXES, 9)] {
        let id = if file == MAILBOXES { 4 } else { 2 };
        let mut met = 0;
        for row in files.rows(file) {
            if let Some((family, given)) = known.get(row[id]) {
                assert_eq!(
                    (row[surname], row[surname + 1]),
                    (family.as_str(), given.as_str())
                );
                met += 1;
            }
        }
        assert!(met > 200, "file {file}: {met}");
    }
}
