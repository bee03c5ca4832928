//! The demo, run and read as a person does.

use std::path::{Path, PathBuf};
use std::process::Command;

use annuaire::domain::onboarding::OperatorState;
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::support::program::{Program, Running, until};
use crate::support::{scratch, skip};

fn demo(data_dir: &Path) -> Running {
    Program::new(["demo", "--professionals", "300"])
        .in_data_dir(data_dir)
        .start()
}

fn shell(line: &str) -> String {
    let output = Command::new("sh").args(["-c", line]).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn has_curl() -> bool {
    let found = Command::new("curl").arg("--version").output();
    found.is_ok_and(|output| output.status.success())
}

#[test]
fn each_printed_line_gives_the_printed_answer_when_pasted() {
    let data = scratch::directory("demo");
    let mut first = demo(&data);
    let base = first.says("REST");
    let base = base.split_whitespace().nth(1).unwrap();
    let base = base.strip_suffix("/v1/practitioners").unwrap().to_owned();
    for question in 0..3 {
        let line = first.says("curl -s");
        let answer = first.says("");
        assert!(answer.starts_with('{'), "question {question}: {answer}");
        if has_curl() {
            assert_eq!(but_for_news(&shell(&line)), but_for_news(&answer), "{line}");
        } else {
            skip("no curl to paste the lines of the demo into");
        }
    }
    let peers = first.says("https://localhost:");
    let (_, port) = peers.split_once("https://localhost:").unwrap();
    let peers = format!("https://localhost:{}", port.split('/').next().unwrap());
    first.says("Serving until Ctrl-C");
    let readme = Readme {
        base,
        peers,
        data: data.clone(),
    };
    the_trust_space_of_the_readme(&readme);
    first.signal(Signal::SIGINT);
    let first = first.end().expect(0, "generating 300 professionals");

    let mut second = demo(&data);
    second.says("the country of an earlier start is still there");
    second.says("Serving until Ctrl-C");
    second.signal(Signal::SIGINT);
    let second = second.end().expect(0, "");
    assert_eq!(questions(&second.out), questions(&first.out));
}

/// The README, for a demo that is not where a demo of yours may be.
struct Readme {
    base: String,
    peers: String,
    data: PathBuf,
}

impl Readme {
    /// Blocks that begin with where the demo is, to be pasted here.
    fn blocks(&self) -> Vec<String> {
        let lists = self.data.join("liste.xml");
        let demo = format!("demo --where --data-dir {}", self.data.display());
        super::readme::blocks("sh")
            .into_iter()
            .filter(|block| block.starts_with("DEMO="))
            .map(|block| {
                block
                    .replace("http://127.0.0.1:8080", &self.base)
                    .replace("https://localhost:8443", &self.peers)
                    .replace("/tmp/liste.xml", lists.to_str().unwrap())
                    .replace("demo --where", &demo)
                    .replace("target/release/annuaire", env!("CARGO_BIN_EXE_annuaire"))
            })
            .collect()
    }

    /// The cells of the table of admission: what was asked how, before and after, as words that are told.
    fn told() -> Vec<(String, Vec<String>, Vec<String>)> {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"));
        let text = text.unwrap();
        let (_, table) = text.split_once("| Asked by | before | after |\n").unwrap();
        let words = |cell: &str| -> Vec<String> {
            cell.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect()
        };
        table
            .lines()
            .skip(1)
            .take_while(|line| line.starts_with('|'))
            .map(|line| {
                let cells: Vec<&str> = line.split('|').collect();
                (cells[1].trim().to_owned(), words(cells[2]), words(cells[3]))
            })
            .collect()
    }
}

/// What a line says, all of it, however it ends.
fn pasted(block: &str) -> String {
    let output = Command::new("sh").args(["-c", block]).output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

/// Pastes what the README says of the trust space.
fn the_trust_space_of_the_readme(readme: &Readme) {
    let blocks = readme.blocks();
    let [list, approval, admission, revocation] = blocks.as_slice() else {
        panic!(
            "the README shows four things of the trust space, not {}",
            blocks.len()
        );
    };
    // xmlsec1 says what it thinks on standard error
    let list = &list.replace("xmlsec1 ", "2>&1 xmlsec1 ");
    let list = shell(list);
    for expected in ["OK", "References (ok/all): 1/1", "a valid list of "] {
        assert!(list.contains(expected), "{expected} is not in {list}");
    }
    let approval = shell(approval);
    for state in OperatorState::ALL {
        let state = format!("\"state\":\"{}\"", state.as_str());
        assert!(approval.contains(&state), "{state} is not in {approval}");
    }
    for expected in [
        "\"state\":\"pending\"",
        "\"approval.own\"",
        "\"state\":\"executed\"",
    ] {
        assert!(
            approval.contains(expected),
            "{expected} is not in {approval}"
        );
    }
    let told = Readme::told();
    let asking = each_by_itself(admission);
    assert_eq!(told.len(), asking.len(), "{told:?}");
    for ((asked, expected, _), line) in told.iter().zip(&asking) {
        let before = pasted(line);
        for word in expected {
            assert!(before.contains(word), "{asked}: {word} is not in {before}");
        }
    }
    let revoked = pasted(revocation);
    for expected in [
        "waiting for a second administrator",
        "executed",
        "decides by it",
    ] {
        assert!(revoked.contains(expected), "{expected} is not in {revoked}");
    }
    // Every node has said that it decides by it; who answers OCSP may still be signing.
    for ((asked, before, expected), line) in told.iter().zip(&asking) {
        let after = until("the answer after", || {
            let after = pasted(line);
            expected
                .iter()
                .all(|word| after.contains(word))
                .then_some(after)
        });
        for word in before.iter().filter(|word| !expected.contains(word)) {
            assert!(!after.contains(word), "{asked}: {word} is still in {after}");
        }
    }
}

/// The commands of a block one by one, each after the line that says where the demo is.
fn each_by_itself(block: &str) -> Vec<String> {
    let mut lines = block.lines();
    let place = lines.next().unwrap();
    lines.map(|line| format!("{place}\n{line}")).collect()
}

/// An answer without the positions of the feed, which go on: the node signs revocation lists meanwhile.
fn but_for_news(answer: &str) -> Value {
    let mut answer: Value = serde_json::from_str(answer).unwrap();
    if let Some(members) = answer.as_object_mut() {
        members.remove("snapshot");
        members.remove("epoch");
    }
    answer
}

/// What the demo printed, the port apart.
fn questions(out: &str) -> Vec<String> {
    out.lines()
        .filter(|line| line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}
