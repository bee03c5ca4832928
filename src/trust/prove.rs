//! Checks, with nothing but what a reader holds, that a list is a version of the public log: which
//! checks were made and what each said.

use serde::Serialize;

use super::log::{ConsistencyProof, InclusionProof, TreeHead};
use super::sidecar::{ListMeta, connects};
use crate::domain::digest::Digest;

/// What a reader holds of one version. The side-car is verified already
/// ([`sidecar::verify`](super::sidecar::verify)): its signature makes its tree head one that the
/// publisher stands for.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// SHA-256 of the list's bytes.
    pub list_sha256: Digest,
    /// How many bytes it has.
    pub list_bytes: u64,
    /// Its side-car.
    pub meta: &'a ListMeta,
    /// That the version is in the log.
    pub inclusion: &'a InclusionProof,
    /// A head that the reader, or somebody else, saw at another time.
    pub witness: Option<Witness<'a>>,
}

/// A head of the log from elsewhere, earlier or later, and what connects it to the side-car's.
#[derive(Clone, Copy, Debug)]
pub struct Witness<'a> {
    /// The head.
    pub head: TreeHead,
    /// The proof between the smaller of the two trees and the larger.
    pub consistency: &'a ConsistencyProof,
}

/// One thing that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Subject {
    /// The list's bytes are those the side-car speaks of.
    #[serde(rename = "list.digest")]
    ListDigest,
    /// The proof is about this version and a head that the side-car or the witness stands for.
    #[serde(rename = "inclusion.head")]
    InclusionHead,
    /// The version is in the tree of that head.
    #[serde(rename = "inclusion.proof")]
    InclusionProof,
    /// The side-car's tree and the witness' are one log.
    #[serde(rename = "witness.consistency")]
    WitnessConsistency,
}

impl Subject {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ListDigest => "list.digest",
            Self::InclusionHead => "inclusion.head",
            Self::InclusionProof => "inclusion.proof",
            Self::WitnessConsistency => "witness.consistency",
        }
    }
}

/// What one check said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub subject: Subject,
    /// Whether it holds.
    pub holds: bool,
    /// What was seen, in a sentence.
    pub detail: String,
}

/// Every check that was made, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// One for each.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Whether everything holds.
    pub fn holds(&self) -> bool {
        self.findings.iter().all(|finding| finding.holds)
    }
}

/// Makes every check, whatever the others say.
pub fn prove(evidence: &Evidence<'_>) -> Verdict {
    let mut findings = vec![
        list_digest(evidence),
        inclusion_head(evidence),
        inclusion_proof(evidence),
    ];
    findings.extend(
        evidence
            .witness
            .map(|witness| consistency(evidence.meta, witness)),
    );
    Verdict { findings }
}

fn list_digest(evidence: &Evidence<'_>) -> Finding {
    let said = &evidence.meta.xml;
    let holds = (evidence.list_sha256, evidence.list_bytes) == (said.sha256, said.bytes);
    let detail = if holds {
        format!(
            "the list's {} bytes are those of version {}",
            said.bytes, evidence.meta.sequence
        )
    } else {
        format!(
            "the list has {} bytes and digest {}; version {} has {} and {}",
            evidence.list_bytes,
            evidence.list_sha256,
            evidence.meta.sequence,
            said.bytes,
            said.sha256
        )
    };
    Finding {
        subject: Subject::ListDigest,
        holds,
        detail,
    }
}

fn inclusion_head(evidence: &Evidence<'_>) -> Finding {
    let proof = evidence.inclusion;
    let head = TreeHead {
        size: proof.tree_size,
        root: proof.root,
    };
    let known = head == evidence.meta.log || evidence.witness.is_some_and(|w| w.head == head);
    let same = proof.sequence == evidence.meta.sequence;
    let detail = match (same, known) {
        (true, true) => format!(
            "the proof leads to the log's head at {} versions",
            head.size
        ),
        (false, _) => format!(
            "the proof is of version {}, the side-car of {}",
            proof.sequence, evidence.meta.sequence
        ),
        (true, false) => format!(
            "the proof leads to a head at {} versions that neither the side-car nor a witness has",
            head.size
        ),
    };
    Finding {
        subject: Subject::InclusionHead,
        holds: same && known,
        detail,
    }
}

fn inclusion_proof(evidence: &Evidence<'_>) -> Finding {
    let checked = evidence.inclusion.verify(&evidence.meta.log_entry().hash());
    let detail = match &checked {
        Ok(()) => format!(
            "version {} is in the log of {} versions",
            evidence.inclusion.sequence, evidence.inclusion.tree_size
        ),
        Err(cause) => format!("the version is not shown to be in the log: {cause}"),
    };
    Finding {
        subject: Subject::InclusionProof,
        holds: checked.is_ok(),
        detail,
    }
}

fn consistency(meta: &ListMeta, witness: Witness<'_>) -> Finding {
    let (from, to) = if witness.head.size <= meta.log.size {
        (&witness.head, &meta.log)
    } else {
        (&meta.log, &witness.head)
    };
    let holds = connects(witness.consistency, from, to);
    let detail = if holds {
        format!(
            "the log at {} versions continues the log at {}",
            to.size, from.size
        )
    } else {
        format!(
            "the log at {} versions is not shown to continue the log at {}: \
             one of them was shown to some readers only, or the proof is of others",
            to.size, from.size
        )
    };
    Finding {
        subject: Subject::WitnessConsistency,
        holds,
        detail,
    }
}

#[cfg(test)]
mod tests;
