//! `/crl/…`: revocation lists of our own authorities, for everybody, at the addresses that their
//! certificates name.
//!
//! Answered from memory, whether or not the database answers.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use time::OffsetDateTime;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ApiState;
use super::failures::OfPublished;
use super::file::File;
use super::parameters::{Asked, NoParameters};
use super::problem::Problem;
use crate::domain::error::{Failure, REVOCATION_LIST_NOT_FOUND};

/// A cache may pass a list on for this long: who is taken back must not be let in for long by an old one.
const MOST_SECONDS: i64 = 60;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get_revocation_list))
}

/// The newest revocation list of an authority
///
/// Complete, DER (RFC 5280 §5), signed at every change and in time. Caches may keep it for a minute at
/// most and never beyond its `nextUpdate`.
#[utoipa::path(
    get,
    path = "/crl/{file}",
    operation_id = "get_revocation_list",
    tag = "list",
    params(("file" = String, Path, description = "Name of the authority, and `.crl`.", example = "essai.crl")),
    responses(
        (status = OK, description = "The list.", content_type = "application/pkix-crl", body = str),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`, `If-Modified-Since`)."),
        OfPublished,
    )
)]
async fn get_revocation_list(
    State(state): State<ApiState>,
    Path(file): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let authority = file.strip_suffix(".crl").ok_or_else(|| {
        Failure::new(
            &REVOCATION_LIST_NOT_FOUND,
            "Revocation lists go by the name of their authority, and `.crl`.",
        )
    })?;
    let served = state.certificate_status.revocation_list(authority)?;
    let now = state.certificate_status.now();
    let file = File {
        bytes: Bytes::from_owner(Arc::clone(&served.file.bytes)),
        tag: served.file.etag.clone(),
        gzip: None,
        media_type: "application/pkix-crl",
        modified_at: served.this_update,
        name: None,
    };
    let mut response = file.answer(&headers);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, fresh_until(served.next_update, now));
    Ok(response)
}

/// How long caches may keep what is good until then.
fn fresh_until(next_update: OffsetDateTime, now: OffsetDateTime) -> HeaderValue {
    let left = (next_update - now).whole_seconds().clamp(0, MOST_SECONDS);
    let value = format!("public, max-age={left}, must-revalidate");
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("no-cache"))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn caches_keep_a_list_for_a_minute_and_not_beyond_its_end() {
        let end = datetime!(2026-11-22 12:00 UTC);
        for (now, age) in [
            (datetime!(2026-11-21 12:00 UTC), 60),
            (datetime!(2026-11-22 11:59:18 UTC), 42),
            (datetime!(2026-11-22 12:00 UTC), 0),
            (datetime!(2026-11-23 12:00 UTC), 0),
        ] {
            assert_eq!(
                fresh_until(end, now),
                format!("public, max-age={age}, must-revalidate")
            );
        }
    }
}
