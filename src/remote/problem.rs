//! What an answer that is no success says of why: `application/problem+json` (RFC 9457), bounded, since
//! whoever is asked may write what it likes.

use serde::Deserialize;
use ureq::Body;
use ureq::http::Response;

use super::client::media_type;
use super::error::RemoteError;

/// Bytes of the largest problem that is read.
const LARGEST: u64 = 16 << 10;
/// Characters of its detail that are told.
const TOLD: usize = 500;

#[derive(Deserialize)]
struct Problem {
    detail: String,
}

/// Why an answer is no success: its own words, where it has any, else its status.
pub(super) fn of(answer: Response<Body>) -> RemoteError {
    let status = answer.status().as_u16();
    if media_type(&answer) != "application/problem+json" {
        return RemoteError::Status(status);
    }
    let body = answer.into_body().into_with_config().limit(LARGEST);
    let body = body.read_to_vec().unwrap_or_default();
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => RemoteError::Problem {
            status,
            detail: one_line(&problem.detail),
        },
        Err(_) => RemoteError::Status(status),
    }
}

/// A text that stands on one line of a log or a terminal.
fn one_line(text: &str) -> String {
    let plain = |it: char| if it.is_control() { ' ' } else { it };
    text.chars().take(TOLD).map(plain).collect()
}
