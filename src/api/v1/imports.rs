//! `/v1/imports/{id}/rejects.csv`: the rows of an import that could not be used.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::ApiState;
use crate::api::failures::OfResource;
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem::Problem;
use crate::domain::error::{Failure, IMPORT_NOT_FOUND};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get_import_rejects))
}

/// Get the rejected rows of an import
///
/// As CSV: file, line and reason of each, never what the row held. Unlike look-ups this needs the
/// database (`database.unavailable` while it is away), and is answered to one caller after the other.
#[utoipa::path(
    get,
    path = "/v1/imports/{id}/rejects.csv",
    operation_id = "get_import_rejects",
    tag = "service",
    params(("id" = i64, Path, description = "Number of the import, as `/v1/status` lists it.", example = 1)),
    responses(
        (status = OK, description = "The rejected rows, with a header.", content_type = "text/csv", body = str),
        OfResource,
    )
)]
async fn get_import_rejects(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> Result<Response, Problem> {
    let id: i64 = id
        .parse()
        .map_err(|_| Failure::new(&IMPORT_NOT_FOUND, "Imports go by number."))?;
    let csv = state.imports.rejects_csv(id).await?;
    let disposition = format!("attachment; filename=\"import-{id}-rejects.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, csv).into_response())
}
