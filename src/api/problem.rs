//! Failures as HTTP shows them: `application/problem+json` (RFC 9457) with a stable code.

use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::error::{
    AUTHENTICATION_REQUIRED, BODY_TOO_LARGE, ErrorCode, Failure, INTERNAL, Kind,
    MEDIA_TYPE_UNSUPPORTED, METHOD_NOT_ALLOWED, PARAMETER_INVALID, RECORD_CHANGED,
    RECORD_VERSION_REQUIRED, REQUEST_TIMEOUT, ROUTE_NOT_FOUND,
};

/// The media type of a problem.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// When to come back to what cannot be answered now: nodes catch up, and queues empty, in less (RFC 9110
/// §10.2.3).
const SOON: HeaderValue = HeaderValue::from_static("1");

/// The status of a failure: that of its kind, but where HTTP has one that says more.
pub(super) fn status(code: &ErrorCode) -> StatusCode {
    match code {
        code if *code == METHOD_NOT_ALLOWED => StatusCode::METHOD_NOT_ALLOWED,
        code if *code == MEDIA_TYPE_UNSUPPORTED => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        // RFC 9110 §13.1.1 and RFC 6585 §3: what `If-Match` said does not hold, or it was not said.
        code if *code == RECORD_CHANGED => StatusCode::PRECONDITION_FAILED,
        code if *code == RECORD_VERSION_REQUIRED => StatusCode::PRECONDITION_REQUIRED,
        code => status_of_kind(code.kind),
    }
}

/// The status of a kind of failure: the one translation from our failures to HTTP.
const fn status_of_kind(kind: Kind) -> StatusCode {
    match kind {
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A failure on its way out.
///
/// As a response it is an empty body that carries itself; the edge, which knows the request id,
/// writes it ([`render`]).
#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static ErrorCode,
    detail: String,
    particulars: Option<Box<serde_json::Value>>,
}

impl Problem {
    /// The documented failure.
    pub(super) const fn code(&self) -> &'static ErrorCode {
        self.code
    }

    /// What a caller must not see and the log must hold: the cause of an internal failure.
    pub(super) fn private_cause(&self) -> Option<&str> {
        (self.code.kind == Kind::Internal).then_some(self.detail.as_str())
    }

    /// What a 401 must say of how to come in (RFC 9110 §11.6.1, RFC 6750 §3).
    fn challenge(&self) -> Option<&'static str> {
        match self.code {
            code if *code == AUTHENTICATION_REQUIRED => Some("Bearer realm=\"annuaire\""),
            code if code.kind == Kind::Unauthenticated => {
                Some("Bearer realm=\"annuaire\", error=\"invalid_token\"")
            }
            _ => None,
        }
    }

    /// The problem of a response that one of the frameworks made without us: an unknown path, an
    /// unknown method, a path that is not UTF-8.
    fn of_status(status: StatusCode) -> Self {
        let code = match status {
            StatusCode::NOT_FOUND => &ROUTE_NOT_FOUND,
            StatusCode::METHOD_NOT_ALLOWED => &METHOD_NOT_ALLOWED,
            StatusCode::PAYLOAD_TOO_LARGE => &BODY_TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => &MEDIA_TYPE_UNSUPPORTED,
            StatusCode::REQUEST_TIMEOUT => &REQUEST_TIMEOUT,
            status if status.is_client_error() => &PARAMETER_INVALID,
            _ => &INTERNAL,
        };
        let detail = match status {
            StatusCode::NOT_FOUND => "There is nothing at this path; /docs lists what there is.",
            StatusCode::METHOD_NOT_ALLOWED => {
                "This path does not take this method; the Allow header names those it takes."
            }
            StatusCode::BAD_REQUEST => "The path cannot be read: is it valid UTF-8?",
            _ => code.sentence,
        };
        Self {
            status,
            code,
            detail: detail.to_owned(),
            particulars: None,
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self {
            status: status(failure.code),
            code: failure.code,
            detail: failure.detail,
            particulars: failure.particulars,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(challenge) = self.challenge() {
            let challenge = HeaderValue::from_static(challenge);
            let headers = response.headers_mut();
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if self.code.kind == Kind::Unavailable {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, SOON);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A problem as it is written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody<'a> {
    /// Where the failure is documented.
    #[schema(example = "/v1/errors#parameter.unknown")]
    r#type: String,
    /// What kind of failure this is, in one sentence that never changes.
    #[schema(example = "A parameter of the request is not known here.")]
    title: &'a str,
    /// The status of the answer.
    #[schema(example = 400)]
    status: u16,
    /// What is particular to this case.
    #[schema(example = "`ctiy` is not a parameter here; did you mean `city`?")]
    detail: &'a str,
    /// Stable code of the failure, for programs.
    #[schema(example = "parameter.unknown")]
    code: &'a str,
    /// To be quoted in a report; the log of the service holds it.
    #[schema(example = "5f0c1d2e3a4b5c6d-2a")]
    request_id: &'a str,
    /// The same for machines, where there is more to say than a sentence: the members depend on the
    /// code, such as `findings` of `certificate.refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    particulars: Option<&'a serde_json::Value>,
}

/// The problem that a failed response carries or stands for; `None` for a success.
pub(super) fn of(response: &Response) -> Option<Problem> {
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        Some(
            response
                .extensions()
                .get::<Problem>()
                .cloned()
                .unwrap_or_else(|| Problem::of_status(status)),
        )
    } else {
        None
    }
}

/// Writes a problem into its response, keeping the other headers (`Allow`, `Retry-After`).
pub(super) fn render(
    problem: &Problem,
    method: &Method,
    request_id: &str,
    mut response: Response,
) -> Response {
    let body = ProblemBody {
        r#type: format!("/v1/errors#{}", problem.code.code),
        title: problem.code.sentence,
        status: problem.status.as_u16(),
        detail: match problem.private_cause() {
            Some(_) => "The cause is in the log of the service, under this request id.",
            None => &problem.detail,
        },
        code: problem.code.code,
        request_id,
        particulars: match problem.private_cause() {
            Some(_) => None,
            None => problem.particulars.as_deref(),
        },
    };
    let body = serde_json::to_vec(&body).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CONTENT_LENGTH, body.len().into());
    *response.body_mut() = if method == Method::HEAD {
        Body::empty()
    } else {
        Body::from(body)
    };
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ERROR_CODES;

    #[test]
    fn every_failure_has_a_status_that_tells_whose_fault_it_is() {
        for code in ERROR_CODES {
            let problem = Problem::from(Failure::new(code, "detail"));
            let ours = matches!(code.kind, Kind::Unavailable | Kind::Internal);
            assert_eq!(problem.status.is_server_error(), ours, "{}", code.code);
            assert_eq!(problem.status.is_client_error(), !ours, "{}", code.code);
            let may_later = code.kind == Kind::Unavailable;
            let response = problem.into_response();
            let after = response.headers().get(header::RETRY_AFTER);
            assert_eq!(
                after.is_some_and(|it| *it == "1"),
                may_later,
                "{}",
                code.code
            );
        }
    }

    #[tokio::test]
    async fn the_cause_of_an_internal_failure_stays_private() {
        let problem = Problem::from(Failure::new(&INTERNAL, "segment 12 is torn"));
        assert_eq!(problem.private_cause(), Some("segment 12 is torn"));
        let response = render(
            &problem,
            &Method::GET,
            "id-1",
            problem.clone().into_response(),
        );
        let body = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["request_id"], "id-1");
        assert_eq!(body["status"], 500);
        assert!(!body.to_string().contains("segment"));
    }
}
