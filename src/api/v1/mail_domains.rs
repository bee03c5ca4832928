//! `/v1/mail-domains`: their records, who runs them, and which certificates stand behind them.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::created;
use super::{certificates, operators};
use crate::api::ApiState;
use crate::api::answer;
use crate::api::auth::{Acting, Reader};
use crate::api::body::Json;
use crate::api::failures::{OfAct, OfRecord, OfRecords};
use crate::api::parameters::{Asked, Known, NoParameters, Parameters};
use crate::api::problem::Problem;
use crate::api::seek::{self, Records};
use crate::api::values;
use crate::domain::error::{Failure, MAIL_DOMAIN_INVALID, MAIL_DOMAIN_NOT_FOUND};
use crate::domain::mail_domain::{MailDomain, MailDomainFilter, MailDomainName};
use crate::service::trust_space::NewMailDomain;

const LIST: &str = "mail_domains";

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_mail_domains, create_mail_domain))
        .routes(routes!(get_mail_domain))
        .routes(routes!(assign_mail_domain, release_mail_domain))
        .routes(routes!(bind_certificate, unbind_certificate))
}

/// Which mail domains to list; all that is given must hold.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct MailDomainParameters {
    /// A part of the name or of the description, whatever its case.
    #[param(max_length = 253)]
    q: Option<String>,
    /// Run by the operator of this number.
    #[param(max_length = 19)]
    operator: Option<String>,
    /// Most items in the page.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 500)]
    cursor: Option<String>,
}

impl Parameters for MailDomainParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<MailDomainParameters>);
        &KNOWN
    }
}

/// Why something is done, where there is no body to say it in.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonParameters {
    /// Why, kept in history; `act.invalid` where it is not said.
    #[param(max_length = 2000)]
    reason: Option<String>,
}

impl ReasonParameters {
    /// The reason as it was given; whether it is one is for the use case to say.
    pub(super) fn given(self) -> String {
        self.reason.unwrap_or_default()
    }
}

impl Parameters for ReasonParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<ReasonParameters>);
        &KNOWN
    }
}

/// A mail domain.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailDomain)]
pub(super) struct MailDomainView {
    /// Its name.
    #[schema(example = "hopital-fictif.mssante.fr")]
    name: String,
    /// What it is for; the list shows it.
    description: String,
    /// Codes of `TRE_G15` that may have a mailbox in it; none: anybody.
    allowed_professions: Vec<String>,
    /// Numbers of the operators that run it.
    operators: Vec<i64>,
    /// Version of the record.
    version: i64,
}

impl From<MailDomain> for MailDomainView {
    fn from(domain: MailDomain) -> Self {
        Self {
            name: domain.name.into(),
            description: domain.description,
            allowed_professions: domain.allowed_professions,
            operators: domain.operators,
            version: domain.version,
        }
    }
}

/// What is written of a mail domain.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MailDomainDraft)]
struct DraftBody {
    /// Its name: labels of letters, digits and hyphens.
    #[schema(example = "hopital-fictif.mssante.fr")]
    name: String,
    /// What it is for; the list shows it.
    #[serde(default)]
    #[schema(max_length = 500)]
    description: String,
    /// Codes of `TRE_G15` that may have a mailbox in it; none: anybody.
    #[serde(default)]
    allowed_professions: Vec<String>,
    /// Number of the operator that runs it.
    operator: i64,
    /// Why, kept in history.
    reason: String,
}

/// Reads the name of a mail domain in a path.
fn name(path: &str) -> Result<MailDomainName, Failure> {
    MailDomainName::parse(path).map_err(|_| {
        Failure::new(
            &MAIL_DOMAIN_NOT_FOUND,
            "The path does not hold the name of a mail domain.",
        )
    })
}

/// List mail domains
///
/// In the order of their names.
#[utoipa::path(
    get,
    path = "/v1/mail-domains",
    operation_id = "list_mail_domains",
    tag = "trust space",
    security(("token" = [])),
    params(MailDomainParameters),
    responses(
        (status = OK, description = "A page of mail domains.", content_type = "application/json", body = Records<MailDomainView>),
        OfRecords,
    )
)]
async fn list_mail_domains(
    State(state): State<ApiState>,
    _reader: Reader,
    uri: Uri,
    Asked(parameters): Asked<MailDomainParameters>,
) -> Result<Response, Problem> {
    let limit = values::limit(parameters.limit.as_deref())?;
    let after: Option<String> = seek::after(LIST, parameters.cursor.as_deref())?;
    let after = after.as_deref().map(name).transpose()?;
    let filter = MailDomainFilter {
        operator: values::number("operator", parameters.operator.as_deref())?,
        text: parameters.q.map(|text| text.trim().to_owned()),
    };
    let found = state
        .trust_space
        .mail_domains(&filter, after.as_ref(), seek::one_more(limit))
        .await?;
    let page = Records::<MailDomainView>::page(LIST, found, limit, |last| last.name.to_string());
    seek::records(&page, &uri)
}

/// Record a mail domain
///
/// Of an operator; others may run it too.
#[utoipa::path(
    post,
    path = "/v1/mail-domains",
    operation_id = "create_mail_domain",
    tag = "trust space",
    security(("token" = [])),
    request_body(content = DraftBody, content_type = "application/json"),
    responses(
        (status = CREATED, description = "The mail domain, and its `Location`.", content_type = "application/json", body = MailDomainView),
        OfAct,
    )
)]
async fn create_mail_domain(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(body): Json<DraftBody>,
) -> Result<Response, Problem> {
    let name = MailDomainName::parse(&body.name)
        .map_err(|error| Failure::new(&MAIL_DOMAIN_INVALID, format!("`name` is {error}.")))?;
    let draft = NewMailDomain {
        name,
        description: body.description,
        allowed_professions: body.allowed_professions,
        operator: Some(body.operator),
    };
    let domain = state
        .trust_space
        .create_mail_domain(&actor, draft, &body.reason)
        .await?;
    let location = format!("/v1/mail-domains/{}", domain.name);
    created(&MailDomainView::from(domain), &location)
}

/// Get a mail domain
///
/// By its whole name, whatever its case.
#[utoipa::path(
    get,
    path = "/v1/mail-domains/{name}",
    operation_id = "get_mail_domain",
    tag = "trust space",
    security(("token" = [])),
    params(("name" = String, Path, description = "Name of the mail domain.", example = "hopital-fictif.mssante.fr")),
    responses(
        (status = OK, description = "The mail domain.", content_type = "application/json", body = MailDomainView),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`)."),
        OfRecord,
    )
)]
async fn get_mail_domain(
    State(state): State<ApiState>,
    _reader: Reader,
    Path(path): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let domain = state.trust_space.mail_domain(&name(&path)?).await?;
    let version = domain.version;
    answer::record(&MailDomainView::from(domain), Some(version), &headers)
}

/// Let an operator run a mail domain
///
/// Beside those that run it already.
#[utoipa::path(
    put,
    path = "/v1/mail-domains/{name}/operators/{operator}",
    operation_id = "assign_mail_domain",
    tag = "trust space",
    security(("token" = [])),
    params(
        ("name" = String, Path, description = "Name of the mail domain.", example = "hopital-fictif.mssante.fr"),
        ("operator" = i64, Path, description = "Number of the operator.", example = 1),
        ReasonParameters,
    ),
    responses(
        (status = OK, description = "The mail domain: It runs it.", content_type = "application/json", body = MailDomainView),
        OfAct,
    )
)]
async fn assign_mail_domain(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path((domain, operator)): Path<(String, String)>,
    Asked(why): Asked<ReasonParameters>,
) -> Result<Response, Problem> {
    let (domain, operator) = (name(&domain)?, operators::number(&operator)?);
    let domain = state
        .trust_space
        .assign_mail_domain(&actor, &domain, operator, &why.given())
        .await?;
    answer::told(&MailDomainView::from(domain))
}

/// Take a mail domain from an operator
///
/// What its certificates did behind the domain ends too.
#[utoipa::path(
    delete,
    path = "/v1/mail-domains/{name}/operators/{operator}",
    operation_id = "release_mail_domain",
    tag = "trust space",
    security(("token" = [])),
    params(
        ("name" = String, Path, description = "Name of the mail domain.", example = "hopital-fictif.mssante.fr"),
        ("operator" = i64, Path, description = "Number of the operator.", example = 1),
        ReasonParameters,
    ),
    responses(
        (status = OK, description = "The mail domain: It runs it no more.", content_type = "application/json", body = MailDomainView),
        OfAct,
    )
)]
async fn release_mail_domain(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path((domain, operator)): Path<(String, String)>,
    Asked(why): Asked<ReasonParameters>,
) -> Result<Response, Problem> {
    let (domain, operator) = (name(&domain)?, operators::number(&operator)?);
    let domain = state
        .trust_space
        .release_mail_domain(&actor, &domain, operator, &why.given())
        .await?;
    answer::told(&MailDomainView::from(domain))
}

/// Put a certificate behind a mail domain
///
/// Of one of the operators that run it: what becomes an entry of the list.
#[utoipa::path(
    put,
    path = "/v1/mail-domains/{name}/certificates/{certificate}",
    operation_id = "bind_certificate",
    tag = "trust space",
    security(("token" = [])),
    params(
        ("name" = String, Path, description = "Name of the mail domain.", example = "hopital-fictif.mssante.fr"),
        ("certificate" = i64, Path, description = "Number of the certificate.", example = 1),
        ReasonParameters,
    ),
    responses((status = NO_CONTENT, description = "It stands behind it."), OfAct)
)]
async fn bind_certificate(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path((domain, certificate)): Path<(String, String)>,
    Asked(why): Asked<ReasonParameters>,
) -> Result<Response, Problem> {
    let (domain, certificate) = (name(&domain)?, certificates::number(&certificate)?);
    state
        .trust_space
        .bind(&actor, &domain, certificate, &why.given())
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Take a certificate from behind a mail domain
///
/// The entry leaves the list with its next version.
#[utoipa::path(
    delete,
    path = "/v1/mail-domains/{name}/certificates/{certificate}",
    operation_id = "unbind_certificate",
    tag = "trust space",
    security(("token" = [])),
    params(
        ("name" = String, Path, description = "Name of the mail domain.", example = "hopital-fictif.mssante.fr"),
        ("certificate" = i64, Path, description = "Number of the certificate.", example = 1),
        ReasonParameters,
    ),
    responses((status = NO_CONTENT, description = "It stands behind it no more."), OfAct)
)]
async fn unbind_certificate(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path((domain, certificate)): Path<(String, String)>,
    Asked(why): Asked<ReasonParameters>,
) -> Result<Response, Problem> {
    let (domain, certificate) = (name(&domain)?, certificates::number(&certificate)?);
    state
        .trust_space
        .unbind(&actor, &domain, certificate, &why.given())
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
