//! `/v1/codes/{system}`: the codes of the directory with their labels.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::Coded;
use crate::api::ApiState;
use crate::api::answer;
use crate::api::failures::OfResource;
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem::Problem;
use crate::service::codes;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_codes))
}

/// A code system.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CodeSystem)]
struct CodeSystemView<'a> {
    /// Its name here.
    #[schema(example = "specialty")]
    system: &'a str,
    /// How many codes there are.
    total: usize,
    /// Every code with its label, in the order of codes.
    items: Vec<Coded<'a>>,
}

/// List the codes of a system
///
/// Official codes and those seen in the extracts, with the label of the extracts where they differ.
/// Systems go by their names here (`specialty`) or by official ones (`TRE_R38-SpecialiteOrdinale`).
#[utoipa::path(
    get,
    path = "/v1/codes/{system}",
    operation_id = "list_codes",
    tag = "vocabulary",
    params(("system" = String, Path, description = "Name of the code system.", example = "practice-mode")),
    responses(
        (status = OK, description = "Every code of the system.", content_type = "application/json", body = CodeSystemView),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`)."),
        OfResource,
    )
)]
async fn list_codes(
    State(state): State<ApiState>,
    Path(system): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let directory = state.directory.now()?;
    let system = codes::system(&system)?;
    let items: Vec<Coded<'_>> = directory
        .labels()
        .codes(system)
        .map(|(code, label)| Coded { code, label })
        .collect();
    let view = CodeSystemView {
        system: system.name(),
        total: items.len(),
        items,
    };
    answer::resource(&view, directory.position(), &headers)
}
