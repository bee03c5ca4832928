//! Proofs that a leaf is in a tree (RFC 9162 §2.1.3).

use serde::{Deserialize, Serialize};

use super::ProofError;
use super::tree::{first, left_size, node_hash, root};
use crate::domain::digest::Digest;

/// That the version of a sequence number is in the log of a size, as it is handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// The version's sequence number, from 1: its leaf stands one place before, counted from 0.
    pub sequence: u64,
    /// How many versions the log had.
    pub tree_size: u64,
    /// The log's root at that size.
    pub root: Digest,
    /// The hashes beside the path from the leaf to the root, from below.
    pub hashes: Vec<Digest>,
}

impl InclusionProof {
    /// The proof for a version in the first `tree_size` of the log's leaves; `None` where the log has
    /// not as many, or the tree not this version.
    pub fn build(leaves: &[Digest], sequence: u64, tree_size: u64) -> Option<Self> {
        Some(Self {
            sequence,
            tree_size,
            root: root(first(leaves, tree_size)?),
            hashes: inclusion_proof(leaves, sequence.checked_sub(1)?, tree_size)?,
        })
    }

    /// Checks that this leaf is in the tree of this root. Whose root it is, the proof cannot say.
    pub fn verify(&self, leaf: &Digest) -> Result<(), ProofError> {
        // A sequence of 0 is before the first place: no tree has it.
        let index = self.sequence.checked_sub(1).unwrap_or(u64::MAX);
        verify_inclusion(leaf, index, self.tree_size, &self.hashes, &self.root)
    }
}

/// The hashes that lead from the leaf at `index`, from 0, to the root over the first `size` leaves
/// (§2.1.3.1); `None` where there are not as many, or the tree has no such leaf.
pub fn inclusion_proof(leaves: &[Digest], index: u64, size: u64) -> Option<Vec<Digest>> {
    let leaves = first(leaves, size)?;
    let index = usize::try_from(index).ok()?;
    (index < leaves.len()).then(|| {
        let mut hashes = Vec::new();
        walk(leaves, index, &mut hashes);
        hashes
    })
}

fn walk(leaves: &[Digest], index: usize, hashes: &mut Vec<Digest>) {
    if leaves.len() < 2 {
        return;
    }
    let half = left_size(leaves.len());
    let (left, right) = leaves.split_at(half);
    if index < half {
        walk(left, index, hashes);
        hashes.push(root(right));
    } else {
        walk(right, index - half, hashes);
        hashes.push(root(left));
    }
}

/// Checks that the leaf at `index`, from 0, is in the tree of this size and root (§2.1.3.2).
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    hashes: &[Digest],
    expected: &Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange { asked: index, size });
    }
    let wrong_length = ProofError::Length {
        found: hashes.len(),
    };
    // Places of the path's node and of the last node, level by level.
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for beside in hashes {
        if last == 0 {
            return Err(wrong_length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(beside, &hash);
            // A last node without a neighbour stands for itself on the levels above.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, beside);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last, hash == *expected) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::OtherRoot),
        _ => Err(wrong_length),
    }
}
