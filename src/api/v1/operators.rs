//! `/v1/operators`: who runs mail domains.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{OperatorKindView, OperatorStateView, OperatorView, created};
use crate::api::ApiState;
use crate::api::answer;
use crate::api::auth::{Acting, Reader};
use crate::api::body::Json;
use crate::api::failures::{OfAct, OfRecord, OfRecords};
use crate::api::parameters::{Asked, Known, NoParameters, Parameters};
use crate::api::problem::Problem;
use crate::api::seek::{self, Records};
use crate::api::values;
use crate::domain::error::{Failure, OPERATOR_INVALID, OPERATOR_NOT_FOUND, PARAMETER_INVALID};
use crate::domain::onboarding::OperatorState;
use crate::domain::operator::{OperatorFilter, RegisteredNumber};
use crate::service::trust_space::{NewOperator, OperatorChanges, OperatorDetail};

const LIST: &str = "operators";

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_operators, create_operator))
        .routes(routes!(get_operator, amend_operator))
}

/// Reads the number of an operator in a path.
pub(super) fn number(path: &str) -> Result<i64, Failure> {
    values::record(path, &OPERATOR_NOT_FOUND, "Operators go by number.")
}

/// Which operators to list; all that is given must hold.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct OperatorParameters {
    /// A part of the legal name, whatever its case, or the whole registered number.
    #[param(max_length = 200)]
    q: Option<String>,
    /// In this state.
    #[param(max_length = 20, example = "active")]
    state: Option<String>,
    /// Most items in the page.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

impl Parameters for OperatorParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<OperatorParameters>);
        &KNOWN
    }
}

impl OperatorParameters {
    fn filter(&self) -> Result<OperatorFilter, Failure> {
        let state = self.state.as_deref().map(|name| {
            OperatorState::from_name(name.trim()).ok_or_else(|| {
                let names = OperatorState::ALL.map(OperatorState::as_str).join("`, `");
                Failure::new(
                    &PARAMETER_INVALID,
                    format!("`state` is not one of `{names}`."),
                )
            })
        });
        Ok(OperatorFilter {
            state: state.transpose()?,
            text: self.q.as_deref().map(|text| text.trim().to_owned()),
        })
    }
}

/// What is written of an operator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OperatorDraft)]
struct DraftBody {
    /// Raison sociale.
    #[schema(max_length = 200, example = "CENTRE HOSPITALIER FICTIF")]
    legal_name: String,
    /// What sort of body.
    kind: OperatorKindView,
    /// Registered number as in the OU of its certificates: `1` and FINESS, or `3` and SIRET.
    #[schema(example = "1440000040")]
    number: String,
    /// Telephone and address of who is responsible.
    #[serde(default)]
    #[schema(max_length = 500)]
    responsible_contact: String,
    /// Telephone and address of the support.
    #[serde(default)]
    #[schema(max_length = 500)]
    support_contact: String,
    /// Why, kept in history.
    reason: String,
}

/// What changes of an operator; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OperatorChanges)]
struct ChangesBody {
    /// Raison sociale.
    legal_name: Option<String>,
    /// What sort of body.
    kind: Option<OperatorKindView>,
    /// Registered number.
    number: Option<String>,
    /// Telephone and address of who is responsible.
    responsible_contact: Option<String>,
    /// Telephone and address of the support.
    support_contact: Option<String>,
    /// Why, kept in history.
    reason: String,
}

fn registered(number: &str) -> Result<RegisteredNumber, Failure> {
    RegisteredNumber::parse(number)
        .map_err(|error| Failure::new(&OPERATOR_INVALID, format!("`number` is {error}.")))
}

/// An operator with what belongs to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorDetail)]
pub(super) struct DetailView {
    #[serde(flatten)]
    operator: OperatorView,
    /// Mail domains it runs.
    mail_domains: Vec<String>,
    /// Numbers of its certificates.
    certificates: Vec<i64>,
    /// States it may go to.
    next_states: Vec<OperatorStateView>,
}

impl From<OperatorDetail> for DetailView {
    fn from(detail: OperatorDetail) -> Self {
        Self {
            operator: detail.operator.into(),
            mail_domains: detail.mail_domains.into_iter().map(String::from).collect(),
            certificates: detail.certificates,
            next_states: detail
                .next_states
                .iter()
                .map(|state| (*state).into())
                .collect(),
        }
    }
}

/// List operators
///
/// In the order of their numbers.
#[utoipa::path(
    get,
    path = "/v1/operators",
    operation_id = "list_operators",
    tag = "trust space",
    security(("token" = [])),
    params(OperatorParameters),
    responses(
        (status = OK, description = "A page of operators.", content_type = "application/json", body = Records<OperatorView>),
        OfRecords,
    )
)]
async fn list_operators(
    State(state): State<ApiState>,
    _reader: Reader,
    uri: Uri,
    Asked(parameters): Asked<OperatorParameters>,
) -> Result<Response, Problem> {
    let limit = values::limit(parameters.limit.as_deref())?;
    let after = seek::after(LIST, parameters.cursor.as_deref())?;
    let found = state
        .trust_space
        .operators(
            &parameters.filter()?,
            after.unwrap_or_default(),
            seek::one_more(limit),
        )
        .await?;
    let page = Records::<OperatorView>::page(LIST, found, limit, |last| last.id.to_string());
    seek::records(&page, &uri)
}

/// Record an operator
///
/// As a candidate; its life goes on by transitions.
#[utoipa::path(
    post,
    path = "/v1/operators",
    operation_id = "create_operator",
    tag = "trust space",
    security(("token" = [])),
    request_body(content = DraftBody, content_type = "application/json"),
    responses(
        (status = CREATED, description = "The operator, and its `Location`.", content_type = "application/json", body = OperatorView),
        OfAct,
    )
)]
async fn create_operator(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(body): Json<DraftBody>,
) -> Result<Response, Problem> {
    let draft = NewOperator {
        legal_name: body.legal_name,
        kind: Some(body.kind.into()),
        number: Some(registered(&body.number)?),
        responsible_contact: body.responsible_contact,
        support_contact: body.support_contact,
    };
    let operator = state
        .trust_space
        .create_operator(&actor, draft, &body.reason)
        .await?;
    let location = format!("/v1/operators/{}", operator.id);
    created(&OperatorView::from(operator), &location)
}

/// Get an operator
///
/// With its mail domains, its certificates and the states it may go to.
#[utoipa::path(
    get,
    path = "/v1/operators/{id}",
    operation_id = "get_operator",
    tag = "trust space",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Number of the operator.", example = 1)),
    responses(
        (status = OK, description = "The operator.", content_type = "application/json", body = DetailView),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`)."),
        OfRecord,
    )
)]
async fn get_operator(
    State(state): State<ApiState>,
    _reader: Reader,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let detail = state.trust_space.operator(number(&id)?).await?;
    let version = detail.operator.version;
    answer::record(&DetailView::from(detail), Some(version), &headers)
}

/// Change what is written of an operator
///
/// `If-Match` must hold the `ETag` of the record as it was read: what somebody else changed meanwhile
/// is not overwritten (412, `record.changed`).
#[utoipa::path(
    patch,
    path = "/v1/operators/{id}",
    operation_id = "amend_operator",
    tag = "trust space",
    security(("token" = [])),
    params(
        ("id" = i64, Path, description = "Number of the operator.", example = 1),
        ("If-Match" = String, Header, description = "The `ETag` of the record."),
    ),
    request_body(content = ChangesBody, content_type = "application/json"),
    responses(
        (status = OK, description = "The operator.", content_type = "application/json", body = OperatorView),
        OfAct,
    )
)]
async fn amend_operator(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
    Json(changes): Json<ChangesBody>,
) -> Result<Response, Problem> {
    let id = number(&id)?;
    let version = answer::version_held(&headers)?;
    let reason = changes.reason;
    let changes = OperatorChanges {
        legal_name: changes.legal_name,
        kind: changes.kind.map(Into::into),
        number: changes.number.as_deref().map(registered).transpose()?,
        responsible_contact: changes.responsible_contact,
        support_contact: changes.support_contact,
    };
    let amended = state
        .trust_space
        .amend_operator(&actor, id, version, changes, &reason)
        .await?;
    let version = amended.version;
    answer::record(
        &OperatorView::from(amended),
        Some(version),
        &HeaderMap::new(),
    )
}
