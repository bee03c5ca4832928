//! What one word of a caller may stand for, and how near each of it is.
//!
//! Scores are small whole numbers given here and nowhere else: they depend on the word and the
//! document alone, never on statistics of the index, so that a cursor outlives the index.

use tantivy::Term;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, FuzzyTermQuery, Occur, Query,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::analyzer::{self, AskedWord, Ending, LONGEST_EDGE, Need};
use super::schema::{Fields, NameField};

/// One step of nearness. It is larger than all the bonuses that the words of one question can
/// gather ([`analyzer::MOST_ASKED`] times the highest), so that exact always stands before fuzzy.
const STEP: f32 = 64.0;
const EXACT: f32 = 3.0 * STEP;
const BEGINNING: f32 = 2.0 * STEP;
const MISTYPED: f32 = STEP;
/// For a particle that the name holds.
const PARTICLE: f32 = 1.0;

/// Shortest word in which a typing error is forgiven, in letters.
const SHORTEST_MISTYPED: usize = 4;

/// A reading of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reading {
    /// The word or joined form itself; a bonus where it is a whole name.
    Exact(String),
    /// What it begins.
    Beginning(String),
    /// What it was meant to be: one letter missing, added, changed, or two swapped (Damerau).
    Mistyped(String),
}

/// The names that a question may look into.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameScope {
    names: NameField,
    whole: Field,
    /// Tags of whole names with what each adds to an exact reading.
    bonuses: &'static [(char, f32)],
}

impl NameScope {
    /// Family and given names of people: a whole family name first.
    pub(super) fn person(fields: &Fields) -> Self {
        Self::new(fields.name, fields, &[('f', 2.0), ('g', 1.0)])
    }

    /// Family names alone.
    pub(super) fn family(fields: &Fields) -> Self {
        Self::new(fields.family, fields, &[('f', 1.0)])
    }

    /// Given names alone.
    pub(super) fn given(fields: &Fields) -> Self {
        Self::new(fields.given, fields, &[('g', 1.0)])
    }

    /// Legal and trade names of structures.
    pub(super) fn title(fields: &Fields) -> Self {
        Self::new(fields.title, fields, &[('t', 1.0)])
    }

    fn new(names: NameField, fields: &Fields, bonuses: &'static [(char, f32)]) -> Self {
        Self {
            names,
            whole: fields.whole,
            bonuses,
        }
    }
}

/// The names that hold every word of a text, in any order; none where the text has no word.
pub(super) fn names(text: &str, scope: NameScope) -> Box<dyn Query> {
    let clauses: Vec<(Occur, Box<dyn Query>)> = analyzer::ask(text)
        .iter()
        .map(|word| match word.need {
            Need::Required => (Occur::Must, any_reading(word, scope)),
            Need::Optional => (Occur::Should, particle(word, scope)),
        })
        .collect();
    if clauses.is_empty() {
        return Box::new(EmptyQuery);
    }
    Box::new(BooleanQuery::new(clauses))
}

/// What a word may stand for. A better source of candidates replaces this function alone.
fn readings(word: &AskedWord) -> Vec<Reading> {
    let mut readings = vec![Reading::Exact(word.text.clone())];
    readings.extend(
        word.joined
            .iter()
            .map(|join| Reading::Exact(join.text.clone())),
    );
    let open = (word.ending == Ending::Open).then_some(&word.text);
    let open_joins = word
        .joined
        .iter()
        .filter(|join| join.ending == Ending::Open)
        .map(|join| &join.text);
    readings.extend(
        open.into_iter()
            .chain(open_joins)
            .cloned()
            .map(Reading::Beginning),
    );
    if may_be_mistyped(&word.text) {
        readings.push(Reading::Mistyped(word.text.clone()));
    }
    readings
}

/// Short words are too near each other, and a number with another digit is another number.
fn may_be_mistyped(word: &str) -> bool {
    word.chars().count() >= SHORTEST_MISTYPED && !word.chars().any(char::is_numeric)
}

fn any_reading(word: &AskedWord, scope: NameScope) -> Box<dyn Query> {
    let mut queries: Vec<Box<dyn Query>> = Vec::new();
    for reading in readings(word) {
        match reading {
            Reading::Exact(text) => {
                for (tag, bonus) in scope.bonuses {
                    let whole = term(scope.whole, &format!("{tag}{text}"));
                    queries.push(scored(whole, EXACT + bonus));
                }
                queries.push(scored(term(scope.names.words, &text), EXACT));
            }
            Reading::Beginning(text) => {
                queries.push(scored(beginning(&text, scope), BEGINNING));
            }
            Reading::Mistyped(text) => {
                let word = Term::from_field_text(scope.names.words, &text);
                let mistyped = FuzzyTermQuery::new(word, 1, true);
                queries.push(scored(Box::new(mistyped), MISTYPED));
            }
        }
    }
    Box::new(DisjunctionMaxQuery::new(queries))
}

fn beginning(text: &str, scope: NameScope) -> Box<dyn Query> {
    if text.chars().count() <= LONGEST_EDGE {
        term(scope.names.edges, text)
    } else {
        // few words share so long a beginning: walking them costs little and no room in the index
        let word = Term::from_field_text(scope.names.words, text);
        Box::new(FuzzyTermQuery::new_prefix(word, 0, false))
    }
}

fn particle(word: &AskedWord, scope: NameScope) -> Box<dyn Query> {
    scored(term(scope.names.words, &word.text), PARTICLE)
}

fn term(field: Field, text: &str) -> Box<dyn Query> {
    let term = Term::from_field_text(field, text);
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn scored(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_reads_as_itself_as_a_beginning_and_as_a_slip() {
        let read = |text: &str| -> Vec<Vec<Reading>> {
            analyzer::ask(text).iter().map(readings).collect()
        };
        let exact = |text: &str| Reading::Exact(text.to_owned());
        let beginning = |text: &str| Reading::Beginning(text.to_owned());
        let mistyped = |text: &str| Reading::Mistyped(text.to_owned());
        assert_eq!(
            read("paul roi"),
            [
                vec![
                    exact("paul"),
                    exact("paulroi"),
                    beginning("paulroi"),
                    mistyped("paul")
                ],
                vec![
                    exact("roi"),
                    exact("paulroi"),
                    beginning("roi"),
                    beginning("paulroi")
                ],
            ]
        );
        assert_eq!(read("1234"), [vec![exact("1234"), beginning("1234")]]);
    }

    #[test]
    fn bonuses_never_make_up_for_a_step() {
        let highest = 2.0;
        let words = f32::from(u8::try_from(analyzer::MOST_ASKED).unwrap());
        assert!(words * highest < STEP);
    }
}
