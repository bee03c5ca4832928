//! Administrators who decide together, and the acts they decide on.

use annuaire::domain::act::Act;
use annuaire::domain::administrator::{Actor, AdministratorRole};
use annuaire::domain::approval::Approval;
use annuaire::domain::error::{ErrorCode, Failure};
use annuaire::domain::onboarding::{DocumentKind, DocumentReference, OperatorState, Transition};
use annuaire::service::trust_space::{Requested, TrustSpace};
use time::macros::date;

use super::registered::Registered;

/// A step with every document and date it may want.
pub(crate) fn step(operator: i64, to: OperatorState) -> Transition {
    let documents = [
        DocumentKind::LetterOfEngagement,
        DocumentKind::OperatorContract,
        DocumentKind::CnilCommitment,
    ];
    Transition {
        operator,
        to,
        documents: documents
            .map(|kind| DocumentReference {
                kind,
                reference: "2026/17".to_owned(),
                dated_on: date!(2026 - 02 - 01),
            })
            .into(),
        launch_on: Some(date!(2027 - 01 - 01)),
        effective_at: None,
    }
}

pub(crate) fn moving(operator: i64, to: OperatorState) -> Act {
    Act::MoveOperator(step(operator, to))
}

/// Asks for an act that waits for others.
pub(crate) async fn pending(space: &TrustSpace, actor: &Actor, act: Act) -> Approval {
    match space.request(actor, act, "a test").await.unwrap() {
        Requested::Pending(approval) => approval,
        other => panic!("it waits for nobody: {other:?}"),
    }
}

/// Moves an operator by as many administrators as it takes.
pub(crate) async fn moved(registry: &Registered, operator: i64, to: OperatorState) {
    let space = &registry.space;
    match space
        .request(&registry.anne, moving(operator, to), "a test")
        .await
        .unwrap()
    {
        Requested::Done { .. } => {}
        Requested::Pending(approval) => {
            space.approve(&registry.bruno, approval.id).await.unwrap();
        }
        Requested::Scheduled { id } => panic!("scheduled as {id}"),
    }
    assert_eq!(state(space, operator).await, to);
}

pub(crate) async fn state(space: &TrustSpace, operator: i64) -> OperatorState {
    space.operator(operator).await.unwrap().operator.state
}

/// Another administrator.
pub(crate) async fn join(space: &TrustSpace, name: &str) -> Actor {
    let new = space
        .add_administrator(name, AdministratorRole::Administrator)
        .await
        .unwrap();
    space.authenticate(&new.token).await.unwrap()
}

#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Failure>, code: &ErrorCode) -> String {
    let failure = result.unwrap_err();
    assert_eq!(failure.code.code, code.code, "{failure}");
    failure.detail
}
