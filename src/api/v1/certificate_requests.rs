//! `/v1/certificate-requests`: requests for certificates that our own authorities issue.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{ReasonBody, created, mirror};
use crate::api::ApiState;
use crate::api::answer;
use crate::api::auth::{Acting, Reader};
use crate::api::body::Json;
use crate::api::failures::{OfAct, OfRecord, OfRecords};
use crate::api::parameters::{Asked, Known, NoParameters, Parameters};
use crate::api::problem::Problem;
use crate::api::seek::{self, Records};
use crate::api::values;
use crate::domain::authority::RequestState;
use crate::domain::certificate_request::{CertificateRequestRecord, RequestFilter};
use crate::domain::error::{CERTIFICATE_REQUEST_NOT_FOUND, Failure, PARAMETER_INVALID};
use crate::domain::pem;
use crate::service::trust_space::WantedCertificate;

const LIST: &str = "certificate-requests";

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(request_certificate))
        .routes(routes!(list_certificate_requests))
        .routes(routes!(get_certificate_request))
        .routes(routes!(refuse_certificate_request))
}

fn number(path: &str) -> Result<i64, Failure> {
    values::record(
        path,
        &CERTIFICATE_REQUEST_NOT_FOUND,
        "Certificate requests go by number.",
    )
}

mirror! {
    /// Where a request for a certificate stands.
    RequestStateView of RequestState as CertificateRequestState, "snake_case" {
        /// Waits to be approved.
        Submitted,
        /// Its certificate was issued.
        Issued,
        /// Somebody refused it.
        Refused,
    }
}

/// A request for a certificate of ours.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateRequest)]
pub(super) struct RequestView {
    /// Number of the record.
    id: i64,
    /// Number of the operator that the certificate is for.
    operator: i64,
    /// Name of the authority that is to issue it.
    authority: String,
    /// Where it stands.
    state: RequestStateView,
    /// The subject that will be certified, as the list writes it.
    dn: String,
    /// The host names that will be certified.
    hosts: Vec<String>,
    /// SHA-256 of the key, hexadecimal.
    spki_sha256: String,
    /// The certificate whose place it is to take.
    #[serde(skip_serializing_if = "Option::is_none")]
    renews: Option<i64>,
    /// What the rules warned of.
    #[schema(value_type = Vec<Object>)]
    findings: serde_json::Value,
    /// The request as it was sent, PEM.
    csr: String,
    /// Name of who sent it.
    requested_by: String,
    /// When, UTC.
    #[serde(with = "time::serde::rfc3339")]
    requested_at: OffsetDateTime,
    /// Name of who settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_by: Option<String>,
    /// When, UTC.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    settled_at: Option<OffsetDateTime>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_why: Option<String>,
    /// Number of the certificate that was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<i64>,
}

impl From<CertificateRequestRecord> for RequestView {
    fn from(record: CertificateRequestRecord) -> Self {
        let settled = record.settled;
        Self {
            id: record.id,
            operator: record.operator,
            authority: record.authority,
            state: record.state.into(),
            dn: record.dn.to_string(),
            hosts: record.hosts,
            spki_sha256: record.spki_sha256.to_string(),
            renews: record.renews,
            findings: record.findings,
            csr: pem::certificate_request(&record.csr),
            requested_by: record.requested_by,
            requested_at: record.requested_at,
            certificate: settled.as_ref().and_then(|it| it.certificate),
            settled_at: settled.as_ref().map(|it| it.at),
            settled_by: settled.as_ref().map(|it| it.by.clone()),
            settled_why: settled.map(|it| it.why),
        }
    }
}

/// A certificate that is wanted of us.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WantedCertificate)]
struct WantedBody {
    /// Number of the operator that it is for.
    #[schema(example = 1)]
    operator: i64,
    /// Name of the authority that is to issue it.
    #[schema(example = "essai")]
    authority: String,
    /// The request (PKCS #10), PEM.
    #[schema(example = "-----BEGIN CERTIFICATE REQUEST-----\n…")]
    csr: String,
    /// The certificate whose place it is to take: of the same operator and name.
    #[serde(default)]
    renews: Option<i64>,
    /// Why, kept in history.
    reason: String,
}

/// Which requests to list; all that is given must hold.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct RequestParameters {
    /// Of the operator of this number.
    #[param(max_length = 19)]
    operator: Option<String>,
    /// In this state.
    #[param(max_length = 20, example = "submitted")]
    state: Option<String>,
    /// Most items in the page.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

impl Parameters for RequestParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<RequestParameters>);
        &KNOWN
    }
}

impl RequestParameters {
    fn filter(&self) -> Result<RequestFilter, Failure> {
        let state = self.state.as_deref().map(|name| {
            RequestState::from_name(name.trim()).ok_or_else(|| {
                let names = RequestState::ALL.map(RequestState::as_str).join("`, `");
                Failure::new(
                    &PARAMETER_INVALID,
                    format!("`state` is not one of `{names}`."),
                )
            })
        });
        Ok(RequestFilter {
            operator: values::number("operator", self.operator.as_deref())?,
            state: state.transpose()?,
        })
    }
}

/// Ask for a certificate of ours
///
/// The request is read strictly, its signature verified (proof of possession), and judged rule by rule; a
/// refusal lists every finding as `particulars.findings`. It waits until two administrators agree to
/// `issue_certificate`.
#[utoipa::path(
    post,
    path = "/v1/certificate-requests",
    operation_id = "request_certificate",
    tag = "trust space",
    security(("token" = [])),
    request_body(content = WantedBody, content_type = "application/json"),
    responses(
        (status = CREATED, description = "The request, and its `Location`.", content_type = "application/json", body = RequestView),
        OfAct,
    )
)]
async fn request_certificate(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(body): Json<WantedBody>,
) -> Result<Response, Problem> {
    let wanted = WantedCertificate {
        operator: body.operator,
        authority: &body.authority,
        csr: body.csr.as_bytes(),
        renews: body.renews,
    };
    let record = state
        .trust_space
        .request_certificate(&actor, wanted, &body.reason)
        .await?;
    let location = format!("/v1/certificate-requests/{}", record.id);
    created(&RequestView::from(record), &location)
}

/// List requests for certificates
///
/// In the order of their numbers.
#[utoipa::path(
    get,
    path = "/v1/certificate-requests",
    operation_id = "list_certificate_requests",
    tag = "trust space",
    security(("token" = [])),
    params(RequestParameters),
    responses(
        (status = OK, description = "A page of requests.", content_type = "application/json", body = Records<RequestView>),
        OfRecords,
    )
)]
async fn list_certificate_requests(
    State(state): State<ApiState>,
    _reader: Reader,
    uri: Uri,
    Asked(parameters): Asked<RequestParameters>,
) -> Result<Response, Problem> {
    let limit = values::limit(parameters.limit.as_deref())?;
    let after = seek::after(LIST, parameters.cursor.as_deref())?;
    let found = state
        .trust_space
        .certificate_requests(
            &parameters.filter()?,
            after.unwrap_or_default(),
            seek::one_more(limit),
        )
        .await?;
    let page = Records::<RequestView>::page(LIST, found, limit, |last| last.id.to_string());
    seek::records(&page, &uri)
}

/// Get a request for a certificate
///
/// With the number of the certificate, once it was issued.
#[utoipa::path(
    get,
    path = "/v1/certificate-requests/{id}",
    operation_id = "get_certificate_request",
    tag = "trust space",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the request.", example = 1)),
    responses(
        (status = OK, description = "The request.", content_type = "application/json", body = RequestView),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`)."),
        OfRecord,
    )
)]
async fn get_certificate_request(
    State(state): State<ApiState>,
    _reader: Reader,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let record = state.trust_space.certificate_request(number(&id)?).await?;
    answer::record(&RequestView::from(record), None, &headers)
}

/// Refuse a request for a certificate
///
/// For good, by one administrator.
#[utoipa::path(
    post,
    path = "/v1/certificate-requests/{id}/refuse",
    operation_id = "refuse_certificate_request",
    tag = "trust space",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the request.", example = 1)),
    request_body(content = ReasonBody, content_type = "application/json"),
    responses(
        (status = OK, description = "The request as it stands now.", content_type = "application/json", body = RequestView),
        OfAct,
    )
)]
async fn refuse_certificate_request(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(why): Json<ReasonBody>,
) -> Result<Response, Problem> {
    let refused = state
        .trust_space
        .refuse_certificate_request(&actor, number(&id)?, &why.reason);
    answer::told(&RequestView::from(refused.await?))
}
