//! `/v1/recipients/validate`: whether mail to these addresses can be delivered, and may be sent.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::DomainTrustView;
use crate::api::ApiState;
use crate::api::answer;
use crate::api::body::Json;
use crate::api::failures::OfBody;
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem::Problem;
use crate::domain::feed::FeedPosition;
use crate::service::recipients::{Outcome, Validated};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(validate_recipients))
}

/// Addresses to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Recipients {
    /// From 1 to 1,000 addresses.
    #[schema(min_items = 1, max_items = 1000)]
    addresses: Vec<String>,
}

/// What is known of the addresses, all of it in one snapshot of the directory and one of the trust space.
#[derive(Debug, Serialize, ToSchema)]
struct Validation<'a> {
    /// The snapshot that the outcomes rest on.
    snapshot: SnapshotView,
    /// Epoch of the trust space that `trust` rests on; left out while this node does not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 42)]
    epoch: Option<i64>,
    /// One outcome for each address, in the order of the question.
    #[schema(value_type = Vec<RecipientView>)]
    recipients: Vec<RecipientView<'a>>,
}

/// A snapshot of the directory.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Snapshot)]
struct SnapshotView {
    /// The last change it holds.
    #[schema(value_type = i64, example = 42)]
    position: FeedPosition,
}

/// What is known of one address.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recipient)]
struct RecipientView<'a> {
    /// The address as it was given.
    #[schema(value_type = String)]
    address: &'a str,
    /// Whether mail to it can be delivered.
    outcome: OutcomeView,
    /// Whether mail may be sent to its domain; left out where this is no address.
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<DomainTrustView>,
    /// Kind of the mailbox: `PER`, `ORG`, `APP` or `CAB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "PER")]
    kind: Option<&'static str>,
    /// Whether the owner accepts not to receive paper copies.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepts_paperless: Option<bool>,
    /// Why this is no address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    reason: Option<&'static str>,
}

/// Whether mail to an address can be delivered.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Outcome)]
enum OutcomeView {
    /// A published mailbox has this address.
    Deliverable,
    /// No published mailbox has this address.
    Unknown,
    /// This is no mail address.
    InvalidAddress,
}

impl<'a> RecipientView<'a> {
    fn new(address: &'a str, validated: Validated) -> Self {
        let bare = |outcome| Self {
            address,
            outcome,
            trust: validated.trust.map(Into::into),
            kind: None,
            accepts_paperless: None,
            reason: None,
        };
        match validated.outcome {
            Outcome::Deliverable {
                kind,
                accepts_paperless,
            } => Self {
                kind: Some(kind.code()),
                accepts_paperless: Some(accepts_paperless),
                ..bare(OutcomeView::Deliverable)
            },
            Outcome::Unknown => bare(OutcomeView::Unknown),
            Outcome::InvalidAddress(reason) => Self {
                reason: Some(reason),
                ..bare(OutcomeView::InvalidAddress)
            },
        }
    }
}

/// Check recipients before sending
///
/// Answered from memory, whether or not the database answers. A mailbox on the liste rouge is
/// `unknown`, like any address that no published mailbox has. `trust` is about the domain alone: send where it
/// is `trusted`, and ask about the peer (`/v1/admission/decisions`) when it is connected to.
#[utoipa::path(
    post,
    path = "/v1/recipients/validate",
    operation_id = "validate_recipients",
    tag = "mail",
    request_body(content = Recipients, content_type = "application/json"),
    responses(
        (status = OK, description = "One outcome for each address.", content_type = "application/json", body = Validation),
        OfBody,
    )
)]
async fn validate_recipients(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(recipients): Json<Recipients>,
) -> Result<Response, Problem> {
    let validation = state.recipients.validate(&recipients.addresses)?;
    let view = Validation {
        snapshot: SnapshotView {
            position: validation.position,
        },
        epoch: validation.epoch,
        recipients: recipients
            .addresses
            .iter()
            .zip(validation.recipients)
            .map(|(address, validated)| RecipientView::new(address, validated))
            .collect(),
    };
    answer::json(&view, validation.position)
}
