//! What the README tells people to type is what the program understands and answers.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::country::first_day;
use super::node::Node;
use crate::support::program::Program;

/// Fenced blocks of the README of a language, in their order.
pub(super) fn blocks(language: &str) -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(readme).unwrap();
    let fence = format!("```{language}\n");
    let blocks = text.split(&fence).skip(1);
    blocks
        .map(|block| block.split("\n```").next().unwrap().to_owned())
        .collect()
}

/// Value of an option of a shell line, in single quotes.
fn quoted<'a>(line: &'a str, option: &str) -> Vec<&'a str> {
    let option = format!("{option} '");
    let after = line.split(&option).skip(1);
    after.map(|rest| rest.split('\'').next().unwrap()).collect()
}

/// Names of the members of an object and of the objects in it. What a list holds depends on the country.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), shape(value)))
            .collect(),
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Value::Null
        }
    }
}

#[test]
fn each_question_of_the_readme_is_answered_in_the_shape_it_shows() {
    let commands = blocks("sh");
    let questions: Vec<&String> = commands
        .iter()
        .filter(|block| block.starts_with("curl "))
        .collect();
    let answers = blocks("json");
    assert_eq!((questions.len(), answers.len()), (3, 3));
    let node = Node::ready(&first_day());
    for (question, answer) in questions.into_iter().zip(answers) {
        let shown: Value = serde_json::from_str(&answer).unwrap();
        let (_, url) = question.split_once("http://127.0.0.1:8080").unwrap();
        let path = url.split(' ').next().unwrap();
        let given = if let [body] = quoted(question, "-d").as_slice() {
            node.post(path, body)
        } else {
            let parameters: Vec<(&str, &str)> = quoted(question, "--data-urlencode")
                .into_iter()
                .map(|parameter| parameter.split_once('=').unwrap())
                .collect();
            assert!(!parameters.is_empty(), "{question}");
            node.get(path, &parameters)
        };
        assert_eq!(given.0, 200, "{question}: {}", given.1);
        assert_eq!(shape(&given.1), shape(&shown), "{question}");
    }
    node.stop().expect(0, "\"stopped\"");
}

#[test]
fn each_command_of_the_readme_is_one() {
    let commands = blocks("sh");
    let lines: Vec<&str> = commands
        .iter()
        .flat_map(|block| block.lines())
        .filter(|line| line.starts_with("annuaire "))
        .collect();
    assert!(lines.len() >= 5, "{lines:?}");
    for line in lines {
        let command = line.split('#').next().unwrap();
        let arguments = command.split_whitespace().skip(1);
        // Help is given only where the rest of the line is understood.
        Program::new(arguments.chain(["--help"]))
            .run()
            .expect(0, "Usage:");
    }
}
