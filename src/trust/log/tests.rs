//! The tree against published vectors, a second definition of the root, and every tree up to 64 leaves.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::domain::digest::Digest;
use crate::trust::digest::sha256;

const MANY: u64 = 64;

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// The definition of §2.1.1 once more, by splitting bytes, with nothing of the code under test.
fn naive_root(leaves: &[Digest]) -> Digest {
    if leaves.is_empty() {
        return sha256(&[]);
    }
    if leaves.len() == 1 {
        return leaves[0];
    }
    let mut half = 1;
    while half * 2 < leaves.len() {
        half *= 2;
    }
    let mut node = vec![1];
    node.extend(naive_root(&leaves[..half]).as_bytes());
    node.extend(naive_root(&leaves[half..]).as_bytes());
    sha256(&node)
}

/// The leaves and roots that implementations of Certificate Transparency test themselves with.
const VECTORS: [(&[u8], &str); 8] = [
    (
        b"",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    ),
    (
        &[0x00],
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    ),
    (
        &[0x10],
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    ),
    (
        &[0x20, 0x21],
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (
        &[0x30, 0x31],
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    ),
    (
        &[0x40, 0x41, 0x42, 0x43],
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    ),
    (
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    ),
    (
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ),
];

fn published() -> Vec<Digest> {
    VECTORS.iter().map(|(leaf, _)| leaf_hash(leaf)).collect()
}

fn hashes(texts: &[&str]) -> Vec<Digest> {
    texts.iter().map(|t| Digest::parse(t).unwrap()).collect()
}

#[test]
fn roots_are_the_published_ones() {
    let leaves = published();
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(root(&[]).to_string(), empty);
    for (count, (_, expected)) in VECTORS.iter().enumerate() {
        assert_eq!(root(&leaves[..=count]).to_string(), *expected, "{count}");
    }
}

#[test]
fn proofs_are_the_published_ones() {
    let leaves = published();
    let inclusion = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ];
    assert_eq!(inclusion_proof(&leaves, 0, 8), Some(hashes(&inclusion)));
    let consistency = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(consistency_proof(&leaves, 6, 8), Some(hashes(&consistency)));
}

#[test]
fn every_tree_up_to_64_leaves_has_the_root_of_the_definition_and_of_the_frontier() {
    let leaves = leaves(MANY);
    let mut frontier = Frontier::default();
    for count in 0..=leaves.len() {
        let expected = naive_root(&leaves[..count]);
        assert_eq!(root(&leaves[..count]), expected, "{count}");
        assert_eq!(frontier.head().root, expected, "{count}");
        assert_eq!(frontier.head().size, u64::try_from(count).unwrap());
        frontier.extend(leaves.get(count).copied());
    }
}

#[test]
fn every_proof_of_every_tree_up_to_64_leaves_verifies_and_no_altered_one_does() {
    let leaves = leaves(MANY);
    let other = sha256(b"other");
    for size in 1..=MANY {
        for index in 0..size {
            let good = InclusionProof::build(&leaves, index + 1, size).unwrap();
            let leaf = &leaves[usize::try_from(index).unwrap()];
            assert_eq!(good.verify(leaf), Ok(()), "{index} of {size}");
            assert!(good.verify(&other).is_err(), "{index} of {size}");
            for bad in altered_inclusions(&good, other) {
                assert!(bad.verify(leaf).is_err(), "{index} of {size}: {bad:?}");
            }
        }
        for from in 1..=size {
            let good = ConsistencyProof::build(&leaves, from, size).unwrap();
            assert_eq!(good.verify(), Ok(()), "{from} to {size}");
            for bad in altered_consistencies(&good, other) {
                assert!(bad.verify().is_err(), "{from} to {size}: {bad:?}");
            }
        }
    }
}

/// Every way to have one hash changed, left out or put in.
fn altered_hashes(hashes: &[Digest], other: Digest) -> Vec<Vec<Digest>> {
    let mut all = Vec::new();
    for at in 0..hashes.len() {
        let mut changed = hashes.to_vec();
        changed[at] = other;
        all.push(changed);
        let mut shorter = hashes.to_vec();
        shorter.remove(at);
        all.push(shorter);
    }
    for at in 0..=hashes.len() {
        let mut longer = hashes.to_vec();
        longer.insert(at, other);
        all.push(longer);
    }
    all
}

fn altered_inclusions(good: &InclusionProof, other: Digest) -> Vec<InclusionProof> {
    let with = |change: &dyn Fn(&mut InclusionProof)| {
        let mut bad = good.clone();
        change(&mut bad);
        bad
    };
    let mut all: Vec<_> = altered_hashes(&good.hashes, other)
        .into_iter()
        .map(|hashes| with(&|bad| bad.hashes.clone_from(&hashes)))
        .collect();
    all.push(with(&|bad| bad.root = other));
    all.push(with(&|bad| bad.sequence = 0));
    all.push(with(&|bad| bad.sequence = bad.tree_size + 1));
    all.push(with(&|bad| bad.tree_size = 0));
    // Another place in the same tree never has this leaf at the end of this path.
    for sequence in (1..=good.tree_size).filter(|s| *s != good.sequence) {
        all.push(with(&|bad| bad.sequence = sequence));
    }
    all
}

fn altered_consistencies(good: &ConsistencyProof, other: Digest) -> Vec<ConsistencyProof> {
    let with = |change: &dyn Fn(&mut ConsistencyProof)| {
        let mut bad = good.clone();
        change(&mut bad);
        bad
    };
    let mut all: Vec<_> = altered_hashes(&good.hashes, other)
        .into_iter()
        .map(|hashes| with(&|bad| bad.hashes.clone_from(&hashes)))
        .collect();
    all.push(with(&|bad| bad.from_root = other));
    all.push(with(&|bad| bad.to_root = other));
    all.push(with(&|bad| bad.from = 0));
    all.push(with(&|bad| bad.from = bad.to + 1));
    all.push(with(&|bad| bad.to = bad.from - 1));
    all
}

#[test]
fn what_the_log_has_not_cannot_be_proved() {
    let leaves = leaves(3);
    assert_eq!(InclusionProof::build(&leaves, 0, 3), None);
    assert_eq!(InclusionProof::build(&leaves, 3, 2), None);
    assert_eq!(InclusionProof::build(&leaves, 1, 4), None);
    assert_eq!(InclusionProof::build(&leaves, 1, 0), None);
    assert_eq!(ConsistencyProof::build(&leaves, 0, 3), None);
    assert_eq!(ConsistencyProof::build(&leaves, 3, 2), None);
    assert_eq!(ConsistencyProof::build(&leaves, 1, 4), None);
}

#[test]
fn proofs_are_written_with_hexadecimal_texts_and_nothing_unknown_is_read() {
    let leaves = leaves(2);
    let proof = InclusionProof::build(&leaves, 2, 2).unwrap();
    let mut json = serde_json::to_value(&proof).unwrap();
    let expected = serde_json::json!({
        "sequence": 2,
        "tree_size": 2,
        "root": root(&leaves).to_string(),
        "hashes": [leaves[0].to_string()],
    });
    assert_eq!(json, expected);
    json["leaf"] = "".into();
    assert!(serde_json::from_value::<InclusionProof>(json).is_err());

    let proof = ConsistencyProof::build(&leaves, 1, 2).unwrap();
    let expected = serde_json::json!({
        "from": 1,
        "to": 2,
        "from_root": leaves[0].to_string(),
        "to_root": root(&leaves).to_string(),
        "hashes": [leaves[1].to_string()],
    });
    assert_eq!(serde_json::to_value(&proof).unwrap(), expected);
}

proptest! {
    #[test]
    fn a_log_of_any_content_proves_what_it_holds_and_nothing_rewritten(
        content in proptest::collection::vec(any::<[u8; 32]>(), 2..200),
        at: Index,
        from: Index,
        flip in 0_u8..8,
        byte: Index,
    ) {
        let leaves: Vec<Digest> = content.into_iter().map(Digest::new).collect();
        let size = u64::try_from(leaves.len()).unwrap();
        let index = u64::try_from(at.index(leaves.len())).unwrap();
        let leaf = leaves[at.index(leaves.len())];
        let good = InclusionProof::build(&leaves, index + 1, size).unwrap();
        prop_assert_eq!(good.verify(&leaf), Ok(()));

        let mut bytes = *leaf.as_bytes();
        bytes[byte.index(32)] ^= 1 << flip;
        let mut rewritten = leaves.clone();
        rewritten[at.index(leaves.len())] = Digest::new(bytes);
        prop_assert_eq!(good.verify(&rewritten[at.index(leaves.len())]), Err(ProofError::OtherRoot));

        // A log that rewrote a version an earlier head covers cannot connect to that head.
        let from = u64::try_from(from.index(leaves.len())).unwrap() + 1;
        let mut forged = ConsistencyProof::build(&rewritten, from, size).unwrap();
        prop_assert_eq!(forged.verify(), Ok(()));
        forged.from_root = ConsistencyProof::build(&leaves, from, size).unwrap().from_root;
        prop_assert_eq!(forged.verify().is_ok(), index >= from);
    }

    #[test]
    fn any_proof_is_checked_without_panic(
        numbers: (u64, u64),
        hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let hashes: Vec<Digest> = hashes.into_iter().map(Digest::new).collect();
        let any = sha256(b"any");
        let _ = verify_inclusion(&any, numbers.0, numbers.1, &hashes, &any);
        let _ = verify_consistency(numbers.0, numbers.1, &any, &any, &hashes);
    }
}
