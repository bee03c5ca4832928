//! Version 1 of the REST interface: one file per resource.

mod acts;
mod administrators;
pub(super) mod admission;
mod alerts;
mod approvals;
mod authorities;
mod campaigns;
mod certificate_requests;
mod certificates;
mod codes;
mod errors;
mod events;
mod imports;
mod list_log;
mod mail_domains;
mod mailboxes;
mod nodes;
mod operators;
mod organizations;
mod peer;
mod practitioners;
mod recipients;
mod revocation_sources;
pub(crate) mod shown;
mod signers;
mod status;
mod transitions;
mod trust_events;
mod trust_lists;
mod view;

use utoipa_axum::router::OpenApiRouter;

use super::ApiState;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .merge(practitioners::routes())
        .merge(organizations::routes())
        .merge(mailboxes::routes())
        .merge(recipients::routes())
        .merge(codes::routes())
        .merge(errors::routes())
        .merge(status::routes())
        .merge(imports::routes())
        .merge(trust_events::routes())
        .merge(trust_lists::routes())
        .merge(list_log::routes())
        .merge(nodes::routes())
        .merge(operators::routes())
        .merge(transitions::routes())
        .merge(campaigns::routes())
        .merge(mail_domains::routes())
        .merge(certificates::routes())
        .merge(authorities::routes())
        .merge(certificate_requests::routes())
        .merge(acts::routes())
        .merge(approvals::routes())
        .merge(signers::routes())
        .merge(alerts::routes())
        .merge(revocation_sources::routes())
        .merge(events::routes())
        .merge(administrators::routes())
        .merge(admission::routes())
        .merge(peer::routes())
}
