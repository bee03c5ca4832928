//! A file that is the same for everybody, kept whole in memory: served without a copy, compressed
//! once for all, and not at all to who has it already.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use time::OffsetDateTime;
use time::macros::format_description;

/// How long a cache may pass it on without asking again.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=60, must-revalidate");

/// On a response whose bytes are to go out as they are: the edge must not compress them.
#[derive(Clone, Copy, Debug)]
pub(super) struct AsItIs;

/// A file in memory; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// Its bytes.
    pub(super) bytes: Bytes,
    /// Their strong tag, with its quotes (RFC 9110 §8.8.3).
    pub(super) tag: String,
    /// The same, compressed, with a tag of their own: these are other bytes.
    pub(super) gzip: Option<(Bytes, String)>,
    /// What these are, with its character set.
    pub(super) media_type: &'static str,
    /// When they were made.
    pub(super) modified_at: OffsetDateTime,
    /// Name to keep it under, where it is to be kept.
    pub(super) name: Option<String>,
}

impl File {
    /// The answer to a request with these headers.
    pub(super) fn answer(self, asked: &HeaderMap) -> Response {
        let (body, tag, coded) = match self.gzip {
            Some((gzip, tag)) if takes_gzip(asked) => (gzip, tag, true),
            Some(_) | None => (self.bytes, self.tag, false),
        };
        let mut response = if is_held(asked, &tag, self.modified_at) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = Response::new(Body::from(body));
            let headers = response.headers_mut();
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.media_type),
            );
            if coded {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            if let Some(name) = &self.name
                && let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\""))
            {
                headers.insert(header::CONTENT_DISPOSITION, value);
            }
            response
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, CACHE_CONTROL);
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(tag) = HeaderValue::try_from(tag) {
            headers.insert(header::ETAG, tag);
        }
        if let Some(modified) = http_date(self.modified_at) {
            headers.insert(header::LAST_MODIFIED, modified);
        }
        response.extensions_mut().insert(AsItIs);
        response
    }
}

/// Whether `Accept-Encoding` allows gzip (RFC 9110 §12.5.3): named, or under a star, and not with a
/// weight of nothing.
pub(super) fn takes_gzip(asked: &HeaderMap) -> bool {
    let mut star = false;
    for coding in values(asked, &header::ACCEPT_ENCODING) {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .and_then(|weight| weight.trim().parse::<f32>().ok())
            .is_some_and(|weight| weight <= 0.0);
        match name.trim() {
            name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => {
                return !refused;
            }
            "*" => star = !refused,
            _ => {}
        }
    }
    star
}

/// Whether the caller has these bytes: by tag, else by date (RFC 9110 §13.2.2: the tag decides where
/// both are given).
pub(super) fn is_held(asked: &HeaderMap, tag: &str, modified_at: OffsetDateTime) -> bool {
    if asked.contains_key(header::IF_NONE_MATCH) {
        // Weak comparison (§13.1.2): a proxy that compressed by itself made the tag weak.
        return values(asked, &header::IF_NONE_MATCH)
            .any(|held| held == "*" || held.strip_prefix("W/").unwrap_or(held) == tag);
    }
    asked
        .get(header::IF_MODIFIED_SINCE)
        .and_then(|since| since.to_str().ok())
        .and_then(read_http_date)
        .is_some_and(|since| modified_at.unix_timestamp() <= since.unix_timestamp())
}

fn values<'a>(
    headers: &'a HeaderMap,
    name: &header::HeaderName,
) -> impl Iterator<Item = &'a str> + use<'a> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
pub(super) fn http_date(at: OffsetDateTime) -> Option<HeaderValue> {
    let at = at.to_offset(time::UtcOffset::UTC);
    let text = at.format(format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    ));
    HeaderValue::try_from(text.ok()?).ok()
}

/// The same, read; the two obsolete forms are not.
fn read_http_date(text: &str) -> Option<OffsetDateTime> {
    let read = time::PrimitiveDateTime::parse(
        text.trim(),
        format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        ),
    );
    Some(read.ok()?.assume_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use time::macros::datetime;

    fn file() -> File {
        File {
            bytes: Bytes::from_static(b"<list/>"),
            tag: "\"abc\"".to_owned(),
            gzip: Some((Bytes::from_static(b"zipped"), "\"abc-gzip\"".to_owned())),
            media_type: "application/xml",
            modified_at: datetime!(2026-01-02 03:04:05.678 UTC),
            name: None,
        }
    }

    fn asked(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut asked = HeaderMap::new();
        for (name, value) in headers {
            asked.append(*name, HeaderValue::from_static(value));
        }
        asked
    }

    #[tokio::test]
    async fn the_form_is_chosen_and_each_has_its_tag() {
        for (accepted, body, tag) in [
            (&[][..], "<list/>", "\"abc\""),
            (&["gzip"], "zipped", "\"abc-gzip\""),
            (&["br, GZip;q=0.5"], "zipped", "\"abc-gzip\""),
            (&["br", "gzip"], "zipped", "\"abc-gzip\""),
            (&["*"], "zipped", "\"abc-gzip\""),
            (&["br"], "<list/>", "\"abc\""),
            (&["gzip;q=0"], "<list/>", "\"abc\""),
            (&["gzip; q=0.0, *"], "<list/>", "\"abc\""),
            (&["*;q=0"], "<list/>", "\"abc\""),
            (&["identity"], "<list/>", "\"abc\""),
        ] {
            let headers: Vec<_> = accepted
                .iter()
                .map(|value| ("accept-encoding", *value))
                .collect();
            let response = file().answer(&asked(&headers));
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()[header::ETAG], tag, "{accepted:?}");
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            let coded = response.headers().contains_key(header::CONTENT_ENCODING);
            assert_eq!(coded, body == "zipped", "{accepted:?}");
            let bytes = to_bytes(response.into_body(), 100).await.unwrap();
            assert_eq!(bytes, body, "{accepted:?}");
        }
    }

    #[test]
    fn who_has_it_is_told_so_by_tag_before_date() {
        const MADE: &str = "Fri, 02 Jan 2026 03:04:05 GMT";
        for (headers, status) in [
            (&[("if-none-match", "\"abc\"")][..], 304),
            (&[("if-none-match", "\"x\", W/\"abc\"")], 304),
            (&[("if-none-match", "*")], 304),
            (&[("if-none-match", "\"abc-gzip\"")], 200),
            (
                &[
                    ("accept-encoding", "gzip"),
                    ("if-none-match", "\"abc-gzip\""),
                ],
                304,
            ),
            (&[("if-modified-since", MADE)], 304),
            (
                &[("if-modified-since", "Sat, 03 Jan 2026 00:00:00 GMT")],
                304,
            ),
            (
                &[("if-modified-since", "Fri, 02 Jan 2026 03:04:04 GMT")],
                200,
            ),
            (&[("if-modified-since", "yesterday")], 200),
            (
                &[("if-none-match", "\"x\""), ("if-modified-since", MADE)],
                200,
            ),
        ] {
            let response = file().answer(&asked(headers));
            assert_eq!(response.status(), status, "{headers:?}");
            assert_eq!(response.headers()[header::LAST_MODIFIED], MADE);
            assert!(response.headers().contains_key(header::ETAG));
            let typed = response.headers().contains_key(header::CONTENT_TYPE);
            assert_eq!(typed, status == 200, "{headers:?}");
        }
    }
}
