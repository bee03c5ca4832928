//! Version 1 of the REST interface: one file per resource.

mod codes;
mod errors;
mod imports;
mod mailboxes;
mod organizations;
mod practitioners;
mod recipients;
mod status;
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
}
