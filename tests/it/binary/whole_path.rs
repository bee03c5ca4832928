//! Files in, look-ups out, the next day while serving, an orderly end.

use std::fs::File;

use serde_json::Value;

use super::country::{self, applied, days, import};
use super::node::Node;
use super::truth;
use crate::support::scratch;

/// What one file holds and another does not.
fn only_in(one: &[String], other: &[String]) -> Vec<String> {
    let gone = |value: &&String| !other.contains(value);
    one.iter().filter(gone).cloned().collect()
}

#[test]
fn two_days_from_the_files_to_the_answers() {
    let data = scratch::directory("whole");
    let (first, second) = (&days().first, &days().second);
    applied(import("rpps", &country::rpps(first), &data).run());
    applied(import("mailboxes", &country::mailboxes(first), &data).run());
    assert!(!truth::is_running(&data), "an import stops what it started");

    let addresses = |day| country::column(day, "Extraction", "Adresse BAL");
    let (before, after) = (addresses(first), addresses(second));
    let (new, gone) = (only_in(&after, &before), only_in(&before, &after));
    let (new, gone) = (new.first().unwrap(), gone.first().unwrap());
    let ids = country::column(first, "PS_LibreAcces_Pers", "Identification nationale PP");
    let families = country::column(first, "PS_LibreAcces_Pers", "Nom d'exercice");

    let node = Node::ready(&data);
    assert_eq!(node.get("/readyz", &[]).0, 200);
    let found = node.found(&families[0]);
    assert!(found.contains(&ids[0]), "{found:?}");
    assert_eq!(
        node.validate(&[gone, "nobody@nowhere.mssante.fr", new]),
        ["deliverable", "unknown", "unknown"]
    );

    // The next day, by the command line, while the node serves.
    let report = data.join("report.json");
    applied(import("rpps", &country::rpps(second), &data).run());
    let mailboxes = import("mailboxes", &country::mailboxes(second), &data);
    applied(mailboxes.with("--report", &report).run());
    let report: Value = serde_json::from_reader(File::open(report).unwrap()).unwrap();
    assert_eq!(report["state"], "applied");
    assert_eq!(report["source_time"], "2026-01-02T03:00:00");
    assert_eq!(report["files"][0]["source_time"], "2026-01-02T03:00:00");
    assert_eq!(report["entities"]["mailbox"]["before"], before.len());
    node.reaches(report["feed_position"].as_i64().unwrap());
    assert_eq!(node.validate(&[gone, new]), ["unknown", "deliverable"]);
    let sources = node.status()["sources"].clone();
    for source in sources.as_array().unwrap() {
        assert_eq!(source["source_time"], "2026-01-02T03:00:00", "{source}");
    }

    node.stop().expect(0, "\"stopped\"");
    assert!(!truth::is_running(&data), "the server stops with its owner");
    let lock = File::open(data.join("annuaire.lock")).unwrap();
    lock.try_lock().expect("the data directory is free");
}
