//! The list as a node serves it: newest at once, whole at every moment, on without a database.

use std::io::Read as _;
use std::time::Duration;

use annuaire::domain::error::TRUST_LIST_NOT_FOUND;
use annuaire::domain::trust_list::TrustList;
use annuaire::service::published_list::{PublishedList, ServedFile};
use flate2::read::GzDecoder;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::publishing::with_key;

/// Long enough for any machine; nothing waits this long but a failing test.
const DEADLINE: Duration = Duration::from_mins(1);

fn unpacked(file: &ServedFile) -> Vec<u8> {
    let mut bytes = Vec::new();
    let packed = file.gzip.as_ref().unwrap();
    GzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
    bytes
}

async fn serves(list: &PublishedList, sequence: u64) {
    let caught_up = async {
        while list.current().map_or(0, |served| served.version.sequence) != sequence {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(DEADLINE, caught_up)
        .await
        .expect("the list is not followed");
}

#[test]
fn every_form_of_the_newest_list_is_ready() {
    with_key(async |fixture| {
        let list = PublishedList::default();
        assert!(!list.refresh(fixture.pool()).await.unwrap());
        assert_eq!(list.current().unwrap_err().code, &TRUST_LIST_NOT_FOUND);
        let version = fixture.publish().await;
        assert!(list.refresh(fixture.pool()).await.unwrap());
        assert!(
            !list.refresh(fixture.pool()).await.unwrap(),
            "it is the same one"
        );
        let served = list.current().unwrap();
        let files = fixture.space.list_files(1).await.unwrap();
        assert_eq!(served.version, version);
        assert_eq!(served.meta.xml.sha256, version.sha256);
        assert_eq!(*served.xml.bytes, *files.xml().unwrap());
        assert_eq!(served.xml.gzip.as_deref(), Some(&*files.xml_gzip));
        assert_eq!(served.xml.etag, format!("\"{}\"", version.sha256));
        assert_ne!(served.xml.gzip_etag, served.xml.etag);
        assert_eq!(*served.meta_jws.bytes, *files.meta_jws.as_bytes());
        let json: TrustList = serde_json::from_slice(&served.json.bytes).unwrap();
        assert_eq!(json.entries.len(), 200);
        assert_eq!(unpacked(&served.json), *served.json.bytes);
        assert_eq!(unpacked(&served.xml), *served.xml.bytes);
    });
}

#[test]
fn a_node_follows_and_goes_on_while_the_database_is_away() {
    with_key(async |fixture| {
        fixture.publish().await;
        let list = PublishedList::default();
        let cancel = CancellationToken::new();
        let following = list.clone().follow(fixture.pool().clone(), cancel.clone());
        let following = tokio::spawn(following);
        serves(&list, 1).await;
        fixture.publish().await;
        serves(&list, 2).await;
        let end = fixture.database.end_connections();
        tokio::task::spawn_blocking(end).await.unwrap();
        assert_eq!(list.current().unwrap().version.sequence, 2);
        fixture.publish().await;
        serves(&list, 3).await;
        cancel.cancel();
        timeout(DEADLINE, following).await.unwrap().unwrap();
        assert_eq!(list.current().unwrap().version.sequence, 3);
    });
}

#[test]
fn what_is_not_what_was_signed_is_not_served() {
    with_key(async |fixture| {
        fixture.publish().await;
        let list = PublishedList::default();
        list.refresh(fixture.pool()).await.unwrap();
        fixture.publish().await;
        // Somebody who owns the database writes into it.
        fixture
            .sql("alter table trust_list disable trigger append_only")
            .await;
        for change in [
            "update trust_list set xml_gzip = (select xml_gzip from trust_list where sequence = 1) where sequence = 2",
            "update trust_list set meta_jws = (select meta_jws from trust_list where sequence = 1), xml_bytes = (select xml_bytes from trust_list where sequence = 1), xml_sha256 = (select xml_sha256 from trust_list where sequence = 1) where sequence = 2",
            "update trust_list set xml_gzip = 'x' where sequence = 2",
        ] {
            fixture.sql(change).await;
            let failure = list.refresh(fixture.pool()).await.unwrap_err();
            assert_eq!(failure.code.code, "internal", "{change}");
            assert_eq!(list.current().unwrap().version.sequence, 1);
        }
    });
}

#[test]
fn a_truth_that_went_back_is_not_followed() {
    with_key(async |fixture| {
        fixture.publish().await;
        let second = fixture.publish().await;
        let list = PublishedList::default();
        assert!(list.refresh(fixture.pool()).await.unwrap());
        fixture
            .sql(
                "alter table trust_list disable trigger all;
                delete from trust_list where sequence = 2;",
            )
            .await;
        assert!(
            !list.refresh(fixture.pool()).await.unwrap(),
            "an earlier list"
        );
        assert_eq!(list.current().unwrap().version, second);
        let other = fixture.publish().await;
        assert_eq!(other.sequence, second.sequence);
        assert!(
            !list.refresh(fixture.pool()).await.unwrap(),
            "the same number"
        );
        assert_eq!(list.current().unwrap().version, second);
        let third = fixture.publish().await;
        assert!(list.refresh(fixture.pool()).await.unwrap(), "a later one");
        assert_eq!(list.current().unwrap().version, third);
    });
}

#[test]
fn published_lists_are_never_changed() {
    with_key(async |fixture| {
        fixture.publish().await;
        for change in [
            "update trust_list set reason = ''",
            "delete from trust_list",
            "truncate trust_list",
        ] {
            let refused = sqlx::raw_sql(change)
                .execute(fixture.pool())
                .await
                .unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{refused}");
        }
    });
}
