//! Parameters that are wrong, one table for all lists.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use super::asking::Service;
use crate::api::openapi;

#[tokio::test]
async fn a_wrong_parameter_is_named_and_what_was_meant_suggested() {
    let service = Service::new();
    for (request, code, said) in [
        ("practitioners?ctiy=x", "parameter.unknown", "`city`"),
        (
            "practitioners?practicemode=L",
            "parameter.unknown",
            "`practice_mode`",
        ),
        (
            "practitioners?q=a&q=b",
            "parameter.invalid",
            "more than once",
        ),
        (
            "practitioners?city=",
            "parameter.invalid",
            "`city` is empty",
        ),
        (
            "practitioners?profession=medcin",
            "parameter.invalid",
            "\"Médecin\" (10)",
        ),
        (
            "practitioners?specialty=cardiologi+vasculaire",
            "parameter.invalid",
            "Cardiologie",
        ),
        (
            "practitioners?practice_mode=zzz",
            "parameter.invalid",
            "/v1/codes/practice-mode",
        ),
        (
            "practitioners?department=443",
            "parameter.invalid",
            "`department`",
        ),
        (
            "practitioners?has_mailbox=yes",
            "parameter.invalid",
            "`true` nor `false`",
        ),
        ("practitioners?limit=0", "parameter.invalid", "1 to 100"),
        ("practitioners?limit=101", "parameter.invalid", "1 to 100"),
        (
            "practitioners?postal_code=12345678901",
            "parameter.too_long",
            "10 characters",
        ),
        ("organizations?name=x", "parameter.unknown", "`q`"),
        (
            "organizations?sector=zzz",
            "parameter.invalid",
            "/v1/codes/activity-sector",
        ),
        ("mailboxes?kind=BOX", "parameter.invalid", "`PER`"),
        ("mailboxes?owner=x", "parameter.invalid", "`owner`"),
        ("mailboxes?address=x", "parameter.unknown", "`owner`"),
        ("codes/speciality", "code_system.not_found", "`specialty`"),
    ] {
        let (_, problem) = service.refused(&format!("/v1/{request}")).await;
        assert_eq!(problem["code"], code, "{request}: {problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(said), "{request}: {detail}");
    }
}

#[tokio::test]
async fn no_operation_takes_what_it_does_not_know() {
    let service = Service::new();
    let specification = serde_json::to_value(openapi::document()).unwrap();
    let paths = specification["paths"].as_object().unwrap();
    let mut asked = 0;
    for (path, item) in paths.iter().filter(|(path, _)| path.starts_with("/v1/")) {
        for (method, operation) in item.as_object().unwrap() {
            let uri = format!("{}?zzz=1", with_examples(path, operation));
            let request = Request::builder()
                .method(method.to_uppercase().as_str())
                .uri(&uri)
                .header("content-type", "application/json")
                .body(Body::from(r#"{"addresses":["a@fictif.mssante.fr"]}"#));
            let (status, problem) = service.send(request.unwrap()).await.problem();
            // Who may not come in is not told what there is to ask.
            let (expected, code) = match operation["security"] {
                Value::Null => (400, "parameter.unknown"),
                _ => (401, "authentication.required"),
            };
            assert_eq!(status, expected, "{uri}");
            assert_eq!(problem["code"], code, "{uri}");
            assert!(operation["responses"]["400"].is_object(), "{uri}");
            asked += 1;
        }
    }
    assert!(asked > 10, "{asked}");
}

/// A path with the example that the specification gives of each of its parameters.
fn with_examples(path: &str, operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters
        .filter(|parameter| parameter["in"] == "path")
        .fold(path.to_owned(), |path, parameter| {
            let example = match &parameter["example"] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let name = parameter["name"].as_str().unwrap();
            path.replace(&format!("{{{name}}}"), &example)
        })
}
