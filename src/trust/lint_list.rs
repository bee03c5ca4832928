//! What a list must be before it is signed, and what somebody should look at. It must not know how the
//! list came to be.

use std::collections::HashMap;

use time::{Duration, OffsetDateTime};

use super::xml::Limits;
use crate::domain::calendar::rfc3339;
use crate::domain::trust_list::{TrustEntry, TrustList};

/// Whether a finding keeps a list from being signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The list must not be signed.
    Refuse,
    /// Somebody should look.
    Warn,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LintRule {
    /// A list has entries: an empty one would cut everybody off.
    Empty,
    /// No list was generated before the one that it follows: nodes refuse to go back.
    OlderThanPrevious,
    /// Two lists of one second cannot be told apart by their time.
    SameTimeAsPrevious,
    /// Entries are sorted by mail domain, then by name.
    NotSorted,
    /// No pair of mail domain and name stands twice.
    Duplicate,
    /// Names of one mail domain that match each other are of one certificate, written twice.
    Alias,
    /// Texts are within what readers take.
    TextTooLong,
    /// Texts say something; the published list holds no empty one.
    TextEmpty,
    /// The name of a certificate states the number of its operator in a national register.
    NoRegisteredNumber,
    /// Entries were not updated after the list was generated, by some minutes at most.
    UpdatedLater,
}

impl LintRule {
    /// Stable dotted code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "list.empty",
            Self::OlderThanPrevious => "list.older_than_previous",
            Self::SameTimeAsPrevious => "list.same_time_as_previous",
            Self::NotSorted => "entry.not_sorted",
            Self::Duplicate => "entry.duplicate",
            Self::Alias => "entry.alias",
            Self::TextTooLong => "entry.text_too_long",
            Self::TextEmpty => "entry.text_empty",
            Self::NoRegisteredNumber => "entry.no_registered_number",
            Self::UpdatedLater => "entry.updated_later",
        }
    }

    /// What a finding of this rule means for the list.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Empty
            | Self::OlderThanPrevious
            | Self::NotSorted
            | Self::Duplicate
            | Self::TextTooLong => Severity::Refuse,
            Self::SameTimeAsPrevious
            | Self::Alias
            | Self::TextEmpty
            | Self::NoRegisteredNumber
            | Self::UpdatedLater => Severity::Warn,
        }
    }
}

/// One thing that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: LintRule,
    /// Which entry, from 0; `None` where it is about the list.
    pub entry: Option<usize>,
    /// What was found, in one sentence.
    pub detail: String,
}

/// How much later than the list an entry may have been updated: the published list of 2025-02-28 has one
/// that is a second ahead.
const TOLERATED_LEAD: Duration = Duration::minutes(5);

/// Looks at a list that is to follow one of a previous time.
pub fn lint(list: &TrustList, previous: Option<OffsetDateTime>, limits: &Limits) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut of_list = |rule, detail: String| {
        findings.push(Finding {
            rule,
            entry: None,
            detail,
        });
    };
    // A list that follows another may be empty: its last operator must be able to leave it.
    if list.entries.is_empty() && previous.is_none() {
        of_list(LintRule::Empty, "A first list has no entries.".to_owned());
    }
    if let Some(previous) = previous {
        let detail = || {
            format!(
                "Generated at {}, the previous one at {previous}.",
                list.generated_at
            )
        };
        match list.generated_at.cmp(&previous) {
            std::cmp::Ordering::Less => of_list(LintRule::OlderThanPrevious, detail()),
            std::cmp::Ordering::Equal => of_list(LintRule::SameTimeAsPrevious, detail()),
            std::cmp::Ordering::Greater => {}
        }
    }
    let mut keys: HashMap<&str, String> = HashMap::new();
    // Names of the mail domain that is being looked at, by what they match.
    let mut names: HashMap<String, &TrustEntry> = HashMap::new();
    let mut before: Option<&TrustEntry> = None;
    for (place, entry) in list.entries.iter().enumerate() {
        let mut found = |rule, detail| {
            findings.push(Finding {
                rule,
                entry: Some(place),
                detail,
            });
        };
        match before.map(|before| before.key().cmp(&entry.key())) {
            None | Some(std::cmp::Ordering::Less) => {}
            Some(std::cmp::Ordering::Equal) => {
                found(
                    LintRule::Duplicate,
                    format!("{} has {} twice.", entry.mail_domain, entry.operator_dn),
                );
            }
            Some(std::cmp::Ordering::Greater) => {
                found(
                    LintRule::NotSorted,
                    format!("{} stands behind its place.", entry.mail_domain),
                );
            }
        }
        if before.is_none_or(|before| before.mail_domain != entry.mail_domain) {
            names.clear();
        }
        let key = keys
            .entry(entry.operator_dn.as_str())
            .or_insert_with(|| entry.operator_dn.match_key());
        match names.get(key.as_str()) {
            Some(other) if other.operator_dn != entry.operator_dn => found(
                LintRule::Alias,
                format!(
                    "{} has {} and {}.",
                    entry.mail_domain, other.operator_dn, entry.operator_dn
                ),
            ),
            Some(_) => {}
            None => {
                names.insert(key.clone(), entry);
            }
        }
        lint_entry(entry, list.generated_at, limits, &mut found);
        before = Some(entry);
    }
    findings
}

fn lint_entry(
    entry: &TrustEntry,
    generated_at: OffsetDateTime,
    limits: &Limits,
    found: &mut dyn FnMut(LintRule, String),
) {
    let domain = &entry.mail_domain;
    for (field, text) in [
        ("description", entry.description.as_str()),
        ("name", entry.operator_dn.as_str()),
        ("responsible contact", &entry.responsible_contact),
        ("support contact", &entry.support_contact),
    ] {
        // An escaped character takes up to five bytes.
        let bytes = text.len() + 4 * text.matches(['&', '<', '>']).count();
        if bytes > limits.text_bytes {
            found(
                LintRule::TextTooLong,
                format!(
                    "The {field} of {domain} has {bytes} bytes, readers take {}.",
                    limits.text_bytes
                ),
            );
        }
        if text.trim().is_empty() {
            found(
                LintRule::TextEmpty,
                format!("The {field} of {domain} is empty."),
            );
        }
    }
    if entry.operator_dn.registered_number().is_none() {
        found(
            LintRule::NoRegisteredNumber,
            format!(
                "{} states neither a FINESS nor a SIRET number.",
                entry.operator_dn
            ),
        );
    }
    if entry.updated_at > generated_at + TOLERATED_LEAD {
        found(
            LintRule::UpdatedLater,
            format!(
                "{domain} was updated at {}, the list generated at {}.",
                rfc3339(entry.updated_at),
                rfc3339(generated_at)
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::verify_at::VerifyAt;
    use crate::trust::xml::fixture::{GENERATED_AT, SIGNER, entry, real_list};
    use crate::trust::xml::{Pin, read_signed};

    const CH: &str = "CN=mss.ch.fr,OU=1990000001,O=CH \"FICTIF\",ST=Nord (59),C=FR";

    type Fault = fn(&mut TrustList);

    fn good() -> TrustList {
        let entries = vec![
            entry("a.fr", CH),
            entry("b.fr", CH),
            entry("b.fr", "CN=mss2.ch.fr,OU=1990000001,O=CH,C=FR"),
        ];
        TrustList::assemble(GENERATED_AT, entries)
    }

    #[test]
    fn each_rule_finds_its_fault_and_names_the_entry() {
        let second = Duration::SECOND;
        let cases: &[(Fault, Option<OffsetDateTime>, &str, Option<usize>)] = &[
            (|list| list.entries.clear(), None, "list.empty", None),
            (
                |_| (),
                Some(GENERATED_AT + second),
                "list.older_than_previous",
                None,
            ),
            (
                |_| (),
                Some(GENERATED_AT),
                "list.same_time_as_previous",
                None,
            ),
            (
                |list| list.entries.swap(0, 1),
                None,
                "entry.not_sorted",
                Some(1),
            ),
            (
                |list| list.entries[0] = list.entries[1].clone(),
                None,
                "entry.duplicate",
                Some(1),
            ),
            (
                |list| list.entries[2] = entry("b.fr", &CH.replace("Nord", "nord")),
                None,
                "entry.alias",
                Some(2),
            ),
            (
                |list| list.entries[1].description = "&".repeat(820),
                None,
                "entry.text_too_long",
                Some(1),
            ),
            (
                |list| list.entries[1].support_contact = " \n".to_owned(),
                None,
                "entry.text_empty",
                Some(1),
            ),
            (
                |list| list.entries[2] = entry("b.fr", "CN=mss.ch.fr,OU=Direction,C=FR"),
                None,
                "entry.no_registered_number",
                Some(2),
            ),
            (
                |list| list.entries[0].updated_at = GENERATED_AT + Duration::minutes(6),
                None,
                "entry.updated_later",
                Some(0),
            ),
        ];
        for (fault, previous, code, place) in cases {
            let mut list = good();
            fault(&mut list);
            let findings = lint(&list, *previous, &Limits::default());
            let [finding] = &*findings else {
                panic!("{code}: {findings:?}");
            };
            assert_eq!((finding.rule.code(), finding.entry), (*code, *place));
        }
    }

    #[test]
    fn a_good_list_has_no_findings() {
        let mut list = good();
        list.entries[0].updated_at = GENERATED_AT + Duration::SECOND;
        list.entries[1].description = "&".repeat(819);
        assert_eq!(
            lint(
                &list,
                Some(GENERATED_AT - Duration::SECOND),
                &Limits::default()
            ),
            []
        );
    }

    #[test]
    fn what_is_found_in_the_published_list() {
        let Some(bytes) = real_list() else { return };
        let error = read_signed(
            &bytes,
            &[SIGNER.pin()],
            VerifyAt::ListTime,
            &Limits::default(),
        );
        let Err(crate::trust::xml::ListError::NotPinned { sha256 }) = error else {
            panic!("{error:?}");
        };
        let pins = [Pin::Sha256(sha256)];
        let published = read_signed(&bytes, &pins, VerifyAt::ListTime, &Limits::default()).unwrap();
        let ours = TrustList::assemble(published.list.generated_at, published.list.entries);
        let found: Vec<&str> = lint(&ours, None, &Limits::default())
            .iter()
            .map(|finding| finding.rule.code())
            .collect();
        // One hospital's name stands with and without its quotes.
        assert_eq!(found, ["entry.alias"]);
    }
}
