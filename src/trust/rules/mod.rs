//! What a certificate must be like to have a part in the trust space: one readable list of rules.
//!
//! A rule looks at one certificate and a moment. Signatures and chains are for the path, revocation
//! and the registry's own state for others.

mod constraints;
mod distribution;
mod extensions;
mod identifiers;
pub(in crate::trust) mod key;
mod names;
mod serial;
#[cfg(test)]
mod tests;
mod usage;
mod validity;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::certificate::Certificate;
use crate::domain::certificate::CertificatePurpose;

/// What a finding means for the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It cannot serve.
    Refuse,
    /// It can serve, and someone should know.
    Warn,
}

/// What to make of a certificate that names no place to ask whether it was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutRevocation {
    /// Refuse it: nobody outside can learn of its revocation.
    Refuse,
    /// Take it: the registry's own state is what nodes ask.
    Warn,
}

/// What a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// What it is to be used for.
    pub purpose: CertificatePurpose,
    /// The moment it is to be used at, UTC.
    pub at: OffsetDateTime,
    /// The deployment's choice.
    pub without_revocation: WithoutRevocation,
}

/// What a rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to say.
    Pass,
    /// The certificate breaks the rule.
    Breach {
        /// How bad that is.
        severity: Severity,
        /// What it holds.
        found: String,
        /// What the rule asks for.
        expected: &'static str,
    },
}

/// One rule: what it is called, where it comes from, whom it concerns.
pub struct Rule {
    /// Stable dotted name, such as `key.size`.
    pub code: &'static str,
    /// Document and clause it follows from.
    pub clause: &'static str,
    /// Purposes it looks at.
    pub applies_to: &'static [CertificatePurpose],
    /// The rule itself.
    pub check: fn(&Subject<'_>) -> Outcome,
}

/// One rule that a certificate breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: String,
    /// The rule's source.
    pub clause: String,
    /// What it means for the certificate.
    pub severity: Severity,
    /// What the certificate holds.
    pub found: String,
    /// What the rule asks for.
    pub expected: String,
}

impl Finding {
    /// Whether the certificate is refused for it.
    pub fn refuses(&self) -> bool {
        self.severity == Severity::Refuse
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} ({}): found {}, expected {}",
            self.rule, self.clause, self.found, self.expected
        )
    }
}

/// Every rule, topic by topic.
pub const TOPICS: &[&[Rule]] = &[
    key::RULES,
    serial::RULES,
    validity::RULES,
    names::RULES,
    usage::RULES,
    constraints::RULES,
    identifiers::RULES,
    extensions::RULES,
    distribution::RULES,
];

/// All that the rules have to say of this certificate, refusals first, else in the order of the list.
pub fn lint(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in TOPICS.iter().copied().flatten() {
        if !rule.applies_to.contains(&subject.purpose) {
            continue;
        }
        match (rule.check)(subject) {
            Outcome::Pass => {}
            Outcome::Breach {
                severity,
                found,
                expected,
            } => findings.push(Finding {
                rule: rule.code.to_owned(),
                clause: rule.clause.to_owned(),
                severity,
                found,
                expected: expected.to_owned(),
            }),
        }
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

use CertificatePurpose::{Anchor, Gateway, IssuingAuthority, ListSigner, SmtpClient, SmtpServer};

/// Everything.
const ALL: &[CertificatePurpose] = &CertificatePurpose::ALL;
/// What signs no certificates.
const LEAVES: &[CertificatePurpose] = &[Gateway, SmtpServer, SmtpClient, ListSigner];
/// The ends of a channel.
const CHANNELS: &[CertificatePurpose] = &[Gateway, SmtpServer, SmtpClient];
/// What others connect to.
const SERVERS: &[CertificatePurpose] = &[Gateway, SmtpServer];
/// What is registered or pinned under the name of an operator.
const NAMED: &[CertificatePurpose] = &[Gateway, ListSigner];
/// What signs certificates.
const AUTHORITIES: &[CertificatePurpose] = &[IssuingAuthority, Anchor];

pub(in crate::trust) fn refuse(found: impl Into<String>, expected: &'static str) -> Outcome {
    Outcome::Breach {
        severity: Severity::Refuse,
        found: found.into(),
        expected,
    }
}

pub(in crate::trust) fn warn(found: impl Into<String>, expected: &'static str) -> Outcome {
    Outcome::Breach {
        severity: Severity::Warn,
        found: found.into(),
        expected,
    }
}
