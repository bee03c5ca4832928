//! All that decisions rest on, made ready once for each epoch.

use std::sync::Arc;

use time::OffsetDateTime;

use super::certificates::Authorities;
use super::domains::Domains;
use super::evidence::Evidence;
use super::listed::Listed;
use super::register::Register;
use super::{Freshness, ListInForce, Policy, checks, decision, report};
use crate::domain::admission::{Decision, DomainTrust, Question, Reason};
use crate::domain::mail_domain::MailDomainName;
use crate::domain::trust_state::TrustState;
use crate::trust::certificate::{Certificate, InvalidCertificate};
use crate::trust::chain::Anchors;
use crate::trust::digest::sha256;

/// All that decisions rest on, at one epoch; never changed.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) state: Arc<TrustState>,
    pub(super) list: Option<Arc<ListInForce>>,
    pub(super) anchors: Arc<Anchors>,
    pub(super) policy: Policy,
    pub(super) listed: Arc<Listed>,
    pub(super) register: Register,
    pub(super) evidence: Evidence,
    pub(super) authorities: Arc<Authorities>,
    domains: Domains,
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
        Self {
            state,
            list,
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
        let list = checks::list::list(self.list.as_deref(), &self.state, self.policy, at);
        DomainsAt {
            domains: list.is_ok().then_some(&self.domains),
            at,
        }
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
