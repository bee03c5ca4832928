//! What Postfix is told to do: go on, refuse, or try again later.

use std::fmt::Write as _;

use super::request::Request;
use crate::domain::admission::{Check, Decision, Reason, Role, Verdict};
use crate::domain::digest::Digest;
use crate::domain::error::Failure;
use crate::service::admission::deciding::{Asked, Deciding, MailDomainAsked};
use crate::service::admission::{Admission, Fingerprint};

/// What is said of a client that is admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// `DUNNO`: the restrictions that follow are asked too.
    Dunno,
    /// `OK`: they are not.
    Ok,
}

/// Answers requests; cheap to clone.
#[derive(Clone)]
pub struct Decider {
    deciding: Deciding,
    admission: Admission,
    admitted: Admitted,
}

/// SHA-256 in hexadecimal, two digits and a colon at a time, as Postfix writes it.
fn fingerprint(text: &str) -> Option<Digest> {
    let is_apart = text.len() == 95 && text.bytes().skip(2).step_by(3).all(|it| it == b':');
    let digits: String = text.split(':').collect();
    is_apart.then(|| Digest::parse(&digits.to_ascii_lowercase()).ok())?
}

/// Who the client proved to be.
enum Shown {
    Nobody,
    /// A digest that is not SHA-256: Postfix is not set up for it.
    OtherDigest,
    Certificate(Fingerprint),
}

fn shown(request: &Request) -> Shown {
    // That of the certificate where both are there: a key alone may be that of several.
    let (text, kind): (_, fn(Digest) -> Fingerprint) = if request.fingerprint.is_empty() {
        (&request.key_fingerprint, Fingerprint::Key)
    } else {
        (&request.fingerprint, Fingerprint::Certificate)
    };
    if text.is_empty() {
        return Shown::Nobody;
    }
    fingerprint(text).map_or(Shown::OtherDigest, |digest| {
        Shown::Certificate(kind(digest))
    })
}

/// The mail domain of a sender; any for the null sender, which has none.
fn mail_domain(sender: &str) -> MailDomainAsked {
    if sender.is_empty() {
        return MailDomainAsked::Any;
    }
    let domain = sender.rsplit_once('@').map(|(_, domain)| domain);
    domain.map_or_else(
        || MailDomainAsked::Invalid("the sender has no domain".to_owned()),
        MailDomainAsked::of,
    )
}

impl Decider {
    /// Answers by these decisions.
    pub fn new(deciding: Deciding, admission: Admission, admitted: Admitted) -> Self {
        Self {
            deciding,
            admission,
            admitted,
        }
    }

    /// What Postfix is told to do, as the value of `action`: one line.
    pub async fn action(&self, request: &Request) -> String {
        if request.kind != "smtpd_access_policy" {
            return defer("4.3.5", "this service answers smtpd_access_policy alone");
        }
        // Who is not known by a certificate has an empty chain, and is refused for that.
        let chain = match shown(request) {
            Shown::Nobody => None,
            Shown::OtherDigest => {
                return defer("4.3.5", "smtpd_tls_fingerprint_digest is not sha256");
            }
            Shown::Certificate(fingerprint) => {
                let snapshot = self.admission.snapshot();
                let found = snapshot.as_ref().and_then(|it| it.find(fingerprint));
                let found = found.map(|standing| standing.chain.clone().into());
                if found.is_none() {
                    return self.unknown().await;
                }
                found
            }
        };
        let asked = question(chain.unwrap_or_default(), mail_domain(&request.sender));
        match self.deciding.decide(asked).await {
            Ok(answer) => self.told(&answer.decision),
            Err(failure) => busy(&failure),
        }
    }

    /// What is said of a certificate that the registry does not hold: the node may only not know it yet.
    async fn unknown(&self) -> String {
        let nobody = question(std::iter::empty().collect(), MailDomainAsked::Any);
        match self.deciding.decide(nobody).await {
            Ok(answer) => match node_at_fault(&answer.decision.reasons) {
                Some(reason) => reasoned_defer(reason),
                None => refuse(Reason::CertificateUnregistered),
            },
            Err(failure) => busy(&failure),
        }
    }

    fn told(&self, decision: &Decision) -> String {
        match decision.verdict {
            Verdict::Admit => match self.admitted {
                Admitted::Dunno => "DUNNO".to_owned(),
                Admitted::Ok => "OK".to_owned(),
            },
            Verdict::Refuse => refusal(&decision.reasons),
        }
    }
}

fn question(chain: std::sync::Arc<[Vec<u8>]>, mail_domain: MailDomainAsked) -> Asked {
    Asked {
        chain,
        mail_domain,
        role: Role::SmtpClient,
        host: None,
        stapled: None,
    }
}

/// A node that does not know the present may be wrong in everything else it finds.
fn node_at_fault(reasons: &[Reason]) -> Option<Reason> {
    let of_node = |reason: &&Reason| matches!(reason.check(), Check::Freshness | Check::List);
    reasons.iter().find(of_node).copied()
}

/// Whether what stands against it may be gone in an hour, with nothing done about it by anybody but
/// authorities.
fn may_pass(reason: Reason) -> bool {
    matches!(reason, Reason::RevocationUnknown | Reason::RevocationStale)
}

fn refusal(reasons: &[Reason]) -> String {
    if let Some(reason) = node_at_fault(reasons) {
        return reasoned_defer(reason);
    }
    let lasting = reasons.iter().find(|reason| !may_pass(**reason));
    match (lasting, reasons.first()) {
        (Some(reason), _) => refuse(*reason),
        (None, Some(reason)) => reasoned_defer(*reason),
        // A refusal without a reason is a defect here, and no reason to send mail back.
        (None, None) => defer("4.3.0", "no reason is known"),
    }
}

fn refuse(reason: Reason) -> String {
    format!("REJECT 5.7.1 {}: {}", reason.code(), reason.sentence())
}

fn reasoned_defer(reason: Reason) -> String {
    format!(
        "DEFER_IF_PERMIT 4.7.1 {}: {}",
        reason.code(),
        reason.sentence()
    )
}

fn defer(code: &str, why: &str) -> String {
    format!("DEFER_IF_PERMIT {code} {why}")
}

fn busy(failure: &Failure) -> String {
    let mut text = defer("4.3.2", "");
    let _ = write!(text, "{}", failure.code.code);
    text
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn fingerprints_are_read_as_postfix_writes_them() {
        let digest = Digest::new([0xab; 32]);
        let written = ["AB"; 32].join(":");
        assert_eq!(fingerprint(&written), Some(digest));
        assert_eq!(fingerprint(&written.to_lowercase()), Some(digest));
        for other in [
            String::new(),
            "AB".repeat(32),
            ["AB"; 20].join(":"),
            ["AB"; 33].join(":"),
            ["GG"; 32].join(":"),
            ["ABA"; 24].join(""),
            format!("é{}", &written[2..]),
        ] {
            assert_eq!(fingerprint(&other), None, "{other}");
        }
    }

    #[test]
    fn the_domain_is_what_follows_the_last_at() {
        let named = |name: &str| MailDomainAsked::of(name);
        for (sender, asked) in [
            ("", MailDomainAsked::Any),
            ("a@Ch.Mssante.Fr", named("ch.mssante.fr")),
            ("\"a@b.fr\"@ch.mssante.fr", named("ch.mssante.fr")),
        ] {
            assert_eq!(mail_domain(sender), asked, "{sender}");
        }
        for sender in ["a", "a@", "a@ch", "a@[192.0.2.1]", "a@é.fr", "a@ch.fr."] {
            let asked = mail_domain(sender);
            assert!(
                matches!(asked, MailDomainAsked::Invalid(_)),
                "{sender}: {asked:?}"
            );
        }
    }

    #[test]
    fn who_does_not_know_defers_and_who_knows_refuses() {
        use Reason::{
            CertificateRevoked, ListStale, NodeLeaseLost, PathNone, RevocationStale,
            RevocationUnknown,
        };
        for (reasons, action) in [
            (
                &[CertificateRevoked][..],
                "REJECT 5.7.1 certificate.revoked:",
            ),
            (&[PathNone, CertificateRevoked], "REJECT 5.7.1 path.none:"),
            (
                &[NodeLeaseLost, CertificateRevoked],
                "DEFER_IF_PERMIT 4.7.1 node.lease_lost:",
            ),
            (&[ListStale], "DEFER_IF_PERMIT 4.7.1 list.stale:"),
            (
                &[RevocationStale],
                "DEFER_IF_PERMIT 4.7.1 revocation.stale:",
            ),
            (
                &[RevocationUnknown, CertificateRevoked],
                "REJECT 5.7.1 certificate.revoked:",
            ),
            (&[], "DEFER_IF_PERMIT 4.3.0 "),
        ] {
            let told = refusal(reasons);
            assert!(told.starts_with(action), "{told}");
            assert!(!told.contains('\n'), "{told}");
        }
    }
}
