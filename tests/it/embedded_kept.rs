//! A node's private PostgreSQL over weeks: it outlives whoever made it, and its own death.

use std::fs;
use std::path::Path;
use std::time::Duration;

use annuaire::storage::Database;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::child::Child;
use crate::support::database::{block_on, server_options};
use crate::support::scratch;

/// Long enough for a busy machine to recover a cluster; what is awaited comes in about a second.
const PATIENCE: Duration = Duration::from_mins(1);

async fn open(data_dir: &Path) -> Database {
    Database::embedded(server_options(data_dir), 5)
        .await
        .unwrap()
}

/// Waits until the pool answers and the cluster's server has another process number. Both: the
/// connections of a killed server answer for a moment longer.
async fn answers_anew(database: &Database, data_dir: &Path, former: i32) {
    let anew = async {
        loop {
            let answered = sqlx::query("select 1")
                .execute(&database.pool)
                .await
                .is_ok();
            if answered && postmaster(data_dir).is_some_and(|now| now != former) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, anew).await.unwrap();
}

fn postmaster(data_dir: &Path) -> Option<i32> {
    let text = fs::read_to_string(data_dir.join("postgres/postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok()
}

#[test]
fn a_node_that_joined_owns_the_server_once_its_owner_ended() {
    let data = scratch::directory("kept");
    let mut owner = Child::server(&data);
    assert_eq!(owner.says(), "owner");
    let former = postmaster(&data).unwrap();
    block_on(async {
        let node = open(&data).await;
        assert!(!node.server().unwrap().is_owner());
        let node = node.kept_up();
        tokio::task::spawn_blocking(move || owner.end())
            .await
            .unwrap();
        answers_anew(&node, &data, former).await;
        node.close().await.unwrap();
    });
    assert_eq!(postmaster(&data), None, "the server outlived the node");
}

#[test]
fn a_cluster_that_vanishes_is_not_replaced_by_an_empty_one() {
    let data = scratch::directory("kept");
    block_on(async {
        let node = open(&data).await.kept_up();
        let former = postmaster(&data).unwrap();
        fs::rename(data.join("postgres"), data.join("elsewhere")).unwrap();
        kill(Pid::from_raw(former), Signal::SIGKILL).unwrap();
        // The node has tried, and failed, at least once when its own end is reached in order.
        let away = tokio::time::timeout(Duration::from_secs(3), answers_anew(&node, &data, former));
        assert!(away.await.is_err());
        node.close().await.unwrap();
    });
    assert!(!data.join("postgres").exists());
}

#[test]
fn a_server_that_dies_under_a_node_is_started_again() {
    let data = scratch::directory("kept");
    block_on(async {
        let node = open(&data).await.kept_up();
        let former = postmaster(&data).unwrap();
        kill(Pid::from_raw(former), Signal::SIGKILL).unwrap();
        answers_anew(&node, &data, former).await;
        node.close().await.unwrap();
    });
    assert_eq!(postmaster(&data), None, "the server outlived the node");
}
