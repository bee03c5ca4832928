//! `/v1/organizations`: structures where professionals work.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::OrganizationView;
use crate::api::ApiState;
use crate::api::answer::{self, Page};
use crate::api::failures::{OfResource, OfSearch};
use crate::api::parameters::{Asked, Known, NoParameters, Parameters};
use crate::api::problem::Problem;
use crate::api::values;
use crate::domain::code::{CodeLabels, CodeSystem};
use crate::domain::error::Failure;
use crate::domain::organization::Organization;
use crate::domain::query::{OrganizationFilter, OrganizationRef, Search};
use crate::service::codes;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_organizations))
        .routes(routes!(get_organization))
}

/// What to look for; all that is given must hold.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct OrganizationParameters {
    /// Words of the legal and trade names, in any order, forgiving as for people.
    #[param(max_length = 200, example = "ch fictif")]
    q: Option<String>,
    /// Town; a city also means its arrondissements.
    #[param(max_length = 100)]
    city: Option<String>,
    /// Postal code.
    #[param(max_length = 10)]
    postal_code: Option<String>,
    /// Department code, such as `44`, `2A` or `971`.
    #[param(max_length = 3)]
    department: Option<String>,
    /// Secteur d'activité, as code or label (`SA07`, `cabinet individuel`). Repeat it for one of
    /// several.
    #[serde(default)]
    sector: Vec<String>,
    /// Whether the structure itself has a mailbox.
    #[param(value_type = Option<bool>)]
    has_mailbox: Option<String>,
    /// Most items in the page.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

impl Parameters for OrganizationParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<OrganizationParameters>);
        &KNOWN
    }
}

impl OrganizationParameters {
    fn into_search(self, labels: &CodeLabels) -> Result<Search<OrganizationFilter>, Failure> {
        let mut all = Vec::new();
        all.extend(values::words("q", self.q)?.map(OrganizationFilter::Name));
        all.extend(values::words("city", self.city)?.map(OrganizationFilter::City));
        all.extend(
            values::words("postal_code", self.postal_code)?.map(OrganizationFilter::PostalCode),
        );
        all.extend(
            values::department(self.department.as_deref())?.map(OrganizationFilter::Department),
        );
        all.extend(
            codes::resolve(labels, CodeSystem::ActivitySector, "sector", &self.sector)?
                .map(OrganizationFilter::Sectors),
        );
        all.extend(
            values::flag("has_mailbox", self.has_mailbox.as_deref())?
                .map(OrganizationFilter::HasMailbox),
        );
        Ok(Search {
            filter: OrganizationFilter::All(all),
            limit: values::limit(self.limit.as_deref())?,
            after: values::cursor(self.cursor.as_deref())?,
        })
    }
}

/// Find organisations
///
/// The nearest to what was asked come first, equals in alphabetical order.
#[utoipa::path(
    get,
    path = "/v1/organizations",
    operation_id = "list_organizations",
    tag = "directory",
    params(OrganizationParameters),
    responses(
        (status = OK, description = "A page of organisations.", content_type = "application/json", body = Page<OrganizationView>),
        OfSearch,
    )
)]
async fn list_organizations(
    State(state): State<ApiState>,
    uri: Uri,
    Asked(parameters): Asked<OrganizationParameters>,
) -> Result<Response, Problem> {
    let directory = state.directory.now()?;
    let search = parameters.into_search(directory.labels())?;
    let found = directory.organizations(search).await?;
    let page = Page::of(&found, |hit| {
        OrganizationView::new(&hit.item, directory.labels(), Some(hit.score))
    });
    answer::page(&page, &uri, directory.position())
}

/// An organisation, and those that share the identifier it was asked by.
#[derive(Debug, Serialize, ToSchema)]
struct OrganizationFound<'a> {
    #[serde(flatten)]
    organization: OrganizationView<'a>,
    /// Technical identifiers of other organisations that carry the same identifier: several may
    /// share a SIRET.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    also: Vec<&'a str>,
}

/// Get an organisation
///
/// By FINESS, SIRET, technical identifier or `idNat_struct`. Where several carry the identifier, the
/// first by technical identifier is answered and `also` names the others.
#[utoipa::path(
    get,
    path = "/v1/organizations/{id}",
    operation_id = "get_organization",
    tag = "directory",
    params(("id" = String, Path, description = "FINESS, SIRET, technical or national identifier.", example = "770816478")),
    responses(
        (status = OK, description = "The organisation.", content_type = "application/json", body = OrganizationFound),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`)."),
        OfResource,
    )
)]
async fn get_organization(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let directory = state.directory.now()?;
    let (organization, others) = directory.organization(&OrganizationRef(id))?;
    let found = OrganizationFound {
        organization: OrganizationView::new(&organization, directory.labels(), None),
        also: others.iter().map(id_of).collect(),
    };
    answer::resource(&found, directory.position(), &headers)
}

fn id_of(organization: &Organization) -> &str {
    organization.summary.id.as_str()
}
