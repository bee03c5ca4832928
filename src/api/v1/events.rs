//! `/v1/events`, and those of one operator or certificate: what happened, for ever.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::EventView;
use super::{certificates, operators};
use crate::api::ApiState;
use crate::api::auth::Reader;
use crate::api::failures::{OfRecord, OfRecords};
use crate::api::parameters::{Asked, Known, Parameters};
use crate::api::problem::Problem;
use crate::api::seek::{self, Records};
use crate::api::values;
use crate::domain::error::Failure;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_events))
        .routes(routes!(list_operator_events))
        .routes(routes!(list_certificate_events))
}

/// A page of history.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct EventParameters {
    /// Most items in the page.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

impl Parameters for EventParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<EventParameters>);
        &KNOWN
    }
}

impl EventParameters {
    /// After which event, and how many.
    fn window(&self, list: &str) -> Result<(i64, usize), Failure> {
        Ok((
            seek::after(list, self.cursor.as_deref())?.unwrap_or_default(),
            values::limit(self.limit.as_deref())?,
        ))
    }
}

/// List what happened in the trust space
///
/// In order, the first first; nothing of it ever changes.
#[utoipa::path(
    get,
    path = "/v1/events",
    operation_id = "list_events",
    tag = "decisions",
    security(("token" = [])),
    params(EventParameters),
    responses(
        (status = OK, description = "A page of events.", content_type = "application/json", body = Records<EventView>),
        OfRecords,
    )
)]
async fn list_events(
    State(state): State<ApiState>,
    _reader: Reader,
    uri: Uri,
    Asked(parameters): Asked<EventParameters>,
) -> Result<Response, Problem> {
    const LIST: &str = "events";
    let (after, limit) = parameters.window(LIST)?;
    let found = state
        .trust_space
        .events(after, seek::one_more(limit))
        .await?;
    let page = Records::<EventView>::page(LIST, found, limit, |last| last.id.to_string());
    seek::records(&page, &uri)
}

/// What happened to an operator
///
/// In order, the first first; nothing of it ever changes.
#[utoipa::path(
    get,
    path = "/v1/operators/{id}/events",
    operation_id = "list_operator_events",
    tag = "decisions",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the operator.", example = 1), EventParameters),
    responses(
        (status = OK, description = "A page of events.", content_type = "application/json", body = Records<EventView>),
        OfRecord,
    )
)]
async fn list_operator_events(
    State(state): State<ApiState>,
    _reader: Reader,
    Path(id): Path<String>,
    uri: Uri,
    Asked(parameters): Asked<EventParameters>,
) -> Result<Response, Problem> {
    const LIST: &str = "operator_events";
    let (after, limit) = parameters.window(LIST)?;
    let found = state
        .trust_space
        .operator_events(operators::number(&id)?, after, seek::one_more(limit))
        .await?;
    let page = Records::<EventView>::page(LIST, found, limit, |last| last.id.to_string());
    seek::records(&page, &uri)
}

/// What happened to a certificate
///
/// In order, the first first; nothing of it ever changes.
#[utoipa::path(
    get,
    path = "/v1/certificates/{id}/events",
    operation_id = "list_certificate_events",
    tag = "decisions",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the certificate.", example = 1), EventParameters),
    responses(
        (status = OK, description = "A page of events.", content_type = "application/json", body = Records<EventView>),
        OfRecord,
    )
)]
async fn list_certificate_events(
    State(state): State<ApiState>,
    _reader: Reader,
    Path(id): Path<String>,
    uri: Uri,
    Asked(parameters): Asked<EventParameters>,
) -> Result<Response, Problem> {
    const LIST: &str = "certificate_events";
    let (after, limit) = parameters.window(LIST)?;
    let found = state
        .trust_space
        .certificate_events(certificates::number(&id)?, after, seek::one_more(limit))
        .await?;
    let page = Records::<EventView>::page(LIST, found, limit, |last| last.id.to_string());
    seek::records(&page, &uri)
}
