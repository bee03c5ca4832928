//! What a list tells of the registry it came from: its operators, mail domains and names, sorted out
//! of its rows. Pure: it knows neither what is registered nor how.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use crate::domain::distinguished_name::OperatorDn;
use crate::domain::name;
use crate::domain::operator::RegisteredNumber;
use crate::domain::trust_list::TrustEntry;
use crate::trust::xml::VerifiedList;

/// By what an operator of a list is told from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum OperatorKey {
    /// The registered number in the unit (`OU`) of its names.
    Number(String),
    /// Where there is none: its organisation, else its common name, folded.
    Name(String),
}

impl OperatorKey {
    /// The key of a name without a registered number.
    pub(super) fn of_name(legal_name: &str) -> Self {
        Self::Name(name::words(legal_name).join(" "))
    }
}

/// An operator as its entries tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlannedOperator {
    pub(super) key: OperatorKey,
    /// What most of its entries call it.
    pub(super) legal_name: String,
    /// What most of its entries say.
    pub(super) responsible_contact: String,
    /// What most of its entries say.
    pub(super) support_contact: String,
}

/// A name of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlannedName {
    pub(super) dn: OperatorDn,
    /// Place of its operator.
    pub(super) operator: usize,
}

/// A list, sorted out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ListPlan {
    pub(super) operators: Vec<PlannedOperator>,
    /// Each strict writing once.
    pub(super) names: Vec<PlannedName>,
    /// Mail domains with their latest description.
    pub(super) mail_domains: BTreeMap<String, String>,
    /// Each pair of mail domain and name once, the latest; with the place of the name.
    pub(super) entries: Vec<(usize, TrustEntry)>,
    pub(super) oddities: Oddities,
}

/// What was odd about a list, and what was made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Oddities {
    /// Pairs of mail domain and name that stand more than once: the latest was taken.
    pub doubled: Vec<Doubled>,
    /// Names in a writing that our list does not use.
    pub respelled: Vec<Respelled>,
    /// Names of certificates that are the same name, written differently: each is kept.
    pub same_names: Vec<Vec<String>>,
    /// Operators that their entries call differently: the first name was taken.
    pub same_operators: Vec<Vec<String>>,
}

/// A pair that stands more than once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubled {
    /// The mail domain.
    pub mail_domain: String,
    /// The name of the certificate, as our list writes it.
    pub dn: String,
    /// How often it stands in the list.
    pub times: usize,
}

/// A name that our list writes otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Respelled {
    /// As the list has it.
    pub found: String,
    /// As our list writes it.
    pub written: String,
    /// How many entries have it.
    pub entries: usize,
}

/// Texts with how often each was seen, in the order of first sight.
#[derive(Default)]
struct Votes<'a> {
    texts: Vec<&'a str>,
    counts: HashMap<&'a str, usize>,
}

impl<'a> Votes<'a> {
    fn add(&mut self, text: &'a str) {
        let count = self.counts.entry(text).or_default();
        if *count == 0 {
            self.texts.push(text);
        }
        *count += 1;
    }

    /// From the most frequent on; of equals the first seen.
    fn ranked(&self) -> Vec<&'a str> {
        let mut texts = self.texts.clone();
        texts.sort_by_key(|text| std::cmp::Reverse(self.counts.get(text).copied()));
        texts
    }

    fn winner(&self) -> String {
        self.ranked()
            .first()
            .copied()
            .unwrap_or_default()
            .to_owned()
    }
}

#[derive(Default)]
struct Seen<'a> {
    legal_names: Votes<'a>,
    responsible_contacts: Votes<'a>,
    support_contacts: Votes<'a>,
}

/// Sorts a list out.
pub(super) fn plan(verified: &VerifiedList) -> ListPlan {
    let entries = &verified.list.entries;
    let mut plan = ListPlan::default();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut operators: HashMap<OperatorKey, usize> = HashMap::new();
    let mut seen: Vec<Seen<'_>> = Vec::new();
    for entry in entries {
        let place = *places.entry(entry.operator_dn.as_str()).or_insert_with(|| {
            let key = operator_key(&entry.operator_dn);
            let operator = *operators.entry(key.clone()).or_insert_with(|| {
                plan.operators.push(PlannedOperator {
                    key,
                    legal_name: String::new(),
                    responsible_contact: String::new(),
                    support_contact: String::new(),
                });
                seen.push(Seen::default());
                plan.operators.len() - 1
            });
            plan.names.push(PlannedName {
                dn: entry.operator_dn.clone(),
                operator,
            });
            plan.names.len() - 1
        });
        let operator = plan.names.get(place).map(|name| name.operator);
        if let Some(seen) = operator.and_then(|operator| seen.get_mut(operator)) {
            seen.legal_names.add(legal_name(&entry.operator_dn));
            seen.responsible_contacts.add(&entry.responsible_contact);
            seen.support_contacts.add(&entry.support_contact);
        }
    }
    for (operator, seen) in plan.operators.iter_mut().zip(&seen) {
        operator.legal_name = seen.legal_names.winner();
        operator.responsible_contact = seen.responsible_contacts.winner();
        operator.support_contact = seen.support_contacts.winner();
        if seen.legal_names.texts.len() > 1 {
            let names = seen.legal_names.ranked().into_iter().map(str::to_owned);
            plan.oddities.same_operators.push(names.collect());
        }
    }
    plan.entries = latest(entries, &places, &mut plan.oddities.doubled);
    plan.mail_domains = descriptions(&plan.entries);
    plan.oddities.respelled = respelled(verified);
    plan.oddities.same_names = same_names(&plan.names);
    plan
}

fn operator_key(dn: &OperatorDn) -> OperatorKey {
    let unit = dn.organizational_unit().unwrap_or_default();
    match RegisteredNumber::parse(unit) {
        Ok(number) => OperatorKey::Number(number.to_string()),
        Err(_) => OperatorKey::of_name(legal_name(dn)),
    }
}

/// What a name calls its operator.
fn legal_name(dn: &OperatorDn) -> &str {
    let named = dn.organization().or_else(|| dn.common_name());
    named
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .unwrap_or(dn.as_str())
}

/// The latest entry of each pair, in the order of the list; of equals the first.
fn latest(
    entries: &[TrustEntry],
    places: &HashMap<&str, usize>,
    doubled: &mut Vec<Doubled>,
) -> Vec<(usize, TrustEntry)> {
    let mut pairs: BTreeMap<(&str, &str), (&TrustEntry, usize)> = BTreeMap::new();
    for entry in entries {
        let pair = (entry.mail_domain.as_str(), entry.operator_dn.as_str());
        let (kept, times) = pairs.entry(pair).or_insert((entry, 0));
        *times += 1;
        if entry.updated_at > kept.updated_at {
            *kept = entry;
        }
    }
    doubled.extend(pairs.iter().filter(|(_, (_, times))| *times > 1).map(
        |((mail_domain, dn), (_, times))| Doubled {
            mail_domain: (*mail_domain).to_owned(),
            dn: (*dn).to_owned(),
            times: *times,
        },
    ));
    pairs
        .into_iter()
        .filter_map(|((_, dn), (entry, _))| Some((*places.get(dn)?, entry.clone())))
        .collect()
}

/// The description of each mail domain that was given last.
fn descriptions(entries: &[(usize, TrustEntry)]) -> BTreeMap<String, String> {
    let mut latest: BTreeMap<&str, &TrustEntry> = BTreeMap::new();
    for (_, entry) in entries {
        let kept = latest.entry(entry.mail_domain.as_str()).or_insert(entry);
        if entry.updated_at > kept.updated_at {
            *kept = entry;
        }
    }
    latest
        .into_iter()
        .map(|(name, entry)| (name.to_owned(), entry.description.clone()))
        .collect()
}

fn respelled(verified: &VerifiedList) -> Vec<Respelled> {
    let mut found: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for respelled in &verified.respelled {
        if let Some(entry) = verified.list.entries.get(respelled.entry) {
            let pair = (respelled.written.as_str(), entry.operator_dn.as_str());
            *found.entry(pair).or_default() += 1;
        }
    }
    found
        .into_iter()
        .map(|((found, written), entries)| Respelled {
            found: found.to_owned(),
            written: written.to_owned(),
            entries,
        })
        .collect()
}

fn same_names(names: &[PlannedName]) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for name in names {
        groups
            .entry(name.dn.match_key())
            .or_default()
            .insert(name.dn.as_str());
    }
    groups
        .into_values()
        .filter(|group| group.len() > 1)
        .map(|group| group.into_iter().map(str::to_owned).collect())
        .collect()
}
