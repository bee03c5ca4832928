//! `/v1/errors`: every failure that this interface can answer with.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::ApiState;
use crate::api::failures::OfBare;
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem;
use crate::domain::error::ERROR_CODES;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_errors))
}

/// The failures of this interface.
#[derive(Debug, Serialize, ToSchema)]
struct ErrorList {
    /// How many there are.
    total: usize,
    /// Each of them.
    items: Vec<ErrorView>,
}

/// A failure that is documented.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
struct ErrorView {
    /// Stable code, the `code` of a problem.
    #[schema(value_type = String, example = "mailbox.not_found")]
    code: &'static str,
    /// Status it is answered with.
    #[schema(example = 404)]
    status: u16,
    /// What it means, the `title` of a problem.
    #[schema(value_type = String, example = "No published mailbox has this address.")]
    title: &'static str,
}

/// List the failures
///
/// The `type` of a problem points here.
#[utoipa::path(
    get,
    path = "/v1/errors",
    operation_id = "list_errors",
    tag = "vocabulary",
    responses(
        (status = OK, description = "Every documented failure.", content_type = "application/json", body = ErrorList),
        OfBare,
    )
)]
async fn list_errors(Asked(NoParameters {}): Asked<NoParameters>) -> axum::Json<ErrorList> {
    let items: Vec<ErrorView> = ERROR_CODES
        .iter()
        .map(|error| ErrorView {
            code: error.code,
            status: problem::status(error).as_u16(),
            title: error.sentence,
        })
        .collect();
    axum::Json(ErrorList {
        total: items.len(),
        items,
    })
}
