//! The demo, run and read as a person does.

use std::path::Path;
use std::process::Command;

use annuaire::domain::onboarding::OperatorState;
use nix::sys::signal::Signal;

use crate::support::program::{Program, Running};
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
            assert_eq!(shell(&line), answer, "{line}");
        } else {
            skip("no curl to paste the lines of the demo into");
        }
    }
    first.says("Serving until Ctrl-C");
    the_trust_space_of_the_readme(&base, &data);
    first.signal(Signal::SIGINT);
    let first = first.end().expect(0, "generating 300 professionals");

    let mut second = demo(&data);
    second.says("the country of an earlier start is still there");
    second.says("Serving until Ctrl-C");
    second.signal(Signal::SIGINT);
    let second = second.end().expect(0, "");
    assert_eq!(questions(&second.out), questions(&first.out));
}

/// Pastes what the README says of the trust space, here and not where a demo of yours may be.
fn the_trust_space_of_the_readme(base: &str, data: &Path) {
    let lists = data.join("liste.xml");
    let blocks: Vec<String> = super::readme::blocks("sh")
        .into_iter()
        .filter(|block| block.starts_with("DEMO="))
        .map(|block| {
            block
                .replace("http://127.0.0.1:8080", base)
                .replace("/tmp/liste.xml", lists.to_str().unwrap())
                .replace(
                    "demo --where",
                    &format!("demo --where --data-dir {}", data.display()),
                )
                .replace("target/release/annuaire", env!("CARGO_BIN_EXE_annuaire"))
                // xmlsec1 says what it thinks on standard error
                .replace("xmlsec1 ", "2>&1 xmlsec1 ")
        })
        .collect();
    let [list, approval] = blocks.as_slice() else {
        panic!(
            "the README shows two things of the trust space, not {}",
            blocks.len()
        );
    };
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
}

/// What the demo printed, the port apart.
fn questions(out: &str) -> Vec<String> {
    out.lines()
        .filter(|line| line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}
