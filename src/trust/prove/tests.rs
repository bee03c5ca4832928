//! Every piece of the evidence that is altered is found by the check that is about it.

use time::Duration;
use time::macros::datetime;

use super::*;
use crate::trust::digest::sha256;
use crate::trust::log::{LogEntry, root};
use crate::trust::sidecar::{ListFile, PreviousVersion};

const VERSIONS: u8 = 7;

fn meta(sequence: u8) -> ListMeta {
    let entries: Vec<Digest> = (1..=sequence).map(|n| entry(n).hash()).collect();
    let entry = entry(sequence);
    ListMeta {
        issuer: "Annuaire d'essai".into(),
        sequence: entry.sequence,
        generated_at: entry.generated_at,
        next_update: entry.generated_at + Duration::DAY,
        xml: ListFile {
            sha256: entry.sha256,
            bytes: entry.bytes,
            entries: 1,
        },
        previous: entry.previous.map(|sha256| PreviousVersion {
            sequence: entry.sequence - 1,
            sha256,
        }),
        log: TreeHead {
            size: entry.sequence,
            root: root(&entries),
        },
        signers: Vec::new(),
    }
}

fn entry(sequence: u8) -> LogEntry {
    LogEntry {
        sequence: sequence.into(),
        generated_at: datetime!(2026-01-01 0:00 UTC) + Duration::hours(sequence.into()),
        bytes: 1000,
        sha256: sha256(&[sequence]),
        previous: (sequence > 1).then(|| sha256(&[sequence - 1])),
    }
}

fn leaves() -> Vec<Digest> {
    (1..=VERSIONS).map(|n| entry(n).hash()).collect()
}

/// The evidence for version 4, as altered, with a witness of another size.
fn failing(
    witness: u8,
    change: impl FnOnce(&mut ListMeta, &mut InclusionProof, &mut TreeHead, &mut ConsistencyProof),
) -> Vec<&'static str> {
    let mut version = meta(4);
    let mut inclusion = InclusionProof::build(&leaves(), 4, 4).unwrap();
    let mut head = meta(witness).log;
    let (from, to) = (head.size.min(4), head.size.max(4));
    let mut consistency = ConsistencyProof::build(&leaves(), from, to).unwrap();
    change(&mut version, &mut inclusion, &mut head, &mut consistency);
    let verdict = prove(&Evidence {
        list_sha256: sha256(&[4]),
        list_bytes: 1000,
        meta: &version,
        inclusion: &inclusion,
        witness: Some(Witness {
            head,
            consistency: &consistency,
        }),
    });
    assert_eq!(verdict.findings.len(), 4);
    let failed = verdict.findings.iter().filter(|finding| !finding.holds);
    let failed: Vec<_> = failed.map(|finding| finding.subject.as_str()).collect();
    assert_eq!(verdict.holds(), failed.is_empty());
    failed
}

#[test]
fn good_evidence_holds_with_witnesses_from_before_and_after() {
    for witness in 1..=VERSIONS {
        assert_eq!(failing(witness, |_, _, _, _| ()), [""; 0], "{witness}");
    }
}

#[test]
fn without_a_witness_three_checks_are_made() {
    let inclusion = InclusionProof::build(&leaves(), 4, 4).unwrap();
    let verdict = prove(&Evidence {
        list_sha256: sha256(&[4]),
        list_bytes: 1000,
        meta: &meta(4),
        inclusion: &inclusion,
        witness: None,
    });
    assert!(verdict.holds() && verdict.findings.len() == 3);
}

#[test]
fn an_inclusion_in_the_head_of_a_later_witness_is_taken() {
    let later = |_: &mut ListMeta, proof: &mut InclusionProof, _: &mut _, _: &mut _| {
        *proof = InclusionProof::build(&leaves(), 4, 7).unwrap();
    };
    assert_eq!(failing(7, later), [""; 0]);
    // And in a tree that nobody stands for, it proves nothing.
    assert_eq!(failing(6, later), ["inclusion.head"]);
}

#[test]
fn each_alteration_is_found_by_the_check_it_is_about() {
    let other = sha256(b"other");
    assert_eq!(
        failing(7, |meta, _, _, _| meta.xml.bytes += 1),
        ["list.digest", "inclusion.proof"]
    );
    assert_eq!(
        failing(7, |meta, _, _, _| meta.xml.sha256 = other),
        ["list.digest", "inclusion.proof"]
    );
    assert_eq!(
        failing(7, |meta, _, _, _| meta.generated_at += Duration::SECOND),
        ["inclusion.proof"]
    );
    assert_eq!(
        failing(7, |_, proof, _, _| *proof =
            InclusionProof::build(&leaves(), 3, 4).unwrap()),
        ["inclusion.head", "inclusion.proof"]
    );
    assert_eq!(
        failing(7, |_, proof, _, _| proof.hashes[0] = other),
        ["inclusion.proof"]
    );
    assert_eq!(
        failing(7, |_, _, head, _| head.root = other),
        ["witness.consistency"]
    );
    assert_eq!(
        failing(7, |_, _, _, proof| proof.hashes[0] = other),
        ["witness.consistency"]
    );
    // A second log, good in itself, that was shown to this reader only.
    assert_eq!(
        failing(7, |meta, proof, _, _| {
            let mut shown = leaves();
            shown[0] = other;
            *proof = InclusionProof::build(&shown, 4, 4).unwrap();
            meta.log.root = proof.root;
        }),
        ["witness.consistency"]
    );
}

#[test]
fn names_are_written_as_they_are_called() {
    for subject in [
        Subject::ListDigest,
        Subject::InclusionHead,
        Subject::InclusionProof,
        Subject::WitnessConsistency,
    ] {
        assert_eq!(serde_json::to_value(subject).unwrap(), subject.as_str());
    }
}
