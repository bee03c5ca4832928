//! Who asks: the administrator whose token came with the request.
//!
//! What an administrator may do is decided by the service; here it is decided who may come in.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::ApiState;
use super::problem::Problem;
use crate::domain::administrator::{Actor, AdministratorRole};
use crate::domain::error::{
    AUTHENTICATION_INVALID, AUTHENTICATION_REQUIRED, Failure, ROLE_INSUFFICIENT,
};

/// Name of the scheme in the specification.
pub(super) const SCHEME: &str = "token";

/// Somebody who holds a token; auditors too.
#[derive(Debug)]
pub(super) struct Reader;

/// Whoever holds the token of an administrator who may act.
///
/// The service refuses the others by itself; here they are refused before their body is read.
#[derive(Debug)]
pub(super) struct Acting(pub(super) Actor);

impl FromRequestParts<ApiState> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        recognise(parts, state).await?;
        Ok(Self)
    }
}

impl FromRequestParts<ApiState> for Acting {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let actor = recognise(parts, state).await?;
        let role = match &actor {
            Actor::Administrator(administrator) => administrator.role,
            Actor::Schedule => AdministratorRole::Administrator,
        };
        match role {
            AdministratorRole::Administrator => Ok(Self(actor)),
            AdministratorRole::Auditor => Err(Failure::new(
                &ROLE_INSUFFICIENT,
                "An auditor reads; acts are for administrators.",
            )
            .into()),
        }
    }
}

async fn recognise(parts: &Parts, state: &ApiState) -> Result<Actor, Failure> {
    state.trust_space.authenticate(bearer(parts)?).await
}

/// The token of `Authorization: Bearer …` (RFC 6750 §2.1), whatever the case of the scheme.
fn bearer(parts: &Parts) -> Result<&str, Failure> {
    let mut given = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (Some(one), None) = (given.next(), given.next()) else {
        return Err(if parts.headers.contains_key(header::AUTHORIZATION) {
            invalid("`Authorization` stands more than once.")
        } else {
            Failure::new(
                &AUTHENTICATION_REQUIRED,
                "Give the token of an administrator: `Authorization: Bearer ann_…`.",
            )
        });
    };
    let token = one.to_str().ok().and_then(|one| {
        let (scheme, token) = one.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    token.ok_or_else(|| invalid("`Authorization` is not `Bearer` and a token."))
}

fn invalid(detail: &str) -> Failure {
    Failure::new(&AUTHENTICATION_INVALID, detail)
}

/// Describes the scheme that operations refer to.
pub(super) fn describe(document: &mut OpenApi) {
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("ann_…")
        .description(Some(
            "The token of an administrator or auditor, shown once by `annuaire admin add`. \
             Auditors read everything and act on nothing.",
        ))
        .build();
    document
        .components
        .get_or_insert_default()
        .add_security_scheme(SCHEME, SecurityScheme::Http(scheme));
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    #[test]
    fn one_bearer_token_is_taken_and_nothing_else() {
        for (given, expected) in [
            (&["Bearer ann_x"][..], Ok("ann_x")),
            (&["bearer ann_x"], Ok("ann_x")),
            (&["BEARER  ann_x "], Ok("ann_x")),
            (&[], Err("authentication.required")),
            (&["ann_x"], Err("authentication.invalid")),
            (&["Basic YTpi"], Err("authentication.invalid")),
            (&["Bearer"], Err("authentication.invalid")),
            (&["Bearer é"], Err("authentication.invalid")),
            (
                &["Bearer ann_x", "Bearer ann_y"],
                Err("authentication.invalid"),
            ),
        ] {
            let mut request = Request::builder();
            for one in given {
                request = request.header(header::AUTHORIZATION, one.as_bytes());
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            let found = bearer(&parts).map_err(|failure| failure.code.code);
            assert_eq!(found, expected, "{given:?}");
        }
    }
}
