//! The label of each code, as most rows spell it.

use std::collections::HashMap;

use xxhash_rust::xxh3::Xxh3Builder;

use super::stage::Unusable;
use crate::domain::code::CodeSystem;

/// Longest code accepted, in bytes. The longest published has about ten; codes are parts of keys, and an
/// entry of an index holds 2,704 bytes at most.
const MAX_CODE_BYTES: usize = 64;

/// Longest label that counts, in bytes: beyond it is no label but a damaged row.
const MAX_LABEL_BYTES: usize = 1_000;

/// A map by text that is looked up a dozen times per row.
type Quick<V> = HashMap<String, V, Xxh3Builder>;

/// Counts spellings; the most frequent wins, the first in the alphabet where two are equal.
#[derive(Debug, Default)]
pub(super) struct LabelVotes {
    votes: HashMap<CodeSystem, Quick<Quick<u64>>>,
}

impl LabelVotes {
    /// Counts the labels of one row, as triples of system, code and label; a row with a code that is
    /// too long counts for nothing and cannot be used.
    pub(super) fn vote_all(&mut self, row: &[(CodeSystem, &str, &str)]) -> Result<(), Unusable> {
        for (system, code, _) in row {
            let bytes = code.trim().len();
            if bytes > MAX_CODE_BYTES {
                return Err(Unusable::Row(
                    "value_too_long",
                    format!(
                        "a code of {} has {bytes} bytes, and at most {MAX_CODE_BYTES} are accepted",
                        system.name()
                    ),
                ));
            }
        }
        for (system, code, label) in row {
            self.vote(*system, code, label);
        }
        Ok(())
    }

    /// Counts one label; nothing where code or label is empty or the label is too long to be one.
    fn vote(&mut self, system: CodeSystem, code: &str, label: &str) {
        let (code, label) = (code.trim(), label.trim());
        if code.is_empty() || label.is_empty() || label.len() > MAX_LABEL_BYTES {
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
    fn a_row_with_a_code_too_long_counts_for_nothing() {
        let mut votes = LabelVotes::default();
        for (bytes, usable) in [(64, true), (65, false)] {
            let code = "x".repeat(bytes);
            let row = [
                (CodeSystem::Profession, "10", "Médecin"),
                (CodeSystem::PracticeMode, &code, "long"),
            ];
            assert_eq!(votes.vote_all(&row).is_ok(), usable, "{bytes}");
        }
        votes.vote(CodeSystem::Profession, "21", &"x".repeat(1_001));
        assert_eq!(votes.winners().len(), 2);
        assert_eq!(votes.votes[&CodeSystem::Profession]["10"]["Médecin"], 1);
    }

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
