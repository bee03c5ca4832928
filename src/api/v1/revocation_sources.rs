//! `/v1/revocation-sources`: where other authorities are asked what they revoked, and how that goes.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::mirror;
use crate::api::ApiState;
use crate::api::answer;
use crate::api::auth::Reader;
use crate::api::failures::OfRecords;
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem::Problem;
use crate::api::seek::Records;
use crate::domain::revocation_source::{RevocationSource, SourceKind};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_revocation_sources))
}

mirror! {
    /// What is asked for at a source.
    SourceKindView of SourceKind as RevocationSourceKind, "snake_case" {
        /// A revocation list (RFC 5280 §5).
        Crl,
        /// A responder (RFC 6960).
        Ocsp,
    }
}

/// Where another authority is asked what it revoked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RevocationSource)]
pub(super) struct RevocationSourceView {
    /// Its address.
    #[schema(example = "http://crl.essai.fr/gateways.crl")]
    url: String,
    /// What is asked for.
    kind: SourceKindView,
    /// When it was asked last, UTC; absent: never.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    tried_at: Option<OffsetDateTime>,
    /// When what it said was taken last, UTC.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    fetched_at: Option<OffsetDateTime>,
    /// Until when what it said last holds, UTC; of a responder, what ends first.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    good_until: Option<OffsetDateTime>,
    /// When it is asked next, UTC.
    #[serde(with = "time::serde::rfc3339")]
    next_try_at: OffsetDateTime,
    /// How often it failed since what it said was taken last.
    failures: u32,
    /// How many of these were an answer that was refused for what it said.
    refusals: u32,
    /// What went wrong last, in words; absent: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl From<RevocationSource> for RevocationSourceView {
    fn from(source: RevocationSource) -> Self {
        Self {
            url: source.url,
            kind: source.kind.into(),
            tried_at: source.tried_at,
            fetched_at: source.fetched_at,
            good_until: source.evidence.map(|it| it.until),
            next_try_at: source.next_try_at,
            failures: source.failures,
            refusals: source.refusals,
            problem: source.problem,
        }
    }
}

/// List where other authorities are asked what they revoked
///
/// By address, each with how asking it went last. Without fresh word of its authority a certificate is
/// refused.
#[utoipa::path(
    get,
    path = "/v1/revocation-sources",
    operation_id = "list_revocation_sources",
    tag = "trust space",
    security(("token" = [])),
    responses(
        (status = OK, description = "Every source.", content_type = "application/json", body = Records<RevocationSourceView>),
        OfRecords,
    )
)]
async fn list_revocation_sources(
    State(state): State<ApiState>,
    _reader: Reader,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> Result<Response, Problem> {
    let sources = state.trust_space.revocation_sources().await?;
    let views = sources
        .into_iter()
        .map(RevocationSourceView::from)
        .collect();
    answer::told(&Records::all(views))
}
