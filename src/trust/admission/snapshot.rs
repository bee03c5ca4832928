//! All that decisions rest on, made ready once for each epoch.

use std::sync::Arc;

use time::OffsetDateTime;

use super::certificates::Authorities;
use super::domains::Domains;
use super::evidence::Evidence;
use super::fingerprints::{Fingerprint, Fingerprints};
use super::listed::Listed;
use super::register::Register;
use super::{Freshness, ListInForce, Policy, checks, decision, report};
use crate::domain::admission::{Decision, DomainTrust, Question, Reason};
use crate::domain::mail_domain::MailDomainName;
use crate::domain::trust_state::{CertificateStanding, TrustState};
use crate::trust::certificate::{Certificate, InvalidCertificate};
use crate::trust::chain::Anchors;
use crate::trust::digest::sha256;

/// All that decisions rest on, at one epoch; never changed.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) state: Arc<TrustState>,
    pub(super) list: Option<Arc<ListInForce>>,
    /// Since when the state names a newer list than the one at hand, if it does and did not from the start.
    pub(super) overtaken_at: Option<OffsetDateTime>,
    pub(super) anchors: Arc<Anchors>,
    pub(super) policy: Policy,
    pub(super) listed: Arc<Listed>,
    pub(super) register: Register,
    pub(super) evidence: Evidence,
    pub(super) authorities: Arc<Authorities>,
    domains: Domains,
    fingerprints: Fingerprints,
}

/// What is known of mail domains at one moment.
#[derive(Clone, Copy, Debug)]
pub struct DomainsAt<'a> {
    /// None where no list holds.
    domains: Option<&'a Domains>,
    at: OffsetDateTime,
}

impl DomainsAt<'_> {
    /// What is known of a mail domain without a chain.
    pub fn trust(&self, mail_domain: &MailDomainName) -> DomainTrust {
        let domains = self.domains;
        domains.map_or(DomainTrust::Unknown, |it| it.trust(mail_domain, self.at))
    }
}

impl Snapshot {
    /// Makes ready what decisions look up.
    pub fn new(
        state: Arc<TrustState>,
        list: Option<Arc<ListInForce>>,
        anchors: &Anchors,
        policy: Policy,
    ) -> Self {
        let anchors = Arc::new(anchors.clone());
        Self::build(state, list, anchors, policy, None)
    }

    /// The snapshot after this one, under the same anchors and policy: what both have in common is not
    /// read, parsed or verified again.
    #[must_use]
    pub fn followed_by(&self, state: Arc<TrustState>, list: Option<Arc<ListInForce>>) -> Self {
        let anchors = Arc::clone(&self.anchors);
        Self::build(state, list, anchors, self.policy, Some(self))
    }

    fn build(
        state: Arc<TrustState>,
        list: Option<Arc<ListInForce>>,
        anchors: Arc<Anchors>,
        policy: Policy,
        before: Option<&Self>,
    ) -> Self {
        let same_list = before.filter(|before| match (&before.list, &list) {
            (Some(before), Some(list)) => before.used == list.used,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        });
        let listed = match (same_list, &list) {
            (Some(before), _) => Arc::clone(&before.listed),
            (None, Some(list)) => Arc::new(Listed::new(&list.list)),
            (None, None) => Arc::default(),
        };
        let register = Register::new(&state, &listed, before.map(|it| &it.register));
        let evidence = Evidence::new(&state, before.map(|it| &it.evidence));
        let domains = Domains::new(&listed, &register, |certificate, issuer| {
            checks::revocation::is_taken_back(certificate, issuer, &evidence, policy, state.at)
        });
        let authorities = match before {
            Some(before) => Arc::clone(&before.authorities),
            None => Arc::new(Authorities::new()),
        };
        let overtaken_at = before.and_then(|before| {
            let was = is_overtaken(before.list.as_deref(), &before.state);
            let since = if was {
                before.overtaken_at
            } else {
                Some(state.at)
            };
            since.filter(|_| is_overtaken(list.as_deref(), &state))
        });
        Self {
            fingerprints: Fingerprints::new(&state, &register),
            state,
            list,
            overtaken_at,
            anchors,
            policy,
            listed,
            register,
            evidence,
            authorities,
            domains,
        }
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

    /// The registered certificate with a fingerprint; of those with one key, one that was taken back
    /// before all others, and then the latest in force.
    pub fn find(&self, fingerprint: Fingerprint) -> Option<&CertificateStanding> {
        self.fingerprints.find(&self.state, fingerprint)
    }

    /// Answers a question as of a moment.
    pub fn decide(
        &self,
        question: &Question,
        at: OffsetDateTime,
        freshness: Freshness,
    ) -> Decision {
        decision::decide(self, question, at, freshness)
    }

    /// What is known of a mail domain without a chain.
    pub fn domain_trust(&self, mail_domain: &MailDomainName, at: OffsetDateTime) -> DomainTrust {
        self.domains_at(at).trust(mail_domain)
    }

    /// The same for many of them at one moment: whether the list holds is looked at once.
    pub fn domains_at(&self, at: OffsetDateTime) -> DomainsAt<'_> {
        let list = self.list_at(at);
        DomainsAt {
            domains: list.is_ok().then_some(&self.domains),
            at,
        }
    }

    /// The list, where it may be looked into at a moment.
    pub(super) fn list_at(&self, at: OffsetDateTime) -> report::Ended<&ListInForce> {
        let list = self.list.as_deref();
        checks::list::list(list, &self.state, self.overtaken_at, self.policy, at)
    }

    /// The answer to a question that cannot be asked, such as one about what is no mail domain.
    pub fn refused(&self, reason: Reason, at: OffsetDateTime) -> Decision {
        Decision {
            epoch: Some(self.epoch()),
            list: self.list.as_ref().map(|list| list.used),
            ..report::refused(reason, at)
        }
    }

    /// The answer of a node that has no snapshot.
    pub fn unready(at: OffsetDateTime) -> Decision {
        report::refused(Reason::NodeUnready, at)
    }

    /// A certificate of a chain, which may be known already.
    pub(super) fn read(&self, der: &[u8]) -> Result<Arc<Certificate>, InvalidCertificate> {
        let digest = sha256(der);
        let known = self.register.read(&digest).cloned();
        match known.or_else(|| self.authorities.find(&digest)) {
            Some(known) => Ok(known),
            None => Certificate::parse(der).map(Arc::new),
        }
    }
}

/// Whether a state names a newer list than this one.
fn is_overtaken(list: Option<&ListInForce>, state: &TrustState) -> bool {
    list.is_none_or(|list| state.list > Some(list.used.sequence))
}
