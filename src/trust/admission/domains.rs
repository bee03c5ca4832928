//! What is known of each mail domain without a chain, worked out once for all.

use std::collections::{HashMap, HashSet};

use time::OffsetDateTime;

use super::listed::Listed;
use super::register::{Register, Registered};
use crate::domain::admission::DomainTrust;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::onboarding::OperatorState;
use crate::trust::certificate::Certificate;

/// The mail domains of the list, each with what is known of it.
#[derive(Debug, Default)]
pub(super) struct Domains(HashMap<MailDomainName, Known>);

#[derive(Clone, Copy, Debug)]
struct Known {
    trust: DomainTrust,
    /// The last second of the last certificate in force behind it; none where that is not known.
    until: Option<OffsetDateTime>,
}

impl Domains {
    /// `is_taken_back` tells of a certificate and its issuer's whether the issuer took it back.
    pub(super) fn new(
        listed: &Listed,
        register: &Register,
        is_taken_back: impl Fn(&Certificate, &Certificate) -> bool,
    ) -> Self {
        // A certificate stands behind thousands of mail domains, and is asked about once.
        let taken_back: HashSet<i64> = register
            .certificates()
            .filter(|it| {
                let bytes = it.bytes.as_ref();
                let pair = bytes.and_then(|it| it.read.as_ref().zip(it.issuer.as_ref()));
                pair.is_some_and(|(certificate, issuer)| is_taken_back(certificate, issuer))
            })
            .map(|it| it.id)
            .collect();
        let known = listed.rows().map(|(name, row)| {
            let behind: Vec<&Registered> = register
                .behind(name)
                .filter(|it| it.listed.iter().any(|place| row.contains(place)))
                .collect();
            (name.clone(), Known::of(&behind, &taken_back))
        });
        Self(known.collect())
    }

    /// What is known of a mail domain at a moment, where the list may be looked into.
    pub(super) fn trust(&self, name: &MailDomainName, at: OffsetDateTime) -> DomainTrust {
        match self.0.get(name) {
            None => DomainTrust::UntrustedDomain,
            Some(Known {
                trust: DomainTrust::Trusted,
                until: Some(until),
            }) if at > *until => DomainTrust::NoCertificate,
            Some(known) => known.trust,
        }
    }
}

impl Known {
    fn of(behind: &[&Registered], taken_back: &HashSet<i64>) -> Self {
        let in_force: Vec<_> = behind
            .iter()
            .filter(|it| it.is_in_force() && !taken_back.contains(&it.id))
            .collect();
        if in_force.is_empty() {
            return Self {
                trust: without_certificate(behind),
                until: None,
            };
        }
        let end = |it: &&&Registered| Some(it.bytes.as_ref()?.read.as_ref()?.not_after);
        let is_endless = in_force.iter().any(|it| end(it).is_none());
        let last = in_force.iter().filter_map(end).max();
        Self {
            trust: DomainTrust::Trusted,
            until: last.filter(|_| !is_endless),
        }
    }
}

/// Why nobody behind a mail domain is in force: what the one who is nearest to it lacks.
fn without_certificate(behind: &[&Registered]) -> DomainTrust {
    let is_any = |wanted: &[OperatorState]| {
        let mut states = behind.iter().filter_map(|it| it.operator_state);
        states.any(|state| wanted.contains(&state))
    };
    if is_any(&[OperatorState::Active]) {
        DomainTrust::NoCertificate
    } else if is_any(&[OperatorState::Suspended]) {
        DomainTrust::OperatorSuspended
    } else if is_any(&[OperatorState::Withdrawn, OperatorState::Revoked]) {
        DomainTrust::OperatorRevoked
    } else {
        DomainTrust::NoCertificate
    }
}
