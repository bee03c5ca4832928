//! The append-only log of published versions: a Merkle tree (RFC 9162 §2.1) over what identifies
//! each version, so that nobody can be shown a list that others were not. It knows digests only,
//! neither XML nor keys nor where leaves are kept.

mod consistency;
mod entry;
mod frontier;
mod inclusion;
mod tree;

pub use consistency::{ConsistencyProof, consistency_proof, verify_consistency};
pub use entry::LogEntry;
pub use frontier::Frontier;
pub use inclusion::{InclusionProof, inclusion_proof, verify_inclusion};
pub use tree::{TreeHead, leaf_hash, root};

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The sizes, or the place in the tree, cannot be.
    #[error("a tree of {size} leaves has no such place or part: {asked}")]
    OutOfRange {
        /// The place, counted from 0, or the size of the part.
        asked: u64,
        /// How many leaves the tree has.
        size: u64,
    },
    /// The proof has more or fewer hashes than the sizes call for.
    #[error("the proof has {found} hashes, which does not fit the sizes it is for")]
    Length {
        /// How many it has.
        found: usize,
    },
    /// The hashes lead to another root.
    #[error("the hashes of the proof lead to another root")]
    OtherRoot,
}

#[cfg(test)]
mod tests;
