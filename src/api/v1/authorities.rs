//! `/v1/authorities`: our own authorities, for everybody, and what administrators bring of them.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{created, mirror};
use crate::api::ApiState;
use crate::api::answer;
use crate::api::auth::Acting;
use crate::api::body::Json;
use crate::api::failures::{OfAct, OfResource, OfSearch};
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem::Problem;
use crate::api::seek::Records;
use crate::domain::authority::AuthorityKind;
use crate::domain::pem;
use crate::service::trust_space::AuthorityDetail;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_authorities))
        .routes(routes!(add_authority))
        .routes(routes!(get_authority))
        .routes(routes!(add_revocation_list))
}

mirror! {
    /// What an authority does.
    AuthorityKindView of AuthorityKind as AuthorityKind, "snake_case" {
        /// Certifies the others; its key is offline.
        Root,
        /// Issues certificates of gateways.
        Issuing,
    }
}

/// One of our authorities.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Authority)]
pub(super) struct AuthorityView {
    /// Its name in addresses.
    #[schema(example = "essai")]
    name: String,
    /// What it does.
    kind: AuthorityKindView,
    /// Whom its certificate names.
    subject: String,
    /// SHA-256 of its certificate, hexadecimal.
    sha256: String,
    /// Last second of its validity, UTC.
    #[serde(with = "time::serde::rfc3339")]
    not_after: OffsetDateTime,
    /// When it was made known, UTC.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// Its certificate, PEM. It proves nothing by coming from here.
    pem: String,
    /// Its newest revocation list; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_list: Option<RevocationListView>,
}

/// A revocation list, as it says of itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RevocationList)]
struct RevocationListView {
    /// Where it is.
    #[schema(example = "/crl/essai.crl")]
    path: String,
    /// Its number, hexadecimal.
    #[schema(example = "2a")]
    number: String,
    /// When it was made, UTC.
    #[serde(with = "time::serde::rfc3339")]
    this_update: OffsetDateTime,
    /// When a newer one is there at the latest, UTC.
    #[serde(with = "time::serde::rfc3339")]
    next_update: OffsetDateTime,
}

impl From<AuthorityDetail> for AuthorityView {
    fn from(detail: AuthorityDetail) -> Self {
        let AuthorityDetail {
            record,
            subject,
            newest_list,
        } = detail;
        Self {
            kind: record.kind.into(),
            subject,
            sha256: record.sha256.to_string(),
            not_after: record.not_after,
            created_at: record.created_at,
            pem: pem::certificate(&record.der),
            revocation_list: newest_list.map(|list| RevocationListView {
                path: format!("/crl/{}.crl", record.name),
                number: list.number,
                this_update: list.this_update,
                next_update: list.next_update,
            }),
            name: record.name,
        }
    }
}

/// An authority that is to be made known.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAuthority)]
struct AuthorityBody {
    /// Its name in addresses: lower-case letters, digits and inner hyphens.
    #[schema(example = "essai")]
    name: String,
    /// Its certificate, PEM.
    #[schema(example = "-----BEGIN CERTIFICATE-----\n…")]
    pem: String,
    /// Why, kept in history.
    reason: String,
}

/// A revocation list that was signed elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RevocationListUpload)]
struct RevocationListBody {
    /// The list, PEM.
    #[schema(example = "-----BEGIN X509 CRL-----\n…")]
    pem: String,
    /// Why, kept in history.
    reason: String,
}

/// List our own authorities
///
/// In the order they were made known.
#[utoipa::path(
    get,
    path = "/v1/authorities",
    operation_id = "list_authorities",
    tag = "revocation",
    responses(
        (status = OK, description = "Every authority.", content_type = "application/json", body = Records<AuthorityView>),
        OfSearch,
    )
)]
async fn list_authorities(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> Result<Response, Problem> {
    let found = state.trust_space.authorities().await?;
    let views = found.into_iter().map(AuthorityView::from).collect();
    answer::told(&Records::all(views))
}

/// Make an authority known
///
/// A root of its own, or one that a known root certified. What paths lead to stays configuration.
#[utoipa::path(
    post,
    path = "/v1/authorities",
    operation_id = "add_authority",
    tag = "trust space",
    security(("token" = [])),
    request_body(content = AuthorityBody, content_type = "application/json"),
    responses(
        (status = CREATED, description = "The authority, and its `Location`.", content_type = "application/json", body = AuthorityView),
        OfAct,
    )
)]
async fn add_authority(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(body): Json<AuthorityBody>,
) -> Result<Response, Problem> {
    let added = state
        .trust_space
        .add_authority(&actor, &body.name, body.pem.as_bytes(), &body.reason)
        .await?;
    let location = format!("/v1/authorities/{}", added.record.name);
    created(&AuthorityView::from(added), &location)
}

/// Get an authority
///
/// With its certificate and its newest revocation list.
#[utoipa::path(
    get,
    path = "/v1/authorities/{name}",
    operation_id = "get_authority",
    tag = "revocation",
    params(("name" = String, Path, description = "Name of the authority.", example = "essai")),
    responses(
        (status = OK, description = "The authority.", content_type = "application/json", body = AuthorityView),
        OfResource,
    )
)]
async fn get_authority(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
) -> Result<Response, Problem> {
    let found = state.trust_space.authority(&name).await?;
    answer::told(&AuthorityView::from(found))
}

/// Bring a revocation list that was signed elsewhere
///
/// That of the root, whose key is offline. It must be signed by that authority, be good now, and follow
/// the one before by number and by time.
#[utoipa::path(
    post,
    path = "/v1/authorities/{name}/revocation-list",
    operation_id = "add_revocation_list",
    tag = "trust space",
    security(("token" = [])),
    params(("name" = String, Path, description = "Name of the authority.", example = "racine")),
    request_body(content = RevocationListBody, content_type = "application/json"),
    responses(
        (status = OK, description = "The authority with its new list.", content_type = "application/json", body = AuthorityView),
        OfAct,
    )
)]
async fn add_revocation_list(
    State(state): State<ApiState>,
    Acting(actor): Acting,
    Path(name): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(body): Json<RevocationListBody>,
) -> Result<Response, Problem> {
    let changed = state
        .trust_space
        .add_revocation_list(&actor, &name, body.pem.as_bytes(), &body.reason)
        .await?;
    answer::told(&AuthorityView::from(changed))
}
