//! The demo, run and read as a person does.

use std::process::Command;

use nix::sys::signal::Signal;

use crate::support::program::{Program, Running};
use crate::support::{scratch, skip};

fn demo(data_dir: &std::path::Path) -> Running {
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
    first.signal(Signal::SIGINT);
    let first = first.end().expect(0, "generating 300 professionals");

    let mut second = demo(&data);
    second.says("the country of an earlier start is still there");
    second.says("Serving until Ctrl-C");
    second.signal(Signal::SIGINT);
    let second = second.end().expect(0, "");
    assert_eq!(questions(&second.out), questions(&first.out));
}

/// What the demo printed, the port apart.
fn questions(out: &str) -> Vec<String> {
    out.lines()
        .filter(|line| line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}
