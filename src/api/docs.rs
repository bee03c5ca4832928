//! `/docs`: the specification as pages, all of it served from this binary.

use axum::Router;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Where the specification itself can be fetched.
pub(super) const SPECIFICATION: &str = "/openapi.json";

pub(super) fn routes(specification: OpenApi) -> Router {
    let config = Config::from(SPECIFICATION)
        .try_it_out_enabled(true)
        .display_request_duration(true)
        // An empty value switches off the badge that is otherwise fetched from another host.
        .validator_url("none");
    SwaggerUi::new("/docs")
        .url(SPECIFICATION, specification)
        .config(config)
        .into()
}
