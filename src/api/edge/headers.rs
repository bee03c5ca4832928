//! Headers on every answer: the request id, and what a browser may do with what it got.

use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::request_id;

/// What kind of place an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Data for programs.
    Data,
    /// The pages that show the specification.
    Docs,
}

impl Place {
    pub(super) fn of(route: Option<&str>) -> Self {
        match route {
            Some(route) if route.starts_with("/docs") => Self::Docs,
            _ => Self::Data,
        }
    }

    const fn policy(self) -> &'static str {
        match self {
            // Nothing of an answer may run or be framed, should a browser take it for a page.
            Self::Data => "default-src 'none'; frame-ancestors 'none'",
            // Its own scripts and images, and styles that the page sets by itself; no other host.
            Self::Docs => {
                "default-src 'self'; style-src 'self' 'unsafe-inline'; \
                 img-src 'self' data:; frame-ancestors 'none'"
            }
        }
    }
}

pub(super) fn add(response: &mut Response, place: Place, id: &str) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(request_id::HEADER, id);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(place.policy()),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    // Kept by whom it serves and asked again each time: the directory changes every day.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-cache"));
}
