//! The failures that operations document, grouped by what an operation takes.

use std::collections::BTreeMap;

use utoipa::openapi::response::Response;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

use super::problem::{self, ProblemBody};

/// Failures of an operation that takes nothing and always has an answer.
pub(super) struct OfBare;

/// Failures of an operation that takes parameters.
pub(super) struct OfSearch;

/// Failures of an operation on one resource.
pub(super) struct OfResource;

/// Failures of an operation that takes a body.
pub(super) struct OfBody;

/// Failures of a question about peers.
pub(super) struct OfQuestion;

/// Failures of one thing that is answered from memory, such as a published file.
pub(super) struct OfMemory;

/// Failures of the responder that OCSP has no status for.
pub(super) struct OfOcsp;

/// Failures of a stream that is followed.
pub(super) struct OfSubscription;

/// Failures of what this node decides by.
pub(super) struct OfState;

/// Failures of a list that is for administrators and auditors.
pub(super) struct OfRecords;

/// Failures of one record that is for administrators and auditors.
pub(super) struct OfRecord;

/// Failures of an act.
pub(super) struct OfAct;

const INVALID: (&str, &str) = (
    "400",
    "The request is wrong and stays wrong; `code` and `detail` say how.",
);
const NOT_FOUND: (&str, &str) = ("404", "There is nothing of this name that may be shown.");
const UNAUTHENTICATED: (&str, &str) = (
    "401",
    "No token, or not that of an administrator (`authentication.required`, \
     `authentication.invalid`).",
);
const FORBIDDEN: (&str, &str) = (
    "403",
    "Not by this administrator (`administrator.role`, `approval.own`).",
);
const CONFLICT: (&str, &str) = (
    "409",
    "The state of things refuses it; `code` and `detail` say which and what would be allowed.",
);
const TOO_LARGE: (&str, &str) = ("413", "The body is too large (`body.too_large`).");
const MEDIA_TYPE: (&str, &str) = ("415", "The body is not JSON (`body.media_type`).");
const RATE_LIMITED: (&str, &str) = (
    "429",
    "Too many requests (`request.rate_limited`); `Retry-After` says when to come back.",
);
const NO_QUESTION: (&str, &str) = (
    "400",
    "This is no question (`admission.unreadable`, `body.invalid`). A chain that is no good is one, \
     and is refused with 200.",
);
const PAST_UNKNOWN: (&str, &str) = (
    "404",
    "Nothing is known of the moment asked about (`admission.past_unknown`).",
);
const BUSY: (&str, &str) = (
    "503",
    "Too many wait with chains that were never seen (`admission.busy`), or the past cannot be read \
     now (`database.unavailable`).",
);
const SUBSCRIBERS: (&str, &str) = (
    "503",
    "As many follow this node as it serves at once (`admission.subscribers`).",
);
const UNREADY: (&str, &str) = (
    "503",
    "This node has not seen the registry yet (`admission.unready`).",
);
const NOT_DONE: (&str, &str) = (
    "503",
    "It cannot be done now and may later (`database.unavailable`, `request.timeout`, and \
     `authority.unavailable` where a key is asked to sign).",
);
const UNAVAILABLE: (&str, &str) = (
    "503",
    "The service cannot answer now and may later (`index.not_ready`, `request.timeout`, \
     `database.unavailable`).",
);

impl IntoResponses for OfBare {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documented(&[INVALID, RATE_LIMITED])
    }
}

impl IntoResponses for OfSearch {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documented(&[INVALID, RATE_LIMITED, UNAVAILABLE])
    }
}

impl IntoResponses for OfResource {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documented(&[INVALID, NOT_FOUND, RATE_LIMITED, UNAVAILABLE])
    }
}

impl IntoResponses for OfBody {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documented(&[INVALID, TOO_LARGE, MEDIA_TYPE, RATE_LIMITED, UNAVAILABLE])
    }
}

impl IntoResponses for OfQuestion {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documented(&[
            NO_QUESTION,
            PAST_UNKNOWN,
            TOO_LARGE,
            MEDIA_TYPE,
            RATE_LIMITED,
            BUSY,
        ])
    }
}

impl IntoResponses for OfMemory {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documented(&[INVALID, NOT_FOUND, RATE_LIMITED])
    }
}

impl IntoResponses for OfOcsp {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documented(&[RATE_LIMITED])
    }
}

impl IntoResponses for OfSubscription {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documented(&[INVALID, RATE_LIMITED, SUBSCRIBERS])
    }
}

impl IntoResponses for OfState {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documented(&[INVALID, RATE_LIMITED, UNREADY])
    }
}

impl IntoResponses for OfRecords {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documented(&[INVALID, UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE])
    }
}

impl IntoResponses for OfRecord {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documented(&[
            INVALID,
            UNAUTHENTICATED,
            NOT_FOUND,
            RATE_LIMITED,
            UNAVAILABLE,
        ])
    }
}

impl IntoResponses for OfAct {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documented(&[
            INVALID,
            UNAUTHENTICATED,
            FORBIDDEN,
            NOT_FOUND,
            CONFLICT,
            TOO_LARGE,
            MEDIA_TYPE,
            RATE_LIMITED,
            NOT_DONE,
        ])
    }
}

fn documented(failures: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let content = || {
        ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(ProblemBody::name())))
            .build()
    };
    failures
        .iter()
        .map(|(status, description)| {
            let response = ResponseBuilder::new()
                .description(*description)
                .content(problem::MEDIA_TYPE, content())
                .build();
            ((*status).to_owned(), RefOr::T(response))
        })
        .collect()
}

/// The schema that all of them refer to.
pub(super) fn schema() -> (String, RefOr<utoipa::openapi::schema::Schema>) {
    (ProblemBody::name().into_owned(), ProblemBody::schema())
}
