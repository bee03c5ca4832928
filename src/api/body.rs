//! JSON bodies of requests, within the limit, with every rejection a problem.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;

use super::ApiState;
use super::problem::Problem;
use crate::domain::error::{BODY_INVALID, BODY_TOO_LARGE, Failure, MEDIA_TYPE_UNSUPPORTED};

/// The body of a request as JSON.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<ApiState> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        if !is_json(&request) {
            return Err(Failure::new(
                &MEDIA_TYPE_UNSUPPORTED,
                "The body is taken as `Content-Type: application/json`.",
            )
            .into());
        }
        let body = read(request, state).await?;
        match serde_json::from_slice(&body) {
            Ok(value) => Ok(Self(value)),
            // Without serde's own words, which repeat the caller's data.
            Err(error) => Err(Failure::new(
                &BODY_INVALID,
                format!(
                    "The body is not the JSON that is expected, at line {}, column {}: {}.",
                    error.line(),
                    error.column(),
                    what(&error),
                ),
            )
            .into()),
        }
    }
}

async fn read(request: Request, state: &ApiState) -> Result<Bytes, Failure> {
    let limit = state.settings.max_body;
    let too_large = || Failure::new(&BODY_TOO_LARGE, format!("The body is larger than {limit}."));
    // Refused before it is sent, where the client says how much will come.
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit.bytes()) {
        return Err(too_large());
    }
    match Bytes::from_request(request, state).await {
        Ok(body) => Ok(body),
        Err(BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_))) => {
            Err(too_large())
        }
        Err(_) => Err(Failure::new(
            &BODY_INVALID,
            "The body did not arrive whole.",
        )),
    }
}

fn is_json(request: &Request) -> bool {
    let media_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase());
    media_type.is_some_and(|media_type| {
        media_type == "application/json"
            || (media_type.starts_with("application/") && media_type.ends_with("+json"))
    })
}

fn what(error: &serde_json::Error) -> &'static str {
    use serde_json::error::Category;

    match error.classify() {
        Category::Io => "it cannot be read",
        Category::Syntax => "this is not JSON",
        Category::Data => "a member is unknown, missing or of the wrong type",
        Category::Eof => "it ends too early",
    }
}
