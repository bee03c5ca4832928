//! Loads a signed list of somebody's into the registry: what an agency does once, when it moves here.
//!
//! It merges and can be done again: it adds what is not there, brings entries up to date, and removes,
//! reactivates or renames nothing. What administrators decided here stands: what they put out is left
//! out, and told.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use time::OffsetDateTime;

use super::administrators::hold_rights;
use super::list_names::{self, LeftOut};
use super::list_plan::{ListPlan, Oddities, OperatorKey, plan};
use super::versions::off_thread;
use super::{Decision, TrustSpace};
use crate::domain::administrator::Actor;
use crate::domain::calendar::rfc3339;
use crate::domain::digest::Digest;
use crate::domain::error::{APPROVAL_OWN, Failure, TRUST_LIST_INVALID, TRUST_LIST_OUTDATED};
use crate::storage::list_import::{
    self, ImportedBy, KnownOperator, NewEntry, NewOperator, Written,
};
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::{self, Connection, StorageError, changes, trust_lists};
use crate::trust::digest::sha256;
use crate::trust::verify_at::VerifyAt;
use crate::trust::xml::{Limits, Pin, read_signed};

/// What an import brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportedList {
    /// When the list was generated, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub generated_at: OffsetDateTime,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// SHA-256 of the signer's certificate.
    pub signer: Digest,
    /// Rows of the list.
    pub entries: usize,
    /// Operators that it tells of.
    pub operators: Counted,
    /// Mail domains that it tells of.
    pub mail_domains: Counted,
    /// Names of certificates that it tells of.
    pub names: Counted,
    /// Pairs of mail domain and name that it tells of.
    pub pairs: Counted,
    /// Pairs that it tells of and that did not come back.
    pub left_out: Vec<LeftOut>,
    /// What was odd about it.
    pub oddities: Oddities,
}

/// How many are in a list, and how many of them are new here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// In the list, each once.
    pub listed: u64,
    /// Not here before.
    pub added: u64,
    /// Here before, as of an earlier time.
    pub updated: u64,
}

impl Counted {
    fn new(listed: usize, added: u64) -> Self {
        Self {
            listed: u64::try_from(listed).unwrap_or(u64::MAX),
            added,
            updated: 0,
        }
    }
}

impl TrustSpace {
    /// Verifies a list under a pinned certificate, at a time, and loads what it tells.
    ///
    /// It lets operators in, so two different administrators do it together (`approval.own`
    /// otherwise). `trust_list.invalid` where it is not signed by that certificate, whole and unchanged;
    /// `trust_list.outdated` where a newer one was imported before.
    pub async fn import_list(
        &self,
        actor: &Actor,
        second: &Actor,
        bytes: Vec<u8>,
        pin: Pin,
        at: VerifyAt,
    ) -> Result<ImportedList, Failure> {
        Self::may_act(actor)?;
        Self::may_act(second)?;
        if actor.name() == second.name() {
            return Err(Failure::new(
                &APPROVAL_OWN,
                "An import makes operators active: two different administrators do it.",
            ));
        }
        let read = off_thread(move || {
            let verified = read_signed(&bytes, &[pin], at, &Limits::default())?;
            let plan = plan(&verified);
            Ok((verified, plan))
        });
        let (verified, plan) = read.await?.map_err(|error: crate::trust::xml::ListError| {
            Failure::new(&TRUST_LIST_INVALID, format!("{}: {error}", error.code()))
        })?;
        let file = verified.sha256;
        let decision = Decision {
            at: self.clock.now(),
            by: actor.name().to_owned(),
            approved_by: vec![second.name().to_owned()],
            reason: format!("list of {}, SHA-256 {file}", verified.list.generated_at),
        };
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        hold_rights(&mut truth, second).await?;
        trust_lists::lock(&mut truth).await?;
        check_age(&mut truth, verified.list.generated_at).await?;
        let mut imported = ImportedList {
            generated_at: verified.list.generated_at,
            sha256: file,
            signer: sha256(&verified.signer_certificate),
            entries: verified.list.entries.len(),
            operators: Counted::default(),
            mail_domains: Counted::default(),
            names: Counted::default(),
            pairs: Counted::default(),
            left_out: Vec::new(),
            oddities: Oddities::default(),
        };
        let touched = load(&mut truth, &decision, plan, &mut imported).await?;
        record(&mut truth, &decision, &imported).await?;
        changes::append_trust(&mut truth, "trust_list.imported", &touched).await?;
        storage::commit(truth).await?;
        Ok(imported)
    }
}

/// Refuses a list that is older than the last one imported.
async fn check_age(truth: &mut Connection, generated_at: OffsetDateTime) -> Result<(), Failure> {
    match list_import::newest_imported(truth).await? {
        Some(newest) if newest > generated_at => Err(Failure::new(
            &TRUST_LIST_OUTDATED,
            format!(
                "This list is of {}; one of {} was imported before.",
                rfc3339(generated_at),
                rfc3339(newest)
            ),
        )),
        Some(_) | None => Ok(()),
    }
}

/// Loads a list that was sorted out; gives the keys of what it touched.
async fn load(
    truth: &mut Connection,
    decision: &Decision,
    plan: ListPlan,
    imported: &mut ImportedList,
) -> Result<Vec<String>, Failure> {
    let (operators, added) = load_operators(truth, decision, &plan).await?;
    imported.operators = Counted::new(operators.len(), added);
    let (names, added) = list_names::load(truth, decision, &plan, &operators).await?;
    imported.names = Counted::new(names.len(), added);
    let (domains, descriptions): (Vec<String>, Vec<String>) = plan.mail_domains.into_iter().unzip();
    let added = list_import::add_mail_domains(truth, &domains, &descriptions, by(decision)).await?;
    imported.mail_domains = Counted::new(domains.len(), added);

    let listed = plan.entries.len();
    let entries = list_names::standing(truth, plan.entries, &names, &mut imported.left_out).await?;
    let (runners, entries): (Vec<i64>, Vec<NewEntry>) = entries.into_iter().unzip();
    let run: Vec<String> = entries
        .iter()
        .map(|entry| entry.mail_domain.clone())
        .collect();
    list_import::assign(truth, &run, &runners, by(decision)).await?;
    let Written { added, updated } =
        list_import::write_entries(truth, &entries, decision.at).await?;
    imported.pairs = Counted {
        updated,
        ..Counted::new(listed, added)
    };
    imported.oddities = plan.oddities;

    let operators: BTreeSet<i64> = names.iter().map(|name| name.operator).collect();
    let operators = operators.into_iter().map(|id| format!("operator:{id}"));
    let names = names.iter().map(|name| format!("certificate:{}", name.id));
    let domains = domains.iter().map(|name| format!("mail_domain:{name}"));
    Ok(operators.chain(names).chain(domains).collect())
}

/// The numbers of the list's operators, in their order, and how many were added.
async fn load_operators(
    truth: &mut Connection,
    decision: &Decision,
    plan: &ListPlan,
) -> Result<(Vec<i64>, u64), Failure> {
    let mut known = by_key(list_import::operators(truth).await?);
    let new: Vec<NewOperator> = plan
        .operators
        .iter()
        .filter(|operator| !known.contains_key(&operator.key))
        .map(|operator| NewOperator {
            legal_name: operator.legal_name.clone(),
            number: match &operator.key {
                OperatorKey::Number(number) => Some(number.clone()),
                OperatorKey::Name(_) => None,
            },
            responsible_contact: operator.responsible_contact.clone(),
            support_contact: operator.support_contact.clone(),
        })
        .collect();
    let added = list_import::add_operators(truth, &new, by(decision)).await?;
    known.extend(by_key(added));
    let ids = plan.operators.iter().map(|operator| {
        known
            .get(&operator.key)
            .copied()
            .ok_or_else(|| lost("operator"))
    });
    Ok((ids.collect::<Result<_, StorageError>>()?, count(new.len())))
}

/// Operators by what a list tells them apart by. One with a number is known by that alone; of several
/// with one name the first is meant.
fn by_key(operators: Vec<KnownOperator>) -> HashMap<OperatorKey, i64> {
    let mut known = HashMap::new();
    for operator in operators {
        let key = match operator.number {
            Some(number) => OperatorKey::Number(number),
            None => OperatorKey::of_name(&operator.legal_name),
        };
        known.entry(key).or_insert(operator.id);
    }
    known
}

/// What the events of an import have in common.
pub(super) fn by(decision: &Decision) -> ImportedBy<'_> {
    ImportedBy {
        actor: &decision.by,
        approved_by: &decision.approved_by,
        reason: &decision.reason,
        at: decision.at,
    }
}

/// Keeps in history that a list was imported: how old a next one may be is read from there.
async fn record(
    truth: &mut Connection,
    decision: &Decision,
    imported: &ImportedList,
) -> Result<(), Failure> {
    let oddities = &imported.oddities;
    let mut detail = serde_json::json!(imported);
    // The whole of it is for whoever imports; history keeps the counts.
    if let Some(detail) = detail.as_object_mut() {
        let counts = serde_json::json!({
            "doubled": oddities.doubled.len(),
            "respelled": oddities.respelled.len(),
            "same_names": oddities.same_names.len(),
            "same_operators": oddities.same_operators.len(),
        });
        detail.insert("oddities".to_owned(), counts);
        detail.insert("left_out".to_owned(), imported.left_out.len().into());
    }
    let event = RegistryEvent {
        detail,
        ..decision.event("trust_list.imported")
    };
    registry_events::append(truth, &event).await?;
    Ok(())
}

pub(super) fn lost(table: &'static str) -> StorageError {
    StorageError::Inconsistent {
        table,
        key: String::new(),
        problem: "a row that was just written is not there".to_owned(),
    }
}

pub(super) fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
