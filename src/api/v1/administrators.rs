//! `/v1/administrators`: who may read and who may act.

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
use crate::domain::administrator::{AdministratorRecord, AdministratorRole};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_administrators))
}

mirror! {
    /// What an administrator may do.
    RoleView of AdministratorRole as AdministratorRole, "snake_case" {
        /// Reads and acts.
        Administrator,
        /// Reads only.
        Auditor,
    }
}

/// Who administers the trust space.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Administrator)]
struct AdministratorView {
    /// Name, as history keeps it.
    name: String,
    /// What they may do.
    role: RoleView,
    /// When they were added, UTC.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When their rights were taken back, UTC.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    disabled_at: Option<OffsetDateTime>,
}

impl From<AdministratorRecord> for AdministratorView {
    fn from(record: AdministratorRecord) -> Self {
        Self {
            name: record.administrator.name,
            role: record.administrator.role.into(),
            created_at: record.created_at,
            disabled_at: record.disabled_at,
        }
    }
}

/// List administrators
///
/// Who may read and who may act, now and formerly. They are added with `annuaire admin add`.
#[utoipa::path(
    get,
    path = "/v1/administrators",
    operation_id = "list_administrators",
    tag = "decisions",
    security(("token" = [])),
    responses(
        (status = OK, description = "Everybody who is or was an administrator.", content_type = "application/json", body = Records<AdministratorView>),
        OfRecords,
    )
)]
async fn list_administrators(
    State(state): State<ApiState>,
    _reader: Reader,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> Result<Response, Problem> {
    let all = state.trust_space.administrators().await?;
    let views = all.into_iter().map(AdministratorView::from).collect();
    answer::told(&Records::all(views))
}
