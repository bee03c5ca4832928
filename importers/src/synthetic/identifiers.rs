//! National identifiers in their published shapes (directory-files §1.6). It must not know who bears them.
//!
//! People are in ranges that were never issued: RPPS numbers begin with 99, ADELI numbers with the département 99. No such range
//! exists for FINESS and SIRET: theirs have the right shape and key, and may by chance be those of a real structure.

use std::fmt::Write as _;

use super::dice::Dice;
use super::luhn::{Key, close};

/// RPPS numbers there are behind the prefix 99.
pub(crate) const RPPS_CAPACITY: u32 = 100_000_000;

/// Coprime to 10^8: neighbouring ordinals get numbers far apart, and no two the same.
const SPREAD: u64 = 61_803_399;

/// One published key in a thousand is wrong.
pub(crate) fn key(dice: &mut Dice) -> Key {
    if dice.per_mille(1) {
        Key::Wrong
    } else {
        Key::Right
    }
}

fn spread(ordinal: u32, modulus: u32) -> u64 {
    u64::from(ordinal) * SPREAD % u64::from(modulus)
}

/// 11 digits: 99, 8 digits, key.
pub(crate) fn rpps(ordinal: u32, key: Key) -> String {
    let mut number = format!("99{:08}", spread(ordinal, RPPS_CAPACITY));
    close(&mut number, 0, key);
    number
}

/// 9 digits: 99, 7 digits.
pub(crate) fn adeli(ordinal: u32) -> String {
    format!("99{:07}", spread(ordinal, 10_000_000))
}

/// RPPS-rang, 14 digits: RPPS, two digits of rank, key.
pub(crate) fn cabinet(rpps: &str, rank: u32) -> String {
    let mut number = format!("{rpps}{:02}", rank % 100);
    close(&mut number, 0, Key::Right);
    number
}

/// 9 characters: département (97 and one digit overseas), order, key.
pub(crate) fn finess(department: &str, order: u32, key: Key) -> String {
    let mut number = String::with_capacity(9);
    match department.split_at_checked(2) {
        // Position 4 tells the overseas département; position 3, else 0, takes what does not fit behind it.
        Some(("97", overseas)) if !overseas.is_empty() => {
            let _ = write!(
                number,
                "97{}{overseas}{:04}",
                order / 10_000 % 10,
                order % 10_000
            );
        }
        Some((two, "")) => {
            let _ = write!(number, "{two}{:06}", order % 1_000_000);
        }
        _ => {
            let _ = write!(number, "99{:06}", order % 1_000_000);
        }
    }
    close(&mut number, 0, key);
    number
}

/// Who a company number is for: each kind has its own range, so that no two structures share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    Establishment,
    GroupCabinet,
    OwnCabinet,
}

/// SIREN, 9 digits, of the `ordinal`th company of its kind.
pub(crate) fn siren(company: Company, ordinal: u32) -> String {
    let mut number = match company {
        Company::Establishment => format!("1{:07}", spread(ordinal, 10_000_000)),
        Company::GroupCabinet => format!("2{:07}", spread(ordinal, 10_000_000)),
        Company::OwnCabinet => (30_000_000 + spread(ordinal, 70_000_000)).to_string(),
    };
    close(&mut number, 0, Key::Right);
    number
}

/// SIRET, 14 digits: SIREN, four digits of site, key.
pub(crate) fn siret(siren: &str, site: u32, key: Key) -> String {
    let mut number = format!("{siren}{:04}", site % 10_000);
    close(&mut number, 0, key);
    number
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::luhn::{Key, holds};
    use super::{Company, adeli, cabinet, finess, rpps, siren, siret};

    #[test]
    fn shapes_and_keys() {
        let rpps = rpps(123_456, Key::Right);
        assert!(
            rpps.len() == 11 && rpps.starts_with("99") && holds(&rpps),
            "{rpps}"
        );
        let cabinet = cabinet(&rpps, 3);
        assert!(
            cabinet.len() == 14 && cabinet.starts_with(&rpps) && holds(&cabinet),
            "{cabinet}"
        );
        assert_eq!(adeli(12).len(), 9);
        for company in [
            Company::Establishment,
            Company::GroupCabinet,
            Company::OwnCabinet,
        ] {
            let company = siren(company, 99_999_999);
            let site = siret(&company, 12, Key::Right);
            assert!(
                company.len() == 9 && site.len() == 14 && holds(&company) && holds(&site),
                "{site}"
            );
        }
        assert!(!holds(&super::rpps(1, Key::Wrong)));
    }

    #[test]
    fn finess_begins_with_its_department() {
        for (department, order, wanted) in [
            ("75", 4_567, "75004567"),
            ("2A", 1, "2A000001"),
            ("974", 12_345, "97142345"),
            ("976", 7, "97060007"),
            ("", 1, "99000001"),
        ] {
            let number = finess(department, order, Key::Right);
            assert_eq!(number.len(), 9);
            assert!(number.starts_with(wanted), "{number}");
            assert!(department.starts_with('2') || holds(&number), "{number}");
        }
    }

    #[test]
    fn ordinals_do_not_meet() {
        let numbers: HashSet<_> = (0..50_000)
            .map(|ordinal| rpps(ordinal, Key::Right))
            .collect();
        assert_eq!(numbers.len(), 50_000);
        let numbers: HashSet<_> = (0..50_000)
            .map(|ordinal| siren(Company::OwnCabinet, ordinal))
            .collect();
        assert_eq!(numbers.len(), 50_000);
    }
}
