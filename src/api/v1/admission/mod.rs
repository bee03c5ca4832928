//! `/v1/admission`: whether a peer may take part, decided by what this node knows.
//!
//! For everybody: gateways ask. Answered from memory, whether or not the database answers, but for
//! questions about the past.

mod question;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{CheckView, DecisionView};
use crate::api::ApiState;
use crate::api::answer;
use crate::api::body::{Json, parsed};
use crate::api::failures::{OfBare, OfQuestion};
use crate::api::parameters::{Asked, NoParameters};
use crate::api::problem::Problem;
use crate::domain::admission::Reason;
use crate::domain::error::{ADMISSION_PAST_UNKNOWN, Failure};
use crate::domain::feed::FeedPosition;
use crate::service::admission::deciding::{Answer, Deciding};
use question::{QuestionBody, QuestionsBody};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(decide_admission))
        .routes(routes!(decide_admissions))
        .routes(routes!(list_admission_reasons))
}

/// Answers to several questions.
#[derive(Debug, ToSchema)]
#[schema(as = Decisions)]
#[expect(dead_code, reason = "written from decisions that are kept as bytes")]
struct DecisionsView<'a> {
    /// One for each question, in their order, all from one snapshot of the trust space.
    #[schema(value_type = Vec<DecisionView>)]
    decisions: Vec<DecisionView<'a>>,
}

/// Why peers are refused.
#[derive(Debug, Serialize, ToSchema)]
struct AdmissionReasonList {
    /// How many there are.
    total: usize,
    /// Each of them, in the order of the checks.
    items: Vec<AdmissionReasonView>,
}

/// A reason of a refusal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdmissionReason)]
struct AdmissionReasonView {
    /// Stable code.
    #[schema(value_type = String, example = "operator.suspended")]
    code: &'static str,
    /// The check that it fails.
    check: CheckView,
    /// What it means.
    #[schema(value_type = String, example = "The operator is suspended.")]
    title: &'static str,
}

/// A decision as bytes, written once for all who are told it.
fn written(answer: &Arc<Answer>) -> Result<Bytes, Problem> {
    let bytes = answer.written(|answer| {
        answer::serialize(&DecisionView::new(
            &answer.decision,
            answer.operator_name.as_deref(),
        ))
    })?;
    Ok(Bytes::from_owner(bytes))
}

fn epoch(answer: &Answer) -> Option<FeedPosition> {
    answer.decision.epoch.map(FeedPosition)
}

/// May this peer take part, now?
///
/// Or at a moment of the past (`at`), as what was known then decides; by the authorities that are trusted
/// today, since no history of these is kept.
///
/// `admit` or `refuse`, both with 200, with every check and why it failed. What is not known is refused:
/// no list, a stale one, a revocation that nobody tells of, a node that lost the registry. The chain is
/// judged as it was presented: one that is too long or cannot be read is refused too.
#[utoipa::path(
    post,
    path = "/v1/admission/decisions",
    operation_id = "decide_admission",
    tag = "admission",
    request_body(content = QuestionBody, content_type = "application/json"),
    responses(
        (status = OK, description = "The decision.", content_type = "application/json", body = DecisionView),
        OfQuestion,
    )
)]
async fn decide_admission(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(question): Json<QuestionBody>,
) -> Result<Response, Problem> {
    let (asked, at) = question.read()?;
    let answer = match at {
        None => state.deciding.decide(asked).await?,
        Some(at) => state.past.decide(asked, at).await?,
    };
    Ok(answer::written(written(&answer)?, epoch(&answer)))
}

/// The same on a node that has no history: about now alone.
pub(in crate::api) async fn decide_beside(
    deciding: &Deciding,
    body: &[u8],
) -> Result<Response, Problem> {
    let question: QuestionBody = parsed(body)?;
    let (asked, at) = question.read()?;
    if at.is_some() {
        let detail = "This node keeps no history; ask the registry about the past.";
        return Err(Failure::new(&ADMISSION_PAST_UNKNOWN, detail).into());
    }
    let answer = deciding.decide(asked).await?;
    Ok(answer::written(written(&answer)?, epoch(&answer)))
}

/// May these peers take part, for these mail domains?
///
/// Up to 100 questions about chains that are sent once, answered in their order and from one snapshot of
/// the trust space.
#[utoipa::path(
    post,
    path = "/v1/admission/decisions/batch",
    operation_id = "decide_admissions",
    tag = "admission",
    request_body(content = QuestionsBody, content_type = "application/json"),
    responses(
        (status = OK, description = "The decisions.", content_type = "application/json", body = DecisionsView),
        OfQuestion,
    )
)]
async fn decide_admissions(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
    Json(questions): Json<QuestionsBody>,
) -> Result<Response, Problem> {
    let (asked, at) = questions.read()?;
    let answers = match at {
        None => state.deciding.decide_all(asked).await?,
        Some(at) => state.past.decide_all(asked, at).await?,
    };
    let mut body = b"{\"decisions\":[".to_vec();
    for (place, answer) in answers.iter().enumerate() {
        if place > 0 {
            body.push(b',');
        }
        body.extend_from_slice(&written(answer)?);
    }
    body.extend_from_slice(b"]}");
    let position = answers.first().and_then(|answer| epoch(answer));
    Ok(answer::written(body.into(), position))
}

/// List the reasons of refusals
///
/// The `reasons` of decisions and of their checks.
#[utoipa::path(
    get,
    path = "/v1/admission/reasons",
    operation_id = "list_admission_reasons",
    tag = "admission",
    responses(
        (status = OK, description = "Every reason.", content_type = "application/json", body = AdmissionReasonList),
        OfBare,
    )
)]
async fn list_admission_reasons(
    Asked(NoParameters {}): Asked<NoParameters>,
) -> axum::Json<AdmissionReasonList> {
    let items: Vec<AdmissionReasonView> = Reason::ALL
        .iter()
        .map(|reason| AdmissionReasonView {
            code: reason.code(),
            check: reason.check().into(),
            title: reason.sentence(),
        })
        .collect();
    axum::Json(AdmissionReasonList {
        total: items.len(),
        items,
    })
}
