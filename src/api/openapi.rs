//! The specification: made of the routes and their types, without any state.

use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{ApiState, absence, auth, crl, examples, failures, ocsp, probes, trust, v1};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Annuaire",
        description = "National directory and trust-space registry for secure health mail: \
            professionals with their activities, organisations and secure mailboxes (MSSanté).\n\n\
            **Lists** answer `{ \"total\", \"items\", \"next\" }`. Give `next` back as `cursor`, all \
            other parameters being the same, to get the page that follows; a cursor outlives \
            imports and restarts. **Names** are matched whatever their case, accents, hyphens, \
            apostrophes, spaces and particles, and in any order. **Parameters** that are not known, \
            are empty, or stand twice where one value is taken are refused. **Fields** without a \
            value are left out. **Failures** are `application/problem+json` (RFC 9457) with a \
            stable `code`; `/v1/errors` lists them. Every answer carries `x-request-id`, and those \
            made from the directory `annuaire-position`: the last change they rest on."
    ),
    tags(
        (name = "directory", description = "Look-ups of people, organisations and mailboxes."),
        (name = "mail", description = "Checks before mail is sent."),
        (name = "admission", description = "Whether a peer may take part, now or at a moment of the past: for everybody."),
        (name = "list", description = "The signed list of who may exchange health mail, its versions and their proofs: for everybody."),
        (name = "revocation", description = "The registry's own authorities, and what they say of the certificates they issued: for everybody."),
        (name = "trust space", description = "Operators, mail domains, certificates, and whom others are asked about them: for administrators and auditors."),
        (name = "decisions", description = "Acts, approvals, and what happened."),
        (name = "vocabulary", description = "Codes, their labels, and the failures of this interface."),
        (name = "service", description = "How the service fares, node by node.")
    )
)]
struct Document;

/// Every route with its documentation.
pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(v1::routes())
        .merge(trust::routes())
        .merge(crl::routes())
        .merge(ocsp::routes())
        .merge(probes::routes())
}

/// What the routes do not say of themselves.
pub(super) fn complete(mut document: OpenApi) -> OpenApi {
    // The licence of the program is not that of the data it serves.
    document.info.license = None;
    let components = document.components.get_or_insert_default();
    components.schemas.extend([failures::schema()]);
    auth::describe(&mut document);
    absence::state(&mut document);
    examples::embed(&mut document);
    document
}

/// The specification.
pub fn document() -> OpenApi {
    complete(routes().into_openapi())
}

/// The specification as it is committed: indented JSON with a line end.
pub fn to_json() -> Result<String, serde_json::Error> {
    let mut text = document().to_pretty_json()?;
    text.push('\n');
    Ok(text)
}
