//! Which certificates the names of an imported list mean, and which of its entries stand: what
//! administrators put out here does not come back.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::Decision;
use super::list_import::{by, count, lost};
use super::list_plan::ListPlan;
use crate::domain::certificate::CertificateState;
use crate::domain::error::Failure;
use crate::domain::trust_list::TrustEntry;
use crate::storage::list_import::NewEntry;
use crate::storage::list_names::{KnownName, NewName};
use crate::storage::{Connection, StorageError, list_import, list_names};

/// A pair of the list that administrators put out here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The mail domain.
    pub mail_domain: String,
    /// The name, as our list writes it.
    pub dn: String,
    /// What keeps it out.
    pub why: OutBy,
}

/// What keeps a pair out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutBy {
    /// The certificate of this name is on hold or over, and no other one is active.
    Certificate,
    /// The certificate was taken from the mail domain, or the mail domain from the operator.
    Removal,
}

/// The certificates that stand for the list's names, in their order, and how many were added.
pub(super) async fn load(
    truth: &mut Connection,
    decision: &Decision,
    plan: &ListPlan,
    operators: &[i64],
) -> Result<(Vec<KnownName>, u64), Failure> {
    let wanted: Vec<NewName> = plan
        .names
        .iter()
        .map(|name| {
            Ok(NewName {
                operator: *operators
                    .get(name.operator)
                    .ok_or_else(|| lost("operator"))?,
                dn: name.dn.as_str().to_owned(),
                match_key: name.dn.match_key(),
            })
        })
        .collect::<Result<_, StorageError>>()?;
    let match_keys: Vec<String> = wanted.iter().map(|name| name.match_key.clone()).collect();
    let mut registered: HashMap<String, Vec<KnownName>> = HashMap::new();
    for name in list_names::with_names(truth, &match_keys).await? {
        let namesakes = registered.entry(name.match_key.clone()).or_default();
        namesakes.push(name);
    }
    let found: Vec<Option<KnownName>> = wanted
        .iter()
        .map(|name| {
            let namesakes = registered.get(&name.match_key)?;
            meant(name, namesakes).cloned()
        })
        .collect();
    let new: Vec<NewName> = wanted
        .into_iter()
        .zip(&found)
        .filter_map(|(name, found)| found.is_none().then_some(name))
        .collect();
    let mut added = list_names::add_names(truth, &new, by(decision))
        .await?
        .into_iter();
    let names = found.into_iter().map(|found| {
        found
            .or_else(|| added.next())
            .ok_or_else(|| lost("certificate"))
    });
    Ok((
        names.collect::<Result<_, StorageError>>()?,
        count(new.len()),
    ))
}

/// The certificate that a name of a list means; none where the name is new here.
///
/// What is known by name is meant by its name, whosever it is by now; else a certificate of the
/// operator, spelling aside, that is in force. Where there is none of these and one is on hold or
/// over, that was decided here: the name means that one, and stays out. Of one that is pending nothing
/// was decided.
fn meant<'a>(name: &NewName, namesakes: &'a [KnownName]) -> Option<&'a KnownName> {
    let spelled = |it: &KnownName| it.by_name && it.dn == name.dn;
    let own = |it: &KnownName| it.operator == name.operator;
    let active = |it: &KnownName| it.state == CertificateState::Active;
    let decided = |it: &KnownName| !active(it) && it.state != CertificateState::Pending;
    let find = |wanted: &dyn Fn(&KnownName) -> bool| namesakes.iter().find(|it| wanted(it));
    find(&|it| spelled(it) && active(it))
        .or_else(|| find(&|it| !it.by_name && own(it) && active(it) && it.dn == name.dn))
        .or_else(|| find(&|it| !it.by_name && own(it) && active(it)))
        .or_else(|| find(&|it| spelled(it)))
        .or_else(|| find(&|it| own(it) && decided(it)))
}

/// The entries that nothing decided here keeps out, each with the operator that runs its mail domain.
pub(super) async fn standing(
    truth: &mut Connection,
    entries: Vec<(usize, TrustEntry)>,
    names: &[KnownName],
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<(i64, NewEntry)>, Failure> {
    let pairs: Vec<(&KnownName, TrustEntry)> = entries
        .into_iter()
        .filter_map(|(place, entry)| Some((names.get(place)?, entry)))
        .collect();
    let mail_domains: Vec<String> = pairs
        .iter()
        .map(|(_, entry)| entry.mail_domain.to_string())
        .collect();
    let certificates: Vec<i64> = pairs.iter().map(|(name, _)| name.id).collect();
    let removed = list_import::taken_apart(truth, &mail_domains, &certificates).await?;
    let removed: BTreeSet<i64> = removed.into_iter().collect();
    let mut standing = Vec::new();
    for (place, (name, entry)) in (1..).zip(pairs) {
        let why = match name.state {
            CertificateState::Active if removed.contains(&place) => Some(OutBy::Removal),
            CertificateState::Active => None,
            CertificateState::Pending
            | CertificateState::Suspended
            | CertificateState::Revoked
            | CertificateState::Expired
            | CertificateState::Superseded => Some(OutBy::Certificate),
        };
        let mail_domain = String::from(entry.mail_domain);
        match why {
            Some(why) => left_out.push(LeftOut {
                mail_domain,
                dn: entry.operator_dn.as_str().to_owned(),
                why,
            }),
            None => standing.push((
                name.operator,
                NewEntry {
                    mail_domain,
                    certificate: name.id,
                    description: entry.description,
                    responsible_contact: entry.responsible_contact,
                    support_contact: entry.support_contact,
                    updated_at: entry.updated_at,
                },
            )),
        }
    }
    Ok(standing)
}
