//! Published versions: paged through, compared, and proved to be one log that only grows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use annuaire::domain::error::TRUST_LIST_NOT_FOUND;
use annuaire::service::trust_space::Comparison;
use annuaire::trust::log::LogEntry;

use super::publishing::with_key;

#[test]
fn versions_are_listed_compared_and_found() {
    with_key(async |fixture| {
        let first = fixture.publish().await;
        fixture
            .sql("update mail_domain set description = 'Autre' where name = 'd7.mssante.fr';
                delete from binding where mail_domain = 'd8.mssante.fr';
                insert into mail_domain (name, created_at) values ('neuf.mssante.fr', '2026-01-01');
                insert into mail_domain_operator values ('neuf.mssante.fr', 2);
                insert into binding (mail_domain, certificate_id, updated_at) values ('neuf.mssante.fr', 2, '2026-11-21')")
            .await;
        let second = fixture.publish().await;
        let third = fixture.publish().await;
        let space = &fixture.space;
        assert_eq!(
            space.list_versions(None, 2).await.unwrap(),
            [third.clone(), second.clone()]
        );
        assert_eq!(
            space.list_versions(Some(2), 2).await.unwrap(),
            std::slice::from_ref(&first)
        );
        assert_eq!(space.list_version(2).await.unwrap(), second);

        // Another node has none of the lists in memory.
        let node = fixture.node(Vec::new(), |_| {});
        for space in [space, &node] {
            let comparison = space.list_diff(1, 3, Comparison::clone).await.unwrap();
            assert_eq!((&comparison.from, &comparison.to), (&first, &third));
            let diff = comparison.diff();
            let name =
                |entry: &annuaire::domain::trust_list::TrustEntry| entry.mail_domain.to_string();
            assert_eq!(
                diff.added.iter().map(|it| name(it)).collect::<Vec<_>>(),
                ["neuf.mssante.fr"]
            );
            assert_eq!(
                diff.removed.iter().map(|it| name(it)).collect::<Vec<_>>(),
                ["d8.mssante.fr"]
            );
            assert_eq!(
                diff.changed
                    .iter()
                    .map(|(_, it)| name(it))
                    .collect::<Vec<_>>(),
                ["d7.mssante.fr"]
            );
            let back = space.list_diff(3, 1, Comparison::clone).await.unwrap();
            assert_eq!(back.diff().added.len(), 1);
            assert!(
                space
                    .list_diff(2, 3, |it| it.diff().is_empty())
                    .await
                    .unwrap()
            );
        }
        for sequence in [0, 4, u64::MAX] {
            let failure = space.list_files(sequence).await.unwrap_err();
            assert_eq!(failure.code, &TRUST_LIST_NOT_FOUND);
            assert!(space.list_diff(1, sequence, |_| ()).await.is_err());
        }
    });
}

#[test]
fn every_version_is_proved_to_be_in_every_later_log() {
    with_key(async |fixture| {
        let mut heads = Vec::new();
        let mut leaves = Vec::new();
        let mut previous = None;
        for sequence in 1..=6 {
            let version = fixture.publish().await;
            let entry = LogEntry {
                sequence,
                generated_at: version.generated_at,
                bytes: version.bytes,
                sha256: version.sha256,
                previous,
            };
            previous = Some(version.sha256);
            leaves.push(entry.hash());
            heads.push(fixture.space.log_head(None).await.unwrap());
        }
        let space = &fixture.space;
        for size in 1..=6 {
            let head = heads[usize::try_from(size).unwrap() - 1];
            assert_eq!(space.log_head(Some(size)).await.unwrap(), head);
            for sequence in 1..=size {
                let proof = space.inclusion_proof(sequence, Some(size)).await.unwrap();
                assert_eq!(proof.root, head.root);
                let leaf = leaves[usize::try_from(sequence).unwrap() - 1];
                assert_eq!(proof.verify(&leaf), Ok(()), "{sequence} in {size}");
                let proof = space.consistency_proof(sequence, Some(size)).await.unwrap();
                assert_eq!(proof.to_root, head.root);
                assert_eq!(proof.verify(), Ok(()), "{sequence} before {size}");
            }
        }
        assert_eq!(space.inclusion_proof(2, None).await.unwrap().tree_size, 6);
        for (sequence, size) in [(0, 3), (4, 3), (1, 7)] {
            assert!(space.inclusion_proof(sequence, Some(size)).await.is_err());
            assert!(space.consistency_proof(sequence, Some(size)).await.is_err());
        }
    });
}

#[test]
fn few_are_compared_at_once() {
    with_key(async |fixture| {
        for _ in 0..2 {
            fixture.publish().await;
        }
        let node = fixture.node(Vec::new(), |_| {});
        let busy = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let comparisons = (0..12).map(|_| {
            let (node, busy, most) = (node.clone(), Arc::clone(&busy), Arc::clone(&most));
            tokio::spawn(async move {
                let tell = move |_: &Comparison| {
                    most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    busy.fetch_sub(1, Ordering::SeqCst);
                };
                node.list_diff(1, 2, tell).await
            })
        });
        for comparison in comparisons.collect::<Vec<_>>() {
            comparison.await.unwrap().unwrap();
        }
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
    });
}
