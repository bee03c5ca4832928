//! What a campaign is told: which domains, against which certificates, and how to knock.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use time::OffsetDateTime;

use super::addresses::AddressPolicy;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::mailbox::MailAddress;

/// What is probed, and what is expected there.
#[derive(Clone, Debug)]
pub struct CampaignPlan {
    /// The operator's mail domains.
    pub mail_domains: Vec<MailDomainName>,
    /// The certificates that the operator registered, DER.
    pub registered: Vec<Vec<u8>>,
    /// The anchors of the trust space, DER.
    pub anchors: Vec<Vec<u8>>,
}

/// Who answers questions about names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResolverChoice {
    /// The resolvers of this machine.
    System,
    /// This one alone.
    Server(SocketAddr),
}

/// How the probes work.
#[derive(Clone, Debug)]
pub struct ProbeSettings {
    /// Who resolves names.
    pub resolver: ResolverChoice,
    /// To which addresses a probe may connect.
    pub addresses: AddressPolicy,
    /// Port on which SMTP begins in clear; 25 outside tests.
    pub smtp_port: u16,
    /// Port on which SMTP begins with TLS; 465 outside tests.
    pub smtps_port: u16,
    /// How long each step may take: a DNS question, a connection, a handshake, a whole reply.
    pub step_timeout: Duration,
    /// The client certificates that the probes show.
    pub identities: ProbeIdentities,
    /// The name that the probes give themselves in `EHLO`.
    pub helo_name: MailDomainName,
    /// The address that the probes give in `MAIL FROM`; of a domain that the listed identity may write for.
    pub sender: MailAddress,
    /// The time of the campaign, at which certificates are judged, UTC.
    pub at: OffsetDateTime,
    /// How many domains or gateways are probed at the same time.
    pub at_once: NonZeroUsize,
}

/// The client certificates that the probes show; without one, its check is skipped.
#[derive(Clone, Debug, Default)]
pub struct ProbeIdentities {
    /// In the list, and good.
    pub listed: Option<ProbeIdentity>,
    /// In the list's trust space, but revoked.
    pub revoked: Option<ProbeIdentity>,
    /// Issued under the anchors, but not in the list.
    pub unlisted: Option<ProbeIdentity>,
}

/// A certificate and its key.
#[derive(Clone)]
pub struct ProbeIdentity {
    /// The certificate and its intermediates, leaf first, DER.
    pub chain: Vec<Vec<u8>>,
    /// The private key, DER: PKCS #8, PKCS #1 or SEC 1.
    pub key: Vec<u8>,
}

impl std::fmt::Debug for ProbeIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProbeIdentity")
            .field("chain", &self.chain.len())
            .finish_non_exhaustive()
    }
}

/// Why a campaign cannot begin: the registry's own settings, never the operator's gateways.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The machine's resolvers are not known.
    #[error("the resolvers of this machine cannot be read: {0}")]
    Resolver(String),
    /// An anchor is no certificate.
    #[error("anchor number {number} cannot be used: {problem}")]
    Anchor {
        /// Which one, from 1.
        number: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A client certificate and its key cannot be used.
    #[error("the {which} client certificate cannot be used: {problem}")]
    Identity {
        /// Which one: `listed`, `revoked` or `unlisted`.
        which: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}
