//! `/v1/signers`: which keys sign the list, for everybody.

use axum::extract::State;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::SignerView;
use crate::api::ApiState;
use crate::api::answer;
use crate::api::failures::OfSearch;
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem::Problem;
use crate::api::seek::Records;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_signers))
}

/// List the keys of the list
///
/// Which signs, which comes next, which signed. A certificate from here proves nothing by itself: pin
/// it when its digest came another way.
#[utoipa::path(
    get,
    path = "/v1/signers",
    operation_id = "list_signers",
    tag = "list",
    responses(
        (status = OK, description = "Every key that was announced, in that order.", content_type = "application/json", body = Records<SignerView>),
        OfSearch,
    )
)]
async fn list_signers(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> Result<Response, Problem> {
    let signers = state.trust_space.signers().await?;
    let views = signers.into_iter().map(SignerView::from).collect();
    answer::told(&Records::all(views))
}
