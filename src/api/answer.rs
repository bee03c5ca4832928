//! Answers that succeed: one resource with its fingerprint, or a page of a list.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use xxhash_rust::xxh3::xxh3_128;

use super::problem::Problem;
use crate::domain::cursor::Cursor;
use crate::domain::error::{Failure, INTERNAL};
use crate::domain::feed::FeedPosition;
use crate::domain::query;

/// The last change of the feed that an answer rests on.
pub(super) const POSITION: HeaderName = HeaderName::from_static("annuaire-position");

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// How many there are in all.
    #[schema(example = 1)]
    pub(super) total: u64,
    /// Those of this page.
    pub(super) items: Vec<T>,
    /// What to give as `cursor`, all other parameters being the same, to get the page that
    /// follows; null on the last page.
    #[schema(required = true)]
    pub(super) next: Option<String>,
}

impl<V> Page<V> {
    /// What was found, each as it is shown.
    pub(super) fn of<'a, T>(found: &'a query::Page<T>, show: impl FnMut(&'a T) -> V) -> Self {
        Self {
            total: found.total,
            items: found.items.iter().map(show).collect(),
            next: found.next.map(Cursor::encode),
        }
    }
}

/// A page, with the next one as a `Link` header too (RFC 8288), relative to this request.
pub(super) fn page<T: Serialize>(
    page: &Page<T>,
    uri: &Uri,
    position: FeedPosition,
) -> Result<Response, Problem> {
    let mut response = json(page, position)?;
    if let Some(next) = &page.next
        && let Ok(link) = HeaderValue::try_from(next_link(uri, next))
    {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

fn next_link(uri: &Uri, next: &str) -> String {
    let kept = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let mut link = format!("<{}?", uri.path());
    for pair in kept {
        link.push_str(pair);
        link.push('&');
    }
    link.push_str("cursor=");
    link.push_str(next);
    link.push_str(">; rel=\"next\"");
    link
}

/// Any value as JSON.
pub(super) fn json<T: Serialize>(value: &T, position: FeedPosition) -> Result<Response, Problem> {
    Ok(respond(serialize(value)?, position))
}

/// One resource: an `ETag` of its bytes, and 304 for those who have them already.
///
/// The tag is weak since the edge may compress the answer, which makes other bytes of it
/// (RFC 9110 §8.8.3.3).
pub(super) fn resource<T: Serialize>(
    value: &T,
    position: FeedPosition,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let body = serialize(value)?;
    let tag = format!("W/\"{:032x}\"", xxh3_128(&body));
    let mut response = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        respond(body, position)
    };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

fn serialize<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| Failure::new(&INTERNAL, error.to_string()).into())
}

fn respond(body: Vec<u8>, position: FeedPosition) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(POSITION, HeaderValue::from(position.0));
    response
}

/// Whether `If-None-Match` names this tag (RFC 9110 §13.1.2: weak comparison).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|held| held == "*" || opaque(held) == opaque(tag))
}

fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_keeps_the_question_and_replaces_the_cursor() {
        for (uri, link) in [
            (
                "/v1/practitioners",
                "</v1/practitioners?cursor=N>; rel=\"next\"",
            ),
            (
                "/v1/practitioners?q=a%20b&cursor=O&limit=2",
                "</v1/practitioners?q=a%20b&limit=2&cursor=N>; rel=\"next\"",
            ),
        ] {
            assert_eq!(next_link(&uri.parse().unwrap(), "N"), link);
        }
    }

    #[test]
    fn a_tag_is_known_alone_in_a_list_weak_or_by_a_star() {
        for (held, known) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(held));
            assert_eq!(is_known(&headers, "W/\"a\""), known, "{held}");
        }
        assert!(!is_known(&HeaderMap::new(), "W/\"a\""));
    }
}
