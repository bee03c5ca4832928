//! Operators' records: written by administrators, read by auditors too.

use super::administrators::hold_rights;
use super::impact::no_operator;
use super::{TrustSpace, acts};
use crate::domain::administrator::Actor;
use crate::domain::error::{
    Failure, OPERATOR_EXISTS, OPERATOR_INVALID, OPERATOR_TRANSITION, RECORD_CHANGED,
};
use crate::domain::mail_domain::MailDomainName;
use crate::domain::onboarding::OperatorState;
use crate::domain::operator::{
    Operator, OperatorDraft, OperatorFilter, OperatorKind, RegisteredNumber,
};
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::{self, Connection, bindings, changes, operators};

/// An operator that is to be recorded, as a candidate.
pub type NewOperator = OperatorDraft;

/// What is to be different in an operator's record; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperatorChanges {
    /// Raison sociale.
    pub legal_name: Option<String>,
    /// What sort of body.
    pub kind: Option<OperatorKind>,
    /// FINESS or SIRET; stays what it is once the operator has certificates, which bear it.
    pub number: Option<RegisteredNumber>,
    /// Telephone and address.
    pub responsible_contact: Option<String>,
    /// Telephone and address.
    pub support_contact: Option<String>,
}

/// An operator and what hangs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorDetail {
    /// The operator.
    pub operator: Operator,
    /// Its mail domains.
    pub mail_domains: Vec<MailDomainName>,
    /// Numbers of its certificates.
    pub certificates: Vec<i64>,
    /// The states that may follow.
    pub next_states: &'static [OperatorState],
}

impl TrustSpace {
    /// Records a candidate.
    pub async fn create_operator(
        &self,
        actor: &Actor,
        new: NewOperator,
        reason: &str,
    ) -> Result<Operator, Failure> {
        Self::may_act(actor)?;
        let draft = checked(new)?;
        let reason = acts::reason(reason)?;
        let at = self.clock.now();
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let id = operators::add(&mut truth, &draft, at)
            .await?
            .ok_or_else(|| number_taken(None))?;
        registry_events::append(
            &mut truth,
            &RegistryEvent {
                operator: Some(id),
                to_state: Some(OperatorState::Candidate.as_str()),
                reason,
                detail: detail(&draft),
                ..RegistryEvent::new(at, actor.name().to_owned(), "operator.created")
            },
        )
        .await?;
        let operator = found(&mut truth, id).await?;
        changes::append_trust(&mut truth, "operator.created", &[format!("operator:{id}")]).await?;
        storage::commit(truth).await?;
        Ok(operator)
    }

    /// Changes an operator's record, which must be of this version still.
    pub async fn amend_operator(
        &self,
        actor: &Actor,
        id: i64,
        expected_version: i64,
        changes: OperatorChanges,
        reason: &str,
    ) -> Result<Operator, Failure> {
        Self::may_act(actor)?;
        let reason = acts::reason(reason)?;
        let at = self.clock.now();
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let operator = operators::hold(&mut truth, id)
            .await?
            .ok_or_else(|| no_operator(id))?;
        if operator.version != expected_version {
            return Err(record_changed(operator.version, expected_version));
        }
        let before = OperatorDraft::from(&operator);
        let after = checked(amended(before.clone(), changes))?;
        if after == before {
            return Ok(operator);
        }
        may_amend(&mut truth, &operator, &after).await?;
        operators::amend(&mut truth, id, &after, at).await?;
        let contacts = |draft: &OperatorDraft| {
            (
                draft.responsible_contact.clone(),
                draft.support_contact.clone(),
            )
        };
        if contacts(&before) != contacts(&after) {
            bindings::touch_operator(&mut truth, id, at).await?;
        }
        registry_events::append(
            &mut truth,
            &RegistryEvent {
                operator: Some(id),
                reason,
                detail: serde_json::json!({ "before": detail(&before), "after": detail(&after) }),
                ..RegistryEvent::new(at, actor.name().to_owned(), "operator.amended")
            },
        )
        .await?;
        let operator = found(&mut truth, id).await?;
        changes::append_trust(&mut truth, "operator.amended", &[format!("operator:{id}")]).await?;
        storage::commit(truth).await?;
        Ok(operator)
    }

    /// An operator and what hangs on it.
    pub async fn operator(&self, id: i64) -> Result<OperatorDetail, Failure> {
        let mut truth = storage::begin_snapshot(&self.pool).await?;
        let operator = found(&mut truth, id).await?;
        Ok(OperatorDetail {
            mail_domains: operators::mail_domains(&mut truth, id).await?,
            certificates: operators::certificates(&mut truth, id).await?,
            next_states: operator.state.next(),
            operator,
        })
    }

    /// Operators after one of this number (0: from the first), in the order of their numbers.
    pub async fn operators(
        &self,
        filter: &OperatorFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Operator>, Failure> {
        let mut connection = self.connection().await?;
        Ok(operators::list(&mut connection, filter, after, limit).await?)
    }
}

/// The operator, held, while its life is not over.
pub(super) async fn hold_living(truth: &mut Connection, id: i64) -> Result<Operator, Failure> {
    let operator = operators::hold(truth, id)
        .await?
        .ok_or_else(|| no_operator(id))?;
    if operator.state.next().is_empty() {
        return Err(Failure::new(
            &OPERATOR_TRANSITION,
            format!("The operator is {}, for good.", operator.state.as_str()),
        ));
    }
    Ok(operator)
}

pub(super) fn record_changed(found: i64, expected: i64) -> Failure {
    Failure::new(
        &RECORD_CHANGED,
        format!("The record is of version {found}, not {expected}."),
    )
}

async fn found(truth: &mut Connection, id: i64) -> Result<Operator, Failure> {
    operators::find(truth, id)
        .await?
        .ok_or_else(|| no_operator(id))
}

fn checked(draft: OperatorDraft) -> Result<OperatorDraft, Failure> {
    draft
        .checked()
        .map_err(|error| Failure::new(&OPERATOR_INVALID, format!("{error}.")))
}

fn amended(before: OperatorDraft, changes: OperatorChanges) -> OperatorDraft {
    OperatorDraft {
        legal_name: changes.legal_name.unwrap_or(before.legal_name),
        kind: changes.kind.or(before.kind),
        number: changes.number.or(before.number),
        responsible_contact: changes
            .responsible_contact
            .unwrap_or(before.responsible_contact),
        support_contact: changes.support_contact.unwrap_or(before.support_contact),
    }
}

/// Whether a record may become this: its number is on its certificates, and once it is engaged someone
/// must be there to be called.
async fn may_amend(
    truth: &mut Connection,
    operator: &Operator,
    after: &OperatorDraft,
) -> Result<(), Failure> {
    if after.number != operator.number {
        if let Some(number) = &after.number
            && let Some(other) = operators::with_number(truth, number).await?
        {
            return Err(number_taken(Some(other)));
        }
        let certificates = operators::certificates(truth, operator.id).await?;
        if operator.number.is_some() && !certificates.is_empty() {
            return Err(Failure::new(
                &OPERATOR_INVALID,
                "number: the operator has certificates, which bear the number it has.",
            ));
        }
    }
    let lost = (after.responsible_contact.is_empty() && !operator.responsible_contact.is_empty())
        || (after.support_contact.is_empty() && !operator.support_contact.is_empty());
    if lost && operator.state != OperatorState::Candidate {
        return Err(Failure::new(
            &OPERATOR_INVALID,
            "An operator that is no candidate any more keeps both contacts.",
        ));
    }
    Ok(())
}

fn number_taken(by: Option<i64>) -> Failure {
    Failure::new(
        &OPERATOR_EXISTS,
        by.map_or_else(
            || "The number is another operator's.".to_owned(),
            |id| format!("The number is that of operator {id}."),
        ),
    )
}

fn detail(draft: &OperatorDraft) -> serde_json::Value {
    serde_json::json!({
        "legal_name": draft.legal_name,
        "kind": draft.kind,
        "number": draft.number,
        "responsible_contact": draft.responsible_contact,
        "support_contact": draft.support_contact,
    })
}
