//! `/v1/practitioners`: professionals with their activities, organisations and mailboxes.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::PractitionerView;
use crate::api::ApiState;
use crate::api::answer::{self, Page};
use crate::api::failures::{OfResource, OfSearch};
use crate::api::parameters::{Asked, Known, NoParameters, Parameters};
use crate::api::problem::Problem;
use crate::api::values;
use crate::domain::code::{CodeLabels, CodeSystem};
use crate::domain::error::Failure;
use crate::domain::query::{OrganizationRef, PractitionerFilter, RoleFilter, Search};
use crate::service::codes;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_practitioners))
        .routes(routes!(get_practitioner))
}

/// What to look for; all that is given must hold, and all that concerns an activity must hold for
/// one and the same activity.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PractitionerParameters {
    /// Words of family and given names, in any order. One typing error is forgiven in words of four
    /// letters or more; the last word may be unfinished.
    #[param(max_length = 200, example = "heritier eleonore")]
    q: Option<String>,
    /// The same, of the family name alone.
    #[param(max_length = 100)]
    family: Option<String>,
    /// The same, of the given name alone.
    #[param(max_length = 100)]
    given: Option<String>,
    /// Profession, as code or label (`10`, `médecin`). Repeat it for one of several.
    #[serde(default)]
    profession: Vec<String>,
    /// Savoir-faire, as code or label (`SM04`, `cardiologie`); `médecine générale` means SM26, SM53
    /// and SM54. Repeat it for one of several.
    #[serde(default)]
    specialty: Vec<String>,
    /// Mode d'exercice, as code or label (`L`, `libéral`). Repeat it for one of several.
    #[serde(default)]
    practice_mode: Vec<String>,
    /// Town; a city also means its arrondissements.
    #[param(max_length = 100)]
    city: Option<String>,
    /// Postal code.
    #[param(max_length = 10)]
    postal_code: Option<String>,
    /// Department code, such as `44`, `2A` or `971`.
    #[param(max_length = 3)]
    department: Option<String>,
    /// Organisation: FINESS, SIRET, technical or national identifier.
    #[param(max_length = 64)]
    organization: Option<String>,
    /// Whether the person has a mailbox.
    #[param(value_type = Option<bool>)]
    has_mailbox: Option<String>,
    /// Most items in the page.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

impl Parameters for PractitionerParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<PractitionerParameters>);
        &KNOWN
    }
}

impl PractitionerParameters {
    fn into_search(self, labels: &CodeLabels) -> Result<Search<PractitionerFilter>, Failure> {
        let code = |system, name, values: &[String]| codes::resolve(labels, system, name, values);
        let mut all = Vec::new();
        all.extend(values::words("q", self.q)?.map(PractitionerFilter::Name));
        all.extend(values::words("family", self.family)?.map(PractitionerFilter::Family));
        all.extend(values::words("given", self.given)?.map(PractitionerFilter::Given));
        let role = RoleFilter {
            professions: code(CodeSystem::Profession, "profession", &self.profession)?,
            specialties: code(CodeSystem::Specialty, "specialty", &self.specialty)?,
            practice_modes: code(
                CodeSystem::PracticeMode,
                "practice_mode",
                &self.practice_mode,
            )?,
            city: values::words("city", self.city)?,
            postal_code: values::words("postal_code", self.postal_code)?,
            department: values::department(self.department.as_deref())?,
            organization: self
                .organization
                .map(|reference| OrganizationRef(reference.trim().to_owned())),
        };
        if role != RoleFilter::default() {
            all.push(PractitionerFilter::Role(role));
        }
        all.extend(
            values::flag("has_mailbox", self.has_mailbox.as_deref())?
                .map(PractitionerFilter::HasMailbox),
        );
        Ok(Search {
            filter: PractitionerFilter::All(all),
            limit: values::limit(self.limit.as_deref())?,
            after: values::cursor(self.cursor.as_deref())?,
        })
    }
}

/// Find professionals
///
/// The nearest to what was asked come first, equals in alphabetical order. Each comes with
/// everything a correspondent needs: professions, savoir-faire, activities with their organisations,
/// and secure mailboxes. Without parameters, all professionals in alphabetical order.
#[utoipa::path(
    get,
    path = "/v1/practitioners",
    operation_id = "list_practitioners",
    tag = "directory",
    params(PractitionerParameters),
    responses(
        (status = OK, description = "A page of professionals.", content_type = "application/json", body = Page<PractitionerView>),
        OfSearch,
    )
)]
async fn list_practitioners(
    State(state): State<ApiState>,
    uri: Uri,
    Asked(parameters): Asked<PractitionerParameters>,
) -> Result<Response, Problem> {
    let directory = state.directory.now()?;
    let search = parameters.into_search(directory.labels())?;
    let found = directory.practitioners(search).await?;
    let page = Page::of(&found, |hit| {
        PractitionerView::new(&hit.item, directory.labels(), Some(hit.score))
    });
    answer::page(&page, &uri, directory.position())
}

/// Get a professional
///
/// By national identifier (`899000000010`) or by bare RPPS number (`99000000010`).
#[utoipa::path(
    get,
    path = "/v1/practitioners/{id}",
    operation_id = "get_practitioner",
    tag = "directory",
    params(("id" = String, Path, description = "National identifier, or RPPS number of 11 digits.", example = "899000000010")),
    responses(
        (status = OK, description = "The professional.", content_type = "application/json", body = PractitionerView),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`)."),
        OfResource,
    )
)]
async fn get_practitioner(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let directory = state.directory.now()?;
    let found = directory.practitioner(&id)?;
    let view = PractitionerView::new(&found, directory.labels(), None);
    answer::resource(&view, directory.position(), &headers)
}
