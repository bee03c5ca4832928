//! Answers against the schemas that the specification gives of them.

use serde_json::{Map, Value, json};

use super::asking::Service;
use crate::api::examples::EXAMPLES;
use crate::api::openapi;

struct Specification(Value);

impl Specification {
    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => {
                let found = self.0.pointer(reference.trim_start_matches('#'));
                found.unwrap_or_else(|| panic!("{reference} is not there"))
            }
            None => schema,
        }
    }

    /// Every field of a schema with whether it is required, parts of `allOf` included.
    fn fields<'a>(&'a self, schema: &'a Value) -> Vec<(&'a str, &'a Value, bool)> {
        let schema = self.resolve(schema);
        let required = |name: &str| {
            let all = schema["required"].as_array();
            all.is_some_and(|all| all.iter().any(|held| held == name))
        };
        let own = schema["properties"].as_object().into_iter().flatten();
        let parts = schema["allOf"].as_array().into_iter().flatten();
        own.map(|(name, field)| (name.as_str(), field, required(name)))
            .chain(parts.flat_map(|part| self.fields(part)))
            .collect()
    }

    fn check(&self, schema: &Value, value: &Value, place: &str) {
        let schema = self.resolve(schema);
        if let Some(choices) = schema["oneOf"].as_array() {
            let null = json!({ "type": "null" });
            let choice = choices
                .iter()
                .find(|choice| (**choice == null) == value.is_null());
            return self.check(choice.unwrap(), value, place);
        }
        if let Some(names) = schema["enum"].as_array() {
            assert!(names.contains(value), "{place}: {value}");
        }
        match value {
            Value::Object(members) => self.check_members(schema, members, place),
            Value::Array(items) => {
                assert_type(schema, "array", place);
                for item in items {
                    self.check(&schema["items"], item, place);
                }
            }
            Value::String(_) => assert_type(schema, "string", place),
            Value::Bool(_) => assert_type(schema, "boolean", place),
            Value::Null => assert_type(schema, "null", place),
            Value::Number(number) if number.is_f64() => assert_type(schema, "number", place),
            Value::Number(_) => assert_type(schema, "integer", place),
        }
    }

    fn check_members(&self, schema: &Value, members: &Map<String, Value>, place: &str) {
        let fields = self.fields(schema);
        for (name, _, required) in &fields {
            let missing = *required && !members.contains_key(*name);
            assert!(!missing, "{place}: {name} is required and not there");
        }
        for (name, value) in members {
            let field = fields.iter().find(|(known, ..)| known == name);
            let (_, field, _) = field.unwrap_or_else(|| panic!("{place}: {name} is not specified"));
            self.check(field, value, &format!("{place}.{name}"));
        }
    }
}

fn assert_type(schema: &Value, expected: &str, place: &str) {
    let fits = match &schema["type"] {
        Value::Array(types) => types.iter().any(|held| held == expected),
        held => held == expected,
    };
    assert!(fits, "{place}: {expected} is not {}", schema["type"]);
}

#[tokio::test]
async fn answers_are_what_their_schemas_say() {
    let specification = Specification(serde_json::to_value(openapi::document()).unwrap());
    let schema = |path: &str, method: &str, status: u16| {
        let media_type = if status < 400 {
            "application/json"
        } else {
            "application/problem+json"
        };
        let operation = &specification.0["paths"][path][method];
        operation["responses"][status.to_string()]["content"][media_type]["schema"].clone()
    };
    let paths = specification.0["paths"].as_object().unwrap();
    for example in EXAMPLES {
        let (method, _) = example.request.split_once(' ').unwrap();
        let method = method.to_lowercase();
        let (path, _) = paths
            .iter()
            .find(|(_, item)| item[&method]["operationId"] == example.operation)
            .unwrap();
        let schema = schema(path, &method, example.status);
        assert!(!schema.is_null(), "{}", example.request);
        let answer: Value = serde_json::from_str(example.answer).unwrap();
        specification.check(&schema, &answer, example.request);
    }
    let service = Service::new();
    for (uri, path) in [
        ("/v1/practitioners", "/v1/practitioners"),
        ("/v1/practitioners?limit=1", "/v1/practitioners"),
        ("/v1/organizations", "/v1/organizations"),
        ("/v1/organizations/26130008100153", "/v1/organizations/{id}"),
        ("/v1/errors", "/v1/errors"),
    ] {
        let answer = service.get(uri).await;
        specification.check(&schema(path, "get", 200), &answer, uri);
    }
}

#[test]
fn only_fields_that_are_always_there_may_be_null() {
    let specification = Specification(serde_json::to_value(openapi::document()).unwrap());
    let schemas = specification.0["components"]["schemas"]
        .as_object()
        .unwrap();
    let mut nullable = Vec::new();
    for (name, schema) in schemas {
        for (field, kind, required) in specification.fields(schema) {
            if kind.to_string().contains("\"null\"") {
                assert!(required, "{name}.{field} is nullable and may be left out");
                nullable.push(format!("{name}.{field}"));
            }
        }
    }
    assert!(
        nullable.contains(&"Page_Practitioner.next".to_owned()),
        "{nullable:?}"
    );
}
