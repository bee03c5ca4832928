//! From a name to terms: what is indexed of it, and what of a caller's words is looked up.
//!
//! A name is indexed by its words and by adjacent words joined (`delatour`, `latour`), and a
//! caller's words are looked up alone and joined with their neighbours, so that spaces, hyphens
//! and apostrophes never matter on either side.

use crate::domain::name;

/// Letters of the longest indexed beginning of a word.
pub(super) const LONGEST_EDGE: usize = 6;
/// Letters of a word that count; those that follow are cut on both sides.
pub(super) const LONGEST_WORD: usize = 64;
/// Words of a name that are indexed.
const MOST_INDEXED: usize = 16;
/// Words of a caller that count; those that follow only widen the result.
pub(super) const MOST_ASKED: usize = 10;
/// Words joined at most, save for a whole name.
const LONGEST_RUN: usize = 4;

/// What is indexed of one name, each a list of terms separated by spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct IndexedName {
    /// Words and joined forms.
    pub(super) words: String,
    /// Beginnings of them.
    pub(super) edges: String,
    /// The whole name, joined.
    pub(super) whole: String,
}

/// The terms of a name as published.
pub(super) fn index(text: &str) -> IndexedName {
    let words = words(text, MOST_INDEXED);
    let mut terms: Vec<String> = runs(words.len())
        .map(|(from, to)| join(&words, from, to))
        .collect();
    terms.sort_unstable();
    terms.dedup();
    let mut edges: Vec<&str> = terms.iter().flat_map(|term| beginnings(term)).collect();
    edges.sort_unstable();
    edges.dedup();
    IndexedName {
        whole: join(&words, 0, words.len()),
        edges: edges.join(" "),
        words: terms.join(" "),
    }
}

/// One word of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AskedWord {
    /// The word, folded.
    pub(super) text: String,
    /// The word joined with its neighbours, in each way.
    pub(super) joined: Vec<JoinedWord>,
    /// Whether the name must hold it.
    pub(super) need: Need,
    /// Whether it may be unfinished.
    pub(super) ending: Ending,
}

/// Adjacent words of a caller, written as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JoinedWord {
    /// The words without what stood between them.
    pub(super) text: String,
    /// Whether it may be unfinished.
    pub(super) ending: Ending,
}

/// Whether a name must hold a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// No name fits without it.
    Required,
    /// A particle beside other words: it places names, it does not choose them.
    Optional,
}

/// Whether a word is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Another word follows.
    Whole,
    /// The last one: perhaps still being typed.
    Open,
}

/// The words of a caller. A particle is required only where it stands last, since it may be the
/// beginning of a word, or where there is nothing else.
pub(super) fn ask(text: &str) -> Vec<AskedWord> {
    let words = words(text, MOST_ASKED);
    let last = words.len().saturating_sub(1);
    let ending = |place: usize| {
        if place == last {
            Ending::Open
        } else {
            Ending::Whole
        }
    };
    let only_particles = words.iter().all(|word| name::is_particle(word));
    words
        .iter()
        .enumerate()
        .map(|(place, word)| AskedWord {
            text: word.clone(),
            joined: runs(words.len())
                .filter(|(from, to)| to - from > 1 && (*from..*to).contains(&place))
                .map(|(from, to)| JoinedWord {
                    text: join(&words, from, to),
                    ending: ending(to - 1),
                })
                .collect(),
            need: if name::is_particle(word) && place != last && !only_particles {
                Need::Optional
            } else {
                Need::Required
            },
            ending: ending(place),
        })
        .collect()
}

fn words(text: &str, most: usize) -> Vec<String> {
    name::fold(text)
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(most)
        .map(|word| cut(word, LONGEST_WORD).to_owned())
        .collect()
}

/// Places `from..to` of adjacent words: each alone, joined up to [`LONGEST_RUN`], and all.
fn runs(words: usize) -> impl Iterator<Item = (usize, usize)> {
    let short = (0..words)
        .flat_map(move |from| (from + 1..=words.min(from + LONGEST_RUN)).map(move |to| (from, to)));
    short.chain((words > LONGEST_RUN).then_some((0, words)))
}

fn join(words: &[String], from: usize, to: usize) -> String {
    let joined = words.get(from..to).unwrap_or_default().concat();
    cut(&joined, LONGEST_WORD).to_owned()
}

/// The first letters of a text.
fn cut(text: &str, letters: usize) -> &str {
    text.char_indices()
        .nth(letters)
        .and_then(|(end, _)| text.get(..end))
        .unwrap_or(text)
}

fn beginnings(term: &str) -> impl Iterator<Item = &str> {
    term.char_indices()
        .take(LONGEST_EDGE)
        .filter_map(|(start, c)| term.get(..start + c.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_indexed_apart_and_joined() {
        let name = index("de La Tour");
        assert_eq!(name.words, "de dela delatour la latour tour");
        assert_eq!(name.whole, "delatour");
        assert_eq!(
            name.edges,
            "d de del dela delat delato l la lat lato latou latour t to tou tour"
        );
        assert_eq!(index("'-'"), IndexedName::default());
    }

    #[test]
    fn a_word_is_asked_alone_and_with_its_neighbours() {
        let asked = ask("jean-françois le");
        let texts: Vec<&str> = asked.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["jean", "francois", "le"]);
        let joined: Vec<(&str, Ending)> = asked[0]
            .joined
            .iter()
            .map(|join| (join.text.as_str(), join.ending))
            .collect();
        assert_eq!(
            joined,
            [
                ("jeanfrancois", Ending::Whole),
                ("jeanfrancoisle", Ending::Open)
            ]
        );
    }

    #[test]
    fn particles_are_optional_beside_other_words_unless_they_end_the_question() {
        use Need::{Optional, Required};
        for (text, needs) in [
            ("de la tour", &[Optional, Optional, Required][..]),
            ("le goff yann", &[Optional, Required, Required]),
            ("martin d", &[Required, Required]),
            ("le", &[Required]),
            ("le van", &[Required, Required]),
        ] {
            let found: Vec<Need> = ask(text).iter().map(|word| word.need).collect();
            assert_eq!(found, needs, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_few_and_short_terms(text in any::<String>()) {
            for word in ask(&text.repeat(20)) {
                prop_assert!(word.text.chars().count() <= LONGEST_WORD);
                prop_assert!(word.joined.len() <= 10);
            }
            prop_assert!(ask(&text).len() <= MOST_ASKED);
            prop_assert!(index(&text).words.split(' ').all(|w| w.chars().count() <= LONGEST_WORD));
        }
    }
}
