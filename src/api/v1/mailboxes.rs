//! `/v1/mailboxes`: secure mailboxes and what they are attached to.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::MailboxView;
use crate::api::ApiState;
use crate::api::answer::{self, Page};
use crate::api::failures::{OfResource, OfSearch};
use crate::api::parameters::{Asked, Known, NoParameters, Parameters};
use crate::api::problem::Problem;
use crate::api::values;
use crate::domain::error::{Failure, PARAMETER_INVALID};
use crate::domain::ids::NationalId;
use crate::domain::mailbox::{MailAddress, MailboxKind};
use crate::domain::query::{MailboxFilter, OrganizationRef, Search};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_mailboxes))
        .routes(routes!(get_mailbox))
}

/// What to look for; all that is given must hold.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct MailboxParameters {
    /// Attached to this person: national identifier or RPPS number.
    #[param(max_length = 255, example = "899000000010")]
    owner: Option<String>,
    /// Attached to this organisation: FINESS, SIRET, technical or national identifier.
    #[param(max_length = 64)]
    organization: Option<String>,
    /// Of this mail domain, whole.
    #[param(max_length = 253, example = "ch-fictif.mssante.fr")]
    domain: Option<String>,
    /// Of this kind: `PER`, `ORG`, `APP` or `CAB`.
    #[param(max_length = 3)]
    kind: Option<String>,
    /// Most items in the page.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

impl Parameters for MailboxParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<MailboxParameters>);
        &KNOWN
    }
}

impl MailboxParameters {
    fn into_search(self) -> Result<Search<MailboxFilter>, Failure> {
        let mut all = Vec::new();
        if let Some(owner) = &self.owner {
            let owner = NationalId::from_id_or_rpps(owner).map_err(|error| {
                Failure::new(&PARAMETER_INVALID, format!("`owner` is {error}."))
            })?;
            all.push(MailboxFilter::Owner(owner));
        }
        all.extend(self.organization.map(|reference| {
            MailboxFilter::Organization(OrganizationRef(reference.trim().to_owned()))
        }));
        all.extend(
            self.domain
                .map(|domain| MailboxFilter::Domain(domain.trim().to_lowercase())),
        );
        if let Some(kind) = &self.kind {
            let kind = MailboxKind::from_code(kind.trim()).ok_or_else(|| {
                Failure::new(
                    &PARAMETER_INVALID,
                    "`kind` is not one of `PER`, `ORG`, `APP` and `CAB`.",
                )
            })?;
            all.push(MailboxFilter::Kind(kind));
        }
        Ok(Search {
            filter: MailboxFilter::All(all),
            limit: values::limit(self.limit.as_deref())?,
            after: values::cursor(self.cursor.as_deref())?,
        })
    }
}

/// List mailboxes
///
/// In alphabetical order of addresses. Mailboxes on the liste rouge do not exist here.
#[utoipa::path(
    get,
    path = "/v1/mailboxes",
    operation_id = "list_mailboxes",
    tag = "directory",
    params(MailboxParameters),
    responses(
        (status = OK, description = "A page of mailboxes.", content_type = "application/json", body = Page<MailboxView>),
        OfSearch,
    )
)]
async fn list_mailboxes(
    State(state): State<ApiState>,
    uri: Uri,
    Asked(parameters): Asked<MailboxParameters>,
) -> Result<Response, Problem> {
    let directory = state.directory.now()?;
    let found = directory.mailboxes(parameters.into_search()?).await?;
    let page = Page::of(&found, |mailbox| {
        MailboxView::new(mailbox, directory.labels())
    });
    answer::page(&page, &uri, directory.position())
}

/// Get a mailbox
///
/// By address, whatever its case.
#[utoipa::path(
    get,
    path = "/v1/mailboxes/{address}",
    operation_id = "get_mailbox",
    tag = "directory",
    params(("address" = String, Path, description = "Address of the mailbox.", example = "secretariat.cardiologie@ch-fictif.mssante.fr")),
    responses(
        (status = OK, description = "The mailbox.", content_type = "application/json", body = MailboxView),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`)."),
        OfResource,
    )
)]
async fn get_mailbox(
    State(state): State<ApiState>,
    Path(address): Path<String>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let directory = state.directory.now()?;
    let address = MailAddress::parse(&address)
        .map_err(|error| Failure::new(&PARAMETER_INVALID, format!("The path is {error}.")))?;
    let found = directory.mailbox(&address)?;
    let view = MailboxView::new(&found, directory.labels());
    answer::resource(&view, directory.position(), &headers)
}
