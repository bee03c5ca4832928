//! PostgreSQL goes away under a serving node: look-ups go on, and what comes later is caught up with.

use std::fs;
use std::path::Path;

use annuaire::storage::embedded::Embedded;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::country::{self, applied, days, first_day, import};
use super::node::Node;
use super::truth;
use crate::support::database::{block_on, server_options};
use crate::support::program::until;
use crate::support::scratch;

fn start(data: &Path) -> Embedded {
    block_on(Embedded::start(server_options(data))).unwrap()
}

fn stop(server: Embedded) {
    block_on(server.stop()).unwrap();
}

fn addresses() -> Vec<String> {
    country::column(&days().first, "Extraction", "Adresse BAL")
}

/// Asks for everything that a node answers by itself.
fn answers(node: &Node) -> (Vec<String>, Vec<String>) {
    let family = &country::column(&days().first, "PS_LibreAcces_Pers", "Nom d'exercice")[0];
    let known = addresses();
    assert_eq!(node.get("/readyz", &[]).0, 200);
    (
        node.found(family),
        node.validate(&[&known[0], "nobody@nowhere.mssante.fr"]),
    )
}

#[test]
fn look_ups_go_on_while_somebody_elses_database_is_stopped() {
    let data = first_day();
    let server = start(&data);
    let socket = data.join("postgres-socket");
    let url = format!(
        "postgres://annuaire@localhost/annuaire?host={}",
        socket.display()
    );
    let node = Node::serve_from(&url, &scratch::directory("node"));
    let position = node.catches_up();
    let before = answers(&node);
    assert_eq!(before.1, ["deliverable", "unknown"]);

    stop(server);
    let away = |status: &Value| status["snapshot"]["database_connected"] == false;
    let age = until("the node says that the database is away", || {
        let status = node.status();
        assert_eq!(status["ready"], true);
        status["snapshot"]["age_seconds"]
            .as_f64()
            .filter(|_| away(&status))
    });
    assert_eq!(answers(&node), before);
    until("the answers grow older", || {
        let now = node.status()["snapshot"]["age_seconds"].as_f64().unwrap();
        (now > age).then_some(())
    });

    let server = start(&data);
    applied(import("rpps", &country::rpps(&days().second), &data).run());
    node.reaches(position + 1);
    node.catches_up();
    node.stop().expect(0, "\"stopped\"");
    assert!(
        truth::is_running(&data),
        "the server is not the node's to stop"
    );
    stop(server);
}

#[test]
fn a_private_server_that_is_killed_is_started_again_by_its_node() {
    let data = first_day();
    let node = Node::ready(&data);
    let position = node.catches_up();
    let before = answers(&node);
    let number = fs::read_to_string(data.join("postgres/postmaster.pid")).unwrap();
    let number: i32 = number.lines().next().unwrap().parse().unwrap();
    kill(Pid::from_raw(number), Signal::SIGKILL).unwrap();
    assert_eq!(answers(&node), before);
    // Joins the server once the node has started it again.
    let second = || import("rpps", &country::rpps(&days().second), &data).run();
    until("the database is back", || {
        (second().code == Some(0)).then_some(())
    });
    node.reaches(position + 1);
    node.stop().expect(0, "\"stopped\"");
    assert!(!truth::is_running(&data));
}
