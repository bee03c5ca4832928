//! Proofs that a tree grew out of another without changing it (RFC 9162 §2.1.4).

use serde::{Deserialize, Serialize};

use super::ProofError;
use super::tree::{first, left_size, node_hash, root};
use crate::domain::digest::Digest;

/// That a log of one size is the beginning of the log of another, as it is handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    /// The earlier size, at least 1.
    pub from: u64,
    /// The later size.
    pub to: u64,
    /// The root at the earlier size.
    pub from_root: Digest,
    /// The root at the later size.
    pub to_root: Digest,
    /// The hashes that lead to both roots.
    pub hashes: Vec<Digest>,
}

impl ConsistencyProof {
    /// The proof between two sizes of the log; `None` where it has not as many leaves, or `from` is 0
    /// or above `to`.
    pub fn build(leaves: &[Digest], from: u64, to: u64) -> Option<Self> {
        Some(Self {
            from,
            to,
            from_root: root(first(leaves, from)?),
            to_root: root(first(leaves, to)?),
            hashes: consistency_proof(leaves, from, to)?,
        })
    }

    /// Checks that the one tree is the beginning of the other. Whose roots they are, the proof cannot
    /// say.
    pub fn verify(&self) -> Result<(), ProofError> {
        verify_consistency(
            self.from,
            self.to,
            &self.from_root,
            &self.to_root,
            &self.hashes,
        )
    }
}

/// The hashes that lead to the roots over the first `from` and the first `to` leaves (§2.1.4.1);
/// none where the two are equal. `None` where there are not as many leaves, or `from` is 0 or above
/// `to`.
pub fn consistency_proof(leaves: &[Digest], from: u64, to: u64) -> Option<Vec<Digest>> {
    let leaves = first(leaves, to)?;
    let from = usize::try_from(from).ok()?;
    (1..=leaves.len()).contains(&from).then(|| {
        let mut hashes = Vec::new();
        walk(leaves, from, Known::Yes, &mut hashes);
        hashes
    })
}

/// Whether the root over the part in hand is the earlier root itself, which the verifier has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Yes,
    No,
}

fn walk(leaves: &[Digest], from: usize, known: Known, hashes: &mut Vec<Digest>) {
    if from == leaves.len() {
        if known == Known::No {
            hashes.push(root(leaves));
        }
        return;
    }
    let half = left_size(leaves.len());
    let (left, right) = leaves.split_at(half);
    if from <= half {
        walk(left, from, known, hashes);
        hashes.push(root(right));
    } else {
        walk(right, from - half, Known::No, hashes);
        hashes.push(root(left));
    }
}

/// Checks that the tree of the earlier size and root is the beginning of the later one (§2.1.4.2).
/// Every tree begins with the empty one, so that a proof from size 0 would prove nothing: refused.
pub fn verify_consistency(
    from: u64,
    to: u64,
    from_root: &Digest,
    to_root: &Digest,
    hashes: &[Digest],
) -> Result<(), ProofError> {
    if from == 0 || from > to {
        return Err(ProofError::OutOfRange {
            asked: from,
            size: to,
        });
    }
    let wrong_length = ProofError::Length {
        found: hashes.len(),
    };
    if from == to {
        return match (hashes, from_root == to_root) {
            ([], true) => Ok(()),
            ([], false) => Err(ProofError::OtherRoot),
            _ => Err(wrong_length),
        };
    }
    // A complete earlier tree is itself the first node, and is left out of the proof.
    let (start, rest) = match hashes {
        [] => return Err(wrong_length),
        _ if from.is_power_of_two() => (from_root, hashes),
        [start, rest @ ..] => (start, rest),
    };
    let (mut node, mut last) = (from - 1, to - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut earlier, mut later) = (*start, *start);
    for beside in rest {
        if last == 0 {
            return Err(wrong_length);
        }
        if node & 1 == 1 || node == last {
            earlier = node_hash(beside, &earlier);
            later = node_hash(beside, &later);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            later = node_hash(&later, beside);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last, earlier == *from_root && later == *to_root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::OtherRoot),
        _ => Err(wrong_length),
    }
}
