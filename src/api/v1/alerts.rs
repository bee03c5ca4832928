//! `/v1/alerts`: what somebody should look at.

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
use crate::domain::alert::{Alert, AlertSeverity, Expiry, Succession};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_alerts))
}

mirror! {
    /// How pressing an alert is.
    SeverityView of AlertSeverity as AlertSeverity, "snake_case" {
        /// Good to know.
        Info,
        /// Something is to be done in time.
        Warning,
        /// Something does not work, or will not within days.
        Critical,
    }
}

/// What somebody should look at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
pub(super) struct AlertView {
    /// What it is about.
    #[schema(value_type = String, example = "certificate.expiring")]
    code: &'static str,
    /// How pressing it is.
    severity: SeverityView,
    /// What it concerns; absent: the trust space as a whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(value_type = Option<String>, example = "certificate:12")]
    subject: String,
    /// The case in one sentence.
    detail: String,
    /// Since when it is so, UTC.
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
    /// The end that it warns of.
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry: Option<ExpiryView>,
}

/// How near an end is, and what rests on it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Expiry)]
struct ExpiryView {
    /// Last second of the validity, UTC.
    #[serde(with = "time::serde::rfc3339")]
    not_after: OffsetDateTime,
    /// Whole days until then.
    days_left: i64,
    /// The threshold that was passed last, in days.
    threshold: u16,
    /// Entries of the list that rest on it.
    entries: u64,
    /// Number of the certificate that stands ready to take over all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    successor: Option<i64>,
}

impl From<Expiry> for ExpiryView {
    fn from(expiry: Expiry) -> Self {
        Self {
            not_after: expiry.not_after,
            days_left: expiry.days_left,
            threshold: expiry.threshold,
            entries: expiry.entries,
            successor: match expiry.succession {
                Succession::Open => None,
                Succession::Settled(successor) => Some(successor),
            },
        }
    }
}

impl From<Alert> for AlertView {
    fn from(alert: Alert) -> Self {
        Self {
            code: alert.code.as_str(),
            severity: alert.severity.into(),
            subject: alert.subject,
            detail: alert.detail,
            since: alert.since,
            expiry: alert.expiry.map(Into::into),
        }
    }
}

/// List what somebody should look at
///
/// Ends of certificates that come near, lists that were not published, acts that wait; as it stands now.
#[utoipa::path(
    get,
    path = "/v1/alerts",
    operation_id = "list_alerts",
    tag = "decisions",
    security(("token" = [])),
    responses(
        (status = OK, description = "Every alert.", content_type = "application/json", body = Records<AlertView>),
        OfRecords,
    )
)]
async fn list_alerts(
    State(state): State<ApiState>,
    _reader: Reader,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> Result<Response, Problem> {
    let alerts = state.trust_space.alerts().await?;
    let views = alerts.into_iter().map(AlertView::from).collect();
    answer::told(&Records::all(views))
}
