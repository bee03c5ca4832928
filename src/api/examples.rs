//! Real answers shown in the specification: the files of `openapi/examples`, which tests replay.

use serde_json::Value;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, OpenApi, RefOr};

/// One question with its answer.
pub(super) struct Example {
    /// The operation it belongs to.
    pub(super) operation: &'static str,
    /// Method and path with parameters, as it is asked.
    #[cfg_attr(not(test), expect(dead_code, reason = "read when it is replayed"))]
    pub(super) request: &'static str,
    /// The body of the question.
    pub(super) body: Option<&'static str>,
    /// The status of the answer.
    pub(super) status: u16,
    /// The file of the answer.
    #[cfg_attr(not(test), expect(dead_code, reason = "read when it is rewritten"))]
    pub(super) file: &'static str,
    /// The answer.
    pub(super) answer: &'static str,
}

macro_rules! examples {
    ($($operation:literal: $request:literal $(with $body:literal)? => $status:literal $file:literal;)*) => {
        /// Every example.
        pub(super) const EXAMPLES: &[Example] = &[$(
            Example {
                operation: $operation,
                request: $request,
                body: [$(Some(include_str!(concat!("../../openapi/examples/", $body))),)? None][0],
                status: $status,
                file: $file,
                answer: include_str!(concat!("../../openapi/examples/", $file)),
            }
        ),*];
    };
}

examples! {
    "list_practitioners": "GET /v1/practitioners?q=heritier%20eleonore&specialty=m%C3%A9decine%20g%C3%A9n%C3%A9rale&city=Nantes"
        => 200 "practitioners.json";
    "list_practitioners": "GET /v1/practitioners?ctiy=Nantes" => 400 "parameter_unknown.json";
    "get_practitioner": "GET /v1/practitioners/99000000028" => 200 "practitioner.json";
    "get_practitioner": "GET /v1/practitioners/899000000099" => 404 "practitioner_not_found.json";
    "list_organizations": "GET /v1/organizations?q=ch%20fictif" => 200 "organizations.json";
    "get_organization": "GET /v1/organizations/770816478" => 200 "organization.json";
    "list_mailboxes": "GET /v1/mailboxes?owner=899000000010" => 200 "mailboxes.json";
    "get_mailbox": "GET /v1/mailboxes/secretariat.cardiologie@ch-fictif.mssante.fr" => 200 "mailbox.json";
    "validate_recipients": "POST /v1/recipients/validate" with "recipients_request.json" => 200 "recipients.json";
    "decide_admission": "POST /v1/admission/decisions" with "decision_request.json" => 200 "decision.json";
    "decide_admissions": "POST /v1/admission/decisions/batch" with "decisions_request.json" => 200 "decisions.json";
    "list_codes": "GET /v1/codes/mailbox-kind" => 200 "codes.json";
    "get_status": "GET /v1/status" => 200 "status.json";
}

/// Puts the examples into the operations they belong to.
pub(super) fn embed(document: &mut OpenApi) {
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.post];
        for operation in operations.into_iter().flatten() {
            let id = operation.operation_id.clone().unwrap_or_default();
            for example in EXAMPLES.iter().filter(|example| example.operation == id) {
                put(example, operation);
            }
        }
    }
}

fn put(example: &Example, operation: &mut Operation) {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    if let Some(body) = example.body
        && let Some(RefOr::T(request)) = &mut operation.request_body
    {
        show(read(body).as_ref(), request.content.values_mut());
    }
    let status = example.status.to_string();
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(&status) {
        show(read(example.answer).as_ref(), response.content.values_mut());
    }
}

fn show<'a>(example: Option<&Value>, contents: impl Iterator<Item = &'a mut RefOr<Content>>) {
    for content in contents {
        if let RefOr::T(content) = content {
            content.example = example.cloned();
        }
    }
}
