//! A tree that only grows: the roots of its complete subtrees, enough to append and to tell the root.

use super::tree::{TreeHead, node_hash, root};
use crate::domain::digest::Digest;

/// The roots of a tree's complete subtrees, largest first: one for each bit that is set in the size.
/// Appending and asking for the root take logarithmic time and space; proofs need the leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Digest>,
}

impl Frontier {
    /// Appends a hashed leaf.
    pub fn append(&mut self, leaf: Digest) {
        let mut hash = leaf;
        // As an addition in base two carries: each set low bit is a subtree that becomes complete.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// The tree's head.
    pub fn head(&self) -> TreeHead {
        let join = |right: Digest, left: &Digest| node_hash(left, &right);
        let root = match self.roots.split_last() {
            None => root(&[]),
            Some((smallest, larger)) => larger.iter().rev().fold(*smallest, join),
        };
        TreeHead {
            size: self.size,
            root,
        }
    }
}

impl Extend<Digest> for Frontier {
    fn extend<T: IntoIterator<Item = Digest>>(&mut self, leaves: T) {
        leaves.into_iter().for_each(|leaf| self.append(leaf));
    }
}
