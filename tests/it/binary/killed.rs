//! `kill -9` at the worst moment: what was there stays whole, and the next run succeeds.

use std::path::Path;

use nix::sys::signal::Signal;

use super::country::{self, applied, days, first_day, import};
use super::node::Node;
use super::truth;
use crate::support::program::{Ended, Program, Running, until};

fn second_day(data: &Path) -> Program {
    import("rpps", &country::rpps(&days().second), data)
}

/// Starts the import of the second day and comes back when it waits in the middle of applying.
fn import_half(data: &Path) -> Running {
    let mut half = second_day(data).start();
    half.says("applying role");
    until("the import is held", || truth::is_held(data).then_some(()));
    half
}

/// Makes the server of a data directory hold whoever writes roles; gives all that is there.
fn hold(data: &Path) -> Vec<String> {
    let node = Node::serve(data);
    truth::hold_roles(data);
    let before = truth::whole(data);
    node.stop().expect(0, "\"stopped\"");
    before
}

/// What an import says it did, table by table, without its number.
fn figures(import: &Ended) -> String {
    let (figures, _) = import.out.rsplit_once("import ").unwrap();
    figures.to_owned()
}

#[test]
fn an_import_killed_alone_leaves_everything_as_it_was() {
    let data = first_day();
    let before = hold(&data);
    import_half(&data).kill();
    assert_eq!(truth::whole(&data), before, "the server outlives its owner");
    truth::release_roles(&data);
    let again = applied(second_day(&data).run());
    let undisturbed = applied(second_day(&first_day()).run());
    assert_eq!(figures(&again), figures(&undisturbed));
    second_day(&data).run().expect(0, "applied already");
    assert!(
        !truth::is_running(&data),
        "what was taken over is stopped too"
    );
}

#[test]
fn an_import_killed_beside_a_node_changes_no_answer() {
    let data = first_day();
    let node = Node::ready(&data);
    truth::hold_roles(&data);
    let before = truth::whole(&data);
    let position = node.catches_up();
    import_half(&data).kill();
    truth::release_roles(&data);
    assert_eq!(truth::whole(&data), before);
    assert_eq!(node.catches_up(), position);

    applied(second_day(&data).run());
    node.reaches(position + 1);
    let states = "select state || coalesce(message, '') from import order by id";
    let states = truth::ask(&data, states);
    assert!(
        states.iter().any(|state| state.contains("interrupted")),
        "{states:?}"
    );
    node.stop().expect(0, "\"stopped\"");
}

#[test]
fn a_second_import_at_once_is_busy_and_an_interrupted_one_says_so() {
    let data = first_day();
    let node = Node::ready(&data);
    truth::hold_roles(&data);
    let before = truth::whole(&data);
    let first = import_half(&data);
    second_day(&data)
        .run()
        .expect(6, "another import is running");
    first.signal(Signal::SIGINT);
    first.end().expect(130, "interrupted");
    truth::release_roles(&data);
    assert_eq!(truth::whole(&data), before);
    node.stop().expect(0, "\"stopped\"");
}

#[test]
fn a_node_that_was_killed_comes_back_with_everything() {
    let data = first_day();
    let node = Node::ready(&data);
    let position = node.catches_up();
    let documents = node.status()["snapshot"]["documents"].clone();
    let addresses = country::column(&days().first, "Extraction", "Adresse BAL");
    node.kill();
    let node = Node::serve(&data);
    assert_eq!(node.catches_up(), position);
    assert_eq!(node.status()["snapshot"]["documents"], documents);
    assert_eq!(node.validate(&[&addresses[0]]), ["deliverable"]);
    node.stop().expect(0, "\"stopped\"");
    assert!(!truth::is_running(&data));
}
