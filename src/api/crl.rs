//! `/crl/…`: revocation lists of our own authorities, for everybody, at the addresses that their
//! certificates name.
//!
//! Answered from memory, whether or not the database answers.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ApiState;
use super::failures::OfMemory;
use super::file::File;
use super::parameters::{Asked, NoParameters};
use super::problem::Problem;
use crate::domain::error::{Failure, REVOCATION_LIST_NOT_FOUND};

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
    tag = "revocation",
    params(("file" = String, Path, description = "Name of the authority, and `.crl`.", example = "essai.crl")),
    responses(
        (status = OK, description = "The list.", content_type = "application/pkix-crl", body = [u8]),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`, `If-Modified-Since`)."),
        OfMemory,
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
    let fresh_for = state.certificate_status.fresh_for(&served).as_secs();
    let file = File {
        bytes: Bytes::from_owner(Arc::clone(&served.file.bytes)),
        tag: served.file.etag.clone(),
        gzip: None,
        media_type: "application/pkix-crl",
        modified_at: served.this_update,
        name: None,
    };
    let mut response = file.answer(&headers);
    let caching = format!("public, max-age={fresh_for}, must-revalidate");
    if let Ok(caching) = HeaderValue::try_from(caching) {
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, caching);
    }
    Ok(response)
}
