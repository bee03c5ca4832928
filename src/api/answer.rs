//! Answers that succeed: one resource with its fingerprint, or a page of a list.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use xxhash_rust::xxh3::xxh3_128;

use super::problem::Problem;
use crate::domain::cursor::Cursor;
use crate::domain::error::{Failure, INTERNAL, RECORD_VERSION_REQUIRED};
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

pub(super) fn next_link(uri: &Uri, next: &str) -> String {
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

/// JSON that was written before, of a part of the feed or of none.
pub(super) fn written(body: Bytes, position: Option<FeedPosition>) -> Response {
    let mut response = of_bytes(body);
    if let Some(position) = position {
        let position = HeaderValue::from(position.0);
        response.headers_mut().insert(POSITION, position);
    }
    response
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

/// A record of the trust space, which comes from the truth itself: an `ETag` that `If-Match` takes,
/// and 304 for those who have it already.
///
/// Of the tag, the part before the hyphen is the version of the record; the rest is of all that is
/// shown beside it. Weak for the same reason as that of [`resource`]; `If-Match` reads the version alone.
pub(super) fn record<T: Serialize>(
    value: &T,
    version: Option<i64>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let body = serialize(value)?;
    let digest = xxh3_128(&body);
    let tag = match version {
        Some(version) => format!("W/\"{version}-{digest:032x}\""),
        None => format!("W/\"{digest:032x}\""),
    };
    let mut response = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        of_bytes(body)
    };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Any value of the truth as JSON.
pub(super) fn told<T: Serialize>(value: &T) -> Result<Response, Problem> {
    Ok(of_bytes(serialize(value)?))
}

/// The version that `If-Match` rests on: that of a tag of [`record`], or a bare number.
pub(super) fn version_held(headers: &HeaderMap) -> Result<i64, Failure> {
    let mut given = headers.get_all(header::IF_MATCH).iter();
    let (Some(held), None) = (given.next(), given.next()) else {
        return Err(Failure::new(
            &RECORD_VERSION_REQUIRED,
            "Give the `ETag` of the record as `If-Match`.",
        ));
    };
    let version = held.to_str().ok().and_then(|held| {
        let held = opaque(held.trim()).trim_matches('"');
        held.split('-').next()?.parse().ok()
    });
    version.ok_or_else(|| {
        Failure::new(
            &RECORD_VERSION_REQUIRED,
            "`If-Match` is not the `ETag` of a record.",
        )
    })
}

pub(super) fn serialize<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| Failure::new(&INTERNAL, error.to_string()).into())
}

fn respond(body: Vec<u8>, position: FeedPosition) -> Response {
    written(body.into(), Some(position))
}

fn of_bytes(body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
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
    fn the_version_is_that_of_the_tag_or_bare() {
        let held = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::IF_MATCH, HeaderValue::from_static(value));
            }
            version_held(&headers).map_err(|failure| failure.code.code)
        };
        let tagged = record(&"x", Some(7), &HeaderMap::new()).ok().unwrap();
        let tag = tagged.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(held(&[tag.leak()]), Ok(7));
        for (values, expected) in [
            (&["\"7\""][..], Some(7)),
            (&["7"], Some(7)),
            (&["W/\"12-ab\""], Some(12)),
            (&[], None),
            (&["*"], None),
            (&["\"\""], None),
            (&["\"a-7\""], None),
            (&["7", "8"], None),
        ] {
            let expected = expected.ok_or("record.version_required");
            assert_eq!(held(values), expected, "{values:?}");
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
