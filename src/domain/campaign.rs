//! The report of a conformance campaign: what was checked of an operator's domains and gateways, what
//! was seen, and whether it is enough. It does not know how anything is checked.

// A value only: what opens sockets is in `std::net`.
use core::net::IpAddr;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::mail_domain::MailDomainName;

/// What one check is about; its dotted code is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum CheckName {
    /// The mail domain exists in the DNS.
    DnsName,
    /// It has mail exchangers, and does not say that it takes no mail (RFC 7505).
    DnsMx,
    /// Its mail exchangers are host names, no aliases (RFC 5321 §5.1), with addresses that may be reached.
    DnsHost,
    /// SMTP on port 25 offers STARTTLS (RFC 3207) and a handshake ends well.
    TlsStarttls,
    /// SMTP on port 465 begins with TLS (RFC 8314 §3.3) and a handshake ends well.
    TlsImplicit,
    /// TLS 1.0 and 1.1 are turned away (RFC 8996).
    TlsVersions,
    /// A command sent in clear behind STARTTLS is not obeyed once TLS is on (RFC 3207 §4.2).
    TlsInjection,
    /// The certificate presented is one that the operator registered.
    CertificateRegistered,
    /// What is presented leads to an anchor of the trust space, at the time of the campaign (RFC 5280 §6.1).
    CertificatePath,
    /// The certificate names the mail exchanger (RFC 9525).
    CertificateHost,
    /// A client whose certificate is in the list may begin a mail.
    ClientListedAccepted,
    /// A client whose certificate is revoked may not.
    ClientRevokedRefused,
    /// A client whose certificate is not in the list may not.
    ClientUnlistedRefused,
}

/// Of what a check is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// Of each mail domain.
    Domain,
    /// Of each gateway, where mail arrives in clear first.
    Starttls,
    /// Of each gateway, where TLS comes first.
    Implicit,
    /// Of each gateway, at both.
    Both,
}

impl CheckName {
    /// Every check; each one is mandatory.
    pub const ALL: [Self; 13] = [
        Self::DnsName,
        Self::DnsMx,
        Self::DnsHost,
        Self::TlsStarttls,
        Self::TlsImplicit,
        Self::TlsVersions,
        Self::TlsInjection,
        Self::CertificateRegistered,
        Self::CertificatePath,
        Self::CertificateHost,
        Self::ClientListedAccepted,
        Self::ClientRevokedRefused,
        Self::ClientUnlistedRefused,
    ];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DnsName => "dns.name",
            Self::DnsMx => "dns.mx",
            Self::DnsHost => "dns.host",
            Self::TlsStarttls => "tls.starttls",
            Self::TlsImplicit => "tls.implicit",
            Self::TlsVersions => "tls.versions",
            Self::TlsInjection => "tls.injection",
            Self::CertificateRegistered => "certificate.registered",
            Self::CertificatePath => "certificate.path",
            Self::CertificateHost => "certificate.host",
            Self::ClientListedAccepted => "client.listed_accepted",
            Self::ClientRevokedRefused => "client.revoked_refused",
            Self::ClientUnlistedRefused => "client.unlisted_refused",
        }
    }

    /// The check of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.as_str() == name)
    }

    const fn scope(self) -> Scope {
        match self {
            Self::DnsName | Self::DnsMx | Self::DnsHost => Scope::Domain,
            Self::TlsStarttls | Self::TlsInjection => Scope::Starttls,
            Self::TlsImplicit => Scope::Implicit,
            Self::TlsVersions
            | Self::CertificateRegistered
            | Self::CertificatePath
            | Self::CertificateHost
            | Self::ClientListedAccepted
            | Self::ClientRevokedRefused
            | Self::ClientUnlistedRefused => Scope::Both,
        }
    }
}

impl From<CheckName> for &'static str {
    fn from(name: CheckName) -> Self {
        name.as_str()
    }
}

/// A text that names no check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no check is called {0:?}")]
pub struct UnknownCheck(String);

impl TryFrom<String> for CheckName {
    type Error = UnknownCheck;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::from_name(&name).ok_or(UnknownCheck(name))
    }
}

/// What a check was made on; written `hopital.mssante.fr` or `mx.operateur.fr:25`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Subject {
    /// A mail domain.
    Domain(MailDomainName),
    /// A gateway, at one of its ports.
    Gateway {
        /// Host name, in lower case, without a final dot.
        host: String,
        /// TCP port.
        port: u16,
    },
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Domain(name) => name.fmt(f),
            Self::Gateway { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

/// A text that names neither a domain nor a gateway.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither a mail domain nor a host and port: {0:?}")]
pub struct InvalidSubject(String);

impl TryFrom<String> for Subject {
    type Error = InvalidSubject;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let subject = match text.rsplit_once(':') {
            None => MailDomainName::parse(&text).ok().map(Self::Domain),
            Some(("", _)) => None,
            Some((host, port)) => port.parse().ok().map(|port| Self::Gateway {
                host: host.to_owned(),
                port,
            }),
        };
        subject.ok_or(InvalidSubject(text))
    }
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// As it must be.
    Passed,
    /// Not as it must be.
    Failed,
    /// Could not be made.
    Skipped {
        /// What was missing, in a few words.
        why: String,
    },
}

/// One check and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was checked.
    pub name: CheckName,
    /// On what.
    pub subject: Subject,
    /// At which of the gateway's addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// One sentence: what was seen, and what was expected where they differ.
    pub detail: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// Where the mail of a domain goes, as the DNS said during the campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The mail domain.
    pub mail_domain: MailDomainName,
    /// Host names of its mail exchangers; those of several domains may be the same and are checked once.
    pub gateways: Vec<String>,
}

/// All that one campaign found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignReport {
    /// When it began, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// When it ended, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub finished_at: OffsetDateTime,
    /// Every domain of the plan, in its order.
    pub routes: Vec<Route>,
    /// Every check: those of the domains, then those of the gateways.
    pub checks: Vec<Check>,
}

/// A campaign as the registry keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Number.
    pub id: i64,
    /// Whose gateways are probed.
    pub operator: i64,
    /// Mail domains that are probed: those of the operator at the start.
    pub mail_domains: Vec<MailDomainName>,
    /// Numbers of the certificates that gateways may present: likewise.
    pub certificates: Vec<i64>,
    /// Name of who started it.
    pub started_by: String,
    /// When, UTC.
    pub started_at: OffsetDateTime,
    /// When it ended, UTC; none while it runs.
    pub finished_at: Option<OffsetDateTime>,
    /// Whether everything was as it must be; none while it runs.
    pub green: Option<bool>,
    /// What was seen; none while it runs, or where there is a problem.
    pub report: Option<CampaignReport>,
    /// Why it ended without a report.
    pub problem: Option<String>,
}

/// A mandatory check that a report does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingCheck {
    /// Which check.
    pub name: CheckName,
    /// Of which mail domain, or of which gateway's host name.
    pub of: String,
}

impl CampaignReport {
    /// Whether nothing stands against the operator: every domain leads to a gateway, every mandatory check was
    /// made, and all passed.
    pub fn is_green(&self) -> bool {
        let passed = |check: &Check| match check.outcome {
            Outcome::Passed => true,
            Outcome::Failed | Outcome::Skipped { .. } => false,
        };
        !self.routes.is_empty()
            && self.routes.iter().all(|route| !route.gateways.is_empty())
            && self.checks.iter().all(passed)
            && self.missing().is_empty()
    }

    /// The mandatory checks that were not made at all.
    pub fn missing(&self) -> Vec<MissingCheck> {
        let made = self.made();
        let mut hosts = BTreeSet::new();
        let mut missing = Vec::new();
        let mut ask = |name: CheckName, of: &str, times: usize| {
            if made.get(&(name, of)).map_or(0, BTreeSet::len) < times {
                missing.push(MissingCheck {
                    name,
                    of: of.to_owned(),
                });
            }
        };
        for route in &self.routes {
            for name in CheckName::ALL {
                if name.scope() == Scope::Domain {
                    ask(name, route.mail_domain.as_str(), 1);
                }
            }
            for host in &route.gateways {
                if !hosts.insert(host) {
                    continue;
                }
                for name in CheckName::ALL {
                    match name.scope() {
                        Scope::Domain => {}
                        Scope::Starttls | Scope::Implicit => ask(name, host, 1),
                        Scope::Both => ask(name, host, 2),
                    }
                }
            }
        }
        missing
    }

    /// At which ports (0 for a domain) each check was made of each domain and host.
    fn made(&self) -> Made<'_> {
        let mut made = Made::new();
        for check in &self.checks {
            let (of, port) = match &check.subject {
                Subject::Domain(name) => (name.as_str(), 0),
                Subject::Gateway { host, port } => (host.as_str(), *port),
            };
            made.entry((check.name, of)).or_default().insert(port);
        }
        made
    }
}

type Made<'a> = BTreeMap<(CheckName, &'a str), BTreeSet<u16>>;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    fn check(name: CheckName, subject: &str) -> Check {
        Check {
            name,
            subject: Subject::try_from(subject.to_owned()).unwrap(),
            address: None,
            outcome: Outcome::Passed,
            detail: "as it must be".to_owned(),
            took_ms: 3,
        }
    }

    fn green() -> CampaignReport {
        let domains = ["a.mssante.fr", "b.mssante.fr"];
        let mut checks = Vec::new();
        for name in CheckName::ALL {
            let subjects: &[&str] = match name.scope() {
                Scope::Domain => &domains,
                Scope::Starttls => &["mx.operateur.fr:25"],
                Scope::Implicit => &["mx.operateur.fr:465"],
                Scope::Both => &["mx.operateur.fr:25", "mx.operateur.fr:465"],
            };
            checks.extend(subjects.iter().map(|subject| check(name, subject)));
        }
        CampaignReport {
            started_at: datetime!(2026-03-01 08:00 UTC),
            finished_at: datetime!(2026-03-01 08:01 UTC),
            routes: domains
                .map(|name| Route {
                    mail_domain: MailDomainName::parse(name).unwrap(),
                    gateways: vec!["mx.operateur.fr".to_owned()],
                })
                .into(),
            checks,
        }
    }

    #[test]
    fn a_report_is_green_only_when_nothing_failed_was_skipped_or_is_missing() {
        assert!(green().is_green());
        for at in 0..green().checks.len() {
            let mut failed = green();
            failed.checks[at].outcome = Outcome::Failed;
            assert!(!failed.is_green(), "{:?}", failed.checks[at]);

            let mut skipped = green();
            skipped.checks[at].outcome = Outcome::Skipped {
                why: "no certificate was lent".to_owned(),
            };
            assert!(!skipped.is_green(), "{:?}", skipped.checks[at]);

            let mut missing = green();
            let gone = missing.checks.remove(at);
            assert!(!missing.is_green(), "{gone:?}");
            assert_eq!(missing.missing().len(), 1, "{gone:?}");
            assert_eq!(missing.missing()[0].name, gone.name);
        }
    }

    #[test]
    fn a_domain_without_gateway_or_a_campaign_without_domain_is_not_green() {
        let mut lost = green();
        lost.routes[1].gateways.clear();
        assert!(!lost.is_green());

        let mut empty = green();
        empty.routes.clear();
        empty.checks.clear();
        assert!(!empty.is_green());
    }

    #[test]
    fn a_gateway_seen_at_one_port_only_is_not_green() {
        let mut report = green();
        report.checks.retain(|check| {
            check.name.scope() != Scope::Both || check.subject.to_string().ends_with(":25")
        });
        assert_eq!(report.missing().len(), 7);
        // A second address of the same port does not stand for the other port.
        report
            .checks
            .push(check(CheckName::TlsVersions, "mx.operateur.fr:25"));
        assert_eq!(report.missing().len(), 7);
    }

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let mut report = green();
        report.checks[0].outcome = Outcome::Skipped {
            why: "no reason".to_owned(),
        };
        report.checks[1].address = Some("192.0.2.7".parse().unwrap());
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(
            serde_json::from_str::<CampaignReport>(&text).unwrap(),
            report
        );
        assert!(text.contains(
            r#"{"name":"dns.name","subject":"a.mssante.fr","outcome":"skipped","why":"no reason","detail""#
        ), "{text}");
    }

    #[test]
    fn a_check_is_found_by_its_name_alone() {
        for name in CheckName::ALL {
            assert_eq!(CheckName::from_name(name.as_str()), Some(name));
        }
        assert_eq!(CheckName::from_name("DNS.MX"), None);
    }

    proptest! {
        #[test]
        fn a_subject_is_read_as_it_was_written(text in "[a-z0-9.:-]{0,20}|[a-z]{1,5}\\.fr:[0-9]{1,6}") {
            if let Ok(subject) = Subject::try_from(text) {
                prop_assert_eq!(Subject::try_from(subject.to_string()), Ok(subject));
            }
        }
    }
}
