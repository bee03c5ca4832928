//! `/v1/status`: on which data answers rest, and how old these are.

use axum::extract::State;
use serde::Serialize;
use time::{OffsetDateTime, PrimitiveDateTime};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::ApiState;
use crate::api::failures::OfBare;
use crate::api::parameters::{Asked, NoParameters};
use crate::domain::import::{ImportState, ImportSummary, Source};
use crate::service::health::Status;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get_status))
}

/// How the service fares.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Status)]
struct StatusView {
    /// Version of the program.
    #[schema(value_type = String)]
    version: &'static str,
    /// Whether look-ups are answered.
    ready: bool,
    /// The snapshot that answers rest on.
    snapshot: SnapshotStatus,
    /// The files that the directory was made of, by source.
    sources: Vec<SourceView>,
    /// Imports, the latest first.
    imports: Vec<ImportView>,
}

/// The snapshot that answers rest on, beside the truth.
#[derive(Debug, Serialize, ToSchema)]
struct SnapshotStatus {
    /// Whether the database answers; look-ups go on without it.
    database_connected: bool,
    /// The last change that the snapshot holds; null before the first load.
    #[schema(required = true)]
    position: Option<i64>,
    /// The last change that is known.
    #[schema(required = true)]
    head: Option<i64>,
    /// How many changes are known and not yet held.
    #[schema(required = true)]
    lag: Option<i64>,
    /// When the snapshot was last known to hold everything, UTC.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required = true)]
    complete_at: Option<OffsetDateTime>,
    /// Seconds since then.
    #[schema(required = true)]
    age_seconds: Option<f64>,
    /// Documents that can be found.
    documents: Documents,
    /// Documents that this process left out since they are inconsistent in the database.
    documents_skipped: u64,
    /// Why the database is not followed just now, in one sentence; absent while it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "the database does not answer")]
    last_error: Option<String>,
    /// The running rebuild of the index, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    rebuild: Option<RebuildView>,
}

/// Documents that can be found, by kind.
#[derive(Debug, Default, Serialize, ToSchema)]
struct Documents {
    /// Professionals.
    practitioners: u64,
    /// Organisations.
    organizations: u64,
    /// Mailboxes.
    mailboxes: u64,
}

/// A running rebuild of the index; what is there serves until it is done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rebuild)]
struct RebuildView {
    /// Documents written.
    done: u64,
    /// Documents to be written.
    total: u64,
}

/// A family of published files.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Source)]
struct SourceView {
    /// Its name: `rpps` or `mssante`.
    #[schema(value_type = String, example = "rpps")]
    source: &'static str,
    /// Whether anything of it was ever applied.
    known: bool,
    /// When the publisher made the files last applied: the publisher's local time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2099-01-01T00:00:00")]
    source_time: Option<String>,
    /// When they were applied, UTC.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    applied_at: Option<OffsetDateTime>,
    /// Number of the import that applied them.
    #[serde(skip_serializing_if = "Option::is_none")]
    import: Option<i64>,
}

/// One import.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
struct ImportView {
    /// Its number.
    id: i64,
    /// What it brought: `rpps` or `mssante`.
    #[schema(value_type = String)]
    source: &'static str,
    /// Where it stands: `running`, `applied`, `already_applied`, `dry_run`, `refused` or `failed`.
    #[schema(value_type = String)]
    state: &'static str,
    /// Names of the files.
    files: Vec<String>,
    /// When the publisher made the files: the publisher's local time.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_time: Option<String>,
    /// When it began, UTC.
    #[serde(with = "time::serde::rfc3339")]
    started_at: OffsetDateTime,
    /// When it ended, UTC.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    finished_at: Option<OffsetDateTime>,
    /// Rows that could not be used.
    rejected: i64,
    /// Where they are listed, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/imports/1/rejects.csv")]
    rejects: Option<String>,
    /// One sentence on the outcome.
    message: String,
}

impl From<Status> for StatusView {
    fn from(status: Status) -> Self {
        let sources = status
            .sources()
            .into_iter()
            .map(|(source, applied)| SourceView::new(source, applied))
            .collect();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            ready: status.ready,
            sources,
            snapshot: SnapshotStatus::new(&status),
            imports: status.imports.into_iter().map(ImportView::from).collect(),
        }
    }
}

impl SnapshotStatus {
    fn new(status: &Status) -> Self {
        let documents = status
            .documents
            .map_or_else(Documents::default, |counts| Documents {
                practitioners: counts.practitioners,
                organizations: counts.organizations,
                mailboxes: counts.mailboxes,
            });
        Self {
            database_connected: status.connected,
            position: status.position.map(|position| position.0),
            head: status.head.map(|head| head.0),
            lag: status.lag(),
            complete_at: status.complete_at,
            age_seconds: status.age.map(|age| age.as_secs_f64()),
            documents,
            documents_skipped: status.left_out,
            last_error: status.last_error.clone(),
            rebuild: status
                .rebuild
                .map(|(done, total)| RebuildView { done, total }),
        }
    }
}

impl SourceView {
    fn new(source: Source, applied: Option<&ImportSummary>) -> Self {
        Self {
            source: source.as_str(),
            known: applied.is_some(),
            source_time: applied.and_then(|import| import.source_time).map(local),
            applied_at: applied.and_then(|import| import.finished_at),
            import: applied.map(|import| import.id),
        }
    }
}

impl From<ImportSummary> for ImportView {
    fn from(import: ImportSummary) -> Self {
        let listed = import.rejected > 0 && import.state != ImportState::Running;
        Self {
            id: import.id,
            source: import.source.as_str(),
            state: import.state.as_str(),
            files: import.files,
            source_time: import.source_time.map(local),
            started_at: import.started_at,
            finished_at: import.finished_at,
            rejected: import.rejected,
            rejects: listed.then(|| format!("/v1/imports/{}/rejects.csv", import.id)),
            message: import.message,
        }
    }
}

/// A local time as ISO 8601 without offset: the publisher does not state its own.
fn local(time: PrimitiveDateTime) -> String {
    let (date, clock) = (time.date(), time.time());
    format!(
        "{date}T{:02}:{:02}:{:02}",
        clock.hour(),
        clock.minute(),
        clock.second()
    )
}

/// How the service fares
///
/// Which files the directory was made of, where the snapshot stands beside the truth, and how old
/// answers are. It never asks the database itself.
#[utoipa::path(
    get,
    path = "/v1/status",
    operation_id = "get_status",
    tag = "service",
    responses(
        (status = OK, description = "The status of this node.", content_type = "application/json", body = StatusView),
        OfBare,
    )
)]
async fn get_status(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> axum::Json<StatusView> {
    axum::Json(state.health.status().into())
}
