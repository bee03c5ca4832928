//! What contradicts itself, and what follows what.

use time::Duration;

use super::*;
use crate::trust::log::ConsistencyProof;

#[test]
fn a_side_car_that_contradicts_itself_is_neither_signed_nor_read() {
    let second = |status| notice(Identity::second(), status);
    let broken: [(&str, ListMeta); 16] = [
        ("sequence", altered(|m| m.sequence = 0)),
        ("gap", altered(|m| m.sequence = 3)),
        ("no previous", altered(|m| m.previous = None)),
        ("log", altered(|m| m.log.size = 3)),
        (
            "fraction",
            altered(|m| m.generated_at += Duration::MILLISECOND),
        ),
        (
            "fraction",
            altered(|m| m.signers[0].from += Duration::MILLISECOND),
        ),
        (
            "zone",
            altered(|m| m.next_update = m.next_update.to_offset(time::macros::offset!(+1))),
        ),
        ("next update", altered(|m| m.next_update = m.generated_at)),
        ("empty", altered(|m| m.xml.bytes = 0)),
        ("no signer", altered(|m| m.signers.clear())),
        (
            "no current",
            altered(|m| m.signers[0].status = SignerStatus::Next),
        ),
        (
            "two current",
            altered(|m| m.signers.push(second(SignerStatus::Current))),
        ),
        (
            "twice",
            altered(|m| {
                m.signers
                    .push(notice(Identity::first(), SignerStatus::Next));
            }),
        ),
        (
            "too many",
            altered(|m| {
                m.signers.extend((0..16).map(|n| SignerNotice {
                    sha256: sha256(&[n]),
                    ..second(SignerStatus::Next)
                }));
            }),
        ),
        ("first with previous", {
            let mut meta = version(1);
            meta.previous = version(2).previous;
            meta
        }),
        ("first after version 0", {
            let mut meta = version(1);
            meta.previous = Some(PreviousVersion {
                sequence: 0,
                sha256: sha256(b""),
            });
            meta
        }),
    ];
    for (what, meta) in broken {
        let refused = sign(&meta, &Identity::first().signer());
        assert!(
            matches!(refused, Err(MetaError::Rule(_))),
            "{what}: {refused:?}"
        );
        let forged = forge(
            &header().to_string(),
            &serde_json::to_string(&meta).unwrap(),
        );
        assert!(matches!(read(&forged), Err(MetaError::Rule(_))), "{what}");
    }
    signed(&altered(|m| m.signers.push(second(SignerStatus::Next))));
}

#[test]
fn the_next_version_continues_number_digest_time_log_and_signer() {
    let first = version(1);
    assert_eq!(version(2).follows(&first), Ok(()));
    assert!(matches!(
        first.follows(&first),
        Err(NotNext::Sequence {
            expected: 2,
            found: 1
        })
    ));
    assert!(matches!(
        version(3).follows(&first),
        Err(NotNext::Sequence {
            expected: 2,
            found: 3
        })
    ));

    let other = altered(|m| m.previous.as_mut().unwrap().sha256 = sha256(b"other"));
    assert!(matches!(
        other.follows(&first),
        Err(NotNext::Previous { .. })
    ));
    let same_time = altered(|m| m.generated_at = version(1).generated_at);
    assert!(matches!(
        same_time.follows(&first),
        Err(NotNext::Time { .. })
    ));
    let log = altered(|m| m.log.size = 3);
    assert!(matches!(
        log.follows(&first),
        Err(NotNext::LogSize {
            previous: 1,
            found: 3
        })
    ));
}

#[test]
fn a_signer_is_announced_before_it_signs() {
    let next = altered(|m| m.signers = vec![notice(Identity::second(), SignerStatus::Current)]);
    assert_eq!(next.follows(&version(1)), Err(NotNext::Signer));
    let mut announced = version(1);
    announced
        .signers
        .push(notice(Identity::second(), SignerStatus::Next));
    assert_eq!(next.follows(&announced), Ok(()));
    announced.signers[1].from = next.generated_at + Duration::SECOND;
    assert_eq!(next.follows(&announced), Err(NotNext::Signer));
}

#[test]
fn a_reader_that_missed_versions_takes_a_later_one_of_the_same_log() {
    let leaves = leaves(5);
    let proof = ConsistencyProof::build(&leaves, 2, 5).unwrap();
    assert_eq!(version(5).continues(&version(2), &proof), Ok(()));
    assert!(matches!(
        version(2).continues(&version(5), &proof),
        Err(NotNext::Sequence {
            expected: 6,
            found: 2
        })
    ));
    let mut stale = version(5);
    stale.generated_at = version(2).generated_at;
    assert!(matches!(
        stale.continues(&version(2), &proof),
        Err(NotNext::Time { .. })
    ));
    // A good proof, and another log.
    let mut rewritten = version(5);
    rewritten.log.root = sha256(b"other");
    assert_eq!(
        rewritten.continues(&version(2), &proof),
        Err(NotNext::LogRewritten)
    );
    let elsewhere = ConsistencyProof::build(&leaves, 3, 5).unwrap();
    assert_eq!(
        version(5).continues(&version(2), &elsewhere),
        Err(NotNext::LogRewritten)
    );
    let mut broken = proof;
    broken.hashes.pop();
    assert_eq!(
        version(5).continues(&version(2), &broken),
        Err(NotNext::LogRewritten)
    );
}
