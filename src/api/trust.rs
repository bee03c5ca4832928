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
use super::failures::OfPublished;
use super::file::File;
use super::parameters::{Asked, NoParameters};
use super::problem::Problem;
use crate::domain::error::{Failure, TRUST_LIST_NOT_FOUND};
use crate::service::published_list::ServedList;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(get_published_list))
        .routes(routes!(get_published_list_meta))
        .routes(routes!(get_published_list_json))
}

/// One form of the list that is served now.
///
/// Its bytes are the list's own, shared with every other answer.
fn form(
    state: &ApiState,
    media_type: &'static str,
    of: impl FnOnce(&ServedList) -> (Arc<[u8]>, Option<Arc<[u8]>>),
) -> Result<File, Failure> {
    let list = state.published_list.current().ok_or_else(|| {
        Failure::new(
            &TRUST_LIST_NOT_FOUND,
            "No list was published yet, or this node has not read it.",
        )
    })?;
    let (bytes, gzip) = of(&list);
    Ok(File {
        bytes: Bytes::from_owner(bytes),
        gzip: gzip.map(Bytes::from_owner),
        media_type,
        tag: list.xml_sha256.clone(),
        modified_at: list.generated_at,
        name: None,
    })
}

/// The signed list
///
/// XML as published: sorted, canonical, with an enveloped signature (XMLDSig, RSA-SHA256). Check it
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
        OfPublished,
    )
)]
async fn get_published_list(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = form(&state, "application/xml", |list| {
        (Arc::clone(&list.xml), Some(Arc::clone(&list.xml_gzip)))
    })?;
    Ok(file.answer(&headers))
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
        OfPublished,
    )
)]
async fn get_published_list_meta(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = form(&state, "application/jose", |list| {
        (Arc::clone(&list.meta_jws), None)
    })?;
    Ok(file.answer(&headers))
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
        OfPublished,
    )
)]
async fn get_published_list_json(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = form(&state, "application/json", |list| {
        (Arc::clone(&list.json), Some(Arc::clone(&list.json_gzip)))
    })?;
    Ok(file.answer(&headers))
}
