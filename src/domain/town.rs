//! Town names as keys, so that the ways to write one town meet: `ST MALO CEDEX`, `Saint-Malo`.

use super::name;

/// Cities that the code of communes divides, with their number of arrondissements.
const DIVIDED: &[(&str, u32)] = &[("paris", 20), ("lyon", 9), ("marseille", 16)];

/// The key by which a caller's town is looked up; empty where the text names none.
///
/// Case, accents, hyphens and spaces do not matter; `ST`, `STE`, `S/` and `SS` are written out; a
/// leading postal code, `CEDEX` and its number go; an arrondissement is kept (`paris12`).
pub fn key(text: &str) -> String {
    let (city, arrondissement) = parts(text);
    match arrondissement {
        Some(number) => format!("{city}{number}"),
        None => city,
    }
}

/// The keys under which a published town is found: its own, and that of the city where the text
/// names one of its arrondissements.
pub fn keys(text: &str) -> Vec<String> {
    match parts(text) {
        (city, _) if city.is_empty() => Vec::new(),
        (city, Some(number)) => vec![format!("{city}{number}"), city],
        (city, None) => vec![city],
    }
}

fn parts(text: &str) -> (String, Option<u32>) {
    let folded = name::fold(text);
    let mut words: Vec<&str> = folded.split(' ').collect();
    if words.len() > 1
        && words
            .first()
            .is_some_and(|word| word.len() == 5 && is_number(word))
    {
        words.remove(0);
    }
    let mut cedex_number = None;
    if let Some(place) = words.iter().position(|word| *word == "cedex")
        && place > 0
    {
        cedex_number = words.get(place + 1).and_then(|word| word.parse().ok());
        words.truncate(place);
    }
    let (first, rest) = words.split_first().map_or(("", &[][..]), |(f, r)| (*f, r));
    if let Some((city, most)) = DIVIDED.iter().find(|(city, _)| *city == first) {
        let number = if rest.is_empty() {
            cedex_number
        } else {
            arrondissement(rest)
        };
        if let Some(number) = number.filter(|number| (1..=*most).contains(number)) {
            return ((*city).to_owned(), Some(number));
        }
    }
    let last = words.len().saturating_sub(1);
    let spelt = words.iter().enumerate().map(|(place, word)| match *word {
        "st" => "saint",
        "ste" => "sainte",
        "s" if place > 0 && place < last => "sur",
        "ss" if place > 0 && place < last => "sous",
        word => word,
    });
    (spelt.collect(), None)
}

/// Reads `12`, `12e`, `12eme arrondissement`, `1er`, `03`; nothing else may stand there.
fn arrondissement(words: &[&str]) -> Option<u32> {
    let (ordinal, rest) = words.split_first()?;
    let digits = ordinal
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(ordinal.len());
    let (number, suffix) = ordinal.split_at(digits);
    let is_suffix = |word: &str| {
        matches!(
            word,
            "" | "e" | "er" | "eme" | "nd" | "arr" | "arrondissement"
        )
    };
    if is_suffix(suffix) && rest.iter().all(|word| is_suffix(word)) {
        number.parse().ok()
    } else {
        None
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ways_to_write_a_town_meet() {
        for (text, expected) in [
            ("Nantes", "nantes"),
            ("NANTES CEDEX 2", "nantes"),
            ("44093 NANTES CEDEX 1", "nantes"),
            ("Saint-Malo", "saintmalo"),
            ("ST MALO", "saintmalo"),
            ("STE FOY LES LYON", "saintefoyleslyon"),
            ("Sainte-Foy-lès-Lyon", "saintefoyleslyon"),
            ("L'Haÿ-les-Roses", "lhaylesroses"),
            ("L HAY LES ROSES", "lhaylesroses"),
            ("VILLENEUVE S/ LOT", "villeneuvesurlot"),
            ("Villeneuve-sur-Lot", "villeneuvesurlot"),
            ("AULNAY SS BOIS", "aulnaysousbois"),
            ("Paris", "paris"),
            ("Paris 12e Arrondissement", "paris12"),
            ("PARIS 12", "paris12"),
            ("75571 PARIS CEDEX 12", "paris12"),
            ("PARIS CEDEX", "paris"),
            ("Paris 21", "paris21"),
            ("LYON 03", "lyon3"),
            ("Lyon 3ème", "lyon3"),
            ("Marseille 1er Arrondissement", "marseille1"),
            ("MARSEILLE CEDEX 20", "marseille"),
            ("LYONS LA FORET", "lyonslaforet"),
            ("Cedex", "cedex"),
            ("75012", "75012"),
            ("", ""),
            ("'-'", ""),
        ] {
            assert_eq!(key(text), expected, "{text:?}");
        }
    }

    #[test]
    fn an_arrondissement_is_found_under_its_city_too() {
        for (text, expected) in [
            ("Paris 12e Arrondissement", &["paris12", "paris"][..]),
            ("LYON CEDEX 03", &["lyon3", "lyon"]),
            ("LYON", &["lyon"]),
            ("Nantes", &["nantes"]),
            ("", &[]),
        ] {
            assert_eq!(keys(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_its_own_key_among_its_keys(text in any::<String>()) {
            let key = key(&text);
            prop_assert!(key.is_empty() || keys(&text).contains(&key));
        }
    }
}
