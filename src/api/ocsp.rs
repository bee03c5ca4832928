//! `/ocsp`: how certificates of our own authorities stand, for everybody (RFC 6960 appendix A, RFC 5019 §5).
//!
//! Answered from memory, whether or not the database answers. What OCSP has a status for is told by that
//! status, as its clients read no other.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use xxhash_rust::xxh3::xxh3_128;

use super::ApiState;
use super::failures::OfOcsp;
use super::file::{AsItIs, http_date, is_held};
use super::problem::{self, Problem, ProblemBody};
use crate::domain::error::{Failure, MEDIA_TYPE_UNSUPPORTED};
use crate::service::certificate_status::{Caching, MAX_OCSP_REQUEST_BYTES, OcspAnswer};

const REQUEST: &str = "application/ocsp-request";
const RESPONSE: HeaderValue = HeaderValue::from_static("application/ocsp-response");
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");

/// Where requests in addresses begin.
const PREFIX: &str = "/ocsp/";

/// As written in addresses, with or without the signs that fill up its end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The route whose path is written for people otherwise than for the router: the base64 may have slashes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(ask_ocsp_by_address))]
struct ByAddress;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(ByAddress::openapi())
        .routes(routes!(ask_ocsp))
        .route("/ocsp/{*request}", get(ask_ocsp_by_address))
}

/// The status of a certificate
///
/// OCSP (RFC 6960, in the profile of RFC 5019) for certificates that the authorities of this registry
/// issued. The request asks for one certificate, by SHA-1 or SHA-256; answers are signed ahead, by a
/// delegate of the authority. A nonce is repeated as long as few ask for one, else the answer that is
/// ready comes without it (RFC 9654). Of certificates that are not ours, or have expired, the answer is
/// `unauthorized`; a request that cannot be read is a `malformedRequest`, also by its size. Both are
/// answers of OCSP, with status 200.
#[utoipa::path(
    post,
    path = "/ocsp",
    operation_id = "get_certificate_status",
    tag = "revocation",
    request_body(content_type = REQUEST, content = [u8], description = "An `OCSPRequest` in DER, of at most 4 KiB."),
    responses(
        (status = OK, description = "An `OCSPResponse` in DER.", content_type = "application/ocsp-response", body = [u8]),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "The body is not a request of OCSP (`body.media_type`).", content_type = problem::MEDIA_TYPE, body = ProblemBody),
        OfOcsp,
    )
)]
async fn ask_ocsp(State(state): State<ApiState>, request: Request) -> Result<Response, Problem> {
    if !is_ocsp(request.headers()) {
        return Err(Failure::new(
            &MEDIA_TYPE_UNSUPPORTED,
            format!("A request of OCSP is taken as `Content-Type: {REQUEST}`."),
        )
        .into());
    }
    // One that is larger, or did not arrive whole, is no request.
    let request = to_bytes(request.into_body(), MAX_OCSP_REQUEST_BYTES).await;
    let answer = state
        .certificate_status
        .answer(&request.unwrap_or_default());
    Ok(respond(answer, None))
}

/// The status of a certificate, by address
///
/// The same, with the request in the address: base64, percent-encoded where need be. For caches on the
/// way (RFC 5019 §5, §6).
#[utoipa::path(
    get,
    path = "/ocsp/{request}",
    operation_id = "get_certificate_status_by_address",
    tag = "revocation",
    params(("request" = String, Path, description = "An `OCSPRequest` in DER, as base64.")),
    responses(
        (status = OK, description = "An `OCSPResponse` in DER.", content_type = "application/ocsp-response", body = [u8]),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`, `If-Modified-Since`)."),
        OfOcsp,
    )
)]
async fn ask_ocsp_by_address(
    State(state): State<ApiState>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let request = read_address(uri.path());
    let answer = state
        .certificate_status
        .answer(&request.unwrap_or_default());
    respond(answer, Some(&headers))
}

fn is_ocsp(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let bare = given.and_then(|given| given.split(|byte| *byte == b';').next());
    bare.is_some_and(|bare| bare.trim_ascii().eq_ignore_ascii_case(REQUEST.as_bytes()))
}

/// The request that a path holds.
fn read_address(path: &str) -> Option<Vec<u8>> {
    // Each of its bytes may be a percent sign and two digits, and four of them are three of the request's.
    const LONGEST: usize = MAX_OCSP_REQUEST_BYTES * 4 + 64;
    let encoded = path.strip_prefix(PREFIX)?;
    // An address that ended in a slash was joined with another.
    let encoded = encoded.trim_start_matches('/');
    let plain = (encoded.len() <= LONGEST).then(|| without_percent(encoded))??;
    BASE64.decode(plain).ok()
}

/// RFC 3986 §2.1.
fn without_percent(text: &str) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        plain.push(if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            let mut decoded = [0];
            hex::decode_to_slice(digits, &mut decoded).ok()?;
            let [decoded] = decoded;
            decoded
        } else {
            byte
        });
    }
    Some(plain)
}

/// The answer with what caches go by (RFC 5019 §6.2); `asked` where the method lets it be asked for again.
fn respond(answer: OcspAnswer, asked: Option<&HeaderMap>) -> Response {
    let tag = answer
        .caching
        .map(|_| format!("\"{:032x}\"", xxh3_128(&answer.der)));
    let is_known = |asked: &HeaderMap| {
        let tag = tag.as_deref().zip(answer.caching);
        tag.is_some_and(|(tag, caching)| is_held(asked, tag, caching.made_at))
    };
    let mut response = if asked.is_some_and(is_known) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(Bytes::from_owner(answer.der)));
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, RESPONSE);
        response
    };
    let headers = response.headers_mut();
    match answer.caching {
        Some(caching) => keep(headers, caching, tag),
        None => {
            headers.insert(header::CACHE_CONTROL, NOT_KEPT);
        }
    }
    response.extensions_mut().insert(AsItIs);
    response
}

fn keep(headers: &mut HeaderMap, caching: Caching, tag: Option<String>) {
    let control = format!(
        "max-age={}, public, no-transform, must-revalidate",
        caching.fresh_for.as_secs()
    );
    let control = HeaderValue::try_from(control).unwrap_or(NOT_KEPT);
    headers.insert(header::CACHE_CONTROL, control);
    if let Some(at) = http_date(caching.made_at) {
        headers.insert(header::LAST_MODIFIED, at);
    }
    if let Some(at) = http_date(caching.good_until) {
        headers.insert(header::EXPIRES, at);
    }
    if let Some(tag) = tag.and_then(|tag| HeaderValue::try_from(tag).ok()) {
        headers.insert(header::ETAG, tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_from_addresses_however_they_are_written() {
        let read = |path: &str| read_address(path);
        let request = Some(vec![0x30, 0xfb, 0xff, 0xbf, 0]);
        for path in [
            "/ocsp/MPv/vwA=",
            "/ocsp/MPv%2FvwA%3D",
            "/ocsp/MPv%2fvwA%3d",
            "/ocsp/MPv/vwA",
            "/ocsp//MPv/vwA=",
            "/ocsp/%4d%50%76%2f%76%77%41%3d",
        ] {
            assert_eq!(read(path), request, "{path}");
        }
        assert_eq!(read("/ocsp/++++"), Some(vec![0xfb, 0xef, 0xbe]));
        assert_eq!(read("/ocsp/%2B%2b++"), Some(vec![0xfb, 0xef, 0xbe]));
        let long = format!("/ocsp/{}", "%4d".repeat(MAX_OCSP_REQUEST_BYTES * 4));
        for path in [
            "/ocsp/MPv_vwA=",
            "/ocsp/MPv/vwA%",
            "/ocsp/MPv/vwA%3",
            "/ocsp/MPv/vwA%gg",
            "/ocsp/MP v",
            "/other/MPv/",
            &long,
        ] {
            assert_eq!(read(path), None, "{path}");
        }
    }

    #[test]
    fn the_media_type_is_that_of_requests() {
        for (given, is_taken) in [
            ("application/ocsp-request", true),
            ("Application/OCSP-Request; charset=binary", true),
            ("application/ocsp-response", false),
            ("application/json", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(given));
            assert_eq!(is_ocsp(&headers), is_taken, "{given}");
        }
        assert!(!is_ocsp(&HeaderMap::new()));
    }
}
