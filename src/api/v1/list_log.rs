//! `/v1/trust-lists/log`: proofs that every version is in one log that only grows (RFC 9162), for
//! everybody.

use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::ApiState;
use crate::api::answer;
use crate::api::failures::OfResource;
use crate::api::parameters::{Asked, Known, Parameters};
use crate::api::problem::Problem;
use crate::api::values;
use crate::domain::error::{Failure, PARAMETER_INVALID};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(get_log_head))
        .routes(routes!(get_inclusion_proof))
        .routes(routes!(get_consistency_proof))
}

/// Which head.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct HeadParameters {
    /// At how many versions; all where absent.
    #[param(value_type = Option<u64>, example = 1)]
    size: Option<String>,
}

impl Parameters for HeadParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<HeadParameters>);
        &KNOWN
    }
}

/// Which version, in which log.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct InclusionParameters {
    /// Number of the version.
    #[param(value_type = u64, example = 1)]
    sequence: Option<String>,
    /// The log at so many versions; at all where absent.
    #[param(value_type = Option<u64>, example = 2)]
    size: Option<String>,
}

impl Parameters for InclusionParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<InclusionParameters>);
        &KNOWN
    }
}

/// Which two sizes of the log.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ConsistencyParameters {
    /// The earlier size.
    #[param(value_type = u64, example = 1)]
    from: Option<String>,
    /// The later size; all versions where absent.
    #[param(value_type = Option<u64>, example = 2)]
    to: Option<String>,
}

impl Parameters for ConsistencyParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<ConsistencyParameters>);
        &KNOWN
    }
}

fn wanted(name: &str, value: Option<&str>) -> Result<u64, Failure> {
    values::number(name, value)?
        .ok_or_else(|| Failure::new(&PARAMETER_INVALID, format!("`{name}` must be given.")))
}

/// The head of the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LogHead)]
struct HeadView {
    /// How many versions it has.
    size: u64,
    /// Its root, hexadecimal.
    root: String,
}

/// That a version is in the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InclusionProof)]
struct InclusionView {
    /// The version's number; its leaf stands one place before, counted from 0.
    sequence: u64,
    /// How many versions the log had.
    tree_size: u64,
    /// The log's root at that size, hexadecimal.
    root: String,
    /// The hashes beside the path from the leaf to the root, from below, hexadecimal.
    hashes: Vec<String>,
}

/// That the log at one size is the beginning of the log at another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyProof)]
struct ConsistencyView {
    /// The earlier size.
    from: u64,
    /// The later size.
    to: u64,
    /// The root at the earlier size, hexadecimal.
    from_root: String,
    /// The root at the later size, hexadecimal.
    to_root: String,
    /// The hashes that lead to both roots, hexadecimal.
    hashes: Vec<String>,
}

/// Get the head of the log of all versions
///
/// The one a reader believes is that of a signed side-car; this one is to compare with.
#[utoipa::path(
    get,
    path = "/v1/trust-lists/log/head",
    operation_id = "get_log_head",
    tag = "list",
    params(HeadParameters),
    responses(
        (status = OK, description = "The head.", content_type = "application/json", body = HeadView),
        OfResource,
    )
)]
async fn get_log_head(
    State(state): State<ApiState>,
    Asked(parameters): Asked<HeadParameters>,
) -> Result<Response, Problem> {
    let size = values::number("size", parameters.size.as_deref())?;
    let head = state.trust_space.log_head(size).await?;
    answer::told(&HeadView {
        size: head.size,
        root: head.root.to_string(),
    })
}

/// Get the proof that a version is in the log
///
/// RFC 9162 §2.1.3; `annuaire trust-list prove` checks it.
#[utoipa::path(
    get,
    path = "/v1/trust-lists/log/inclusion",
    operation_id = "get_inclusion_proof",
    tag = "list",
    params(InclusionParameters),
    responses(
        (status = OK, description = "The proof.", content_type = "application/json", body = InclusionView),
        OfResource,
    )
)]
async fn get_inclusion_proof(
    State(state): State<ApiState>,
    Asked(parameters): Asked<InclusionParameters>,
) -> Result<Response, Problem> {
    let sequence = wanted("sequence", parameters.sequence.as_deref())?;
    let size = values::number("size", parameters.size.as_deref())?;
    let proof = state.trust_space.inclusion_proof(sequence, size).await?;
    answer::told(&InclusionView {
        sequence: proof.sequence,
        tree_size: proof.tree_size,
        root: proof.root.to_string(),
        hashes: proof.hashes.iter().map(ToString::to_string).collect(),
    })
}

/// Get the proof that the log only grew
///
/// RFC 9162 §2.1.4; `annuaire trust-list prove` checks it.
#[utoipa::path(
    get,
    path = "/v1/trust-lists/log/consistency",
    operation_id = "get_consistency_proof",
    tag = "list",
    params(ConsistencyParameters),
    responses(
        (status = OK, description = "The proof.", content_type = "application/json", body = ConsistencyView),
        OfResource,
    )
)]
async fn get_consistency_proof(
    State(state): State<ApiState>,
    Asked(parameters): Asked<ConsistencyParameters>,
) -> Result<Response, Problem> {
    let from = wanted("from", parameters.from.as_deref())?;
    let to = values::number("to", parameters.to.as_deref())?;
    let proof = state.trust_space.consistency_proof(from, to).await?;
    answer::told(&ConsistencyView {
        from: proof.from,
        to: proof.to,
        from_root: proof.from_root.to_string(),
        to_root: proof.to_root.to_string(),
        hashes: proof.hashes.iter().map(ToString::to_string).collect(),
    })
}
