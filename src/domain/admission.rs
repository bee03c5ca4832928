//! May this peer, with this chain, take part for this mail domain, now? The question, the checks and the
//! answer, in words that every protocol passes on unchanged.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::calendar;
use super::certificate::CertificatePurpose;
use super::digest::Digest;
use super::mail_domain::MailDomainName;

/// What the peer is to the one who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It opens the connection and sends mail.
    SmtpClient,
    /// It takes the connection and the mail.
    SmtpServer,
    /// It signed a list.
    ListSigner,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::SmtpClient, Self::SmtpServer, Self::ListSigner];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SmtpClient => "smtp-client",
            Self::SmtpServer => "smtp-server",
            Self::ListSigner => "list-signer",
        }
    }

    /// The role of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// What its certificate must be fit for.
    pub const fn purpose(self) -> CertificatePurpose {
        match self {
            Self::SmtpClient => CertificatePurpose::SmtpClient,
            Self::SmtpServer => CertificatePurpose::SmtpServer,
            Self::ListSigner => CertificatePurpose::ListSigner,
        }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// The chain as presented, DER, the peer's own certificate first.
    pub chain: Vec<Vec<u8>>,
    /// For which mail domain; none: for any that the list has it behind, as at the opening of a
    /// connection. A list signer has none.
    pub mail_domain: Option<MailDomainName>,
    /// In which role.
    pub role: Role,
    /// The host that was connected to, of a server: asked of its certificate where it is told.
    pub host: Option<String>,
    /// An answer of a responder that the peer stapled (RFC 6066 §8), DER.
    pub stapled: Option<Vec<u8>>,
}

/// The checks, in the order they are told; every one must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// What was sent is a chain within the limits: at most 8 certificates of at most 16 KiB, strict DER.
    Bounds,
    /// This node knows the present: its lease runs, its clock did not go back.
    Freshness,
    /// The list is there, was signed by a signer that is trusted, and is not too old.
    List,
    /// The mail domain is in the list.
    MailDomain,
    /// A path to an anchor holds now, and every certificate on it keeps the rules of its part.
    Path,
    /// The certificate is for the host that was connected to.
    Host,
    /// The list has this certificate's name behind this mail domain (RFC 5280 §7.1).
    Name,
    /// Where the registry holds the bytes of the certificates of that name, this is one of them.
    Registered,
    /// No certificate of the path was revoked, by fresh word of its authority.
    Revocation,
    /// The operator is in force.
    Operator,
    /// The registry has neither held nor revoked nor retired the certificate, nor taken it from behind the
    /// mail domain.
    Certificate,
}

impl Check {
    /// Every check, in order.
    pub const ALL: [Self; 11] = [
        Self::Bounds,
        Self::Freshness,
        Self::List,
        Self::MailDomain,
        Self::Path,
        Self::Host,
        Self::Name,
        Self::Registered,
        Self::Revocation,
        Self::Operator,
        Self::Certificate,
    ];
}

macro_rules! reasons {
    ($($variant:ident = $code:literal, $check:ident, $sentence:literal;)*) => {
        /// Why a peer is refused: stable codes, each of one check.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason {
            $(
                #[doc = $sentence]
                #[serde(rename = $code)]
                $variant,
            )*
        }

        impl Reason {
            /// Every reason, in the order of the checks.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The check that it fails.
            pub const fn check(self) -> Check {
                match self { $(Self::$variant => Check::$check,)* }
            }

            /// One sentence for people.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }
        }
    };
}

reasons! {
    ChainEmpty = "chain.empty", Bounds, "No certificate was presented.";
    ChainTooLong = "chain.too_long", Bounds, "The chain has more certificates than are looked at.";
    ChainUnreadable = "chain.unreadable", Bounds, "A certificate of the chain is too large or no certificate in strict DER.";
    NodeUnready = "node.unready", Freshness, "This node has not seen the registry yet.";
    NodeLeaseLost = "node.lease_lost", Freshness, "This node has not heard of the registry for longer than its lease.";
    NodeClockBack = "node.clock_back", Freshness, "The clock of this node went back: times cannot be believed.";
    ListMissing = "list.missing", List, "No list was published.";
    ListNotYet = "list.not_yet", List, "The list is of a time that has not come.";
    ListStale = "list.stale", List, "The list is older than is allowed.";
    ListUntrusted = "list.untrusted", List, "The list is not signed by a signer that is trusted.";
    MailDomainInvalid = "mail_domain.invalid", MailDomain, "This is not the name of a mail domain.";
    MailDomainMissing = "mail_domain.missing", MailDomain, "The question names no mail domain.";
    MailDomainUntrusted = "mail_domain.untrusted", MailDomain, "The mail domain is not in the list.";
    PathNone = "path.none", Path, "No path leads from the certificate to an authority that is trusted.";
    PathRule = "path.rule", Path, "A certificate of the path breaks a rule.";
    CertificateNotYetValid = "certificate.not_yet_valid", Path, "A certificate of the path is not valid yet.";
    CertificateExpired = "certificate.expired", Path, "A certificate of the path has expired.";
    CertificatePurpose = "certificate.purpose", Path, "The certificate is not for this role.";
    HostMismatch = "host.mismatch", Host, "The certificate is not for the host that was connected to.";
    NameNotListed = "name.not_listed", Name, "The list does not have this certificate's name behind the mail domain.";
    CertificateUnregistered = "certificate.unregistered", Registered, "The name is that of a listed certificate and the certificate is another one.";
    SignerUnknown = "signer.unknown", Registered, "The certificate is not that of a key that signs the list.";
    RevocationRevoked = "revocation.revoked", Revocation, "Its authority revoked a certificate of the path.";
    RevocationOnHold = "revocation.on_hold", Revocation, "Its authority put a certificate of the path on hold.";
    RevocationUnknown = "revocation.unknown", Revocation, "Nothing is known of the revocation of a certificate of the path.";
    RevocationStale = "revocation.stale", Revocation, "What is known of the revocation of a certificate of the path is out of date.";
    RevocationUntrusted = "revocation.untrusted", Revocation, "What is said of the revocation of a certificate of the path was not said by who may say it.";
    OperatorNotActive = "operator.not_active", Operator, "The operator is not in force yet.";
    OperatorSuspended = "operator.suspended", Operator, "The operator is suspended.";
    OperatorWithdrawn = "operator.withdrawn", Operator, "The operator has left.";
    OperatorRevoked = "operator.revoked", Operator, "The operator was excluded.";
    CertificatePending = "certificate.pending", Certificate, "The certificate is not in force yet.";
    CertificateSuspended = "certificate.suspended", Certificate, "The registry has the certificate on hold.";
    CertificateRevoked = "certificate.revoked", Certificate, "The registry has the certificate as revoked.";
    CertificateSuperseded = "certificate.superseded", Certificate, "The certificate was replaced by another.";
    CertificateEnded = "certificate.ended", Certificate, "The registry has the certificate as expired.";
    EntryRemoved = "entry.removed", Certificate, "The certificate no longer stands behind the mail domain; the next list will not have it.";
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// Another one failed that it rests on, or it was not asked for.
    Skipped,
}

/// One check of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Which.
    pub check: Check,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it failed; never without a reason where it did.
    pub reasons: Vec<Reason>,
    /// What was found, in words: of what failed and of what held.
    #[serde(default)]
    pub detail: String,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every check holds.
    Admit,
    /// One does not, or could not be made.
    Refuse,
}

/// How much is known of a peer that is admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The registry holds these very bytes.
    Registered,
    /// The list has the name alone.
    Listed,
}

/// The list that a decision rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListUsed {
    /// Its number.
    pub sequence: i64,
    /// SHA-256 of the signed XML.
    pub sha256: Digest,
}

/// An answer with all that it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// Every reason of a refusal, in the order of the checks; none of an admission.
    pub reasons: Vec<Reason>,
    /// All checks, in order.
    pub checks: Vec<CheckResult>,
    /// How much is known of the peer; none where it is refused.
    pub grade: Option<Grade>,
    /// Number of the operator, where it was recognised.
    pub operator: Option<i64>,
    /// Number of the registered certificate, where it was recognised.
    pub certificate: Option<i64>,
    /// Epoch of the trust space it rests on; none of a node that knows nothing.
    pub epoch: Option<i64>,
    /// The list it rests on.
    pub list: Option<ListUsed>,
    /// The moment it is about, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Until when an admission may be believed without asking again, if nothing happens: the first end
    /// of a certificate, of evidence, of the list, of the lease, or a change that waits for its time.
    /// None of a refusal.
    #[serde(default, with = "calendar::moment")]
    pub valid_until: Option<OffsetDateTime>,
}

impl Decision {
    /// The same, refused for one reason more, as whoever asks found something wrong that the snapshot
    /// cannot know of.
    #[must_use]
    pub fn also_refused(mut self, reason: Reason, detail: String) -> Self {
        if let Some(result) = self
            .checks
            .iter_mut()
            .find(|result| result.check == reason.check())
        {
            if result.outcome != Outcome::Fail {
                result.reasons.clear();
                result.detail = detail;
            }
            result.outcome = Outcome::Fail;
            result.reasons.push(reason);
        }
        self.reasons.push(reason);
        self.reasons.sort_unstable();
        self.reasons.dedup();
        Self {
            verdict: Verdict::Refuse,
            grade: None,
            valid_until: None,
            ..self
        }
    }
}

/// What is known of a mail domain without a chain: whether mail to it may be sent at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainTrust {
    /// The list has it, and at least one operator and certificate behind it is in force.
    Trusted,
    /// The list does not have it.
    UntrustedDomain,
    /// It is in the list, and its operators are suspended.
    OperatorSuspended,
    /// It is in the list, and its operators left or were excluded.
    OperatorRevoked,
    /// It is in the list, and no certificate behind it is in force.
    NoCertificate,
    /// This node does not know now: no list, or one that is too old, or a lease that ran out.
    Unknown,
}

impl DomainTrust {
    /// The name on the wire and in measurements.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::UntrustedDomain => "untrusted_domain",
            Self::OperatorSuspended => "operator_suspended",
            Self::OperatorRevoked => "operator_revoked",
            Self::NoCertificate => "no_certificate",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_wire() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
            assert_eq!(Role::from_name(role.as_str()), Some(role));
        }
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        }
        assert_eq!(
            serde_json::to_value(DomainTrust::NoCertificate).unwrap(),
            DomainTrust::NoCertificate.as_str()
        );
    }

    #[test]
    fn reasons_stand_in_the_order_of_the_checks_and_each_check_has_one() {
        assert!(Reason::ALL.is_sorted_by_key(|reason| reason.check()));
        for check in Check::ALL {
            assert!(
                Reason::ALL.iter().any(|reason| reason.check() == check),
                "{check:?}"
            );
        }
        let mut codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Reason::ALL.len());
    }
}
