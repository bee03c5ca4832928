//! `/v1/nodes`: the nodes that decide who is let in, how far each is, and when it took up a change.

use std::sync::LazyLock;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::mirror;
use crate::api::ApiState;
use crate::api::answer;
use crate::api::auth::Reader;
use crate::api::failures::OfRecords;
use crate::api::parameters::{Asked, Known, Parameters};
use crate::api::problem::Problem;
use crate::api::values;
use crate::domain::error::{Failure, PARAMETER_INVALID};
use crate::domain::node::NodeState;
use crate::service::trust_space::{NodeProgress, Nodes};

/// Longest that an answer waits for acknowledgements.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_nodes))
}

/// Which change to tell of, and how long to wait for it.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct NodeParameters {
    /// Tell when each node took up this epoch; the newest one where absent.
    #[param(max_length = 19)]
    epoch: Option<String>,
    /// Answer as soon as every node that is alive decides by that epoch, and after this time at the latest: at most
    /// `5s`. At once where absent.
    #[param(max_length = 10, example = "2s")]
    wait: Option<String>,
}

impl Parameters for NodeParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<NodeParameters>);
        &KNOWN
    }
}

mirror! {
    /// How a node fares.
    NodeStateView of NodeState as NodeState, "snake_case" {
        /// It decides by the newest epoch.
        Current,
        /// It decides by an older one.
        Behind,
        /// It was not heard of for longer than its lease: it refuses everybody, or is no more.
        Silent,
    }
}

/// The nodes, and when each took up a change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Nodes)]
pub(super) struct NodesView {
    /// The newest epoch of the trust space.
    newest_epoch: i64,
    /// The epoch that `acknowledged_at` is about.
    epoch: i64,
    /// When the change of that epoch was decided, UTC.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    decided_at: Option<OffsetDateTime>,
    /// Whether every node that is alive decides by it.
    everywhere: bool,
    /// Every node, by name.
    items: Vec<NodeView>,
}

/// A node.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Node)]
struct NodeView {
    /// Its name.
    name: String,
    /// How it fares.
    state: NodeStateView,
    /// The epoch that it decides by.
    epoch: i64,
    /// When it began, UTC.
    #[serde(with = "time::serde::rfc3339")]
    started_at: OffsetDateTime,
    /// When it last saw the registry, UTC.
    #[serde(with = "time::serde::rfc3339")]
    confirmed_at: OffsetDateTime,
    /// Since when it decides by the epoch that was asked about, or a later one, UTC.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    acknowledged_at: Option<OffsetDateTime>,
    /// Milliseconds between the decision and that.
    #[serde(skip_serializing_if = "Option::is_none")]
    after_ms: Option<u64>,
}

impl From<Nodes> for NodesView {
    fn from(nodes: Nodes) -> Self {
        Self {
            newest_epoch: nodes.newest,
            epoch: nodes.asked,
            decided_at: nodes.decided_at,
            everywhere: nodes.is_everywhere(),
            items: nodes.nodes.into_iter().map(NodeView::from).collect(),
        }
    }
}

impl From<NodeProgress> for NodeView {
    fn from(node: NodeProgress) -> Self {
        Self {
            name: node.record.name,
            state: node.state.into(),
            epoch: node.record.epoch,
            started_at: node.record.started_at,
            confirmed_at: node.record.confirmed_at,
            acknowledged_at: node.acknowledged_at,
            after_ms: node
                .after
                .map(|after| u64::try_from(after.as_millis()).unwrap_or(u64::MAX)),
        }
    }
}

/// List the nodes and what they took up
///
/// An act answers with its epoch: with `epoch` and `wait`, this says when each node began to decide by it.
#[utoipa::path(
    get,
    path = "/v1/nodes",
    operation_id = "list_nodes",
    tag = "service",
    security(("token" = [])),
    params(NodeParameters),
    responses(
        (status = OK, description = "Every node.", content_type = "application/json", body = NodesView),
        OfRecords,
    )
)]
async fn list_nodes(
    State(state): State<ApiState>,
    _reader: Reader,
    Asked(parameters): Asked<NodeParameters>,
) -> Result<Response, Problem> {
    let epoch = values::number("epoch", parameters.epoch.as_deref())?;
    let wait = parameters.wait.as_deref().map(wait).transpose()?;
    let lease = state.admission.lease();
    let space = &state.trust_space;
    let nodes = match (epoch, wait) {
        (Some(epoch), Some(wait)) => space.nodes_at(lease, epoch, wait, |_| {}).await?,
        (None, Some(wait)) => {
            let newest = space.nodes(lease, None).await?.newest;
            space.nodes_at(lease, newest, wait, |_| {}).await?
        }
        (epoch, None) => space.nodes(lease, epoch).await?,
    };
    answer::told(&NodesView::from(nodes))
}

fn wait(text: &str) -> Result<Duration, Failure> {
    let read = humantime_serde::re::humantime::parse_duration(text).ok();
    read.filter(|wait| *wait <= LONGEST_WAIT).ok_or_else(|| {
        Failure::new(
            &PARAMETER_INVALID,
            format!("`wait` is not a time such as `2s`, of at most {LONGEST_WAIT:?}."),
        )
    })
}
