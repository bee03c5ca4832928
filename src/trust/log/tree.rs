//! Hashes of the tree: leaves, inner nodes, the root over any leaves (RFC 9162 §2.1.1).

use serde::{Deserialize, Serialize};

use crate::domain::digest::Digest;
use crate::trust::digest::{sha256, sha256_of};

/// What stands for a whole tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeHead {
    /// How many leaves it has.
    pub size: u64,
    /// Its root.
    pub root: Digest,
}

/// The hash of a leaf. The prefix keeps leaves and inner nodes apart (second preimages).
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    sha256_of(&[&[0], leaf])
}

/// The hash of an inner node.
pub(super) fn node_hash(left: &Digest, right: &Digest) -> Digest {
    sha256_of(&[&[1], left.as_bytes(), right.as_bytes()])
}

/// The root over hashed leaves; that of no leaves is the digest of nothing. Linear in their number:
/// [`Frontier`](super::Frontier) appends in logarithmic time.
pub fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => sha256(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(left_size(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// How many of two or more leaves stand in the left half: the largest power of two below the count.
pub(super) const fn left_size(size: usize) -> usize {
    size.next_power_of_two() / 2
}

/// The first `size` leaves, where there are as many.
pub(super) fn first(leaves: &[Digest], size: u64) -> Option<&[Digest]> {
    leaves.get(..usize::try_from(size).ok()?)
}
