//! `/v1/alerts`, `/v1/events` and `/v1/administrators`: what somebody should look at, what happened,
//! and who may decide.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::transitions::EventParameters;
use super::view::{EventView, mirror};
use crate::api::ApiState;
use crate::api::answer;
use crate::api::auth::Reader;
use crate::api::failures::OfRecords;
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem::Problem;
use crate::api::seek::{self, Records};
use crate::domain::administrator::{AdministratorRecord, AdministratorRole};
use crate::domain::alert::{Alert, AlertSeverity, Expiry, Succession};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_alerts))
        .routes(routes!(list_events))
        .routes(routes!(list_administrators))
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
