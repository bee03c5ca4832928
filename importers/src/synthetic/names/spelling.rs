//! The ways one name is typed: with or without accents, in capitals or not, particles glued, apostrophes lost or escaped by a
//! careless program (directory-files §1.5.5, §1.5.7). It must not know where names come from.

use super::super::dice::Dice;
use super::super::fold::push_unaccented;

/// Surnames are in capitals nearly always, and keep their accents about half the time.
pub(crate) fn push_surname(out: &mut String, name: &str, dice: &mut Dice) {
    if dice.per_mille(550) {
        out.push_str(name);
    } else {
        push_unaccented(out, name);
    }
    if out.contains('\'') {
        match dice.below(100) {
            0..4 => *out = out.replace('\'', "\\'"),
            4..9 => *out = out.replace('\'', " "),
            _ => {}
        }
    }
    if out.starts_with("LE ") && dice.per_mille(60) {
        *out = out.replacen("LE ", "LE", 1);
    }
    if dice.per_mille(25) {
        *out = capitalised(out);
    }
}

/// Given names are in all shapes: `Éléonore`, `Eleonore`, `ELEONORE`, `ÉLÉONORE`.
pub(crate) fn push_given(out: &mut String, name: &str, dice: &mut Dice) {
    match dice.below(100) {
        0..58 => out.push_str(name),
        58..72 => push_unaccented(out, name),
        72..94 => {
            push_unaccented(out, name);
            out.make_ascii_uppercase();
        }
        _ => out.extend(name.chars().flat_map(char::to_uppercase)),
    }
}

/// `LE GOFF` as `Le Goff`: a capital after anything that is not a letter.
fn capitalised(name: &str) -> String {
    let mut inside = false;
    let mut capitalised = String::with_capacity(name.len());
    for letter in name.chars() {
        if inside {
            capitalised.extend(letter.to_lowercase());
        } else {
            capitalised.push(letter);
        }
        inside = letter.is_alphabetic();
    }
    capitalised
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::super::dice::{Dice, Topic};
    use super::{capitalised, push_given, push_surname};

    fn spellings(name: &str, push: fn(&mut String, &str, &mut Dice)) -> BTreeSet<String> {
        let mut dice = Dice::new(1, Topic::Name, &[]);
        (0..5_000)
            .map(|_| {
                let mut out = String::new();
                push(&mut out, name, &mut dice);
                out
            })
            .collect()
    }

    #[test]
    fn every_shape_is_met() {
        let wanted = ["CLEMENCE", "CLÉMENCE", "Clemence", "Clémence"];
        assert!(spellings("Clémence", push_given).iter().eq(wanted));
        let wanted = [
            "L HERITIER",
            "L HÉRITIER",
            "L'HERITIER",
            "L'HÉRITIER",
            "L'Heritier",
            "L'Héritier",
            "L\\'HERITIER",
            "L\\'HÉRITIER",
        ];
        let met = spellings("L'HÉRITIER", push_surname);
        assert!(wanted.iter().all(|shape| met.contains(*shape)), "{met:?}");
        assert!(spellings("LE GOFF", push_surname).contains("LEGOFF"));
    }

    #[test]
    fn capitals_follow_breaks() {
        assert_eq!(capitalised("LE GOFF-D'ÉON"), "Le Goff-D'Éon");
    }
}
