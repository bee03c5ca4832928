//! The examples of the specification are real answers, and the specification is the committed one.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};

use super::asking::Service;
use crate::api::examples::{EXAMPLES, Example};
use crate::api::openapi;

/// Set to rewrite the examples and the specification instead of comparing them: twice, since the
/// specification holds the examples as they were compiled.
const REWRITE: &str = "REWRITE_OPENAPI";

fn committed(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("openapi")
        .join(file)
}

async fn replay(service: &Service, example: &Example) -> Value {
    let (method, uri) = example.request.split_once(' ').unwrap();
    let body = Body::from(example.body.unwrap_or_default());
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-request-id", "5f0c1d2e3a4b5c6d-2a")
        .body(body)
        .unwrap();
    let answer = service.send(request).await;
    assert_eq!(
        answer.status,
        example.status,
        "{}: {}",
        example.request,
        answer.text()
    );
    answer.json()
}

/// What an operation may do, as its id begins.
const VERBS: &[&str] = &[
    "add", "amend", "approve", "assign", "bind", "cancel", "create", "decide", "diff", "get",
    "lint", "list", "move", "preview", "publish", "refuse", "release", "request", "start",
    "unbind", "validate",
];

#[tokio::test]
async fn examples_are_real_answers() {
    let service = Service::new();
    for example in EXAMPLES {
        let answer = replay(&service, example).await;
        let path = committed("examples").join(example.file);
        if std::env::var_os(REWRITE).is_some() {
            let text = serde_json::to_string_pretty(&answer).unwrap() + "\n";
            std::fs::write(path, text).unwrap();
        } else {
            let text = std::fs::read_to_string(path).unwrap();
            let written: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(written, answer, "{}", example.request);
        }
    }
}

#[test]
fn the_committed_specification_is_that_of_the_code() {
    let path = committed("annuaire.json");
    let made = openapi::to_json().unwrap();
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(path, made).unwrap();
    } else {
        let held = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            held == made,
            "openapi/annuaire.json differs: write it with `annuaire openapi`"
        );
    }
}

#[test]
fn every_operation_is_named_described_and_answers_its_failures() {
    let document: Value = serde_json::from_str(&openapi::to_json().unwrap()).unwrap();
    let mut ids = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let (verb, _) = id.split_once('_').unwrap();
            assert!(VERBS.contains(&verb), "{id}");
            for member in ["summary", "description"] {
                let text = operation[member].as_str().unwrap_or_default();
                assert!(!text.is_empty(), "{method} {path} has no {member}");
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{path}: {parameter}");
            }
            ids.push(id.to_owned());
        }
    }
    let documented = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), documented);
    for example in EXAMPLES {
        assert!(
            ids.iter().any(|id| id == example.operation),
            "{}",
            example.operation
        );
    }
    let schemas = &document["components"]["schemas"];
    let references = document.to_string();
    for part in references.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert_ne!(
            schemas[name],
            Value::Null,
            "{name} is referred to and not there"
        );
    }
    let answer = &document["paths"]["/v1/practitioners"]["get"]["responses"]["400"];
    let content = &answer["content"]["application/problem+json"];
    assert_eq!(
        content["schema"],
        json!({ "$ref": "#/components/schemas/Problem" })
    );
    assert_eq!(content["example"]["code"], "parameter.unknown");
}
