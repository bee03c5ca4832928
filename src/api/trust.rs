//! `/trust/…`: the signed list, for everybody, under the names it is published by.
//!
//! Answered from memory, whether or not the database answers.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ApiState;
use super::failures::OfMemory;
use super::file::File;
use super::parameters::{Asked, NoParameters};
use super::problem::Problem;
use crate::domain::error::Failure;
use crate::service::published_list::{ServedFile, ServedVersion};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(get_published_list))
        .routes(routes!(get_published_list_meta))
        .routes(routes!(get_published_list_json))
}

/// One form of the list that is served now; its bytes are shared with every other answer.
fn form(
    state: &ApiState,
    media_type: &'static str,
    of: impl FnOnce(&ServedVersion) -> &ServedFile,
) -> Result<File, Failure> {
    let served = state.published_list.current()?;
    let file = of(&served);
    let gzip = file.gzip.as_ref();
    Ok(File {
        bytes: Bytes::from_owner(Arc::clone(&file.bytes)),
        tag: file.etag.clone(),
        gzip: gzip.map(|gzip| (Bytes::from_owner(Arc::clone(gzip)), file.gzip_etag.clone())),
        media_type,
        modified_at: served.version.generated_at,
        name: None,
    })
}

/// The signed list
///
/// XML as published: sorted, canonical, with an enveloped signature (XML Signature, RSA-SHA256). Check it
/// with `annuaire trust-list verify` or `xmlsec1 --verify`, against a certificate that came another
/// way.
#[utoipa::path(
    get,
    path = "/trust/listeblanchemssante.xml",
    operation_id = "get_published_list",
    tag = "list",
    responses(
        (status = OK, description = "The list.", content_type = "application/xml", body = str),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`, `If-Modified-Since`)."),
        OfMemory,
    )
)]
async fn get_published_list(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(form(&state, "application/xml", |served| &served.xml)?.answer(&headers))
}

/// What the list cannot say of itself
///
/// A compact JWS (RFC 7515, RS256) of the list's signer: its sequence and that of the list before,
/// the digest of the XML, when the next one comes, the head of the log of all lists, and who will sign.
#[utoipa::path(
    get,
    path = "/trust/listeblanchemssante.meta.jws",
    operation_id = "get_published_list_meta",
    tag = "list",
    responses(
        (status = OK, description = "The side-car.", content_type = "application/jose", body = str),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`, `If-Modified-Since`)."),
        OfMemory,
    )
)]
async fn get_published_list_meta(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(form(&state, "application/jose", |served| &served.meta_jws)?.answer(&headers))
}

/// The list as JSON
///
/// The same entries, for programs that have checked the XML, or trust this connection. It is not
/// signed.
#[utoipa::path(
    get,
    path = "/trust/listeblanchemssante.json",
    operation_id = "get_published_list_json",
    tag = "list",
    responses(
        (status = OK, description = "The list.", content_type = "application/json", body = Object),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`, `If-Modified-Since`)."),
        OfMemory,
    )
)]
async fn get_published_list_json(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(form(&state, "application/json", |served| &served.json)?.answer(&headers))
}
