//! The known word that a mistaken one was most likely meant to be.

/// The known word nearest to what was given, where one is near enough to be worth a mention: by
/// Jaro-Winkler likeness of 0.7 or more, or because it holds the given word whole.
pub fn closest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let likeness = |word: &str| {
        let word = word.to_lowercase();
        let held = if given.len() >= 3 && word.contains(&given) {
            0.75
        } else {
            0.0
        };
        strsim::jaro_winkler(&given, &word).max(held)
    };
    known
        .into_iter()
        .map(|word| (likeness(word), word))
        .filter(|(likeness, _)| *likeness >= 0.7)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_suggested_and_a_far_one_is_not() {
        let known = ["city", "postal_code", "practice_mode", "q"];
        for (given, expected) in [
            ("ctiy", Some("city")),
            ("CITY", Some("city")),
            ("postalcode", Some("postal_code")),
            ("mode", Some("practice_mode")),
            ("zzz", None),
            ("", None),
        ] {
            assert_eq!(closest(given, known), expected, "{given:?}");
        }
    }
}
