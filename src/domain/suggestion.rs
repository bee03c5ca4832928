//! The known word that a mistaken one was most likely meant to be.

/// Least likeness of a word that is worth a mention.
pub const WORTH_A_MENTION: f64 = 0.7;

/// How much one word is like another, from 0 to 1: by Jaro-Winkler, and at least 0.75 where it
/// holds it whole. Case matters.
pub fn likeness(given: &str, known: &str) -> f64 {
    let held = if given.len() >= 3 && known.contains(given) {
        0.75
    } else {
        0.0
    };
    strsim::jaro_winkler(given, known).max(held)
}

/// The known word nearest to what was given, where one is near enough to be worth a mention.
pub fn closest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    known
        .into_iter()
        .map(|word| (likeness(&given, &word.to_lowercase()), word))
        .filter(|(likeness, _)| *likeness >= WORTH_A_MENTION)
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
