//! The decision: one question, one immutable snapshot, one moment, and an answer that says why. It asks
//! nobody: what it does not hold is refused.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::chain::Anchors;
use super::sidecar::SignerNotice;
use crate::domain::admission::{
    Check, CheckResult, Decision, DomainTrust, ListUsed, Outcome, Question, Reason, Verdict,
};
use crate::domain::mail_domain::MailDomainName;
use crate::domain::trust_list::TrustList;
use crate::domain::trust_state::TrustState;

/// What a deployment decides about decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How old the list may be.
    pub list_max_age: Duration,
    /// How far clocks may differ.
    pub clock_skew: Duration,
    /// How long word of a revocation is believed after its `nextUpdate`.
    pub stale_revocation_grace: Duration,
}

/// The list in force, whose signature was verified with a pinned signer.
#[derive(Debug)]
pub struct ListInForce {
    /// Which.
    pub used: ListUsed,
    /// Its rows.
    pub list: TrustList,
    /// Who signed it and who may sign the next.
    pub signers: Vec<SignerNotice>,
}

/// What the one who asks knows of the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// The snapshot is the newest, until this moment at the longest.
    Until(OffsetDateTime),
    /// It was not confirmed for longer than the lease.
    LeaseLost,
    /// The clock went back.
    ClockBack,
    /// The past is asked about: what was known then is known for ever.
    Past,
}

/// All that decisions rest on, at one epoch; never changed.
#[derive(Debug)]
pub struct Snapshot {
    state: Arc<TrustState>,
    list: Option<Arc<ListInForce>>,
}

impl Snapshot {
    /// Makes ready what decisions look up.
    pub fn new(
        state: Arc<TrustState>,
        list: Option<Arc<ListInForce>>,
        _anchors: &Anchors,
        _policy: Policy,
    ) -> Self {
        Self { state, list }
    }

    /// The epoch of the trust space.
    pub fn epoch(&self) -> i64 {
        self.state.epoch
    }

    /// The state it was made of.
    pub const fn state(&self) -> &Arc<TrustState> {
        &self.state
    }

    /// The list in force.
    pub const fn list(&self) -> Option<&Arc<ListInForce>> {
        self.list.as_ref()
    }

    /// Answers a question as of a moment.
    pub fn decide(&self, _: &Question, at: OffsetDateTime, _: Freshness) -> Decision {
        Decision {
            epoch: Some(self.epoch()),
            list: self.list.as_ref().map(|list| list.used),
            ..Self::unready(at)
        }
    }

    /// What is known of a mail domain without a chain.
    pub fn domain_trust(&self, _: &MailDomainName, _: OffsetDateTime) -> DomainTrust {
        DomainTrust::Unknown
    }

    /// The answer of a node that has no snapshot.
    pub fn unready(at: OffsetDateTime) -> Decision {
        let checks = Check::ALL.map(|check| {
            let is_at_fault = check == Check::Freshness;
            CheckResult {
                check,
                outcome: if is_at_fault {
                    Outcome::Fail
                } else {
                    Outcome::Skipped
                },
                reasons: if is_at_fault {
                    vec![Reason::NodeUnready]
                } else {
                    Vec::new()
                },
                detail: if is_at_fault {
                    Reason::NodeUnready.sentence().to_owned()
                } else {
                    String::new()
                },
            }
        });
        Decision {
            verdict: Verdict::Refuse,
            reasons: vec![Reason::NodeUnready],
            checks: checks.into(),
            grade: None,
            operator: None,
            certificate: None,
            epoch: None,
            list: None,
            at,
            valid_until: None,
        }
    }
}
