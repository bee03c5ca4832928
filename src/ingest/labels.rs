//! The label of each code, as most rows spell it.

use std::collections::HashMap;

use xxhash_rust::xxh3::Xxh3Builder;

use crate::domain::code::CodeSystem;

/// A map by text that is looked up a dozen times per row.
type Quick<V> = HashMap<String, V, Xxh3Builder>;

/// Counts spellings; the most frequent wins, the first in the alphabet where two are equal.
#[derive(Debug, Default)]
pub(super) struct LabelVotes {
    votes: HashMap<CodeSystem, Quick<Quick<u64>>>,
}

impl LabelVotes {
    /// Counts one row's label for a code; nothing where either is empty.
    pub(super) fn vote(&mut self, system: CodeSystem, code: &str, label: &str) {
        let (code, label) = (code.trim(), label.trim());
        if code.is_empty() || label.is_empty() {
            return;
        }
        let codes = self.votes.entry(system).or_default();
        if let Some(votes) = codes.get_mut(code).and_then(|labels| labels.get_mut(label)) {
            *votes += 1;
        } else {
            codes
                .entry(code.to_owned())
                .or_default()
                .insert(label.to_owned(), 1);
        }
    }

    /// The winners, in the order of systems and codes.
    pub(super) fn winners(&self) -> Vec<(CodeSystem, String, String)> {
        let mut winners: Vec<_> = self
            .votes
            .iter()
            .flat_map(|(system, codes)| {
                codes.iter().filter_map(|(code, labels)| {
                    let winner = labels
                        .iter()
                        .max_by(|(left, a), (right, b)| a.cmp(b).then_with(|| right.cmp(left)))?;
                    Some((*system, code.clone(), winner.0.clone()))
                })
            })
            .collect();
        winners.sort_unstable();
        winners
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_spelling_wins_whatever_the_order() {
        let spellings = ["Libéral", "LIBERAL", "Libéral", "liberal", ""];
        for rotation in 0..spellings.len() {
            let mut votes = LabelVotes::default();
            for i in 0..spellings.len() {
                votes.vote(CodeSystem::PracticeMode, "L", spellings[(i + rotation) % 5]);
            }
            votes.vote(CodeSystem::PracticeMode, "S", "Salarié");
            votes.vote(CodeSystem::PracticeMode, "S", "SALARIE");
            assert_eq!(
                votes.winners(),
                [
                    (
                        CodeSystem::PracticeMode,
                        "L".to_owned(),
                        "Libéral".to_owned()
                    ),
                    (
                        CodeSystem::PracticeMode,
                        "S".to_owned(),
                        "SALARIE".to_owned()
                    ),
                ]
            );
        }
    }
}
