//! `/v1/peer`: who asks, as the listener for operators received them.

use axum::response::Response;
use axum::{Extension, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::DecisionView;
use crate::api::ApiState;
use crate::api::answer;
use crate::api::failures::OfMemory;
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem::Problem;
use crate::domain::error::{Failure, PEER_UNKNOWN};
use crate::service::admission::deciding::Answer;
use crate::service::peers::Peer;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get_peer))
}

/// A peer that is connected.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Peer)]
struct PeerView<'a> {
    /// SHA-256 of its certificate.
    sha256: String,
    /// Whether it is admitted now, in the role of one that sends, for any mail domain.
    #[schema(value_type = DecisionView)]
    decision: DecisionView<'a>,
}

/// Say who is asking
///
/// On the listener for operators alone, where everybody shows a certificate: which one it was, and the
/// decision that lets it in. Who is refused cannot ask.
#[utoipa::path(
    get,
    path = "/v1/peer",
    operation_id = "get_peer",
    tag = "admission",
    responses(
        (status = OK, description = "The peer.", content_type = "application/json", body = PeerView),
        OfMemory,
    )
)]
async fn get_peer(
    State(state): State<ApiState>,
    peer: Option<Extension<Peer>>,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> Result<Response, Problem> {
    let Some(Extension(peer)) = peer else {
        return Err(Problem::from(Failure::new(
            &PEER_UNKNOWN,
            "Nobody showed a certificate on this connection.",
        )));
    };
    let decision = peer.decide();
    let answer = state.admission.snapshot().map_or_else(
        || Answer::from((*decision).clone()),
        |snapshot| Answer::new((*decision).clone(), snapshot.state()),
    );
    answer::told(&PeerView {
        sha256: peer.sha256().to_string(),
        decision: DecisionView::new(&answer.decision, answer.operator_name.as_deref()),
    })
}
