//! `/v1/trust-lists`: every version of the list, for everybody; publishing the next one.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{ApprovalView, ListVersionView, ReasonBody, place};
use crate::api::ApiState;
use crate::api::answer;
use crate::api::auth::Acting;
use crate::api::body::Json;
use crate::api::failures::{OfAct, OfResource, OfSearch};
use crate::api::file::{File, takes_gzip};
use crate::api::parameters::{Asked, Known, NoParameters, Parameters};
use crate::api::problem::Problem;
use crate::api::seek::{self, Records};
use crate::api::values;
use crate::domain::error::{Failure, PARAMETER_INVALID, TRUST_LIST_NOT_FOUND};
use crate::domain::trust_list::TrustEntry;
use crate::service::trust_space::{Comparison, Published};

const LIST: &str = "trust_lists";

/// Entries told of each kind of difference: anybody may ask, and the whole lists are there to be had.
const TOLD: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_trust_lists))
        .routes(routes!(diff_trust_lists))
        .routes(routes!(publish_trust_list))
        .routes(routes!(get_trust_list))
        .routes(routes!(get_trust_list_xml))
        .routes(routes!(get_trust_list_meta))
}

fn number(path: &str) -> Result<u64, Failure> {
    values::record(path, &TRUST_LIST_NOT_FOUND, "Lists go by number.")
}

/// A page of versions.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct VersionParameters {
    /// Most items in the page.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

impl Parameters for VersionParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<VersionParameters>);
        &KNOWN
    }
}

/// Two versions to compare.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DiffParameters {
    /// Number of the one.
    #[param(value_type = u64, example = 1)]
    from: Option<String>,
    /// Number of the other.
    #[param(value_type = u64, example = 2)]
    to: Option<String>,
}

impl Parameters for DiffParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<DiffParameters>);
        &KNOWN
    }
}

/// What one version says and the other does not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListDiff)]
struct DiffView<'a> {
    /// Number of the one.
    from: u64,
    /// Number of the other.
    to: u64,
    /// How many there are of each; at most a thousand of each are told.
    counts: DiffCounts,
    /// Entries of the other only.
    #[schema(value_type = Vec<EntryView>)]
    added: Vec<EntryView<'a>>,
    /// Entries of the one only.
    #[schema(value_type = Vec<EntryView>)]
    removed: Vec<EntryView<'a>>,
    /// Entries whose texts or times differ, as the other has them.
    #[schema(value_type = Vec<EntryView>)]
    changed: Vec<EntryView<'a>>,
}

/// How much of two versions differs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListDiffCounts)]
struct DiffCounts {
    /// Entries of the other only.
    added: usize,
    /// Entries of the one only.
    removed: usize,
    /// Entries whose texts or times differ.
    changed: usize,
}

/// An entry of a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListEntry)]
struct EntryView<'a> {
    /// Its mail domain.
    #[schema(value_type = String)]
    mail_domain: &'a str,
    /// The subject of the operator's certificate.
    #[schema(value_type = String)]
    operator_dn: &'a str,
    /// What the mail domain is for.
    #[schema(value_type = String)]
    description: &'a str,
}

impl<'a> From<&'a TrustEntry> for EntryView<'a> {
    fn from(entry: &'a TrustEntry) -> Self {
        Self {
            mail_domain: entry.mail_domain.as_str(),
            operator_dn: entry.operator_dn.as_str(),
            description: &entry.description,
        }
    }
}

/// What publishing came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Publication)]
struct PublicationView {
    /// Where it stands.
    outcome: PublicationOutcome,
    /// The version: the new one, or the last one where it says all of it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<ListVersionView>,
    /// What waits for a second administrator.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalView>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PublicationOutcome {
    /// A new version is published.
    Published,
    /// The last version says all of it and is less than a minute old.
    Unchanged,
    /// It would lose so many entries that two administrators have to agree.
    Pending,
}

/// List the versions of the list
///
/// The newest first.
#[utoipa::path(
    get,
    path = "/v1/trust-lists",
    operation_id = "list_trust_lists",
    tag = "list",
    params(VersionParameters),
    responses(
        (status = OK, description = "A page of versions.", content_type = "application/json", body = Records<ListVersionView>),
        OfSearch,
    )
)]
async fn list_trust_lists(
    State(state): State<ApiState>,
    uri: Uri,
    Asked(parameters): Asked<VersionParameters>,
) -> Result<Response, Problem> {
    let limit = values::limit(parameters.limit.as_deref())?;
    let before = seek::after(LIST, parameters.cursor.as_deref())?;
    let found = state.trust_space.list_versions(before, limit).await?;
    // Numbers begin at 1 and have no gaps.
    let page = Records::<ListVersionView>::before(LIST, found, |last| {
        (last.sequence > 1).then(|| last.sequence.to_string())
    });
    seek::records(&page, &uri)
}

/// Compare two versions of the list
///
/// By mail domain and name of the certificate. Of each kind of difference a thousand entries are told at
/// most, in the order of the list; whoever needs more has both lists to compare.
#[utoipa::path(
    get,
    path = "/v1/trust-lists/diff",
    operation_id = "diff_trust_lists",
    tag = "list",
    params(DiffParameters),
    responses(
        (status = OK, description = "What differs.", content_type = "application/json", body = DiffView),
        OfResource,
    )
)]
async fn diff_trust_lists(
    State(state): State<ApiState>,
    Asked(parameters): Asked<DiffParameters>,
) -> Result<Response, Problem> {
    let wanted = |name, value: Option<&str>| {
        values::number(name, value)?.ok_or_else(|| {
            Failure::new(
                &PARAMETER_INVALID,
                format!("`{name}` is the number of a version, and must be given."),
            )
        })
    };
    let from = wanted("from", parameters.from.as_deref())?;
    let to = wanted("to", parameters.to.as_deref())?;
    let compared = state.trust_space.list_diff(from, to, tell_diff);
    compared.await?
}

fn tell_diff(compared: &Comparison) -> Result<Response, Problem> {
    let diff = compared.diff();
    let view = EntryView::from;
    answer::told(&DiffView {
        from: compared.from.sequence,
        to: compared.to.sequence,
        counts: DiffCounts {
            added: diff.added.len(),
            removed: diff.removed.len(),
            changed: diff.changed.len(),
        },
        added: diff.added.into_iter().take(TOLD).map(view).collect(),
        removed: diff.removed.into_iter().take(TOLD).map(view).collect(),
        changed: diff
            .changed
            .into_iter()
            .take(TOLD)
            .map(|(_, entry)| EntryView::from(entry))
            .collect(),
    })
}

/// Publish the list as it is now
///
/// Built, checked, signed, and verified on the very bytes; all of it or nothing. 202 when it would lose
/// so many entries that a second administrator has to agree.
#[utoipa::path(
    post,
    path = "/v1/trust-lists/publish",
    operation_id = "publish_trust_list",
    tag = "decisions",
    security(("token" = [])),
    request_body(content = ReasonBody, content_type = "application/json"),
    responses(
        (status = OK, description = "The version.", content_type = "application/json", body = PublicationView),
        (status = ACCEPTED, description = "It waits.", content_type = "application/json", body = PublicationView),
        OfAct,
    )
)]
async fn publish_trust_list(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(why): Json<ReasonBody>,
) -> Result<Response, Problem> {
    let (outcome, version, approval) = match state.trust_space.publish(&actor, &why.reason).await? {
        Published::List(version) => (PublicationOutcome::Published, Some(version), None),
        Published::Unchanged(version) => (PublicationOutcome::Unchanged, Some(version), None),
        Published::Pending(approval) => (PublicationOutcome::Pending, None, Some(approval)),
    };
    let location = approval
        .as_ref()
        .map(|approval| format!("/v1/approvals/{}", approval.id));
    let mut response = answer::told(&PublicationView {
        outcome,
        version: version.map(Into::into),
        approval: approval.map(Into::into),
    })?;
    if let Some(location) = location {
        *response.status_mut() = StatusCode::ACCEPTED;
        place(&mut response, &location);
    }
    Ok(response)
}

/// Get a version of the list
///
/// What is kept of it beside its bytes.
#[utoipa::path(
    get,
    path = "/v1/trust-lists/{sequence}",
    operation_id = "get_trust_list",
    tag = "list",
    params(("sequence" = u64, Path, description = "Number of the version.", example = 1)),
    responses(
        (status = OK, description = "The version.", content_type = "application/json", body = ListVersionView),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`)."),
        OfResource,
    )
)]
async fn get_trust_list(
    State(state): State<ApiState>,
    Path(sequence): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let version = state.trust_space.list_version(number(&sequence)?).await?;
    answer::record(&ListVersionView::from(version), None, &headers)
}

/// Get the signed XML of a version
///
/// The very bytes that were published. An older one is verified at its own time.
#[utoipa::path(
    get,
    path = "/v1/trust-lists/{sequence}/xml",
    operation_id = "get_trust_list_xml",
    tag = "list",
    params(("sequence" = u64, Path, description = "Number of the version.", example = 1)),
    responses(
        (status = OK, description = "The list.", content_type = "application/xml", body = str),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`, `If-Modified-Since`)."),
        OfResource,
    )
)]
async fn get_trust_list_xml(
    State(state): State<ApiState>,
    Path(sequence): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let files = state.trust_space.list_files(number(&sequence)?).await?;
    // What is not asked for is not unpacked.
    let bytes = if takes_gzip(&headers) {
        Vec::new()
    } else {
        files.unpacked().await?
    };
    let file = File {
        bytes: bytes.into(),
        tag: format!("\"{}\"", files.version.sha256),
        gzip: Some((
            Bytes::from(files.xml_gzip),
            format!("\"{}-gzip\"", files.version.sha256),
        )),
        media_type: "application/xml",
        modified_at: files.version.generated_at,
        name: Some(format!(
            "listeblanchemssante-{}.xml",
            files.version.sequence
        )),
    };
    Ok(file.answer(&headers))
}

/// Get the side-car of a version
///
/// A compact JWS of the signer of that version.
#[utoipa::path(
    get,
    path = "/v1/trust-lists/{sequence}/meta",
    operation_id = "get_trust_list_meta",
    tag = "list",
    params(("sequence" = u64, Path, description = "Number of the version.", example = 1)),
    responses(
        (status = OK, description = "The side-car.", content_type = "application/jose", body = str),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`, `If-Modified-Since`)."),
        OfResource,
    )
)]
async fn get_trust_list_meta(
    State(state): State<ApiState>,
    Path(sequence): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let files = state.trust_space.list_files(number(&sequence)?).await?;
    let file = File {
        bytes: files.meta_jws.into(),
        // Of what it speaks of: there is one side-car for each list.
        tag: format!("\"{}\"", files.version.sha256),
        gzip: None,
        media_type: "application/jose",
        modified_at: files.version.generated_at,
        name: Some(format!(
            "listeblanchemssante-{}.meta.jws",
            files.version.sequence
        )),
    };
    Ok(file.answer(&headers))
}
