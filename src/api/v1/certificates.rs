//! `/v1/certificates`: certificates of operators, as they are registered, judged and shown.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::mail_domains::ReasonParameters;
use super::operators;
use super::view::{CertificateView, created};
use crate::api::ApiState;
use crate::api::answer;
use crate::api::auth::{Acting, Reader};
use crate::api::body::{Upload, UploadBody};
use crate::api::failures::{OfAct, OfRecord, OfRecords};
use crate::api::parameters::{Asked, Known, NoParameters, Parameters};
use crate::api::problem::Problem;
use crate::api::seek::{self, Records};
use crate::api::values;
use crate::domain::certificate::CertificateState;
use crate::domain::certificate_record::{CertificateDetail, CertificateFilter};
use crate::domain::error::{CERTIFICATE_NOT_FOUND, Failure, PARAMETER_INVALID};
use crate::domain::pem;

const LIST: &str = "certificates";

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(add_certificate))
        .routes(routes!(list_certificates))
        .routes(routes!(lint_certificate))
        .routes(routes!(get_certificate))
}

/// Reads the number of a certificate in a path.
pub(super) fn number(path: &str) -> Result<i64, Failure> {
    values::record(path, &CERTIFICATE_NOT_FOUND, "Certificates go by number.")
}

/// Which certificates to list; all that is given must hold.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct CertificateParameters {
    /// Of the operator of this number.
    #[param(max_length = 19)]
    operator: Option<String>,
    /// In this state.
    #[param(max_length = 20, example = "active")]
    state: Option<String>,
    /// Whose last day comes within so many days, or has passed.
    #[param(max_length = 5, example = "30")]
    expiring_within_days: Option<String>,
    /// Most items in the page.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

impl Parameters for CertificateParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<CertificateParameters>);
        &KNOWN
    }
}

impl CertificateParameters {
    fn filter(&self) -> Result<CertificateFilter, Failure> {
        let state = self.state.as_deref().map(|name| {
            CertificateState::from_name(name.trim()).ok_or_else(|| {
                let names = CertificateState::ALL
                    .map(CertificateState::as_str)
                    .join("`, `");
                Failure::new(
                    &PARAMETER_INVALID,
                    format!("`state` is not one of `{names}`."),
                )
            })
        });
        Ok(CertificateFilter {
            operator: values::number("operator", self.operator.as_deref())?,
            state: state.transpose()?,
            expiring_within_days: values::number(
                "expiring_within_days",
                self.expiring_within_days.as_deref(),
            )?,
        })
    }
}

/// A certificate with what stands behind it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateDetail)]
pub(super) struct DetailView {
    #[serde(flatten)]
    certificate: CertificateView,
    /// Mail domains that are bound to it.
    mail_domains: Vec<String>,
    /// The certificate and what was sent with it, PEM; absent where a list alone told of its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pem: Option<String>,
}

impl From<CertificateDetail> for DetailView {
    fn from(detail: CertificateDetail) -> Self {
        let chain: String = detail
            .chain
            .iter()
            .map(|der| pem::certificate(der))
            .collect();
        Self {
            certificate: detail.record.into(),
            mail_domains: detail.mail_domains.into_iter().map(String::from).collect(),
            pem: (!chain.is_empty()).then_some(chain),
        }
    }
}

/// What the rules say of a certificate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Lint)]
struct LintView {
    /// Whether it would be registered, as far as rules go.
    accepted: bool,
    /// Rules it breaks, each with clause, severity, what was found and what was expected.
    #[schema(value_type = Vec<Object>)]
    findings: serde_json::Value,
}

/// Register a certificate of an operator
///
/// PEM (one or a chain) or DER. It is read, judged rule by rule and followed to an anchor; a refusal
/// lists every finding as `particulars.findings`. It is pending until an act activates it.
#[utoipa::path(
    post,
    path = "/v1/operators/{id}/certificates",
    operation_id = "add_certificate",
    tag = "trust space",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the operator.", example = 1), ReasonParameters),
    request_body(
        content(
            (UploadBody = "application/json"),
            (String = "application/x-pem-file"),
            (String = "application/pkix-cert"),
        ),
        description = "The certificate."
    ),
    responses(
        (status = CREATED, description = "The certificate, and its `Location`.", content_type = "application/json", body = CertificateView),
        OfAct,
    )
)]
async fn add_certificate(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    Asked(why): Asked<ReasonParameters>,
    upload: Upload,
) -> Result<Response, Problem> {
    let reason = upload.reason.unwrap_or_else(|| why.given());
    let record = state
        .trust_space
        .add_certificate(&actor, operators::number(&id)?, &upload.file, &reason)
        .await?;
    let location = format!("/v1/certificates/{}", record.id);
    created(&CertificateView::from(record), &location)
}

/// Judge a certificate
///
/// As it would be judged if it were registered; nothing is kept.
#[utoipa::path(
    post,
    path = "/v1/certificates/lint",
    operation_id = "lint_certificate",
    tag = "trust space",
    security(("token" = [])),
    request_body(
        content(
            (UploadBody = "application/json"),
            (String = "application/x-pem-file"),
            (String = "application/pkix-cert"),
        ),
        description = "The certificate."
    ),
    responses(
        (status = OK, description = "What the rules say.", content_type = "application/json", body = LintView),
        OfAct,
    )
)]
async fn lint_certificate(
    State(state): State<ApiState>,
    _reader: Reader,
    Asked(NoParameters {}): Asked<NoParameters>,
    upload: Upload,
) -> Result<Response, Problem> {
    let findings = state.trust_space.lint(&upload.file).await?;
    answer::told(&LintView {
        accepted: findings.iter().all(|finding| !finding.refuses()),
        findings: serde_json::json!(findings),
    })
}

/// List certificates
///
/// In the order of their numbers.
#[utoipa::path(
    get,
    path = "/v1/certificates",
    operation_id = "list_certificates",
    tag = "trust space",
    security(("token" = [])),
    params(CertificateParameters),
    responses(
        (status = OK, description = "A page of certificates.", content_type = "application/json", body = Records<CertificateView>),
        OfRecords,
    )
)]
async fn list_certificates(
    State(state): State<ApiState>,
    _reader: Reader,
    uri: Uri,
    Asked(parameters): Asked<CertificateParameters>,
) -> Result<Response, Problem> {
    let limit = values::limit(parameters.limit.as_deref())?;
    let after = seek::after(LIST, parameters.cursor.as_deref())?;
    let found = state
        .trust_space
        .certificates(
            &parameters.filter()?,
            after.unwrap_or_default(),
            seek::one_more(limit),
        )
        .await?;
    let page = Records::<CertificateView>::page(LIST, found, limit, |last| last.id.to_string());
    seek::records(&page, &uri)
}

/// Get a certificate
///
/// With the mail domains bound to it.
#[utoipa::path(
    get,
    path = "/v1/certificates/{id}",
    operation_id = "get_certificate",
    tag = "trust space",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the certificate.", example = 1)),
    responses(
        (status = OK, description = "The certificate.", content_type = "application/json", body = DetailView),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`)."),
        OfRecord,
    )
)]
async fn get_certificate(
    State(state): State<ApiState>,
    _reader: Reader,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let detail = state.trust_space.certificate(number(&id)?).await?;
    answer::record(&DetailView::from(detail), None, &headers)
}
